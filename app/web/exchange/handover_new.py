"""新建报送: to whom and what, which records; then the pre-flight (`exchange_preflight`), and the batch is made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.cases.lists import CASES
from app.cases.models import CaseFile
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.lists import controls
from app.doors.lists.listed import Listed
from app.doors.lists.query import ListQuery, asked, list_query
from app.doors.lists.view import ListView
from app.enterprises.lists import ENTERPRISES
from app.enterprises.models import Enterprise
from app.exchange.actions import HAND_OVER
from app.exchange.handovers.domain import BASIS_LABELS, BatchBasis
from app.exchange.handovers.schemas import PrepareHandover
from app.exchange.handovers.service.ordering import scope_of
from app.exchange.handovers.service.selecting import count_candidates
from app.exchange.partners.models import Partner
from app.exchange.partners.queries import list_partners
from app.kit.actor import Actor
from app.kit.i18n import N_, _
from app.kit.lists.viewer import Viewer
from app.programmes.queries import load_catalogue
from app.web.bulk.cases import chosen_cases
from app.web.cases.list import programme_choices
from app.web.exchange.lines import Choices, may_hand_over, partner_choices, resource_title
from app.web.exchange.tabs import ExchangeTab, exchange_tabs

router = GuardedRouter(door="web", prefix="/exchange/handovers")

ADDRESS = "/exchange/handovers/new"
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
class NewHandoverPage:
    """The questions before a batch."""

    tabs: tuple[ExchangeTab, ...]
    query: ListQuery
    partners: Choices
    resources: Choices
    programmes: Choices
    bases: tuple[tuple[str, str, str], ...]
    picks: Listed[Any, PickLine] | None
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


def _firm_lines(_viewer: Viewer, firms: Sequence[Enterprise]) -> Sequence[PickLine]:
    return [PickLine(firm.uscc, firm.name, "", f"/enterprises/{firm.uscc}") for firm in firms]


def _case_lines(viewer: Viewer, cases: Sequence[CaseFile]) -> Sequence[PickLine]:
    catalogue = viewer.once(load_catalogue)
    return [
        PickLine(
            key=case.number,
            name=case.enterprise.name,
            note=str(catalogue.get(case.programme_code, case.programme_version).title),
            url=f"/cases/{case.number}",
        )
        for case in cases
    ]


_CONTROLS = (
    *(controls.hidden(name, chip=False) for name in ("partner", "resource", "programme", "basis")),
    controls.search("q", N_("企业名称、代码或受理编号"), wide=True, chip=False),
)
_FIRMS = ListView(base=ADDRESS, source=ENTERPRISES, lines=_firm_lines, controls=_CONTROLS, at="#picks")
_CASES = ListView(base=ADDRESS, source=CASES, lines=_case_lines, controls=_CONTROLS, at="#picks")


def _picks(session: Session, actor: Actor, query: ListQuery) -> Listed[Any, PickLine]:
    viewer = Viewer(session, actor, date.max)  # words are found on any day
    return (_CASES if query["resource"] == "cases" else _FIRMS).listed(query, viewer)
