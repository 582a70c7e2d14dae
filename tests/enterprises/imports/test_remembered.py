"""What a person chose for a sheet of some headings holds for the next file of the same headings, until somebody chooses otherwise."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.enterprises.imports import events
from app.enterprises.imports.domain import ImportKind
from app.enterprises.imports.mapping import SheetMapping
from app.enterprises.imports.models import ImportRun, RememberedMapping
from app.enterprises.imports.remembered.choices import ChosenReading, ColumnHints, chosen_reading, digest_of
from app.enterprises.imports.remembered.memory import Memory, RememberedReading, remembered_texts
from app.enterprises.imports.remembered.service import forget, guess_again
from app.enterprises.imports.sheets import ReadingHints, allowed, guess_sheets
from app.enterprises.imports.staging import SheetChoice, change_reading, sheets_of
from app.enterprises.imports.tables.beside import APART, ONE
from app.enterprises.imports.tables.layout import read_sheet
from app.enterprises.imports.undo.service import start_undo
from app.enterprises.models import YearlyFigures
from app.journal.models import JournalEvent
from app.kit.actor import Actor, ActorKind, Role
from app.kit.db import Database, read_scope, session_scope
from app.kit.errors import NotFound
from app.kit.tabular import open_table
from tests.counts import Counts
from tests.factories.enterprises import fictional_code
from tests.factories.sheets import sheet_of
from tests.factories.workbooks import Grid, write_grids
from tests.support.house import HOUSE
from tests.support.imports import NOW, Importer
from tests.support.taking import OFFICER

BOOK = ImportKind.WORKBOOK
REGISTERS = allowed(HOUSE, BOOK)
FIGURES = "figures.sales_revenue_fen@2020"
HEAD = ["报表单位", "统一社会信用代码", "2020年收成", "经办"]
FIRMS = [[f"园林精密{n}号有限公司（示例）", fictional_code(n), 100 * n, "周某（示例）"] for n in (1, 2, 3)]
OTHER_OFFICE = Actor(ActorKind.OFFICER, 2, "郑某（示例）", Role.CASEWORKER, "429006")


def book(tmp_path: Path, *rows: list[Any], name: str = "台账") -> Path:
    return write_grids(tmp_path / f"{name}.xlsx", {"报表": Grid(list(rows))})


def uploaded(importer: Importer, database: Database, path: Path, actor: Actor = OFFICER) -> tuple[int, SheetMapping]:
    """A staged file, and the reading of its first sheet."""
    import_id = importer.upload(path, BOOK, actor=actor)
    return import_id, layout_of(database, import_id)


def layout_of(database: Database, import_id: int) -> SheetMapping:
    with read_scope(database) as session:
        sheet = sheets_of(session, session.get_one(ImportRun, import_id))[0]
        return SheetMapping.from_json(sheet.name, sheet.register, sheet.mapping)


def choose(database: Database, import_id: int, path: Path, actor: Actor = OFFICER, **told: Any) -> None:
    choice = replace(SheetChoice(True, "", {}, {}, {}), **told)
    with session_scope(database) as session:
        run = session.get_one(ImportRun, import_id)
        change_reading(session, actor=actor, run=run, table=open_table(path), choices={0: choice}, now=NOW)


def fills(layout: SheetMapping) -> list[str]:
    return [column.fills for column in layout.columns]


def kept(database: Database) -> list[RememberedMapping]:
    with read_scope(database) as session:
        return list(session.scalars(select(RememberedMapping).order_by(RememberedMapping.id)))


CHOSEN = {"register": "figures", "columns": {0: "name", 2: FIGURES, 3: ""}, "units": {2: "万元"}}


def test_the_next_file_of_the_same_headings_opens_with_what_was_chosen(
    importer: Importer, database: Database, tmp_path: Path
) -> None:
    firms = [["企业名称", "统一社会信用代码", "注册地址"], *([*row[:2], "潜江市园林街道"] for row in FIRMS)]
    importer.take_in(book(tmp_path, *firms), BOOK, actor=OFFICER)
    first = book(tmp_path, HEAD, *FIRMS[:2])
    import_id, guessed = uploaded(importer, database, first)
    assert FIGURES not in fills(guessed)
    choose(database, import_id, first, register="figures")
    choose(database, import_id, first, **CHOSEN)
    importer.start(import_id, actor=OFFICER)
    importer.work()

    title = book(tmp_path, ["二〇二〇年报表"], [" 报表 单位", *HEAD[1:]], *FIRMS, name="下一份")
    following, layout = uploaded(importer, database, title)
    assert fills(layout) == ["name", "uscc", FIGURES, ""] and layout.columns[2].unit == "万元"
    assert layout.header == (2, 2) and layout.register == "figures"
    assert remembered_texts(layout.remembered) == ("按 2021-06-30 李晓（示例） 的对应。",)
    importer.start(following, actor=OFFICER)
    importer.work()
    with read_scope(database) as session:
        assert sorted(session.scalars(select(YearlyFigures.sales_revenue_fen))) == [10**8, 2 * 10**8, 3 * 10**8]

    with session_scope(database) as session:
        run = session.get_one(ImportRun, following)
        start_undo(session, actor=OFFICER, run=run, now=NOW)
    importer.work()
    (row,) = kept(database)
    assert (row.region_prefix, row.by_name, row.file_name) == ("429005", "李晓（示例）", "台账.xlsx")
    assert uploaded(importer, database, title, OTHER_OFFICE)[1].remembered == {}


def test_the_last_choice_holds_and_what_is_guessed_is_not_kept(
    importer: Importer, database: Database, tmp_path: Path
) -> None:
    path = book(tmp_path, HEAD, *FIRMS)
    import_id, guessed = uploaded(importer, database, path)
    choose(database, import_id, path, columns={c.index: c.fills for c in guessed.columns})
    assert kept(database) == []
    choose(database, import_id, path, columns={3: "contact.title"})
    choose(database, import_id, path, columns={3: "contact.contact_name"})
    second, layout = uploaded(importer, database, path)
    assert fills(layout)[3] == "contact.contact_name" and len(kept(database)) == 1
    # saved as it was remembered: nobody chose anything new, and the sheet goes on to tell who did
    choose(database, second, path, columns={})
    assert layout_of(database, second).remembered == layout.remembered
    # one click goes back to what would be guessed, for this file
    with session_scope(database) as session:
        run = session.get_one(ImportRun, second)
        assert guess_again(session, actor=OFFICER, run=run, position=0, table=open_table(path)) == 0
    assert fills(layout_of(database, second)) == fills(guessed) and len(kept(database)) == 1
    with session_scope(database) as session:
        (row,) = session.scalars(select(RememberedMapping))
        with pytest.raises(NotFound):
            forget(session, actor=OTHER_OFFICE, mapping_id=row.id, now=NOW)
        forget(session, actor=OFFICER, mapping_id=row.id, now=NOW)
    with read_scope(database) as session:
        told = session.scalars(select(JournalEvent).where(JournalEvent.subject_kind == "import_mapping")).all()
        types = [event.type for event in told]
        assert types == [events.REMEMBERED, events.REMEMBERED, events.FORGOTTEN]
        assert (
            told[1].data["before"]["columns"] != told[1].data["after"]["columns"] == told[2].data["before"]["columns"]
        )
    assert fills(uploaded(importer, database, path)[1]) == fills(guessed)


def test_a_header_row_is_remembered_where_the_same_heads_stand_in_it(
    importer: Importer, database: Database, tmp_path: Path
) -> None:
    above = [["企业名称", "联系人", "", ""], ["说明", "此表", "按月", "报送"]]
    path = book(tmp_path, *above, HEAD, *FIRMS)
    import_id, guessed = uploaded(importer, database, path)
    choose(database, import_id, path, header_row=3)
    choose(database, import_id, path, columns={0: "name"})
    assert guessed.header[1] != 3 or layout_of(database, import_id).header == guessed.header
    assert layout_of(database, import_id).header[1] == 3
    assert uploaded(importer, database, path)[1].columns[0].fills == "name"
    others = book(tmp_path, *above, ["单位全称", *HEAD[1:]], *FIRMS, name="别的")
    assert uploaded(importer, database, others)[1].remembered == {}


def test_what_was_said_of_tables_beside_each_other_is_remembered(
    importer: Importer, database: Database, tmp_path: Path
) -> None:
    left = [["企业名称", "统一社会信用代码", "注册地址"], *([*row[:2], "某街"] for row in FIRMS)]
    right = [["联系人", "联系电话"], ["周某（示例）", "10012345671"], *[["", ""]] * 2, ["吴某（示例）", "10012345672"]]
    path = book(tmp_path, *([*one, "", *other] for one, other in zip([*left, [""] * 3], right, strict=True)))
    import_id, layout = uploaded(importer, database, path)
    assert layout.asks_for_tables
    for answer, parts in ((APART, 2), (ONE, 1), (APART, 2)):
        choose(database, import_id, path, tables=answer)
        following, read = uploaded(importer, database, path)
        assert read.remembered["by"] == OFFICER.name and not read.asks_for_tables
        with read_scope(database) as session:
            assert len(sheets_of(session, session.get_one(ImportRun, following))) == parts
    told = guess_sheets(open_table(path), REGISTERS, ReadingHints(tables=ONE, memory=memory(kept(database))))
    assert len(told) == 1


def memory(rows: list[RememberedMapping]) -> Memory:
    said = {"by": "李晓（示例）", "by_kind": "officer", "on": "2021-06-30"}
    return Memory(
        str(BOOK),
        {row.digest: RememberedReading(ChosenReading.from_json(row.reading), said, ("", row.id)) for row in rows},
    )


def of(heads: list[str], reading: ChosenReading) -> Memory:
    said = {"by": "李晓（示例）", "by_kind": "officer", "on": "2021-06-30"}
    return Memory(str(BOOK), {digest_of(str(BOOK), heads): RememberedReading(reading, said, ("", 1))})


def read_with(rows: list[list[Any]], tmp_path: Path, told: ReadingHints) -> SheetMapping:
    (sheet,) = guess_sheets(open_table(book(tmp_path, *rows)), REGISTERS, told)
    return SheetMapping.from_json(sheet.name, sheet.register, sheet.mapping)


def reading(tmp_path: Path, rows: list[list[Any]], **chosen: Any) -> ChosenReading:
    """What is kept of a choice."""
    sheet = open_table(book(tmp_path, *rows)).sheets[0]
    layout = replace(read_sheet(sheet, REGISTERS, "figures"), **chosen)
    columns = [replace(c, fills=f, unit=u) for c, (f, u) in zip(layout.columns, UNITS, strict=True)]
    found = chosen_reading(sheet, replace(layout, columns=tuple(columns)), REGISTERS)
    assert found is not None
    return found


UNITS = [("name", ""), ("uscc", ""), (FIGURES, "万元"), ("", "")]


def test_what_is_told_now_and_what_the_file_says_come_before_what_is_remembered(tmp_path: Path) -> None:
    rows = [HEAD, *FIRMS]
    known = of(HEAD, reading(tmp_path, rows))
    told = read_with(rows, tmp_path, ReadingHints(columns={"经办": "name"}, unit="元", memory=known))
    assert fills(told) == ["", "uscc", FIGURES, "name"] and told.columns[2].unit == "元"
    # the same heads below another unit: the file's word holds, and that is said
    titled = read_with([["单位：元"], *rows], tmp_path, ReadingHints(memory=known))
    assert titled.columns[2].unit == "元" and "2020年收成" in remembered_texts(titled.remembered)[1]


def test_a_remembered_field_that_is_gone_is_left_out_and_told(tmp_path: Path) -> None:
    rows = [HEAD, *FIRMS]
    found = reading(tmp_path, rows)
    gone = replace(found, columns=(replace(found.columns[0], fills="figures.moonshine"), *found.columns[1:]))
    layout = read_with(rows, tmp_path, ReadingHints(memory=of(HEAD, gone)))
    assert "figures.moonshine" not in fills(layout) and layout.columns[2].fills == FIGURES
    assert remembered_texts(layout.remembered)[1] == "记住的字段已不存在，未采用：报表单位。"
    layout = read_with(rows, tmp_path, ReadingHints(memory=of(HEAD, replace(found, register="moonshine"))))
    assert layout.register in REGISTERS and "moonshine" in remembered_texts(layout.remembered)[1]


TARGETS = [
    "",
    "name",
    "uscc",
    FIGURES,
    "figures.rd_direct_fen@2020",
    "contact.contact_name",
    "township",
    "figures.moonshine",
]


@st.composite
def chosen(draw: st.DrawFn) -> ChosenReading:
    """Any reading that might be remembered for `HEAD`."""
    targets = draw(st.permutations(TARGETS))[: len(HEAD)]
    units = draw(st.lists(st.sampled_from(["", "元", "万元", "cell"]), min_size=4, max_size=4))
    columns = [{"fills": target, "unit": unit} for target, unit in zip(targets, units, strict=True)]
    register = draw(st.sampled_from(["firm", "figures", "contact"]))
    blanks = draw(st.dictionaries(st.integers(0, 3), st.booleans(), max_size=2))
    return ChosenReading.from_json(
        {
            "register": register,
            "columns": [[each["fills"], each["unit"], ""] for each in columns],
            "header_row": None,
            "blanks": {str(place): above for place, above in blanks.items()},
            "tables": "",
        }
    )


def test_guessing_again_with_what_is_remembered_changes_nothing(counts: Counts) -> None:
    sheet = sheet_of([HEAD, *([str(cell) for cell in row] for row in FIRMS)])

    @settings(max_examples=max(3, counts.property_examples // 10), deadline=None)
    @given(chosen())
    def proof(found: ChosenReading) -> None:
        once = recalled(sheet, of(HEAD, found))
        now = chosen_reading(sheet, once, REGISTERS)
        again = recalled(sheet, of(HEAD, now)) if now else read_sheet(sheet, REGISTERS)
        assert replace(again, remembered={}) == replace(once, remembered={})
        assert chosen_reading(sheet, again, REGISTERS) == now

    proof()


def recalled(sheet: Any, known: Memory) -> SheetMapping:
    return known.recalled(sheet, read_sheet(sheet, REGISTERS), REGISTERS, ColumnHints(), None)
