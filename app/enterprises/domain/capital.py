"""Registered capital: an amount in some currency, and the wording it was read from, which is always kept."""

from dataclasses import dataclass

from app.kit.written.amounts import NO_UNIT, UNREADABLE, lacks_unit, read_amount

#: What our lists write behind a number whose unit nobody knows, so that the unit of the column is not taken for its own.
UNIT_UNKNOWN = "（单位不明）"


@dataclass(frozen=True)
class Capital:
    """An amount in hundredths of its currency (分 for CNY), the text it was read from, and what is odd about it."""

    fen: int | None
    currency: str
    text: str
    remark: str = ""


def parse_capital(text: str, *, unit: str = "") -> Capital:
    """Read `text`; `unit` (万元, 元 …) is what the column's header says, for a bare number. No capital is below zero."""
    kept = text.strip()
    if kept.endswith(UNIT_UNKNOWN):
        return Capital(None, "", kept.removesuffix(UNIT_UNKNOWN), NO_UNIT)
    found = read_amount(text, unit=unit)
    if found.fen is not None and found.fen < 0:
        return Capital(None, "", kept, UNREADABLE)
    return Capital(found.fen, found.currency, kept, found.remark)


def unread_capital(text: str) -> str:
    """A wording that could not be read, as a list writes it under a head that names a unit."""
    return f"{text}{UNIT_UNKNOWN}" if lacks_unit(text) else text
