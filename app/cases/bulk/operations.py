"""Each operation on many cases: what is decided of one beforehand, and the use case that does it.

A check raises the very refusal that the use case would raise now; what it needs is loaded for all cases at once.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases import actions
from app.cases.bulk.schemas import Assign, Move, PutIntoRound, RequestDocument
from app.cases.domain.state import Cutoffs
from app.cases.domain.steps import StepRequest, decide_step
from app.cases.loaded import LoadedCase, cutoffs_of, place_of
from app.cases.models import CaseFile, CaseMarker, Milestone
from app.cases.schemas import AssignOfficer, SetRound, TakeStep
from app.cases.service.assigning import assign_officer, check_assign, check_round, set_case_round
from app.cases.service.moving import take_step
from app.cases.service.verdicts import with_verdict
from app.cases.supplies import load_supplies
from app.engagement.actions import ASK
from app.engagement.domain.requests import RequestKind, decide_ask
from app.engagement.models import FirmRequest
from app.engagement.schemas import AskFirm
from app.engagement.service.asking import ask_firm, check_asked
from app.engagement.service.objections import find_known
from app.enterprises.service.recording import require_change
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.errors import Conflict
from app.kit.i18n import _
from app.kit.permissions import require
from app.programmes.queries import load_catalogue
from app.reference.queries import work_calendar

Check = Callable[[CaseFile], None]


@dataclass(frozen=True)
class BulkContext:
    """Who orders what, when."""

    session: Session
    actor: Actor
    now: datetime
    order: Any


@dataclass(frozen=True)
class Operation:
    """One operation: `checking` prepares the check of many cases, `do` changes one."""

    checking: Callable[[BulkContext, Sequence[CaseFile]], Check]
    do: Callable[[BulkContext, CaseFile], None]


def _same_programme(order: Move | PutIntoRound, case: CaseFile) -> None:
    if case.programme_code != order.programme:
        raise Conflict("bulk.other_programme", _("属于其他培育通道。"))


# -- a step ----------------------------------------------------------------------------------------------------------------


def _checking_move(around: BulkContext, cases: Sequence[CaseFile]) -> Check:
    order: Move = around.order
    on = order.on or today(around.now)
    loaded, calendar = load_many(around.session, cases), work_calendar(around.session)
    supplies = load_supplies(around.session, cases, on)

    def check(row: CaseFile) -> None:
        require(around.actor, actions.STEP, place_of(row.enterprise))
        _same_programme(order, row)
        case = loaded[row.id]
        action = case.programme.find_action(order.action)
        held = supplies[row.id]
        request = StepRequest(
            action=order.action,
            on=on,
            supplies=with_verdict(case, action, held, on) if action else held,
            reason=order.reason,
            values=order.values,
            version=row.version,
        )
        decide_step(
            case.programme, case.snapshot, request, actor=around.actor, today=today(around.now), shift=calendar.add
        )

    return check


def _move(around: BulkContext, row: CaseFile) -> None:
    order: Move = around.order
    _same_programme(order, row)
    command = TakeStep(action=order.action, version=row.version, on=order.on, reason=order.reason, values=order.values)
    take_step(around.session, actor=around.actor, now=around.now, number=row.number, command=command)


def load_many(session: Session, cases: Sequence[CaseFile]) -> dict[int, LoadedCase]:
    """Cases as a use case loads one, without their locks; the number of queries grows with rounds, not with cases."""
    ids = [case.id for case in cases]
    catalogue = load_catalogue(session)
    milestones, markers = _grouped(session, Milestone, ids), _grouped(session, CaseMarker, ids)
    rounds = {(case.programme_code, case.year, case.round) for case in cases}
    cutoffs = {key: cutoffs_of(session, *key) if key[2] else Cutoffs() for key in rounds}
    return {
        case.id: LoadedCase(
            session=session,
            row=case,
            programme=catalogue.get(case.programme_code, case.programme_version),
            milestones=milestones[case.id],
            markers=markers[case.id],
            cutoffs=cutoffs[case.programme_code, case.year, case.round],
        )
        for case in cases
    }


def _grouped(session: Session, model: type[Any], ids: Sequence[int]) -> dict[int, list[Any]]:
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for row in session.scalars(select(model).where(model.case_id.in_(ids))):
        found[row.case_id].append(row)
    return found


# -- an officer ------------------------------------------------------------------------------------------------------------


def _still_led(order: Assign, row: CaseFile) -> None:
    if order.from_officer_id is not None and row.officer_id != order.from_officer_id:
        raise Conflict("bulk.led_by_another", _("该件已不由其经办。"))


def _checking_assign(around: BulkContext, _cases: Sequence[CaseFile]) -> Check:
    order: Assign = around.order

    def check(row: CaseFile) -> None:
        require(around.actor, actions.ASSIGN, place_of(row.enterprise))
        _still_led(order, row)
        check_assign(around.session, row, order.officer_id)

    return check


def _assign(around: BulkContext, row: CaseFile) -> None:
    order: Assign = around.order
    _still_led(order, row)
    command = AssignOfficer(officer_id=order.officer_id, version=row.version, reason=order.reason)
    assign_officer(around.session, actor=around.actor, now=around.now, number=row.number, command=command)


# -- a round ---------------------------------------------------------------------------------------------------------------


def _checking_round(around: BulkContext, _cases: Sequence[CaseFile]) -> Check:
    order: PutIntoRound = around.order

    def check(row: CaseFile) -> None:
        require(around.actor, actions.ASSIGN, place_of(row.enterprise))
        _same_programme(order, row)
        check_round(around.session, row, order.round or None)

    return check


def _put_into_round(around: BulkContext, row: CaseFile) -> None:
    order: PutIntoRound = around.order
    _same_programme(order, row)
    command = SetRound(round=order.round or None, version=row.version)
    set_case_round(around.session, actor=around.actor, now=around.now, number=row.number, command=command)


# -- a document of the firm --------------------------------------------------------------------------------------------------


def _asking(order: RequestDocument, number: str = "") -> AskFirm:
    return AskFirm(
        kind=RequestKind.MATERIAL,
        what=order.what,
        year=order.year,
        case_number=number,
        message=order.message,
        reason=order.reason,
        due_on=order.due_on,
    )


def _checking_request(around: BulkContext, cases: Sequence[CaseFile]) -> Check:
    """Two cases of one firm make one request."""
    order: RequestDocument = around.order
    given, on = _asking(order), today(around.now)
    check_asked(around.session, given)
    ids = {case.enterprise_id for case in cases}
    known = find_known(around.session, ids, given.wanted, on)
    asked = _asked_today(around, ids)

    def check(row: CaseFile) -> None:
        require_change(around.actor, ASK, row.enterprise)
        _refuse_asked(row, asked)
        decide_ask(known.get(row.enterprise_id, []), given.reason, given.due_on, on)
        asked.add(row.enterprise_id)

    return check


def _request(around: BulkContext, row: CaseFile) -> None:
    _refuse_asked(row, _asked_today(around, [row.enterprise_id]))
    given = _asking(around.order, row.number)
    ask_firm(around.session, actor=around.actor, now=around.now, enterprise=row.enterprise, given=given)


def _refuse_asked(row: CaseFile, asked: Collection[int]) -> None:
    if row.enterprise_id in asked:
        raise Conflict("bulk.asked_today", _("今天已向该企业提出同样的请求。"))


def _asked_today(around: BulkContext, ids: Collection[int]) -> set[int]:
    order: RequestDocument = around.order
    statement = select(FirmRequest.enterprise_id).where(
        FirmRequest.enterprise_id.in_(ids),
        FirmRequest.kind == RequestKind.MATERIAL,
        FirmRequest.what == order.what,
        FirmRequest.year.is_not_distinct_from(order.year),
        FirmRequest.asked_on == today(around.now),
        FirmRequest.settled_on.is_(None),
    )
    return set(around.session.scalars(statement))


OPERATIONS: dict[str, Operation] = {
    "move": Operation(_checking_move, _move),
    "assign": Operation(_checking_assign, _assign),
    "round": Operation(_checking_round, _put_into_round),
    "request": Operation(_checking_request, _request),
}
