"""Writes the templates that are shipped in seeds/papers/: a letter for Word and a summary table for Excel.

Run it after changing a text here: .venv/bin/python tools/paper_templates.py
"""

from pathlib import Path

import xlsxwriter
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

FOLDER = Path(__file__).parent.parent / "seeds" / "papers"
BODY, TITLE, HEAD = "仿宋_GB2312", "方正小标宋简体", "黑体"
LETTER_TABLE = (
    ("序号", "{{ 件.序号 }}", 1.3),
    ("企业名称", "{{ 件.企业名称 }}", 5.0),
    ("统一社会信用代码", "{{ 件.统一社会信用代码 }}", 5.6),
    ("所在地", "{{ 件.所在地 }}", 3.4),
)
SUMMARY = (
    ("序号", "{{ 序号 }}", 6), ("受理编号", "{{ 受理编号 }}", 18), ("企业名称", "{{ 企业名称 }}", 24),
    ("统一社会信用代码", "{{ 统一社会信用代码 }}", 20), ("所在地", "{{ 所在地 }}", 14), ("技术领域", "{{ 技术领域 }}", 14),
    ("上年总收入（万元）", "{{ 上年总收入_万元 }}", 11), ("上年高新收入（万元）", "{{ 上年高新收入_万元 }}", 11),
    ("Ⅰ类知识产权", "{{ 一类知识产权数 }}", 9), ("Ⅱ类知识产权", "{{ 二类知识产权数 }}", 9),
    ("判定结论", "{{ 判定结论 }}", 10), ("部门意见", "{{ 部门意见 }}", 18), ("联系人", "{{ 联系人 }}", 10),
    ("联系电话", "{{ 联系电话 }}", 15),
)  # fmt: skip


def _write(paragraph, text, font=BODY, size=16, bold=False):
    run = paragraph.add_run(text)
    run.font.name, run.font.size, run.bold = font, Pt(size), bold
    run._element.rPr.rFonts.set(qn("w:eastAsia"), font)
    run._element.rPr.append(run._element.makeelement(qn("w:lang"), {qn("w:eastAsia"): "zh-CN"}))
    return paragraph


def letter() -> None:
    """A4, margins and sizes of an official letter (GB/T 9704)."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.top_margin, section.bottom_margin = Cm(3.7), Cm(3.5)
    section.left_margin, section.right_margin = Cm(2.8), Cm(2.6)
    title = document.add_paragraph()
    title.alignment, title.paragraph_format.space_after = WD_ALIGN_PARAGRAPH.CENTER, Pt(24)
    _write(title, "关于推荐企业申报{{ 年度范围 }}年度{{ 通道名称 }}的函", TITLE, 22)
    _write(document.add_paragraph(), "（主送单位）：")
    for text in (
        "经企业申报、我局审查，现推荐{{ 企业名单 }}{% if 件数 > 1 %}等{{ 件数 }}家企业{% endif %}申报{{ 年度范围 }}年度{{ 通道名称 }}。",
        "妥否，请审核。",
    ):
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.first_line_indent, paragraph.paragraph_format.line_spacing = Pt(32), Pt(28)
        _write(paragraph, text)
    _write(document.add_paragraph(), "附：推荐企业名单", size=16).paragraph_format.first_line_indent = Pt(32)
    for text in ("{{ 单位名称 }}", "{{ 制作日期 }}"):
        paragraph = document.add_paragraph()
        paragraph.alignment, paragraph.paragraph_format.right_indent = WD_ALIGN_PARAGRAPH.RIGHT, Pt(32)
        _write(paragraph, text)
    document.add_page_break()
    heading = document.add_paragraph()
    heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _write(heading, "推荐企业名单", HEAD, 16)
    _letter_table(document)
    document.save(FOLDER / "recommendation-letter.docx")


def _letter_table(document) -> None:
    table = document.add_table(rows=4, cols=len(LETTER_TABLE), style="Table Grid")
    for row, texts in enumerate(
        (
            [label for label, _value, _width in LETTER_TABLE],
            ["{%tr for 件 in 各件 %}"],
            [value for _label, value, _width in LETTER_TABLE],
            ["{%tr endfor %}"],
        )
    ):
        for column, text in enumerate(texts):
            _write(table.cell(row, column).paragraphs[0], text, HEAD if row == 0 else BODY, 12)
    table.autofit = False
    for column, (_label, _value, width) in zip(table.columns, LETTER_TABLE, strict=True):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = Cm(width)
    header = table.rows[0]._tr.get_or_add_trPr()
    header.append(header.makeelement(qn("w:tblHeader"), {}))


def summary() -> None:
    """A4 across, one row for each case, head repeated on every page."""
    workbook = xlsxwriter.Workbook(FOLDER / "summary-table.xlsx", {"strings_to_formulas": False})
    sheet = workbook.add_worksheet("推荐汇总表")
    title = workbook.add_format({"font_name": "黑体", "font_size": 16, "align": "center", "valign": "vcenter"})
    line = workbook.add_format({"font_name": "仿宋", "font_size": 11, "valign": "vcenter"})
    head = {
        "font_name": "黑体",
        "font_size": 10,
        "align": "center",
        "valign": "vcenter",
        "text_wrap": True,
        "border": 1,
    }
    cell = {"font_name": "仿宋", "font_size": 10, "valign": "vcenter", "text_wrap": True, "border": 1}
    heading, text = workbook.add_format(head), workbook.add_format(cell)
    number = workbook.add_format(cell | {"num_format": "#,##0.00", "align": "right"})
    count = workbook.add_format(cell | {"align": "center"})
    last = len(SUMMARY) - 1
    sheet.merge_range(0, 0, 0, last, "{{ 年度范围 }}年度{{ 通道名称 }}推荐汇总表", title)
    sheet.set_row(0, 34)
    sheet.write_string(1, 0, "填报单位：{{ 单位名称 }}", line)
    sheet.write_string(1, last - 2, "填报日期：{{ 制作日期 }}", line)
    sheet.set_row(2, 30)
    sheet.set_row(3, 32)
    for column, (label, value, width) in enumerate(SUMMARY):
        sheet.set_column(column, column, width)
        sheet.write_string(2, column, label, heading)
        looks = number if "万元" in value else count if value.startswith(("{{ 序号", "{{ 一类", "{{ 二类")) else text
        sheet.write_string(3, column, value, looks)
    sheet.write_string(4, 0, "共 {{ 件数 }} 件    填报人：{{ 制作人 }}    审核人：", line)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(2)
    sheet.freeze_panes(3, 0)
    workbook.close()


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    letter()
    summary()
