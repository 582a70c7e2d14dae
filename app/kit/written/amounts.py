"""Amounts of money as registers and people write them: `30(万元人民币)`, `2,000(千元)`, `500(万美元)`, `N/A` …

One reader for every list. A text that reads in one way only becomes an amount and a currency. The unit that stands in the
cell decides; a bare number takes the unit that is handed in (of its column); without either nothing is guessed.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from app.kit.i18n import N_
from app.kit.money import MAX_FEN, SCALES

NOT_STATED = N_("原表未填写金额。")
UNREADABLE = N_("金额写法无法识别，保留原文。")
BAD_GROUPING = N_("千分位写法有误，保留原文。")
NO_UNIT = N_("没有写明单位（元或万元），保留原文。")
TOO_PRECISE = N_("金额精确到分以下，保留原文。")
TOO_LARGE = N_("金额大得不合常理，保留原文。")

#: Every remark that an amount can have; shown through gettext.
REMARKS = (NOT_STATED, UNREADABLE, BAD_GROUPING, NO_UNIT, TOO_PRECISE, TOO_LARGE)

YUAN = "CNY"
_NOTHING = {"", "-", "--", "—", "——", "/", "N/A", "NA", "NULL", "NONE", "无", "空", "未公示", "未填报"}
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
#: Words that say renminbi but not in which unit: behind a number they leave the unit to the column.
_ONLY_YUAN = {"人民币", "RMB", "CNY", "￥", "¥"}
_WORDS = dict.fromkeys(_YUAN_WORDS, YUAN) | _CURRENCIES | {f"{word}元": code for word, code in _CURRENCIES.items()}
_WORD = "|".join(sorted(map(re.escape, _WORDS), key=len, reverse=True))
_SCALE = "|".join(sorted(filter(None, SCALES), key=len, reverse=True))
_SHAPE = re.compile(
    rf"(?P<before>{_WORD}|￥|¥|\$)?(?P<number>-?[\d,.]+)\(?(?P<scale>{_SCALE})?(?P<after>{_WORD})?\)?(?P<tail>整)?"
)
_NEGATIVE = re.compile(r"\(([\d,.]+)\)")
_SIGNS = {"￥": YUAN, "¥": YUAN, "$": "USD"}
#: Most cells hold nothing but digits, which read in one way only.
_PLAIN = re.compile(r"-?[0-9]{1,30}(?:\.[0-9]{1,10})?")
_GROUPED = re.compile(r"-?(\d{1,3}(,\d{3})+(\.\d+)?|\d+(\.\d+)?)")
_UNIT = re.compile(rf"(?:人民币|RMB|CNY)?(?:(?P<scale>{_SCALE})(?P<word>{_WORD})?|(?P<alone>{_WORD}))")
_ENGLISH_UNITS = {
    "YUAN": "元",
    "1,000YUAN": "千元",
    "10,000YUAN": "万元",
    "MILLIONYUAN": "百万元",
    "100MILLIONYUAN": "亿元",
}


@dataclass(frozen=True)
class ParsedAmount:
    """An amount in hundredths of its currency (分 for CNY), and what is odd about its text when it has none."""

    fen: int | None
    currency: str = ""
    remark: str = ""


@lru_cache(maxsize=2_048)
def read_amount(text: str, *, unit: str = "") -> ParsedAmount:
    """Read `text`; `unit` (万元, 千元, 万美元 …) is what its column says, for a number that states none itself."""
    if _PLAIN.fullmatch(text) and (known := _unit_known(unit)):
        return _in_unit(text, *known)
    folded = _fold(text)
    if folded in _NOTHING:
        return ParsedAmount(None, remark=NOT_STATED if text.strip() else "")
    shape = _SHAPE.fullmatch(folded)
    if shape is None or _contradicts_itself(shape):
        return ParsedAmount(None, remark=UNREADABLE)
    if not _states_unit(shape):
        completed = _SHAPE.fullmatch(f"{shape['number']}{unit}")
        if not unit or completed is None:
            return _with_sign_only(shape)
        if shape["before"] or shape["after"]:
            return (
                _amount(completed)
                if _currency(completed) == _currency(shape)
                else ParsedAmount(None, remark=UNREADABLE)
            )
        shape = completed
    return _amount(shape)


def lacks_unit(text: str) -> bool:
    """Whether `text` is a number whose unit is not written beside it; `38.2万` and `500(万美元)` tell theirs."""
    shape = _SHAPE.fullmatch(_fold(text))
    return shape is not None and not _states_unit(shape)


def unit_of(text: str) -> str:
    """The unit of money that `text` is, in one spelling (`人民币万元` and `万` are 万元); "" when it is none."""
    folded = _fold(text)
    if folded in _ENGLISH_UNITS:
        return _ENGLISH_UNITS[folded]
    found = _UNIT.fullmatch(folded)
    if found is None or found["alone"] in _ONLY_YUAN:
        return ""
    word = found["word"] or found["alone"] or "元"
    return (found["scale"] or "") + ("元" if _WORDS[word] == YUAN else word)


def _fold(text: str) -> str:
    """Without blanks, in narrow signs; `(1,250.3)` is how accountants write -1,250.3."""
    folded = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()
    return _NEGATIVE.sub(r"-\1", folded) if _NEGATIVE.fullmatch(folded) else folded


def _states_unit(shape: re.Match[str]) -> bool:
    words = [word for word in (shape["before"], shape["after"]) if word and word not in _ONLY_YUAN]
    return bool(shape["scale"] or words)


def _with_sign_only(shape: re.Match[str]) -> ParsedAmount:
    """`￥1,000.00` and `1000人民币` are yuan where no column says otherwise; a bare number is nothing yet."""
    return _amount(shape) if shape["before"] or shape["after"] else ParsedAmount(None, remark=NO_UNIT)


def _amount(shape: re.Match[str]) -> ParsedAmount:
    number = shape["number"]
    if not _GROUPED.fullmatch(number):
        return ParsedAmount(None, remark=BAD_GROUPING if "," in number else UNREADABLE)
    return _in_unit(number.replace(",", ""), SCALES[shape["scale"] or ""], _currency(shape))


@lru_cache(maxsize=256)
def _unit_known(unit: str) -> tuple[int, str] | None:
    """How many of the currency one of `unit` is, and the currency; None where a number beside it is no amount."""
    shape = _SHAPE.fullmatch(f"1{unit}") if unit else None
    return None if shape is None or shape["number"] != "1" else (SCALES[shape["scale"] or ""], _currency(shape))


def _in_unit(number: str, scale: int, currency: str) -> ParsedAmount:
    fen = Decimal(number) * scale * 100
    if abs(fen) > MAX_FEN:
        return ParsedAmount(None, remark=TOO_LARGE)
    if fen != fen.to_integral_value():
        return ParsedAmount(None, remark=TOO_PRECISE)
    return ParsedAmount(int(fen), currency)


def _currency(shape: re.Match[str]) -> str:
    word = shape["before"] or shape["after"] or ""
    return _SIGNS.get(word) or _WORDS.get(word, YUAN)


def _contradicts_itself(shape: re.Match[str]) -> bool:
    """Two currencies in one text; a plain 元 behind the number belongs to whatever stands before it."""
    return bool(shape["before"] and shape["after"]) and shape["after"] not in {"元", "圆", "元整", "圆整"}
