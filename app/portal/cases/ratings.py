"""评价服务: five grades and four aspects, once, when the case is over (GB/T 39735)."""

from dataclasses import dataclass

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.cases.models import CaseFile
from app.cases.oversight.domain.rating import ASPECTS, GRADES, decide_rate
from app.cases.oversight.queries import find_rating
from app.cases.oversight.schemas import RateService
from app.cases.oversight.service.rating import rate_service
from app.cases.queries import programme_of
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, empty
from app.kit.errors import Conflict
from app.kit.i18n import _
from app.portal.actions import SUPPLY_OWN
from app.portal.shared.own import CasePart, own_case, part_of

router = GuardedRouter(door="portal", prefix="/portal/cases/{number}/rating")


@dataclass(frozen=True)
class RatingPage(CasePart):
    """The question; `refusal` where it cannot be answered now."""

    grades: tuple[tuple[str, str], ...]
    aspects: tuple[tuple[str, str], ...]
    form: Bound[RateService]
    refusal: str


@router.get("", action=SUPPLY_OWN)
def rating_page(call: Call, number: str) -> Response:
    """The question."""
    case = own_case(call.session, call.actor, number)
    return call.render("portal/rating.html", _page(call.session, case, empty()))


@router.post("", action=SUPPLY_OWN)
def rate(call: Call, number: str) -> Response:
    """Keep what the firm says; a second time is refused."""
    case = own_case(call.session, call.actor, number)
    return call.submit(
        RateService,
        lambda given: rate_service(call.session, **call.by, number=number, command=given),
        done=lambda _done: call.redirect(f"/portal/cases/{number}", good=_("感谢您的评价。")),
        again=lambda bound: call.render("portal/rating.html", _page(call.session, case, bound)),
    )


def _page(session: Session, case: CaseFile, form: Bound[RateService]) -> RatingPage:
    refusal = ""
    try:
        decide_rate(case.state, rated=find_rating(session, case.id) is not None)
    except Conflict as error:
        refusal = error.message
    return RatingPage(
        **part_of(case, programme_of(session, case)),
        grades=tuple((str(grade), _(label)) for grade, label in GRADES.items()),
        aspects=tuple((code, _(label)) for code, label in ASPECTS.items()),
        form=form,
        refusal=refusal,
    )
