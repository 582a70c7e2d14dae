"""评价服务: five grades and four aspects, once, when the case is over (GB/T 39735)."""

from dataclasses import dataclass

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.cases.models import CaseFile
from app.cases.oversight.domain.rating import ASPECTS, GRADES, decide_rate
from app.cases.oversight.queries import find_rating
from app.cases.oversight.schemas import RateService
from app.cases.oversight.service.rating import rate_service
from app.cases.queries import programme_of
from app.doors.deps import CurrentActor, DbSession, Form, Now
from app.doors.forms import Bound, attempt, bind, empty
from app.doors.pages import redirect, render
from app.doors.router import GuardedRouter
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
def rating_page(request: Request, session: DbSession, actor: CurrentActor, number: str) -> Response:
    """The question."""
    case = own_case(session, actor, number)
    return render(request, "portal/rating.html", _page(session, case, empty()))


@router.post("", action=SUPPLY_OWN)
def rate(request: Request, session: DbSession, actor: CurrentActor, form: Form, now: Now, number: str) -> Response:
    """Keep what the firm says; a second time is refused."""
    case, bound = own_case(session, actor, number), bind(RateService, form)
    done = attempt(
        session, bound, lambda given: rate_service(session, actor=actor, now=now, number=number, command=given)
    )
    if done is None:
        return render(request, "portal/rating.html", _page(session, case, bound), status=422)
    return redirect(request, f"/portal/cases/{number}", good=_("感谢您的评价。"))


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
