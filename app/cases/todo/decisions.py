"""To decide: approvals that the actor may give, time limits that run out, and the bureau's next steps.

A case stands here once: what has to be looked at before (documents, answers, corrections) goes before its step.
"""

from collections import defaultdict
from collections.abc import Hashable
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select

from app.cases.domain.approvals import may_approve
from app.cases.models import Approval, CaseClock, CaseFile
from app.cases.todo.checks import answered_corrections, fresh_answers, unchecked
from app.cases.todo.port import Provider, TodoGroup, TodoQuery, TodoSource
from app.cases.todo.rows import AHEAD, bureaus_turn, cases, led
from app.cases.turns import Stage, in_stages


def approvable(asked: TodoQuery) -> ColumnElement[bool]:
    """Cases in front of a step that still needs an approval which this actor may give and has not given."""
    waits = [
        and_(in_stages(places), _given(code) < number, ~_own(code, asked))
        for (code, number), places in _guarded(asked).items()
    ]
    return or_(false(), *waits)


def _guarded(asked: TodoQuery) -> dict[tuple[str, int], list[Stage]]:
    """Where the steps start that need this actor's approval, by the step's code and how many approvals it needs."""
    found: defaultdict[tuple[str, int], list[Stage]] = defaultdict(list)
    for (code, version), programme in sorted(asked.catalogue.versions.items()):
        turns = {stage.code: stage.turn for stage in programme.stages}
        for action in programme.actions:
            if action.needs.approvals is not None and may_approve(asked.actor, action):
                places = [(code, version, stage) for stage in action.from_ if turns[stage] == "bureau"]
                found[action.code, action.needs.approvals.number] += places
    return {key: places for key, places in found.items() if places}


def _in_force(code: str) -> ColumnElement[bool]:
    return and_(Approval.case_id == CaseFile.id, Approval.action == code, Approval.lapsed_at.is_(None))


def _given(code: str) -> Any:
    return select(func.count()).where(_in_force(code)).correlate(CaseFile).scalar_subquery()


def _own(code: str, asked: TodoQuery) -> ColumnElement[bool]:
    return exists().where(_in_force(code), Approval.officer_id == asked.actor.id).correlate(CaseFile)


def _running_out(asked: TodoQuery) -> ColumnElement[bool]:
    return and_(
        CaseClock.case_id == CaseFile.id,
        CaseClock.ended_on.is_(None),
        CaseClock.due_on <= asked.on + timedelta(days=AHEAD),
    )


def _approvals(asked: TodoQuery) -> TodoSource | None:
    """An approver's own, whoever leads the case."""
    condition = approvable(asked)
    if not _guarded(asked):
        return None
    return _cases(asked, and_(condition, led(asked)), everyones=True)


def _cases(asked: TodoQuery, condition: ColumnElement[bool], *, everyones: bool = False) -> TodoSource:
    return TodoSource(
        rows=cases(asked, everyones=everyones).where(condition),
        key=CaseFile.id,
        due=CaseFile.next_due_on,
        case_id=CaseFile.id,
        firm_id=CaseFile.enterprise_id,
        officer_id=CaseFile.officer_id,
    )


def _clocks(asked: TodoQuery) -> TodoSource:
    return TodoSource(
        rows=cases(asked, (CaseClock, _running_out(asked))),
        key=CaseClock.id,
        due=CaseClock.due_on,
        dated=True,
        case_id=CaseFile.id,
        firm_id=CaseFile.enterprise_id,
        officer_id=CaseFile.officer_id,
        about=CaseClock.code,
    )


def _steps(asked: TodoQuery) -> TodoSource:
    """The bureau's turn, and nothing else to be looked at before."""
    before = (_running_out(asked), unchecked(), answered_corrections(), fresh_answers(asked))
    nothing = and_(*(~exists().where(condition).correlate(CaseFile) for condition in before))
    return _cases(asked, and_(bureaus_turn(asked), nothing, led(asked), ~approvable(asked)))


def _approver(asked: TodoQuery) -> Hashable:
    """Whoever gives approvals has no step of a case that waits for theirs; the others have all alike."""
    return asked.actor if _guarded(asked) else asked.actor.traits.heads


APPROVAL = Provider("approval", TodoGroup.DECIDE, _approvals, kept_for=_approver, everyones=True)
CLOCK = Provider("clock", TodoGroup.DECIDE, _clocks)
STEP = Provider("step", TodoGroup.DECIDE, _steps, kept_for=_approver)
