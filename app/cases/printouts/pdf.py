"""The dossier as PDF."""

import dataclasses
from datetime import date, datetime
from pathlib import Path
from typing import Any

from app.cases.printouts.dossier import Dossier
from app.cases.printouts.dossier_rows import instant
from app.kit.pdf.typeset import print_pdf

LAYOUT = Path(__file__).parent / "dossier.typ"


def print_dossier(dossier: Dossier) -> bytes:
    """The PDF. Raises `FontMissing` where there is no Chinese font, saying which package brings one."""
    return print_pdf(LAYOUT, {"dossier": _plain(dossier)}, dossier.made_at)


def _plain(value: Any) -> Any:
    """Dataclasses as JSON knows them; instants by the clock of Shanghai."""
    if dataclasses.is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, datetime):
        return instant(value)
    return value.isoformat() if isinstance(value, date) else value
