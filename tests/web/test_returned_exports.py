"""An exported list that comes back edited: what its hidden sheet says stood there decides what a person edited in it."""

import re
import zipfile
from collections.abc import Callable
from datetime import date
from html import escape
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.imports import decisions
from app.enterprises.imports.domain import ImportKind, RowOutcome
from app.enterprises.imports.models import ImportRow, ImportRun, ImportSheet
from app.enterprises.imports.returned.round_trip import origin_texts
from app.enterprises.models import Certificate, Enterprise, EnterpriseTag, FormerName
from app.enterprises.schemas import EnterpriseEdit
from app.enterprises.service.editing import edit
from app.journal.models import JournalEvent
from app.kit.actor import SYSTEM
from app.kit.db import Database, commit
from app.kit.errors import Conflict
from app.kit.tabular import open_table, write_xlsx
from app.reference.models import Park
from tests.factories.enterprises import NOW, fictional_code, firm
from tests.support.client import Client
from tests.support.edited_workbook import edit_cells
from tests.support.imports import Importer
from tests.support.undo import Undoer

SignIn = Callable[..., Client]
COLUMNS = "&".join(
    f"cols={code}"
    for code in ("region", "park", "tags", "certificate", "registered", "capital", "legal", "address", "scale", "updated")
)  # fmt: skip


class Trip:
    """Three firms, edited by hand, that go out as a workbook and come back."""

    def __init__(self, client: Client, importer: Importer, session: Session, path: Path) -> None:
        self.client, self.importer, self.session, self.path = client, importer, session, path
        for number in (1, 2, 3):
            firm(session, f"泽口往返{number}号", uscc=fictional_code(number))
            self.write(
                number, address=f"潜江市泽口街道示例路{number}号", capital="600", legal_representative=f"江某{number}"
            )
        self.out()

    def of(self, number: int) -> Enterprise:
        """A firm as it stands."""
        self.session.expire_all()
        found = self.session.scalars(select(Enterprise).filter_by(uscc=fictional_code(number))).one()
        self.session.commit()
        return found

    def write(self, number: int, **told: Any) -> None:
        """A colleague edits a firm."""
        one = self.of(number)
        stands = {"name": one.name, "version": one.version, "address": one.address, "region_code": one.region_code}
        stands |= {"legal_representative": one.legal_representative, "registered_on": one.registered_on}
        stands |= {"capital": str(one.capital_fen // 1_000_000)} if one.capital_fen else {}
        edit(self.session, actor=SYSTEM, enterprise=one, given=EnterpriseEdit.model_validate(stands | told), now=NOW)
        self.session.commit()

    def out(self) -> None:
        """Export the list."""
        self.path.write_bytes(self.client.get(f"/enterprises/export.xlsx?{COLUMNS}").content)

    def change(self, pattern: str, new: str, part: str = "xl/worksheets/sheet1.xml") -> None:
        """Edit the file in place, as a spreadsheet program would: everything else stays."""
        with zipfile.ZipFile(self.path) as archive:
            parts = {name: archive.read(name).decode() for name in archive.namelist()}
        parts[part], number = re.subn(pattern, new, parts[part], count=1)
        assert number, pattern
        with zipfile.ZipFile(self.path, "w") as archive:
            for name, text in parts.items():
                archive.writestr(name, text)

    def back(self, kind: ImportKind = ImportKind.WORKBOOK) -> dict[str, int]:
        """Import the file; the counts that are not zero."""
        self.session.commit()
        return self.importer.counts(self.importer.take_in(self.path, kind))

    def told(self) -> str:
        """What the last import tells of the file."""
        self.session.expire_all()
        sheet = self.session.scalars(select(ImportSheet).order_by(ImportSheet.run_id.desc())).first()
        assert sheet
        return " ".join(origin_texts(sheet.mapping.get("origin", {})))

    def row(self, outcome: RowOutcome) -> ImportRow:
        """The one row of the last import with this outcome."""
        run = self.session.scalars(select(ImportRun.id).order_by(ImportRun.id.desc()).limit(1)).one()
        return self.session.scalars(select(ImportRow).filter_by(run_id=run, outcome=outcome)).one()

    def row_reasons(self) -> list[str]:
        """The codes of what the last import told of its rows."""
        run = self.session.scalars(select(ImportRun.id).order_by(ImportRun.id.desc()).limit(1)).one()
        rows = self.session.scalars(select(ImportRow).filter_by(run_id=run))
        return [reason["code"] for row in rows for reason in row.reasons]

    def take(self, row: ImportRow, field: str) -> None:
        """Decide for what the file says."""
        run = self.session.get_one(ImportRun, row.run_id)
        decisions.choose(decisions.Deciding(self.session, SYSTEM, run, row, NOW), field, decisions.THEIRS)
        commit(self.session)

    def give_back(self, row: ImportRow, field: str) -> None:
        """Take that decision back."""
        run = self.session.get_one(ImportRun, row.run_id)
        decisions.undo(decisions.Deciding(self.session, SYSTEM, run, row, NOW), field)
        commit(self.session)

    def undo(self, import_id: int) -> None:
        """Take the import back."""
        Undoer(self.importer).undo(import_id)
        self.session.expire_all()

    def preview(self) -> str:
        """The page that shows what the file would write."""
        files = {"file": ("企业库.xlsx", self.path.read_bytes())}
        answer = self.client.submit("/imports/new", {"kind": "workbook"}, to="/imports", files=files)
        return self.client.get(str(answer.headers["location"])).text

    def tags(self, number: int) -> list[str]:
        """What a firm bears."""
        statement = select(EnterpriseTag.tag).filter_by(enterprise_id=self.of(number).id).order_by(EnterpriseTag.tag)
        return list(self.session.scalars(statement))

    def revoked(self) -> list[date | None]:
        """When each certificate was revoked, by number."""
        return list(self.session.scalars(select(Certificate.revoked_on).order_by(Certificate.number)))

    def events(self, type: str) -> list[JournalEvent]:
        """All events of a type."""
        statement = select(JournalEvent).filter_by(type=type).order_by(JournalEvent.position)
        return list(self.session.scalars(statement))


@pytest.fixture
def trip(sign_in: SignIn, database: Database, session: Session, tmp_path: Path) -> Trip:
    return Trip(sign_in(), Importer(database, tmp_path / "data"), session, tmp_path / "企业库.xlsx")


def test_the_sheet_is_hidden_and_never_taken_in_by_itself(trip: Trip) -> None:
    assert [(sheet.name, sheet.hidden) for sheet in open_table(trip.path).sheets][1:] == [("_yumiao", True)]
    with zipfile.ZipFile(trip.path) as archive:
        assert b'state="veryHidden"' in archive.read("xl/workbook.xml")
    assert trip.back() == {"unchanged": 3}
    assert trip.session.scalars(select(ImportSheet.name)).one() != "_yumiao"
    assert "从本库导出" in trip.told()
    assert "这些列由系统算出，改了也不能写回：更新日期" in trip.told()


def test_an_edited_cell_is_written_whoever_wrote_the_field_first(trip: Trip) -> None:
    trip.change("江某2<", "江某二<")
    assert trip.back() == {"changed": 1, "unchanged": 2}
    assert trip.of(2).legal_representative == "江某二"
    assert "legal_representative" in trip.of(2).edited_fields, "a person typed it"
    event = trip.session.scalars(select(JournalEvent).filter_by(type="enterprise.changed_by_import")).one()
    assert list(event.changes) == ["legal_representative"]


def test_what_others_changed_meanwhile_stays(trip: Trip) -> None:
    trip.write(2, address="潜江市竹根滩镇新路2号")
    trip.change("江某2<", "江某二<")
    assert trip.back() == {"changed": 1, "unchanged": 2}
    assert (trip.of(2).address, trip.of(2).legal_representative) == ("潜江市竹根滩镇新路2号", "江某二")


def test_the_same_cell_changed_by_both_waits(trip: Trip) -> None:
    trip.write(2, legal_representative="同事改的")
    trip.change("江某2<", "江某二<")
    assert trip.back() == {"differs": 1, "unchanged": 2}
    assert trip.of(2).legal_representative == "同事改的"
    row = trip.row(RowOutcome.DIFFERS)
    assert row.differences == {"legal_representative": ["同事改的", "江某二"]}
    trip.take(row, "legal_representative")
    assert trip.of(2).legal_representative == "江某二"


def test_both_changed_it_alike(trip: Trip) -> None:
    trip.write(2, legal_representative="江某二")
    trip.change("江某2<", "江某二<")
    assert trip.back() == {"unchanged": 3}


def test_an_emptied_cell_is_asked_about(trip: Trip) -> None:
    trip.change("江某2<", "<")
    assert trip.back() == {"differs": 1, "unchanged": 2}
    assert trip.of(2).legal_representative == "江某2"
    row = trip.row(RowOutcome.DIFFERS)
    assert row.differences == {"legal_representative": ["江某2", ""]}
    trip.take(row, "legal_representative")
    assert trip.of(2).legal_representative == ""


def test_an_emptied_capital_is_asked_about(trip: Trip) -> None:
    trip.change("<v>600.?0*</v>", "")
    assert trip.back() == {"differs": 1, "unchanged": 2}
    trip.take(trip.row(RowOutcome.DIFFERS), "capital_fen")
    assert {trip.of(number).capital_fen for number in (1, 2, 3)} == {None, 600_000_000}


def test_an_edited_name_is_a_change_of_name(trip: Trip) -> None:
    trip.change("泽口往返2号", "泽口往返贰号")
    assert trip.back() == {"changed": 1, "unchanged": 2}
    assert trip.of(2).name == "泽口往返贰号（示例）"
    assert trip.session.scalars(select(FormerName.name)).all() == ["泽口往返2号（示例）"]


def test_the_name_of_another_firm_waits(trip: Trip) -> None:
    trip.change("泽口往返2号", "泽口往返3号")
    assert trip.back() == {"queued": 1, "unchanged": 2}


def test_township_park_and_capital_come_back(trip: Trip) -> None:
    park = trip.session.scalars(select(Park).order_by(Park.code)).first()
    assert park
    head = next(iter(open_table(trip.path).sheets[0].rows())).cells
    letter = "ABCDEFGHIJKLMN"[head.index("园区")]
    place = "ABCDEFGHIJKLMN"[head.index("所在区域")]
    trip.change(rf'(<c r="{place}2"[^>]*><is><t[^>]*>)[^<]*', r"\g<1>潜江市竹根滩镇")
    trip.change(
        r'(<row r="2">.*?)(</row>)',
        rf'\g<1><c r="{letter}2" t="inlineStr"><is><t>{escape(park.name_zh)}</t></is></c>\2',
    )
    trip.change(r"<v>600.?0*</v>", "<v>750.5</v>")
    assert trip.back() == {"changed": 1, "unchanged": 2}
    codes = {(one.region_code, one.park_code, one.capital_fen) for one in map(trip.of, (1, 2, 3))}
    assert codes == {("429005100", park.code, 750_500_000), ("429005001", "", 600_000_000)}


def test_the_same_in_other_words_is_no_edit(trip: Trip) -> None:
    trip.change(r'( s="\d")?><v>600.?0*</v>', ' t="inlineStr"><is><t>600.00 </t></is>')
    trip.change(r'( s="\d")?><v>(\d{5})</v>', ' t="inlineStr"><is><t>2014年5月20日</t></is>')
    assert trip.of(1).registered_on == date(2014, 5, 20)
    assert trip.back() == {"unchanged": 3}


def test_deleted_rows_are_named_and_nothing_of_them_changes(trip: Trip) -> None:
    trip.change('<row r="3">.*?</row>', "")
    assert trip.back() == {"unchanged": 2}
    assert "删去了 1 行" in trip.told()
    assert re.search("泽口往返.号（示例）（9142", trip.told())


def test_a_row_of_a_firm_that_was_not_exported_is_refused(trip: Trip) -> None:
    firm(trip.session, "泽口后来", uscc=fictional_code(9))
    trip.session.commit()
    cells = "".join(
        f'<c r="{letter}9" t="inlineStr"><is><t>{text}</t></is></c>'
        for letter, text in (("A", "泽口后来（示例）"), ("B", fictional_code(9)))
    )
    trip.change("</sheetData>", f'<row r="9">{cells}</row></sheetData>')
    assert trip.back() == {"rejected": 1, "unchanged": 3}
    assert [reason["code"] for reason in trip.row(RowOutcome.REJECTED).reasons] == ["origin.foreign"]


def test_tags_and_certificates_come_back_and_computed_columns_are_named(trip: Trip) -> None:
    cells = {
        "标签": "瞪羚、没有这个标签",
        "有效证书": "高新技术企业 GR202142000001、GR202142000002",
        "更新日期": "2001-01-01",
    }
    edit_cells(trip.path, {(1, head): text for head, text in cells.items()})
    counts = trip.back()
    told = {(told.kind, told.number) for told in trip.session.scalars(select(Certificate))}
    reasons = [reason for row in trip.session.scalars(select(ImportRow)) for reason in row.reasons]
    assert counts == {"created": 1, "unchanged": 2}, (counts, reasons)
    assert len(trip.session.scalars(select(EnterpriseTag)).all()) == 1
    assert told == {("high-tech-enterprise", "GR202142000001")}, "of what kind the other is, nobody said"
    codes = {reason["code"] for reason in reasons}
    assert codes == {"origin.computed", "field.missing", "word.unknown"}


def test_a_tag_that_is_gone_from_its_cell_goes_and_what_others_added_stays(trip: Trip) -> None:
    listed = {"gazelle": date(2020, 1, 1), "unicorn": None, "moose": None}
    tags = [EnterpriseTag(enterprise_id=trip.of(1).id, tag=tag, granted_on=day) for tag, day in listed.items()]
    trip.session.add_all([*tags, EnterpriseTag(enterprise_id=trip.of(2).id, tag="moose")])
    trip.session.commit()
    trip.out()
    edit_cells(trip.path, {(1, "标签"): "驼鹿、潜在独角兽", (2, "标签"): ""})
    trip.session.add(EnterpriseTag(enterprise_id=trip.of(1).id, tag="little_giant"))
    trip.session.commit()
    page = " ".join(re.sub("<[^>]+>", " ", trip.preview()).split())
    assert "驼鹿、潜在独角兽 库内 瞪羚、独角兽" in page and "有差异" in page
    assert "疑似重复" not in page and "→" not in page.partition("泽口往返1号")[2].partition("开始导入")[0]
    assert trip.back() == {"created": 1, "differs": 1, "unchanged": 1}
    assert trip.tags(1) == ["little_giant", "moose", "potential_unicorn"] and trip.tags(2) == ["moose"]
    emptied = trip.row(RowOutcome.DIFFERS)
    assert emptied.differences == {"tag.tag": ["驼鹿", ""]}, "a cell that was emptied is asked about"
    trip.take(emptied, "tag.tag")
    assert trip.tags(2) == []
    trip.give_back(emptied, "tag.tag")
    assert trip.tags(2) == ["moose"]
    trip.take(emptied, "tag.tag")
    trip.undo(emptied.run_id)
    assert trip.tags(1) == ["gazelle", "little_giant", "moose", "unicorn"] and trip.tags(2) == ["moose"]
    back = trip.session.get_one(EnterpriseTag, (trip.of(1).id, "gazelle"))
    assert back.granted_on == date(2020, 1, 1)
    told = [event for event in trip.events("enterprise.tags_changed") if event.data.get("undone_import")]
    assert all(event.changes["tags"] for event in told) and len(told) == 4


def test_a_certificate_that_is_gone_from_its_cell_waits_for_a_person(trip: Trip, sign_in: SignIn) -> None:
    days = {"issued_on": date(2020, 11, 15), "expires_on": date(2999, 11, 14)}
    numbers = [f"GR20214200000{number}" for number in (1, 2, 3)]
    held = [Certificate(enterprise_id=trip.of(1).id, kind="high-tech-enterprise", number=n, **days) for n in numbers]
    trip.session.add_all(held)
    trip.session.commit()
    trip.out()
    assert trip.back() == {"unchanged": 3}
    edit_cells(trip.path, {(1, "有效证书"): numbers[1]})
    assert trip.back() == {"differs": 1, "unchanged": 2}
    assert trip.revoked() == [None] * 3, "a certificate is a record of law: nobody loses it by a cell"
    row, gone = trip.row(RowOutcome.DIFFERS), "certificate.number"
    assert row.differences == {gone: [f"{numbers[0]}、{numbers[2]}", ""]}
    assert trip.row_reasons() == ["origin.certificate_gone"]
    trip.take(row, gone)
    assert trip.revoked() == [NOW.date(), None, NOW.date()]
    told = [event.data["note"] for event in trip.events("enterprise.difference_taken")][-2:]
    assert told == [f"{number}：撤销日期先记为作此决定的当天" for number in (numbers[0], numbers[2])]
    page = sign_in(region="").get(f"/imports/{row.run_id}?outcome=differs").text
    assert "发证机关的撤销日期不同的" in page and f"/enterprises/{trip.of(1).uscc}/compliance#certificates" in page
    assert f"已于 {NOW.date()} 撤销" in trip.client.get(f"/enterprises/{trip.of(1).uscc}/compliance").text
    sign_in()
    trip.give_back(row, gone)
    assert trip.revoked() == [None] * 3
    trip.take(row, gone)
    trip.undo(row.run_id)
    assert trip.revoked() == [None] * 3
    trip.out()
    edit_cells(trip.path, {(1, "有效证书"): ""})
    trip.session.scalars(select(Certificate).filter_by(number=numbers[0])).one().revoked_on = date(2021, 2, 1)
    assert trip.back() == {"differs": 1, "unchanged": 2}
    row = trip.row(RowOutcome.DIFFERS)
    assert row.differences == {gone: ["、".join(numbers[1:]), ""]}, "what ended meanwhile is not asked about"
    trip.take(row, gone)
    trip.session.scalars(select(Certificate).filter_by(number=numbers[1])).one().revoked_on = date(2021, 3, 1)
    with pytest.raises(Conflict):
        trip.give_back(row, gone)


def test_without_its_hidden_sheet_it_says_that_it_compares_two_ways(trip: Trip) -> None:
    sheet = open_table(trip.path).sheets[0]
    head, *rows = [row.cells for row in sheet.rows()]
    trip.path.write_bytes(write_xlsx(rows, head, sheet=sheet.name))
    assert trip.back() == {"unchanged": 3}
    assert "两方比较" in trip.told()


@pytest.mark.parametrize("broken", ["[", "null", "[1]"])
def test_a_hidden_sheet_that_was_tampered_with_counts_for_nothing(trip: Trip, broken: str) -> None:
    trip.change(
        r'(<row r="3"><c r="A3" t="inlineStr"><is><t xml:space="preserve">)[^<]*',
        rf"\g<1>{broken}",
        "xl/worksheets/sheet2.xml",
    )
    assert trip.back() == {"unchanged": 3}
    assert "两方比较" in trip.told()


def test_the_page_tells_where_the_file_comes_from(trip: Trip) -> None:
    trip.change('<row r="3">.*?</row>', "")
    page = trip.preview()
    assert "从本库导出" in page
    assert "删去了 1 行" in page


def test_each_kind_of_record_of_the_firms_shown_can_be_taken_away(trip: Trip) -> None:
    page = trip.client.get("/enterprises/records?q=往返2号")
    assert "往返2号" in page.text
    for code in ("certificate", "figures", "award"):
        address = f"/enterprises/records/{code}/export.xlsx?q="
        assert address in page.text
        assert trip.client.get(address).status_code == 200
    assert trip.client.get("/enterprises/records/nothing/export.xlsx").status_code == 404
    assert trip.client.get("/commissioners/records/agreement/export.csv").status_code == 200
    assert "记录号" in trip.client.get("/commissioners/records/person/export.csv").text
    assert "/commissioners/records/person/export.xlsx" in trip.client.get("/commissioners").text
    assert "/enterprises/records" in trip.client.get("/enterprises").text
