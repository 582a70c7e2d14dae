"""Empty lists to download: the headers that are read without help, and one example row that is never taken in."""

from collections.abc import Sequence

from app.enterprises.imports.domain import ImportKind
from app.enterprises.imports.fields import FIELDS, ImportField
from app.enterprises.imports.reading import EXAMPLE_USCC
from app.kit.tabular import write_csv, write_xlsx

_EXAMPLES = {
    "name": "江汉育苗科技有限公司（示例）",
    "former_names": "江汉育苗技术开发部（示例）",
    "registered_on": "2015-03-01",
    "kind": "有限责任公司",
    "legal_representative": "张某（示例）",
    "capital": "500",
    "industry": "3511",
    "field": "",
    "province": "湖北省",
    "city": "",
    "county": "潜江市",
    "address": "潜江市园林街道示例路1号",
    "scale": "小型",
    "above_scale": "否",
    "business_scope": "示例，导入前请删除本行",
    "year": "2020",
    "basis": "高企",
    "source": "专项审计报告",
    "staff_average_e4": "42.5",
    "rd_staff_average_e4": "6",
    "sales_revenue_fen": "3820.5",
    "total_income_fen": "3900",
    "net_assets_fen": "1200",
    "total_assets_fen": "2600",
    "rd_personnel_fen": "120",
    "rd_direct_fen": "80.25",
}
_LISTED_IN_WAN = "（万元）"


def blank_list(kind: ImportKind, *, xlsx: bool) -> bytes:
    """The template for lists of `kind`, as XLSX or as CSV in UTF-8 with mark."""
    fields = FIELDS[kind]
    header = [_header(field) for field in fields]
    row: Sequence[str] = [_example(field) for field in fields]
    return write_xlsx([row], header) if xlsx else b"".join(write_csv([row], header))


def _header(field: ImportField) -> str:
    return field.headers[0] + (_LISTED_IN_WAN if field.has_unit else "")


def _example(field: ImportField) -> str:
    return EXAMPLE_USCC if field.code == "uscc" else _EXAMPLES.get(field.code, "")
