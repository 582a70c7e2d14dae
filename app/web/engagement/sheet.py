"""The sheet for one day of a round: address, contact, what the firm's cases still lack, and room for notes; made to be printed."""

from dataclasses import dataclass

from starlette.responses import Response

from app.accounts.queries import officer_names
from app.cases.domain.need_words import need_text
from app.cases.domain.needs import needs_of, next_action
from app.cases.selection import open_cases_of_firms
from app.cases.supplies import load_supplies
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.engagement import actions
from app.engagement.models import VisitRound
from app.engagement.queries.rounds import get_round_visible_to, list_contacts, list_stops
from app.enterprises.models import Contact
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.kit.lists.filters import day_in
from app.programmes.queries import load_catalogue
from app.reference.queries import list_region_names
from app.web.engagement.visit_days import DayPlan, day_plans

router = GuardedRouter(door="web", prefix="/visits/rounds")


@dataclass(frozen=True)
class CaseNeeds:
    """An open case of a firm and what its next step lacks."""

    number: str
    programme: str
    needs: tuple[str, ...]


@dataclass(frozen=True)
class SheetPage:
    """One day of a round."""

    row: VisitRound
    officer: str
    plan: DayPlan
    contacts: dict[int, Contact]
    cases: dict[int, list[CaseNeeds]]


@router.get("/{round_id:int}/sheet", action=actions.READ)
def sheet(call: Call, round_id: int, day: str = "") -> Response:
    """The sheet of `day`. Raises `NotFound` for a day without stops."""
    row, wanted = get_round_visible_to(call.session, call.actor, round_id), day_in(day)
    stops = [pair for pair in list_stops(call.session, row.id) if pair[0].planned_on == wanted]
    if not stops:
        raise NotFound("engagement.day", _("这一天没有安排走访。"))
    ids = [firm.id for _row, firm in stops]
    (plan,) = day_plans(stops, list_region_names(call.session, {firm.region_code for _row, firm in stops}))
    officer = officer_names(call.session, {row.officer_id}) if row.officer_id is not None else {}
    page = SheetPage(
        row=row,
        officer=officer.get(row.officer_id or 0, row.created_by),
        plan=plan,
        contacts=list_contacts(call.session, ids),
        cases=_cases(call, ids),
    )
    return call.render("web/engagement/sheet.html", page)


def _cases(call: Call, ids: list[int]) -> dict[int, list[CaseNeeds]]:
    """The open cases of the firms with what their next step lacks, by the registry of needs."""
    rows = open_cases_of_firms(call.session, call.actor, ids)
    supplies, catalogue = load_supplies(call.session, rows, call.on), load_catalogue(call.session)
    found: dict[int, list[CaseNeeds]] = {}
    for row in rows:
        programme = catalogue.get(row.programme_code, row.programme_version)
        action = next_action(programme, row.stage)
        needs = needs_of(programme, action, supplies[row.id]) if action is not None else ()
        texts = tuple(need_text(programme, one) for one in needs if one.blocks)
        found.setdefault(row.enterprise_id, []).append(CaseNeeds(row.number, str(programme.title), texts))
    return found
