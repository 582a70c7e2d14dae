"""Deciding otherwise than the verdict on a case: who may, about which verdict; the policies keep it."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.cases.domain.state import CaseState
from app.cases.loaded import LoadedCase, load_case, subject_of
from app.journal.domain import SubjectKey
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.i18n import _
from app.policies.actions import OVERRIDE
from app.policies.models import StoredVerdict, VerdictOverride
from app.policies.queries import get_override, get_stored
from app.policies.schemas import OverrideInput, TakeBackInput
from app.policies.service.overrides import override_verdict, take_back_override
from app.policies.service.verdicts import store_verdict

ON_REQUEST = "on-request"


def keep_verdict_now(session: Session, *, actor: Actor, number: str, policy: str, now: datetime) -> StoredVerdict:
    """Keep the verdict on an open case as its facts stand now, so that it can be decided upon.

    Raises `NotFound` (case, or no version in force), `Forbidden`, `Conflict` (closed), `Invalid` (a foreign policy).
    """
    case = _open_case(session, actor, number)
    if policy not in case.programme.policies:
        raise Invalid("case.policy", _("该件的培育通道不适用这项政策。"))
    day = case.row.submitted_on or today(now)
    return store_verdict(session, actor, case.row.enterprise, policy, day, ON_REQUEST, case.row.id, now)


def override_case_verdict(
    session: Session, *, actor: Actor, number: str, verdict_id: int, data: OverrideInput, now: datetime
) -> VerdictOverride:
    """Decide otherwise than the newest verdict kept for an open case. One event on the case.

    Raises `NotFound`, `Forbidden`, `Conflict` (closed, a newer verdict, another override) or `Invalid` (the same).
    """
    case = _open_case(session, actor, number)
    stored = get_stored(session, case.row.enterprise_id, verdict_id)
    if stored.case_id != case.row.id:
        raise NotFound("policies.stored", _("没有这条判定记录。"))
    return override_verdict(session, actor=actor, stored=stored, data=data, reported_override=_subject(case), now=now)


def take_back_case_override(
    session: Session, *, actor: Actor, number: str, override_id: int, data: TakeBackInput, now: datetime
) -> VerdictOverride:
    """Let the kept verdict of a case speak again. One event on the case. Raises `NotFound`, `Forbidden`, `Conflict`."""
    case = load_case(session, actor=actor, action=OVERRIDE, number=number)
    row = get_override(session, case.row.id, override_id)
    return take_back_override(session, actor=actor, row=row, data=data, reported_override=_subject(case), now=now)


def _open_case(session: Session, actor: Actor, number: str) -> LoadedCase:
    case = load_case(session, actor=actor, action=OVERRIDE, number=number)
    if case.row.state != CaseState.OPEN:
        raise Conflict("case.closed", _("该件已办结，不能再改动。"))
    return case


def _subject(case: LoadedCase) -> SubjectKey:
    return subject_of(case.row, case.row.enterprise, case.programme)
