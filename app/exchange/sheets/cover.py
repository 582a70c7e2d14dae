"""The cover list of a hand-over: what lies in it, to be printed and stamped beside the file."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from app.kit.pdf.typeset import print_pdf

LAYOUT = Path(__file__).parent / "cover.typ"
TITLE = "数据报送清单"


@dataclass(frozen=True)
class CoverLine:
    """One record: the firm (or person) it is about, its codes, and whether it is withdrawn."""

    ordinal: str
    unit: str
    uscc: str
    case_number: str
    note: str


def print_cover(about: Mapping[str, Any], lines: Iterable[CoverLine], made_at: datetime) -> bytes:
    """The PDF. `about`: number, partner, resource, office, on, count, retired, checksum, position, definition, made_by.

    Raises `FontMissing` where there is no Chinese font.
    """
    cover = {"title": TITLE, **about, "lines": [asdict(line) for line in lines]}
    return print_pdf(LAYOUT, {"cover": cover}, made_at)
