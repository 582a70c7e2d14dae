"""去年填过的不再重填: an open case begins with last year's answers and documents; a case that is over, with next year's."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.cases.domain.state import CaseState
from app.cases.models import CaseFile
from app.cases.queries import programme_of
from app.cases.service.renewing import renew_case, renew_supplies
from app.cases.supply.schemas import RenewCase
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, empty
from app.kit.errors import Conflict
from app.kit.i18n import _
from app.portal.actions import SUPPLY_OWN
from app.portal.shared.own import CasePart, own_case, part_of

router = GuardedRouter(door="portal", prefix="/portal/cases/{number}")


@dataclass(frozen=True)
class NextPage(CasePart):
    """For which year the firm begins again."""

    years: tuple[tuple[str, str], ...]
    form: Bound[RenewCase]


@router.post("/renew", action=SUPPLY_OWN)
def renew_route(call: Call, number: str) -> Response:
    """Take over what was supplied the last time."""
    return call.act(
        lambda: renew_supplies(call.session, **call.by, number=number),
        f"/portal/cases/{number}",
        good=lambda found: (
            _("已带入 %(questions)s 项填报、%(documents)s 份材料，请逐项确认。")
            % {"questions": len(found.questions), "documents": len(found.documents)}
        ),
        only=Conflict,
    )


@router.get("/next", action=SUPPLY_OWN)
def next_page(call: Call, number: str) -> Response:
    """Which year."""
    case = own_case(call.session, call.actor, number)
    page = _page(call.session, case, empty(), call.on)
    return call.render("portal/next.html", page)


@router.post("/next", action=SUPPLY_OWN)
def next_route(call: Call, number: str) -> Response:
    """Begin the preparation of that year."""
    case = own_case(call.session, call.actor, number)
    return call.submit(
        RenewCase,
        lambda given: renew_case(call.session, **call.by, number=number, command=given),
        done=lambda opened: call.redirect(
            f"/portal/cases/{opened.row.number}",
            good=_("已开始 %(year)s 年度的准备，受理编号 %(number)s。带入的内容请逐项确认。")
            % {"year": opened.row.year, "number": opened.row.number},
        ),
        again=lambda bound: call.render("portal/next.html", _page(call.session, case, bound, call.on)),
    )


def next_years(case: CaseFile, on: date) -> tuple[int, ...]:
    """The years for which the firm may begin again: this one and the next, later than that of the case."""
    if case.state == CaseState.OPEN:
        return ()
    return tuple(year for year in (on.year, on.year + 1) if year > case.year)


def _page(session: Session, case: CaseFile, form: Bound[RenewCase], on: date) -> NextPage:
    return NextPage(
        **part_of(case, programme_of(session, case)),
        years=tuple((str(year), _("%(year)s 年") % {"year": year}) for year in next_years(case, on)),
        form=form,
    )
