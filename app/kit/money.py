"""Money is an integer number of 分 (`…_fen`); it is read and shown in 元 or 万元, never through a float."""

import re
from decimal import Decimal

from app.kit.errors import Invalid
from app.kit.i18n import _

FEN_PER_YUAN = 100
FEN_PER_WAN = 1_000_000
MAX_FEN = 10**17  # 10 万亿元: beyond it a figure is a slip of the keyboard

_NUMBER = re.compile(r"-?\d{1,18}(\.\d+)?")
#: How many 元 (or units of another currency) the word before it stands for.
SCALES = {
    "": 1,
    "百": 100,
    "千": 1_000,
    "万": 10_000,
    "十万": 100_000,
    "百万": 1_000_000,
    "千万": 10_000_000,
    "亿": 100_000_000,
}
_WRITTEN = re.compile(rf"(.*?)\s*({'|'.join(sorted(SCALES, key=len, reverse=True))})元?", re.DOTALL)


def parse_yuan(text: str, unit: str = "元") -> int:
    """`text` in `unit` (元, 千元, 万元, 亿元 …; thousands commas allowed) as 分. Raises `Invalid` beyond whole 分 or the limit."""
    cleaned = text.strip().replace(",", "").replace("，", "")
    if not _NUMBER.fullmatch(cleaned):
        raise Invalid("money.unreadable", _("“%(text)s”不是金额，请填写数字，如 1234.56。") % {"text": text[:40]})
    fen = Decimal(cleaned) * SCALES[unit.removesuffix("元")] * FEN_PER_YUAN
    if fen != fen.to_integral_value():
        raise Invalid("money.precision", _("金额最多精确到分。"))
    if abs(fen) > MAX_FEN:
        raise Invalid("money.too_large", _("金额过大，请核对单位。"))
    return int(fen)


def parse_written(text: str) -> int:
    """An amount as people write it, `1,234.56`, `500万` or `500 千元`, as 分; without a unit it is 元. Raises `Invalid`."""
    number, scale = _WRITTEN.fullmatch(text).groups()  # type: ignore[union-attr]
    return parse_yuan(number, f"{scale}元")


def in_yuan(fen: int) -> Decimal:
    """分 as 元, exactly: what a table carries as a number."""
    return Decimal(fen) / FEN_PER_YUAN


#: The unit of `in_wan`, as the heads of lists write it.
WAN = "万元"


def in_wan(fen: int) -> Decimal:
    """分 as 万元, exactly."""
    return Decimal(fen) / FEN_PER_WAN


def format_yuan(fen: int) -> str:
    """1234567 分 as `12,345.67`; whole yuan without decimals."""
    return _grouped(in_yuan(fen))


def format_wan(fen: int) -> str:
    """38200000 分 as `38.2` (万元), at most two decimals shown and only when exact; otherwise as many as needed."""
    return _grouped(in_wan(fen))


def _grouped(value: Decimal) -> str:
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
