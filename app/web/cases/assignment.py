"""Who leads a case, in which round it runs, and its query code: the forms that change them."""

from dataclasses import dataclass

from starlette.responses import Response

from app.cases import actions, queries
from app.cases.models import CaseFile
from app.cases.schemas import AssignOfficer, SetRound
from app.cases.service.assigning import assign_officer, set_case_round
from app.cases.service.query_codes import renew_query_code
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, empty
from app.kit.i18n import _
from app.programmes.queries import list_rounds
from app.programmes.words import round_title
from app.web.cases.receipt import receipt_page

router = GuardedRouter(door="web", prefix="/cases")


@dataclass(frozen=True)
class HandlingPage:
    """Who leads the case, and in which round it runs."""

    case: CaseFile
    officer: Bound[AssignOfficer]
    round: Bound[SetRound]
    officers: tuple[tuple[str, str], ...]
    rounds: tuple[tuple[str, str], ...]


@router.get("/{number}/handling", action=actions.ASSIGN)
def handling_page(call: Call, number: str) -> Response:
    """The forms for officer and round."""
    return _shown(call, number)


@router.post("/{number}/officer", action=actions.ASSIGN)
def officer_route(call: Call, number: str) -> Response:
    """Hand the case to an officer."""
    return call.submit(
        AssignOfficer,
        lambda given: assign_officer(call.session, **call.by, number=number, command=given),
        done=lambda _done: call.redirect(f"/cases/{number}", good=_("已指定经办人。")),
        again=lambda bound: _shown(call, number, officer=bound),
    )


@router.post("/{number}/round", action=actions.ASSIGN)
def round_route(call: Call, number: str) -> Response:
    """Put the case into a round."""
    return call.submit(
        SetRound,
        lambda given: set_case_round(call.session, **call.by, number=number, command=given),
        done=lambda _done: call.redirect(f"/cases/{number}", good=_("已调整批次。")),
        again=lambda bound: _shown(call, number, round=bound),
    )


@router.post("/{number}/query-code", action=actions.RENEW_QUERY_CODE)
def query_code_route(call: Call, number: str) -> Response:
    """A new query code, shown on the receipt this once."""
    code = renew_query_code(call.session, **call.by, number=number)
    case = queries.get_visible_to(call.session, call.actor, number)
    return call.render("web/cases/receipt.html", receipt_page(call.session, case, call.now, query_code=code))


@router.get("/{number}/receipt", action=actions.READ)
def receipt_route(call: Call, number: str) -> Response:
    """The receipt once more, without the query code: that is shown only when it is made."""
    case = queries.get_visible_to(call.session, call.actor, number)
    return call.render("web/cases/receipt.html", receipt_page(call.session, case, call.now))


def _shown(
    call: Call, number: str, *, officer: Bound[AssignOfficer] | None = None, round: Bound[SetRound] | None = None
) -> Response:
    case = queries.get_visible_to(call.session, call.actor, number)
    officers = queries.list_officers_for(call.session, case.enterprise.region_code)
    rounds = list_rounds(call.session, case.programme_code, case.year)
    page = HandlingPage(
        case=case,
        officer=officer or empty({"officer_id": case.officer_id or ""}),
        round=round or empty({"round": case.round or ""}),
        officers=tuple((str(officer.id), officer.name) for officer in officers),
        rounds=tuple((row.code, round_title(row)) for row in rounds),
    )
    return call.render("web/cases/handling.html", page)
