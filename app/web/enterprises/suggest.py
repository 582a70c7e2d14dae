"""What pickers offer while somebody types: firms, industries, regions."""

from dataclasses import dataclass

from fastapi import Request
from starlette.responses import Response

from app.doors.deps import CurrentActor, DbSession
from app.doors.pages import render
from app.doors.router import GuardedRouter
from app.enterprises import actions, queries
from app.reference.queries import list_region_names, search_industries, search_regions

router = GuardedRouter(door="web", prefix="/enterprises")


@dataclass(frozen=True)
class Suggestion:
    """One line under a picker."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class SuggestPage:
    """The lines under a picker."""

    items: tuple[Suggestion, ...]


@router.get("/suggest", action=actions.LIST)
def suggest_enterprises(request: Request, session: DbSession, actor: CurrentActor, q: str = "") -> Response:
    found = queries.search_visible_to(session, actor, q[:100])
    items = tuple(Suggestion(firm.name, firm.uscc, firm.uscc) for firm in found)
    return render(request, "web/enterprises/suggest.html", SuggestPage(items))


@router.get("/suggest/industries", action=actions.LIST)
def suggest_industries(request: Request, session: DbSession, q: str = "") -> Response:
    found = search_industries(session, q.replace("\x00", "")) if q.strip() else []
    items = tuple(Suggestion(f"{row.code} {row.name}", row.code) for row in found)
    return render(request, "web/enterprises/suggest.html", SuggestPage(items))


@router.get("/suggest/regions", action=actions.LIST)
def suggest_regions(request: Request, session: DbSession, actor: CurrentActor, q: str = "") -> Response:
    found = search_regions(session, q.replace("\x00", ""), actor.region_prefix) if q.strip() else []
    places = list_region_names(session, [row.code for row in found])
    items = tuple(Suggestion(places.get(row.code, row.name), row.code, row.code) for row in found)
    return render(request, "web/enterprises/suggest.html", SuggestPage(items))
