"""A small ledger as a bureau keeps it: several sheets about fictional firms, each in a shape of its own."""

from pathlib import Path

import xlsxwriter

from tests.factories.enterprises import fictional_code, wrong_code

NAMES = [f"园林精密{n}号有限公司（示例）" for n in range(9)]


def write_ledger(path: Path) -> Path:
    """Certified firms with a head of two rows and merged towns, contacts by name only, figures by years, and what is no data."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("联系人")
    for at, row in enumerate(
        [["企业联系人通讯录"], ["序号", "单位", "联系人", "联系电话"], [1, NAMES[1] + " ", "周某（示例）", "10012345678"],
         [2, "园林查无此厂（示例）", "吴某（示例）", "10012345679"]]
    ):  # fmt: skip
        sheet.write_row(at, 0, row)
    sheet = book.add_worksheet("高企名单")
    sheet.merge_range("A1:F1", "高新技术企业名单（示例）")
    sheet.write("F2", "单位：万元")
    sheet.merge_range("A3:A4", "乡镇")
    sheet.merge_range("B3:C3", "企业信息")
    sheet.merge_range("D3:E3", "证书信息")
    sheet.merge_range("F3:F4", "2020年销售收入")
    sheet.write_row("B4", ["企业名称", "统一社会信用代码", "证书编号", "发证日期"])
    sheet.merge_range("A5:A6", "园林街道")
    sheet.write_row("B5", [NAMES[1], fictional_code(1), "GR202042990001", "2020-12-01", 3820.5])
    sheet.write_row("B6", [NAMES[2], fictional_code(2), "GR202042990002", "2020-12-01", "—"])
    sheet.write_row("A7", ["浩口镇", NAMES[3], wrong_code(3), "GR202042990003", "2020-12-01", 12])
    sheet.write_row("A8", ["合计", "", "3家", "", "", 3832.5])
    sheet.write("A9", "注：数据截至2020年底。")
    sheet = book.add_worksheet("年度数据")
    sheet.write_row(0, 0, ["企业名称", "2019年营业收入（千元）", "2020年营业收入（千元）"])
    sheet.write_row(1, 0, [NAMES[1], 30_000, 38_205])
    sheet.write_row(2, 0, [NAMES[2], "无", 5_000])
    old = book.add_worksheet("旧名单")
    old.write_row(0, 0, ["企业名称", "统一社会信用代码"])
    old.write_row(1, 0, [NAMES[8], fictional_code(8)])
    old.hide()
    book.add_worksheet("说明").write(0, 0, "各科室分别填写。")
    book.close()
    return path
