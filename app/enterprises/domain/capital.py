"""Registered capital as registers write it: `30(万元人民币)`, `2,000(万元)`, `500(万美元)`, `9万人民币`, `N/A` …

A text that reads in one way only becomes an amount and a currency; any other is kept as it stands, with a remark.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from app.kit.i18n import N_
from app.kit.money import MAX_FEN

NOT_STATED = N_("原表未填写金额。")
UNREADABLE = N_("金额写法无法识别，保留原文。")
BAD_GROUPING = N_("千分位写法有误，保留原文。")
NO_UNIT = N_("没有写明单位（元或万元），保留原文。")
TOO_PRECISE = N_("金额精确到分以下，保留原文。")
TOO_LARGE = N_("金额大得不合常理，保留原文。")

#: Every remark that `parse_capital` can give; shown through gettext.
REMARKS = (NOT_STATED, UNREADABLE, BAD_GROUPING, NO_UNIT, TOO_PRECISE, TOO_LARGE)

YUAN = "CNY"
_NOTHING = {"", "-", "--", "—", "——", "/", "N/A", "NA", "NULL", "NONE", "无", "空", "未公示", "未填报"}
_UNITS = {"": 1, "千": 1_000, "万": 10_000, "十万": 100_000, "百万": 1_000_000, "千万": 10_000_000, "亿": 100_000_000}
_CURRENCIES = {
    "美元": "USD",
    "美金": "USD",
    "USD": "USD",
    "港币": "HKD",
    "港元": "HKD",
    "HKD": "HKD",
    "欧元": "EUR",
    "EUR": "EUR",
    "日元": "JPY",
    "日圆": "JPY",
    "JPY": "JPY",
    "英镑": "GBP",
    "GBP": "GBP",
    "新台币": "TWD",
    "台币": "TWD",
    "澳元": "AUD",
    "澳大利亚元": "AUD",
    "加元": "CAD",
    "加拿大元": "CAD",
    "新加坡元": "SGD",
    "新元": "SGD",
    "瑞士法郎": "CHF",
    "韩元": "KRW",
    "韩圆": "KRW",
    "澳门元": "MOP",
    "澳门币": "MOP",
}
_YUAN_WORDS = ("人民币元", "元人民币", "人民币", "元整", "圆整", "元", "圆", "RMB", "CNY")
_WORDS = dict.fromkeys(_YUAN_WORDS, YUAN) | _CURRENCIES | {f"{word}元": code for word, code in _CURRENCIES.items()}
_WORD = "|".join(sorted(map(re.escape, _WORDS), key=len, reverse=True))
_UNIT = "|".join(sorted(filter(None, _UNITS), key=len, reverse=True))
_SHAPE = re.compile(
    rf"(?P<before>{_WORD}|￥|¥|\$)?(?P<number>[\d,.]+)\(?(?P<unit>{_UNIT})?(?P<after>{_WORD})?\)?(?P<tail>整)?"
)
_SIGNS = {"￥": YUAN, "¥": YUAN, "$": "USD"}
_GROUPED = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?|\d+(\.\d+)?")


@dataclass(frozen=True)
class Capital:
    """An amount in hundredths of its currency (分 for CNY), the text it was read from, and what is odd about it."""

    fen: int | None
    currency: str
    text: str
    remark: str = ""


def parse_capital(text: str, *, unit: str = "") -> Capital:
    """Read `text`; `unit` (万元, 元 …) is what the column's header says, for a bare number."""
    kept = text.strip()
    folded = re.sub(r"\s", "", unicodedata.normalize("NFKC", kept)).upper()
    if folded in _NOTHING:
        return Capital(None, "", kept, NOT_STATED if kept else "")
    shape = _SHAPE.fullmatch(folded)
    if shape is None or _contradicts_itself(shape):
        return Capital(None, "", kept, UNREADABLE)
    if not (shape["unit"] or shape["after"] or shape["before"]):
        shape = _SHAPE.fullmatch(folded + unit)
        if not unit or shape is None:
            return Capital(None, "", kept, NO_UNIT)
    return _amount(shape, kept)


def _amount(shape: re.Match[str], kept: str) -> Capital:
    number = shape["number"]
    if not _GROUPED.fullmatch(number):
        return Capital(None, "", kept, BAD_GROUPING if "," in number else UNREADABLE)
    fen = Decimal(number.replace(",", "")) * _UNITS[shape["unit"] or ""] * 100
    if fen > MAX_FEN:
        return Capital(None, "", kept, TOO_LARGE)
    if fen != fen.to_integral_value():
        return Capital(None, "", kept, TOO_PRECISE)
    return Capital(int(fen), _currency(shape), kept)


def _currency(shape: re.Match[str]) -> str:
    word = shape["before"] or shape["after"] or ""
    return _SIGNS.get(word) or _WORDS.get(word, YUAN)


def _contradicts_itself(shape: re.Match[str]) -> bool:
    """Two currencies in one text; a plain 元 behind the number belongs to whatever stands before it."""
    return bool(shape["before"] and shape["after"]) and shape["after"] not in {"元", "圆", "元整", "圆整"}
