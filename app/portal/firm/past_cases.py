"""What the firm applied for in earlier years, as its bureau's ledgers tell it."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.cases.past_cases.fields import RESULT
from app.cases.past_cases.lists import list_past_cases
from app.programmes.queries import Catalogue
from app.reference.queries import list_terms

_COLOURS = {"passed": "good", "failed": "idle", "withdrawn": "idle"}


@dataclass(frozen=True)
class PortalPastCase:
    """One application: of what and when, and how it ended."""

    programme: str
    occasion: str
    state: str
    result: str


def past_case_lines(session: Session, catalogue: Catalogue, enterprise_id: int) -> tuple[PortalPastCase, ...]:
    """The newest first; nothing is asked for where there are none."""
    rows = list_past_cases(session, enterprise_id)
    if not rows:
        return ()
    titles = {code: str(programme.title) for code, programme in catalogue.known().items()}
    results = {term.code: term.label for term in list_terms(session, RESULT)[RESULT]}
    return tuple(
        PortalPastCase(
            programme=titles.get(row.programme_code, row.programme_code),
            occasion=" · ".join(filter(None, (str(row.year), row.round, row.number))),
            state=_COLOURS.get(row.result, "idle"),
            result=results.get(row.result, row.stage),
        )
        for row in rows
    )
