"""To check: what firms and departments have handed in; to correct: what was sent back and is answered."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import aliased

from app.cases.duties.models import CaseDuty
from app.cases.models import CaseFile
from app.cases.opinions.models import Opinion
from app.cases.supply.models import CaseAnswer, CaseMaterial, CorrectionItem
from app.cases.todo.port import Provider, TodoGroup, TodoQuery, TodoSource
from app.cases.todo.rows import FRESH, bureaus_turn, cases, firms, since_entry
from app.enterprises.models import Enterprise
from app.kit.clock import start_of_day
from app.policies.models import FactStatement

_FIRM = "enterprise"
#: What came in is looked for this far back: a case that stands longer is a matter of its step, not of what came in.
REMEMBERED = 90


def remembered(asked: TodoQuery) -> datetime:
    """Since when what came in is looked for: a day has one answer from morning to evening."""
    return start_of_day(asked.on - timedelta(days=REMEMBERED))


def unchecked() -> ColumnElement[bool]:
    """Documents of the firm that nobody has accepted or returned, as a condition on the case."""
    return and_(CaseMaterial.case_id == CaseFile.id, CaseMaterial.state == "supplied", CaseMaterial.by_kind == _FIRM)


def answered_corrections() -> ColumnElement[bool]:
    """Items to be corrected that the firm has answered and nobody has settled."""
    return and_(
        CorrectionItem.case_id == CaseFile.id,
        CorrectionItem.settled_on.is_(None),
        CorrectionItem.answered_at.is_not(None),
    )


def fresh_answers(asked: TodoQuery) -> ColumnElement[bool]:
    """Answers that the firm handed in since the case came into its stage; after some months the step alone remains.

    They are asked for where it is the bureau's turn.
    """
    return and_(
        CaseAnswer.case_id == CaseFile.id,
        CaseAnswer.by_kind == _FIRM,
        CaseAnswer.at >= remembered(asked),
        CaseAnswer.draft.is_(False),
        since_entry(CaseAnswer.case_id, CaseAnswer.at),
    )


def _of_case(asked: TodoQuery, condition: ColumnElement[bool], found: ColumnElement[bool]) -> TodoSource:
    """One to-do a case for which rows of another table wait, with how many; `found` finds them without walking the cases."""
    number: Any = select(func.count()).where(condition).correlate(CaseFile).scalar_subquery()
    return TodoSource(
        rows=cases(asked, few=True).where(found),
        key=CaseFile.id,
        due=CaseFile.next_due_on,
        case_id=CaseFile.id,
        firm_id=CaseFile.enterprise_id,
        officer_id=CaseFile.officer_id,
        n=number,
    )


def _materials(asked: TodoQuery) -> TodoSource:
    held = aliased(CaseMaterial)
    found = select(held.case_id).where(held.state == "supplied", held.by_kind == _FIRM)
    return _of_case(asked, unchecked(), CaseFile.id.in_(found))


def _answers(asked: TodoQuery) -> TodoSource:
    held = aliased(CaseAnswer)
    found = select(held.case_id).where(held.by_kind == _FIRM, held.at >= remembered(asked), held.draft.is_(False))
    return _of_case(
        asked,
        fresh_answers(asked),
        and_(bureaus_turn(asked), CaseFile.id.in_(found), exists().where(fresh_answers(asked)).correlate(CaseFile)),
    )


def _corrections(asked: TodoQuery) -> TodoSource:
    item = aliased(CorrectionItem)
    found = select(item.case_id).where(item.settled_on.is_(None), item.answered_at.is_not(None))
    return _of_case(asked, answered_corrections(), CaseFile.id.in_(found))


def _opinions(asked: TodoQuery) -> TodoSource:
    """Answers of departments that came in since the case entered its stage."""
    held = aliased(Opinion)
    fresh = select(held.id).where(held.answered_at >= remembered(asked))
    rows = cases(asked, (Opinion, Opinion.case_id == CaseFile.id))
    return TodoSource(
        rows=rows.where(
            Opinion.id.in_(fresh), Opinion.withdrawn_at.is_(None), since_entry(Opinion.case_id, Opinion.answered_at)
        ),
        key=Opinion.id,
        due=CaseFile.next_due_on,
        case_id=CaseFile.id,
        firm_id=CaseFile.enterprise_id,
        officer_id=CaseFile.officer_id,
        about=Opinion.department,
        about_en=Opinion.outcome,
    )


def _duties(asked: TodoQuery) -> TodoSource:
    """Duties that a firm has reported within the last days, of finished cases too."""
    since = aliased(CaseDuty)
    fresh = select(since.id).where(since.done_at >= asked.now - timedelta(days=FRESH), since.by == _FIRM)
    rows = cases(asked, (CaseDuty, CaseDuty.case_id == CaseFile.id), open=False)
    return TodoSource(
        rows=rows.where(CaseDuty.id.in_(fresh)),
        key=CaseDuty.id,
        case_id=CaseFile.id,
        firm_id=CaseFile.enterprise_id,
        officer_id=CaseFile.officer_id,
        about=CaseDuty.title_zh,
        about_en=CaseDuty.title_en,
    )


def _self_checks(asked: TodoQuery) -> TodoSource:
    """Firms that have told figures about themselves after a self-check within the last days."""
    reported = and_(
        FactStatement.enterprise_id == Enterprise.id,
        FactStatement.actor_kind == _FIRM,
        FactStatement.created_at >= asked.now - timedelta(days=FRESH),
        FactStatement.withdrawn_at.is_(None),
    )
    number: Any = select(func.count()).where(reported).correlate(Enterprise).scalar_subquery()
    since = select(FactStatement.enterprise_id).where(
        FactStatement.actor_kind == _FIRM,
        FactStatement.created_at >= asked.now - timedelta(days=FRESH),
        FactStatement.withdrawn_at.is_(None),
    )
    rows = firms(asked).where(Enterprise.id.in_(since))
    return TodoSource(rows=rows, key=Enterprise.id, firm_id=Enterprise.id, n=number)


CORRECTION_ANSWERED = Provider("correction_answered", TodoGroup.CORRECT, _corrections)
MATERIALS = Provider("materials", TodoGroup.CHECK, _materials)
ANSWERS = Provider("answers", TodoGroup.CHECK, _answers)
OPINION_ANSWERED = Provider("opinion_answered", TodoGroup.CHECK, _opinions)
DUTY_REPORTED = Provider("duty_reported", TodoGroup.CHECK, _duties)
SELF_CHECK = Provider("self_check", TodoGroup.CHECK, _self_checks)
