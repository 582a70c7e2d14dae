"""Experts as a list: those kept by an office within the viewer's region."""

from dataclasses import dataclass
from typing import Annotated

from sqlalchemy import ColumnElement, and_, func, or_, select

from app.commissioners.domain import IDS
from app.commissioners.models import Commissioner, ServiceAgreement
from app.commissioners.queries import BY_NAME, in_effect, visible_to, with_agreements
from app.kit.lists import filters
from app.kit.lists.source import ListSource
from app.kit.lists.viewer import Viewer

ACTIVE, SERVING, FREE, RETIRED = "active", "serving", "free", "retired"
STATES = (ACTIVE, SERVING, FREE, RETIRED)
LONGEST_SEARCH = 60


def _words(said: str, _viewer: Viewer) -> str | None:
    return said.strip()[:LONGEST_SEARCH] or None


def _mentioned(said: str, _viewer: Viewer) -> ColumnElement[bool]:
    return and_(*(_mentions(word) for word in said.split()))


def _mentions(word: str) -> ColumnElement[bool]:
    lower = word.lower()
    clauses = [
        Commissioner.name.contains(word, autoescape=True),
        Commissioner.unit.contains(word, autoescape=True),
        Commissioner.speciality.contains(word, autoescape=True),
        func.replace(Commissioner.name_pinyin, " ", "").startswith(lower, autoescape=True),
        Commissioner.name_initials.startswith(lower, autoescape=True),
    ]
    number = IDS.row_id(word.upper())
    if number is not None:
        clauses.append(Commissioner.id == number)
    return or_(*clauses)


def _has_agreement(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return (
        select(ServiceAgreement.id)
        .where(ServiceAgreement.commissioner_id == Commissioner.id, *conditions)
        .correlate(Commissioner)
        .exists()
    )


def _under(programme: str, _viewer: Viewer) -> ColumnElement[bool]:
    return _has_agreement(ServiceAgreement.programme_code == programme)


def _in_state(state: str, viewer: Viewer) -> ColumnElement[bool]:
    if state == RETIRED:
        return Commissioner.disabled_on.is_not(None)
    active = Commissioner.disabled_on.is_(None)
    if state not in (SERVING, FREE):
        return active
    serving = _has_agreement(in_effect(viewer.on))
    return and_(active, serving if state == SERVING else ~serving)


@dataclass(frozen=True)
class CommissionerFilter:
    """Which experts; what says nothing does not narrow. Those retired show only when asked for."""

    q: Annotated[str, filters.Filter(_words, _mentioned)] = ""
    programme: Annotated[str, filters.Filter(filters.text, _under)] = ""
    state: Annotated[str, filters.Filter(filters.among(STATES), _in_state, always=True)] = ACTIVE


COMMISSIONERS: ListSource[Commissioner, CommissionerFilter] = ListSource(
    kind=CommissionerFilter,
    visible=lambda viewer: visible_to(viewer.actor),
    id=Commissioner.id,
    orders={"": BY_NAME},
    options=with_agreements(),
)
