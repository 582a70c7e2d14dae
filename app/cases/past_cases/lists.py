"""Applications of earlier years as a list: those of the firms that the officer sees, and of one firm."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.past_cases.models import PastCase
from app.enterprises import lists as enterprises
from app.enterprises.models import Enterprise
from app.enterprises.queries import visible_to
from app.enterprises.search_index import matching
from app.kit.lists import filters
from app.kit.lists.source import ListSource, both_ways

PastCaseRow = tuple[PastCase, Enterprise]


@dataclass(frozen=True)
class PastCaseFilter:
    """Which applications; an empty field narrows nothing."""

    programme: Annotated[str, filters.equals(PastCase.programme_code)] = ""
    year: Annotated[int | None, filters.number(PastCase.year)] = None
    result: Annotated[str, filters.equals(PastCase.result)] = ""
    firm: Annotated[int | None, enterprises.firm(PastCase.enterprise_id)] = None
    q: Annotated[str, filters.search(matching)] = ""


PAST_CASES: ListSource[PastCaseRow, PastCaseFilter] = ListSource(
    kind=PastCaseFilter,
    visible=lambda viewer: (
        select(PastCase, Enterprise)
        .join(Enterprise, Enterprise.id == PastCase.enterprise_id)
        .where(visible_to(viewer.actor))
    ),
    id=PastCase.id,
    orders=both_ways("year", PastCase.year, PastCase.id) | both_ways("name", Enterprise.name_pinyin, PastCase.id),
    usual=lambda _wanted: "-year",
)


def list_past_cases(session: Session, enterprise_id: int) -> Sequence[PastCase]:
    """A firm's applications of earlier years, the newest first."""
    rows = select(PastCase).where(PastCase.enterprise_id == enterprise_id)
    return session.scalars(rows.order_by(PastCase.year.desc(), PastCase.id.desc())).all()
