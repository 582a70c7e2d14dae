"""The one search box: firms, cases and people by characters, initials, number or code. Each finder sees what its reader sees."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.cases.actions import LIST as LIST_CASES
from app.cases.lists import CASES, CaseFilter
from app.commissioners.actions import LIST as LIST_COMMISSIONERS
from app.commissioners.lists import COMMISSIONERS, CommissionerFilter
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.enterprises.actions import LIST as LIST_ENTERPRISES
from app.enterprises.domain.uscc import LENGTH, normalise
from app.enterprises.lists import search_visible_to
from app.enterprises.queries import find_by_uscc_visible_to
from app.kit.actor import Actor
from app.kit.i18n import N_, _
from app.kit.lists.viewer import Viewer
from app.kit.permissions import Action, can
from app.programmes.queries import load_catalogue
from app.reference.queries import list_region_names

router = GuardedRouter(door="web", prefix="/search")

MAX_QUERY = 60
ON_PAGE, IN_BOX = 10, 4


@dataclass(frozen=True)
class SearchRequest:
    """What is looked for, by whom."""

    session: Session
    actor: Actor
    query: str
    limit: int
    on: date


@dataclass(frozen=True)
class Hit:
    """One thing found."""

    label: str
    url: str
    note: str = ""


@dataclass(frozen=True)
class Finder:
    """One kind of thing that can be found; `more` is the list that shows all of them."""

    title: str
    action: Action
    find: Callable[[SearchRequest], list[Hit]]
    more: str


@dataclass(frozen=True)
class SearchGroup:
    """What one finder found."""

    title: str
    hits: tuple[Hit, ...]
    more: str


@dataclass(frozen=True)
class SearchPage:
    """Everything found, by kind."""

    query: str
    groups: tuple[SearchGroup, ...]


@dataclass(frozen=True)
class SearchSuggestPage:
    """The lines under the box."""

    items: tuple[Hit, ...]


def _firms(asked: SearchRequest) -> list[Hit]:
    found = search_visible_to(asked.session, asked.actor, asked.query, asked.limit)
    places = list_region_names(asked.session, {firm.region_code for firm in found})
    return [
        Hit(firm.name, f"/enterprises/{firm.uscc}", " · ".join(filter(None, (firm.uscc, places.get(firm.region_code)))))
        for firm in found
    ]


def _cases(asked: SearchRequest) -> list[Hit]:
    viewer = Viewer(asked.session, asked.actor, asked.on)
    found = CASES.page(viewer, CaseFilter(q=asked.query), limit=asked.limit).items
    catalogue = load_catalogue(asked.session) if found else None
    return [
        Hit(
            f"{case.number} {case.enterprise.name}",
            f"/cases/{case.number}",
            str(catalogue.get(case.programme_code, case.programme_version).title) if catalogue else "",
        )
        for case in found
    ]


def _people(asked: SearchRequest) -> list[Hit]:
    viewer = Viewer(asked.session, asked.actor, asked.on)
    found = COMMISSIONERS.page(viewer, CommissionerFilter(q=asked.query), limit=asked.limit).items
    return [Hit(person.name, f"/commissioners/{person.public_id}", person.unit) for person in found]


FINDERS: tuple[Finder, ...] = (
    Finder(N_("企业"), LIST_ENTERPRISES, _firms, "/enterprises"),
    Finder(N_("培育事项"), LIST_CASES, _cases, "/cases"),
    Finder(N_("科技专员"), LIST_COMMISSIONERS, _people, "/commissioners"),
)


@router.get("", action=LIST_ENTERPRISES)
def search_page(call: Call, q: str = "") -> Response:
    query = _clean(q)
    if len(normalise(query)) == LENGTH:
        firm = find_by_uscc_visible_to(call.session, call.actor, query)
        if firm is not None:
            return call.redirect(f"/enterprises/{firm.uscc}")
    groups = _found(SearchRequest(call.session, call.actor, query, ON_PAGE, call.on))
    return call.render("web/search/results.html", SearchPage(query, groups))


@router.get("/suggest", action=LIST_ENTERPRISES)
def suggest(call: Call, q: str = "") -> Response:
    groups = _found(SearchRequest(call.session, call.actor, _clean(q), IN_BOX, call.on))
    return call.render(
        "web/search/suggest.html", SearchSuggestPage(tuple(hit for group in groups for hit in group.hits))
    )


def _found(asked: SearchRequest) -> tuple[SearchGroup, ...]:
    if not asked.query:
        return ()
    groups = (
        SearchGroup(_(finder.title), tuple(finder.find(asked)), finder.more)
        for finder in FINDERS
        if can(asked.actor, finder.action)
    )
    return tuple(group for group in groups if group.hits)


def _clean(query: str) -> str:
    return "".join(character for character in query if character.isprintable())[:MAX_QUERY].strip()
