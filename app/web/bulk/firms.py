"""The firms that a list chose for bulk work: those ticked (firms, or cases whose firms they are), or all of a filter."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.cases.selection import (
    firm_ids_by_code,
    firm_ids_of_cases,
    firms_of_cases_visible_to,
    firms_visible_to,
    list_firm_ids,
)
from app.doors.pages.render import safe_next
from app.engagement.schemas import MOST_AT_ONCE
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.lists.viewer import Viewer
from app.web.cases.list import LIST as CASES
from app.web.enterprises.list import LIST as FIRMS


@dataclass(frozen=True)
class ChosenFirms:
    """The ids of the firms, one more than is allowed at most, and the list they come from."""

    ids: tuple[int, ...]
    back: str

    @property
    def field(self) -> str:
        """All ids in one text, for a form to send along."""
        return " ".join(str(one) for one in self.ids)


def chosen_firms(session: Session, actor: Actor, now: datetime, form: FormData) -> ChosenFirms:
    """Whom a form means: `firms` (ids) once they are chosen; before that `firm` (codes), `case` (numbers) or `which=all`."""
    back = safe_next(str(form.get("back") or ""), "/enterprises")
    kept = str(form.get("firms") or "").split()
    if kept:
        ids = [int(one) for one in kept if one.isascii() and one.isdigit() and len(one) < 18]
        return ChosenFirms(tuple(dict.fromkeys(ids))[: MOST_AT_ONCE + 1], back)
    of_cases = back.startswith("/cases")
    if form.get("which") == "all":
        viewer, query = Viewer(session, actor, today(now)), str(form.get("filter") or "")
        return ChosenFirms(tuple(_all(viewer, query, of_cases=of_cases)), back)
    ticked = [str(value) for value in form.getlist("case" if of_cases else "firm")][: MOST_AT_ONCE + 1]
    ids_of = firm_ids_of_cases if of_cases else firm_ids_by_code
    return ChosenFirms(tuple(ids_of(session, actor, ticked)), back)


def _all(viewer: Viewer, query: str, *, of_cases: bool) -> list[int]:
    if of_cases:
        firms = firms_of_cases_visible_to(viewer, CASES.wanted(CASES.model.of(query), viewer))
    else:
        firms = firms_visible_to(viewer, FIRMS.wanted(FIRMS.model.of(query), viewer))
    return list_firm_ids(viewer.session, firms, MOST_AT_ONCE + 1)
