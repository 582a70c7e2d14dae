"""Status without signing in: by case number and query code, in public wording, with nothing personal."""

from dataclasses import dataclass
from datetime import date, datetime

from pydantic import BaseModel, Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.accounts.actions import PUBLIC
from app.accounts.service.throttle import note_try, tries_within_window
from app.cases.domain.numbers import normalise_number
from app.cases.domain.progress import public_status
from app.cases.models import CaseFile
from app.cases.queries import find_by_query_code, list_passages, programme_of
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, bind, empty
from app.doors.requests.deps import client_address
from app.kit.errors import TooMany
from app.kit.i18n import _
from app.portal.cases.clock_lines import PortalClockLine, clock_lines
from app.portal.cases.view import PortalStageLine, stage_lines
from app.portal.shared.plain import plain_day, turn_text

router = GuardedRouter(door="public", prefix="/status")

TRIES_PER_NUMBER = 5
TRIES_PER_ADDRESS = 20
WAIT_SECONDS = 3600


class StatusForm(BaseModel):
    """What stands on the receipt."""

    number: str = Field(max_length=60)
    code: str = Field(max_length=60)


@dataclass(frozen=True)
class StatusFormPage:
    """The form; the code is never shown again."""

    form: Bound[StatusForm]


@dataclass(frozen=True)
class StatusPage:
    """Where a case stands, and as of when."""

    number: str
    programme: str
    headline: str
    turn: str
    since: str
    stages: tuple[PortalStageLine, ...]
    clocks: tuple[PortalClockLine, ...]
    asked_at: datetime


@router.get("", action=PUBLIC)
def status_form(call: Call, number: str = "") -> Response:
    """The form; a receipt's link may bring the number along."""
    return call.render("public/status_form.html", StatusFormPage(empty({"number": number[:60]})))


@router.post("", action=PUBLIC)
def show_status(call: Call) -> Response:
    """The status, or one answer for every failure: a wrong number and a wrong code are not told apart."""
    bound = bind(StatusForm, call.form)
    given = bound.model
    if given is None:
        return _again(call, bound, 422)

    def refused(refusal: TooMany) -> Response:
        bound.add(refusal)
        response = _again(call, bound, refusal.status)
        response.headers["retry-after"] = str(refusal.retry_after)
        return response

    def done(case: CaseFile | None) -> Response:
        if case is not None:
            return call.render("public/status.html", status_page(call.session, case, call.on, call.now))
        bound.summary.append(
            _("没有查到。请核对受理编号和查询码，二者都印在受理回执上；也可以请经办人换一个新的查询码。")
        )
        return _again(call, bound, 422)

    return call.attempt(
        lambda: look_up(call.session, given, address=client_address(call.request), now=call.now),
        done=done,
        refused=refused,
        only=TooMany,
    )


def look_up(session: Session, given: StatusForm, *, address: str, now: datetime) -> CaseFile | None:
    """The case, or None. A failed try is counted for its number and for its address, whether the number exists or not.

    Raises `TooMany` beyond 5 failed tries per number or 20 per address within an hour.
    """
    number = normalise_number(given.number) or given.number.strip().upper()
    _refuse_beyond(session, "status.number", number, TRIES_PER_NUMBER, now)
    _refuse_beyond(session, "status.address", address, TRIES_PER_ADDRESS, now)
    case = find_by_query_code(session, given.number, given.code)
    if case is None:
        note_try(session, kind="status.number", key=number, now=now)
        note_try(session, kind="status.address", key=address, now=now)
    return case


def _refuse_beyond(session: Session, kind: str, key: str, tries: int, now: datetime) -> None:
    if tries_within_window(session, kind=kind, key=key, now=now) >= tries:
        message = _("查询失败次数过多，请一小时后再试，或联系科技局经办人。")
        raise TooMany("status.tries", message, WAIT_SECONDS)


def status_page(session: Session, case: CaseFile, on: date, now: datetime) -> StatusPage:
    """A case in public wording."""
    programme, passages = programme_of(session, case), list_passages(session, case)
    status = public_status(programme, passages)
    return StatusPage(
        number=case.number,
        programme=str(status.programme),
        headline=str(status.wording),
        turn=turn_text(status.turn),
        since=plain_day(status.since, on),
        stages=stage_lines(status, None, on),
        clocks=clock_lines(session, case, programme, passages, on),
        asked_at=now,
    )


def _again(call: Call, bound: Bound[StatusForm], status: int) -> Response:
    bound.raw.pop("code", None)
    return call.render("public/status_form.html", StatusFormPage(bound), status=status)
