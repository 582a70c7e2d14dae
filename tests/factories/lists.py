"""Lists as bureaus send them, in every shape seen in real ones, about fictional firms."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from app.kit.tabular import write_csv, write_xlsx
from tests.factories.enterprises import fictional_code, wrong_code

HEADER = (
    "企业名称",
    "统一社会信用代码",
    "注册日期",
    "企业类型",
    "法人代表",
    "注册资金",
    "经营范围",
    "所在省份",
    "地区",
    "注册地址",
)
#: Shapes of registered capital in real lists, and what they say: hundredths and currency.
CAPITALS: Mapping[str, tuple[int | None, str]] = {
    "30(万元人民币)": (30_000_000, "CNY"),
    "2,000(万元)": (2_000_000_000, "CNY"),
    "1,605,318.6855(万元)": (1_605_318_685_500, "CNY"),
    "500(万美元)": (500_000_000, "USD"),
    "48(万港币)": (48_000_000, "HKD"),
    "2,000(万欧元)": (2_000_000_000, "EUR"),
    "9万": (9_000_000, "CNY"),
    "9万人民币": (9_000_000, "CNY"),
    "0.75万元人民币": (750_000, "CNY"),
    "84.4万人民币元": (84_400_000, "CNY"),
    "1,500(万人民币元)": (1_500_000_000, "CNY"),
    "0.0010( 万人民币元)": (1_000, "CNY"),
    "200(万)": (200_000_000, "CNY"),
    "5000万美元": (5_000_000_000, "USD"),
    "３０（万元）": (30_000_000, "CNY"),
    "人民币100万元": (100_000_000, "CNY"),
    "￥1,000.00": (100_000, "CNY"),
    "1亿元": (10_000_000_000, "CNY"),
    "N/A": (None, ""),
    "-": (None, ""),
    "": (None, ""),
    "1,0000000(万)": (None, ""),
    "500()": (None, ""),
    "5000": (None, ""),
    "河南": (None, ""),
    "壹佰万元整": (None, ""),
    "-5万": (None, ""),
}


def firm_row(number: int, **cells: str) -> list[str]:
    """One row of a list; `cells` by header replace the usual ones."""
    row = {
        "企业名称": f"园林精密{number}号有限公司（示例）",
        "统一社会信用代码": fictional_code(number),
        "注册日期": f"20{10 + number % 9}-03-{1 + number % 28:02}",
        "企业类型": "有限责任公司",
        "法人代表": "张**",
        "注册资金": f"{1 + number}(万元)",
        "经营范围": "示例产品的研发、生产、销售，兼营“示例”服务",
        "所在省份": "湖北",
        "地区": "潜江",
        "注册地址": f"潜江市园林办事处示例路{number}号",
    }
    return list((row | cells).values())


def firm_rows(count: int, first: int = 1) -> list[list[str]]:
    """So many sound rows."""
    return [firm_row(number) for number in range(first, first + count)]


def messy_rows() -> list[list[str]]:
    """Rows 2 to 9 of a file: sound, lower case and blanks, wrong check, 15 digits, repeat, no name, bad date, letter O."""
    return [
        firm_row(1),
        firm_row(2, 统一社会信用代码=f" {fictional_code(2).lower()}  "),
        firm_row(3, 统一社会信用代码=wrong_code(3)),
        firm_row(4, 统一社会信用代码="429005000001234"),
        firm_row(1, 注册资金="99(万元)"),
        firm_row(6, 企业名称=""),
        firm_row(7, 注册日期="2021-02-30", 注册资金="1,0000000(万)"),
        firm_row(8, 统一社会信用代码=fictional_code(8)[:12] + "O" + fictional_code(8)[13:]),
    ]


def write_list(
    path: Path,
    rows: Sequence[Sequence[str]],
    header: Sequence[str] = HEADER,
    *,
    encoding: str = "utf-8",
    delimiter: str = ",",
) -> Path:
    """The rows as a CSV or, by the path's ending, an XLSX file."""
    if path.suffix == ".xlsx":
        path.write_bytes(write_xlsx(rows, header))
    else:
        path.write_bytes(b"".join(write_csv(rows, header, encoding=encoding, delimiter=delimiter)))
    return path
