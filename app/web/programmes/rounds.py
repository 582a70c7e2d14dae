"""The rounds of a programme on its page, each with the form that sets its cut-offs."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.doors.forms.bound import Bound, empty
from app.programmes.models import ProgrammeRound
from app.programmes.queries import list_rounds
from app.programmes.schemas import NewRoundInput, RoundInput
from app.programmes.words import round_title

Changed = tuple[tuple[int, str], Bound[RoundInput]]


@dataclass(frozen=True)
class ProgrammeRoundLine:
    """A round and the form that sets its cut-offs."""

    row: ProgrammeRound
    title: str
    form: Bound[RoundInput]
    at: str


@dataclass(frozen=True)
class RoundsPanel:
    """The rounds of a programme, newest year first, and the form for another one."""

    lines: tuple[ProgrammeRoundLine, ...]
    may_set: bool
    new: Bound[NewRoundInput]


def rounds_panel(
    session: Session,
    code: str,
    on: date,
    *,
    may_set: bool,
    new: Bound[NewRoundInput] | None = None,
    changed: Changed | None = None,
) -> RoundsPanel:
    """The panel; `new` and `changed` are forms that were refused."""
    lines = tuple(_line(row, changed) for row in list_rounds(session, code))
    return RoundsPanel(lines, may_set, new or empty({"year": on.year}))


def _line(row: ProgrammeRound, changed: Changed | None) -> ProgrammeRoundLine:
    form: Bound[RoundInput] = empty(
        {
            "bureau_cutoff_on": row.bureau_cutoff_on or "",
            "province_cutoff_on": row.province_cutoff_on or "",
            "version": row.version,
        }
    )
    if changed and changed[0] == (row.year, row.code):
        form = changed[1]
    return ProgrammeRoundLine(row, round_title(row), form, f"-{row.year}-{row.code}")
