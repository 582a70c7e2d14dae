"""Registered capital: an amount in some currency, and the wording it was read from, which is always kept."""

from dataclasses import dataclass

from app.kit.amounts import UNREADABLE, read_amount


@dataclass(frozen=True)
class Capital:
    """An amount in hundredths of its currency (分 for CNY), the text it was read from, and what is odd about it."""

    fen: int | None
    currency: str
    text: str
    remark: str = ""


def parse_capital(text: str, *, unit: str = "") -> Capital:
    """Read `text`; `unit` (万元, 元 …) is what the column's header says, for a bare number. No capital is below zero."""
    found, kept = read_amount(text, unit=unit), text.strip()
    if found.fen is not None and found.fen < 0:
        return Capital(None, "", kept, UNREADABLE)
    return Capital(found.fen, found.currency, kept, found.remark)
