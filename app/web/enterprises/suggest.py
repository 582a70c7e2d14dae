"""What pickers offer while somebody types: firms, industries, regions."""

from dataclasses import dataclass

from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.enterprises import actions
from app.enterprises.lists import search_visible_to
from app.reference.queries import list_region_names, search_industries, search_regions

router = GuardedRouter(door="web", prefix="/enterprises")


@dataclass(frozen=True)
class Suggestion:
    """One line under a picker."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class EnterpriseSuggestPage:
    """The lines under a picker."""

    items: tuple[Suggestion, ...]


@router.get("/suggest", action=actions.LIST)
def suggest_enterprises(call: Call, q: str = "") -> Response:
    found = search_visible_to(call.session, call.actor, q[:100])
    items = tuple(Suggestion(firm.name, firm.uscc, firm.uscc) for firm in found)
    return call.render("web/enterprises/suggest.html", EnterpriseSuggestPage(items))


@router.get("/suggest/industries", action=actions.LIST)
def suggest_industries(call: Call, q: str = "") -> Response:
    found = search_industries(call.session, q.replace("\x00", "")) if q.strip() else []
    items = tuple(Suggestion(f"{row.code} {row.name}", row.code) for row in found)
    return call.render("web/enterprises/suggest.html", EnterpriseSuggestPage(items))


@router.get("/suggest/regions", action=actions.LIST)
def suggest_regions(call: Call, q: str = "") -> Response:
    found = search_regions(call.session, q.replace("\x00", ""), call.actor.region_prefix) if q.strip() else []
    places = list_region_names(call.session, [row.code for row in found])
    items = tuple(Suggestion(places.get(row.code, row.name), row.code, row.code) for row in found)
    return call.render("web/enterprises/suggest.html", EnterpriseSuggestPage(items))
