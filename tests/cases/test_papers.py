"""Letters and tables: what they say, what no value can do to them, which templates are refused and why."""

import io
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter
from docx import Document as WordDocument
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from app.cases.opinions.domain import OpinionOutcome
from app.cases.printouts.actions import KEEP_TEMPLATES
from app.cases.printouts.file_names import file_name
from app.cases.printouts.letters import check_letter, render_letter
from app.cases.printouts.models import PaperTemplate
from app.cases.printouts.paper_values import gather_paper, list_cases
from app.cases.printouts.placeholders import CASE_NAMES, OF_CASE, OF_PAPER, PAPER_NAMES, PaperKind, sample
from app.cases.printouts.service import make_paper, note_paper
from app.cases.printouts.templates import (
    SHIPPED,
    Shelf,
    check_template,
    template_for,
    upload_template,
    withdraw_template,
)
from app.cases.printouts.workbooks import check_table, render_table
from app.enterprises.models import Contact, YearlyFigures
from app.files.vault import Upload, Vault
from app.journal.models import JournalEvent
from app.kit import db
from app.kit.errors import Forbidden, Invalid, NotFound
from app.kit.storage.local import LocalBlobs
from tests.cases.test_opinions import answer, ask
from tests.factories import cases
from tests.support import people
from tests.support.source import ROOT

SEEDS = ROOT / "seeds" / "papers"
EVIL = '=HYPERLINK("http://example.invalid","点我")'


@pytest.fixture
def head(session):
    return people.officer(session, role="section_head")


@pytest.fixture
def shelf(tmp_path):
    return Shelf(SEEDS, LocalBlobs(tmp_path / "files"))


def word(*paragraphs, table=()):
    document = WordDocument()
    for text in paragraphs:
        document.add_paragraph(text)
    if table:
        made = document.add_table(rows=len(table), cols=1)
        for row, text in zip(made.rows, table, strict=True):
            row.cells[0].text = text
    return saved(document)


def saved(document):
    body = io.BytesIO()
    document.save(body)
    return body.getvalue()


def words_of(body):
    document = WordDocument(io.BytesIO(body))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return [*(paragraph.text for paragraph in document.paragraphs), *cells]


def excel(*rows, write=None):
    body = io.BytesIO()
    book = xlsxwriter.Workbook(body, {"strings_to_formulas": False})
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            sheet.write_string(number, column, text)
    if write:
        write(book, sheet)
    book.close()
    return body.getvalue()


def cells_of(body):
    return CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0).to_python()


def xml_of(body, member="xl/worksheets/sheet1.xml"):
    return zipfile.ZipFile(io.BytesIO(body)).read(member).decode()


# -- what is shipped -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", PaperKind)
def test_shipped_templates_are_sound(kind):
    check_template(kind, (SEEDS / SHIPPED[kind]).read_bytes())


def test_shipped_templates_are_what_the_tool_writes():
    """The tool is the source of the shipped files: nobody edits them by hand."""
    from tools import paper_templates

    before = {path.name: path.read_bytes() for path in SEEDS.iterdir()}
    assert set(before) == set(SHIPPED.values())
    texts = {name: words_of(body) if name.endswith("docx") else cells_of(body) for name, body in before.items()}
    assert texts["summary-table.xlsx"][3] == [value for _label, value, _width in paper_templates.SUMMARY]
    assert {value for _label, value, _width in paper_templates.LETTER_TABLE} <= set(texts["recommendation-letter.docx"])


def test_every_placeholder_has_its_value(session, head, now):
    paper = gather_paper(session, [cases.opened(session, head, now).row], actor=head, office="示例局", now=now)
    assert paper.once.keys() == PAPER_NAMES
    assert paper.rows[0].keys() == CASE_NAMES
    assert not PAPER_NAMES & CASE_NAMES
    assert all(each.name.isidentifier() for each in (*OF_PAPER, *OF_CASE))


# -- values --------------------------------------------------------------------------------------------------------------


def test_values_of_a_case(session, head, now):
    firm = cases.firm(
        session,
        legal_representative="王敏",
        registered_on=date(2015, 3, 9),
        capital_fen=100_000_050,
        capital_currency="CNY",
    )
    session.add(Contact(enterprise_id=firm.id, name="后备", phone="2"))
    session.add(Contact(enterprise_id=firm.id, name="陈静", phone="0728-1", is_primary=True))
    figures = YearlyFigures(
        enterprise_id=firm.id,
        year=2020,
        basis="HTE",
        source="special_audit",
        total_income_fen=5_230_500_00,
        updated_at=now,
    )
    session.add(figures)
    cases.right(session, firm)
    case = cases.opened(session, head, now, firm).row
    row = ask(session, head, now, case, "tax")[0]
    answer(session, people.department(session, "tax"), now, row, OpinionOutcome.NOT_CONCERNED)
    values = gather_paper(session, [case], actor=head, office="示例局", now=now).rows[0]
    expected = {
        "企业名称": firm.name,
        "联系人": "陈静",
        "联系电话": "0728-1",
        "注册资本_万元": Decimal("100.00005"),
        "上年总收入_万元": Decimal("523.05"),
        "上年高新收入_万元": "",
        "二类知识产权数": 1,
        "一类知识产权数": 0,
        "部门意见": "税务局：不涉及本部门职责",
        "判定结论": "",
        "成立日期": "2015-03-09",
        "经办人": head.name,
        "所在地": "潜江市园林街道",
    }
    assert {name: values[name] for name in expected} == expected


def test_many_cases_cost_as_many_queries_as_one(session, head, now, count_queries):
    made = [cases.opened(session, head, now).row for _ in range(5)]

    def cost(chosen):
        session.expire_all()
        with count_queries() as sent:
            gather_paper(session, list_cases(session, head, list(chosen)), actor=head, office="局", now=now)
        return len(sent)

    numbers = [case.number for case in made]
    assert cost(numbers[:1]) == cost(numbers)


# -- letters -------------------------------------------------------------------------------------------------------------


def test_a_letter_lists_every_case():
    texts = words_of(render_letter((SEEDS / SHIPPED[PaperKind.LETTER]).read_bytes(), sample()))
    assert "江汉示例科技有限公司" in texts
    assert "楚泽示例农业有限公司" in texts
    assert any("等2家企业" in text for text in texts)
    assert not any("{" in text for text in texts)


def test_a_value_is_text_in_a_letter_whatever_it_looks_like():
    paper = sample()
    evil = {"企业名称": "{{ 1/0 }}<w:p/>&'\"" + EVIL, "联系人": "{% for x in 各件 %}"}
    made = render_letter(word("致 {{ 企业名称 }}：{{ 联系人 }}"), type(paper)(paper.once, ({**paper.rows[0], **evil},)))
    assert words_of(made)[0] == f"致 {evil['企业名称']}：{evil['联系人']}"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{{ 企业名字 }} {{ 电话 }}", "“企业名字”、“电话”"),
        ("{% for 件 in 各件 %}{{ 件.名称 }}{% endfor %}", "“名称”"),
        ("{{ 企业名称.__class__.__mro__ }}", "“__class__”、“__mro__”"),
        ("{{ 企业名称 ", "写法有误"),
        ("{% for 件 in 各件 %}{% for 又 in 各件 %}{{ 又.序号 }}{% endfor %}{% endfor %}", "循环里不能再套循环"),
        ("{% include '/etc/passwd' %}", "写法有误"),
        ("{{ 企业名称.ljust(999999999) }}", "“ljust”"),
        ("{{ 企业名称|center(999999999) }}", "写法有误"),
        ("{{ 企业名称 * 999999999 }}", "写法有误"),
        ("{{ '%999999999d' % 件数 }}", "写法有误"),
        ("{{ range(999999999) }}", "“range”"),
        ("{{ cycler }}", "“cycler”"),
    ],
)
def test_letters_that_are_refused_say_why(text, told):
    with pytest.raises(Invalid) as refused:
        check_letter(word(text))
    assert told in refused.value.message
    assert "template" in refused.value.fields


def test_what_another_word_processor_saved_stays_whole():
    """LibreOffice names the part with title and author by a relationship of its own."""
    office, other = ("package", "officeDocument")
    saved_elsewhere = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(word("致 {{ 企业名称 }}"))) as source,
        zipfile.ZipFile(saved_elsewhere, "w") as target,
    ):
        for name in source.namelist():
            body = source.read(name).decode("utf-8", "surrogateescape")
            body = body.replace(f"{office}/2006/relationships/metadata", f"{other}/2006/relationships/metadata")
            target.writestr(name, body.encode("utf-8", "surrogateescape"))
    check_letter(saved_elsewhere.getvalue())
    made = render_letter(saved_elsewhere.getvalue(), sample())
    names = zipfile.ZipFile(io.BytesIO(made)).namelist()
    assert len(names) == len(set(names))
    assert words_of(made)[0] == "致 江汉示例科技有限公司"


def test_a_placeholder_in_a_header_counts_too():
    document = WordDocument()
    document.sections[0].header.paragraphs[0].text = "{{ 没有的 }}"
    with pytest.raises(Invalid, match="没有的"):
        check_letter(saved(document))


def test_a_placeholder_in_a_field_code_is_refused():
    document = WordDocument()
    run = document.add_paragraph().add_run()._element
    code = run.makeelement("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}instrText", {})
    code.text = 'INCLUDETEXT "{{ 企业名称 }}"'
    run.append(code)
    with pytest.raises(Invalid, match="域代码"):
        check_letter(saved(document))


# -- tables --------------------------------------------------------------------------------------------------------------


def test_a_table_has_a_row_for_each_case():
    rows = cells_of(render_table((SEEDS / SHIPPED[PaperKind.TABLE]).read_bytes(), sample()))
    assert rows[0][0] == "2021年度高新技术企业认定推荐汇总表"
    assert [row[2] for row in rows[3:5]] == ["江汉示例科技有限公司", "楚泽示例农业有限公司"]
    assert rows[3][6] == 5230.5, "an amount is a number that can be added up"
    assert rows[5][0].startswith("共 2 件"), "what stood below the row has moved down"


def test_no_value_becomes_a_formula():
    paper = sample()
    evil = {**paper.rows[0], "企业名称": EVIL, "联系人": "@SUM(1+1)", "地址": "\x00\x0b+1\ufffe"}
    made = render_table(excel(["{{ 企业名称 }}", "前{{ 联系人 }}后", "{{ 地址 }}"]), type(paper)(paper.once, (evil,)))
    assert "<f" not in xml_of(made)
    assert xml_of(made).count('t="inlineStr"') == 3
    assert cells_of(made) == [[EVIL, "前@SUM(1+1)后", "+1"]]


def test_what_lies_below_the_row_moves_with_it():
    def write(book, sheet):
        sheet.merge_range("A4:B4", "备注：{{ 制作人 }}")
        sheet.merge_range("C2:D2", "{{ 经办人 }}")
        sheet.write_url("A6", "https://example.org/", string="说明")
        sheet.print_area("A1:D4")

    made = render_table(excel(["名称"], ["{{ 企业名称 }}"], write=write), sample())
    sheet = xml_of(made)
    assert 'ref="A5:B5"' in sheet
    assert 'ref="C2:D2"' in sheet
    assert 'ref="C3:D3"' in sheet
    assert '<hyperlink ref="A7"' in sheet
    assert "Print_Area" not in xml_of(made, "xl/workbook.xml")
    assert cells_of(made)[4][0] == "备注：李晓（示例）"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (excel(["{{ 企业名字 }}"]), "企业名字"),
        (excel(["{{ 件数 }}"]), "没有一行"),
        (excel(["{{ 企业名称 }}"], ["{{ 年度 }}"]), "只能有一行"),
        (excel(["{{ 企业名称 }}"], write=lambda _book, sheet: sheet.write_formula("B9", "=1+1")), "公式（B9）"),
        (excel(["{{ 企业名称 }}"], write=lambda _book, sheet: sheet.write_formula("B1", '="{{ 企业名称 }}"')), "公式"),
        (excel(["{{ 企业名称 }}"], write=lambda _book, sheet: sheet.add_table("D1:E3")), "“表格”对象"),
        (b"PK\x03\x04 damaged", "已损坏"),
        (word("{{ 企业名称 }}"), "已损坏"),
    ],
)
def test_tables_that_are_refused_say_why(body, told):
    with pytest.raises(Invalid) as refused:
        check_table(body)
    assert told in refused.value.message


def test_a_bomb_is_not_unpacked():
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"\0" * 60_000_000)
    with pytest.raises(Invalid, match="损坏"):
        check_template(PaperKind.TABLE, body.getvalue())


# -- the bureau's own ----------------------------------------------------------------------------------------------------


def upload(session, shelf, actor, now, body, kind=PaperKind.LETTER, programme="", name="我局推荐函.docx"):
    vault = Vault(shelf.blobs)
    given = Upload(io.BytesIO(body), name)
    return upload_template(session, vault, actor=actor, now=now, kind=kind, programme=programme, upload=given)


def test_the_most_particular_template_is_used_and_can_be_set_aside(session, head, now, shelf):
    shipped = template_for(session, shelf, PaperKind.LETTER, cases.PROGRAMME)
    general, own = word("通用 {{ 企业名称 }}"), word("高企 {{ 企业名称 }}")
    first = upload(session, shelf, head, now, general)
    upload(session, shelf, head, now, word("旧版 {{ 企业名称 }}"), programme=cases.PROGRAMME)
    second = upload(session, shelf, head, now, own, programme=cases.PROGRAMME)
    assert template_for(session, shelf, PaperKind.LETTER, cases.PROGRAMME) == own
    assert template_for(session, shelf, PaperKind.LETTER, "technology-sme") == general
    withdraw_template(session, actor=head, now=now, template_id=second.id)
    assert template_for(session, shelf, PaperKind.LETTER, cases.PROGRAMME) == general, "not the older one of its own"
    withdraw_template(session, actor=head, now=now, template_id=first.id)
    assert template_for(session, shelf, PaperKind.LETTER, cases.PROGRAMME) == shipped
    with pytest.raises(NotFound):
        withdraw_template(session, actor=head, now=now, template_id=first.id)
    db.commit(session)
    wanted = select(JournalEvent).where(JournalEvent.subject_kind == "paper_template").order_by(JournalEvent.position)
    told = [event.type for event in session.scalars(wanted)]
    assert told == ["paper.template_uploaded"] * 3 + ["paper.template_withdrawn"] * 2


def test_refused_templates_leave_nothing_behind(session, head, now, shelf):
    for body, name in ((word("{{ 没有的 }}"), "a.docx"), (word("{{ 企业名称 }}"), "a.xlsx"), (b"MZ", "a.docx")):
        with pytest.raises(Invalid):
            upload(session, shelf, head, now, body, name=name)
    with pytest.raises(NotFound):
        upload(session, shelf, head, now, word("{{ 企业名称 }}"), programme="no-such")
    assert session.scalars(select(PaperTemplate)).all() == []
    assert list(shelf.blobs.entries()) == []
    with pytest.raises(Forbidden):
        upload(session, shelf, people.officer(session), now, word("{{ 企业名称 }}"))
    assert KEEP_TEMPLATES.roles


# -- making --------------------------------------------------------------------------------------------------------------


def test_a_paper_is_about_the_chosen_cases_in_their_order(session, head, now, shelf):
    numbers = [cases.opened(session, head, now).row.number for _ in range(3)]
    chosen = [numbers[2], numbers[0], numbers[2]]
    made = make_paper(session, shelf, actor=head, now=now, office="示例局", kind=PaperKind.TABLE, numbers=chosen)
    assert made.numbers == (numbers[2], numbers[0])
    assert [row[1] for row in cells_of(made.body)[3:5]] == list(made.numbers)
    assert made.name == "推荐汇总表-2家企业-20210630.xlsx"
    note_paper(session, actor=head, now=now, made=made)
    db.commit(session)
    told = session.scalars(select(JournalEvent).where(JournalEvent.type == "paper.made")).one()
    assert (told.actor_name, told.data["rows"], told.data["cases"]) == (head.name, 2, list(made.numbers))


def test_cases_out_of_reach_go_into_no_paper(session, head, now, shelf):
    here = cases.opened(session, head, now).row.number
    stranger = people.officer(session, region="429006")

    def make(actor, numbers):
        make_paper(session, shelf, actor=actor, now=now, office="局", kind=PaperKind.TABLE, numbers=numbers)

    with pytest.raises(NotFound):
        make(stranger, [here])
    with pytest.raises(NotFound):
        make(head, [here, "QJ-GQ-1999-0001"])
    with pytest.raises(Invalid):
        make(head, [])
    with pytest.raises(Invalid):
        make(head, [f"QJ-GQ-2021-{number:04}" for number in range(501)])
    with pytest.raises(Forbidden):
        make(people.department(session, "tax"), [here])


@pytest.mark.parametrize(
    ("text", "name"),
    [("甲/乙\\丙:*?", "甲_乙_丙_"), ("..", "_"), ("x" * 300, "x" * 80), ("正常 名称", "正常 名称"), ("a\nb", "a_b")],
)
def test_file_names_are_taken_by_every_system(text, name):
    assert file_name(text) == name


def test_the_folder_of_shipped_templates_is_part_of_the_seeds():
    assert isinstance(SEEDS, Path)
    assert {path.name for path in SEEDS.iterdir()} == set(SHIPPED.values())
