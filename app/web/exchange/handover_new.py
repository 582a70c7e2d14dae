"""新建报送: to whom and what, which records; then the pre-flight (`exchange_preflight`), and the batch is made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.cases.lists import CASES, CaseFilter
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.lists.query import ListQuery, asked, list_query
from app.enterprises.lists import ENTERPRISES, EnterpriseFilter
from app.exchange.actions import HAND_OVER
from app.exchange.handovers.domain import BASIS_LABELS, BatchBasis
from app.exchange.handovers.schemas import PrepareHandover
from app.exchange.handovers.service.ordering import scope_of
from app.exchange.handovers.service.selecting import count_candidates
from app.exchange.partners.models import Partner
from app.exchange.partners.queries import list_partners
from app.kit.actor import Actor
from app.kit.i18n import _
from app.kit.lists.viewer import Viewer
from app.kit.paging import Count, Page
from app.programmes.queries import load_catalogue
from app.web.bulk.cases import chosen_cases
from app.web.cases.list import programme_choices
from app.web.exchange.lines import Choices, may_hand_over, partner_choices, resource_title
from app.web.exchange.tabs import ExchangeTab, exchange_tabs

router = GuardedRouter(door="web", prefix="/exchange/handovers")

ADDRESS = "/exchange/handovers/new"
PAGE_SIZE = 50
#: What is picked one by one: firms and cases, found as their own lists find them.
PICKED = ("enterprises", "cases")
BASES = (BatchBasis.CHANGED, BatchBasis.ALL, BatchBasis.CHOSEN)


QUERY = list_query(ADDRESS, ("partner", "resource", "programme", "basis", "q"), usual={"basis": BatchBasis.CHANGED})


@dataclass(frozen=True)
class PickLine:
    """A record that can be picked: `key` is its key, `name` its firm, `note` the programme of a case."""

    key: str
    name: str
    note: str
    url: str


@dataclass(frozen=True)
class Picks:
    """The records to pick from."""

    lines: tuple[PickLine, ...]
    rows: Page[Any]
    count: Count
    url: str


@dataclass(frozen=True)
class NewHandoverPage:
    """The questions before a batch."""

    tabs: tuple[ExchangeTab, ...]
    query: ListQuery
    partners: Choices
    resources: Choices
    programmes: Choices
    bases: tuple[tuple[str, str, str], ...]
    picks: Picks | None
    chosen: tuple[str, ...]
    back: str


@router.get("/new", action=HAND_OVER)
def new_page(call: Call, query: Annotated[ListQuery, asked(QUERY)]) -> Response:
    """To whom, what, which records."""
    return call.render("web/exchange/handover_new.html", _page(call.session, call.actor, query))


@router.post("/cases", action=HAND_OVER, reads_only=True)
def from_cases(call: Call) -> Response:
    """The cases ticked in their list: to whom they go is still to be said."""
    chosen = chosen_cases(call.session, call.actor, call.now, call.form)
    if not chosen.numbers:
        return call.redirect(chosen.back, bad=_("请先勾选办件，再报送。"))
    query = QUERY.saying(resource="cases", basis=BatchBasis.CHOSEN)
    return call.render(
        "web/exchange/handover_new.html", _page(call.session, call.actor, query, chosen.numbers, chosen.back)
    )


def _page(
    session: Session, actor: Actor, query: ListQuery, chosen: Sequence[str] = (), back: str = "/exchange/handovers"
) -> NewHandoverPage:
    served = [one for one in list_partners(session) if one.disabled_on is None and may_hand_over(actor, one)]
    if chosen:
        served = [partner for partner in served if query["resource"] in partner.resources]
    partner = next((one for one in served if one.code == query["partner"]), served[0] if served else None)
    query = _completed(query, partner)
    picking = bool(partner) and query["basis"] == BatchBasis.CHOSEN and not chosen
    return NewHandoverPage(
        tabs=exchange_tabs("handovers"),
        query=query,
        partners=partner_choices(served),
        resources=tuple((name, resource_title(partner, name)) for name in partner.resources) if partner else (),
        programmes=programme_choices(load_catalogue(session)),
        bases=_bases(session, actor, query) if partner else (),
        picks=_picks(session, actor, query) if picking and query["resource"] in PICKED else None,
        chosen=tuple(chosen),
        back=back,
    )


def _completed(query: ListQuery, partner: Partner | None) -> ListQuery:
    """The query with what it leaves open: the first partner, the first kind of record that it gets, what has changed."""
    if partner is None:
        return query
    resource = query["resource"] if query["resource"] in partner.resources else partner.resources[0]
    basis = query["basis"] if query["basis"] in BASES else BatchBasis.CHANGED
    programme = query["programme"] if resource == "cases" else ""
    return query.changed(partner=partner.code, resource=resource, basis=str(basis), programme=programme)


def _bases(session: Session, actor: Actor, query: ListQuery) -> tuple[tuple[str, str, str], ...]:
    """What a batch can hold, with about how many records that is."""
    command = PrepareHandover(
        partner=query["partner"], resource=query["resource"], basis=BatchBasis.CHANGED, programme=query["programme"]
    )
    scope = scope_of(session, actor, command)
    notes = {
        BatchBasis.CHANGED: _("上次报送之后有变化的，%(n)s 条")
        % {"n": f"{count_candidates(session, scope, BatchBasis.CHANGED):,}"},
        BatchBasis.ALL: _("对方该有的全部记录，没有变化的跳过"),
        BatchBasis.CHOSEN: _("逐条勾选") if query["resource"] in PICKED else "",
    }
    return tuple((str(basis), _(BASIS_LABELS[basis]), notes[basis]) for basis in BASES if notes[basis])


def _picks(session: Session, actor: Actor, query: ListQuery) -> Picks:
    if query["resource"] == "cases":
        return _cases(session, actor, query)
    viewer, wanted = Viewer(session, actor, date.max), EnterpriseFilter(q=query["q"])  # words are found on any day
    rows = ENTERPRISES.page(viewer, wanted, cursor=query.cursor, limit=PAGE_SIZE)
    lines = tuple(PickLine(row.uscc, row.name, "", f"/enterprises/{row.uscc}") for row in rows.items)
    return Picks(lines, rows, ENTERPRISES.count(viewer, wanted), query.address())


def _cases(session: Session, actor: Actor, query: ListQuery) -> Picks:
    catalogue, wanted = load_catalogue(session), CaseFilter(programme=query["programme"], q=query["q"].strip())
    viewer = Viewer(session, actor, date.max)
    rows = CASES.page(viewer, wanted, cursor=query.cursor, limit=PAGE_SIZE)
    lines = tuple(
        PickLine(
            key=row.number,
            name=row.enterprise.name,
            note=str(catalogue.get(row.programme_code, row.programme_version).title),
            url=f"/cases/{row.number}",
        )
        for row in rows.items
    )
    return Picks(lines, rows, CASES.count(viewer, wanted), query.address())
