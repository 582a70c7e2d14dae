"""Answers to the form of a case: kept as a draft, handed in, begun from an earlier case.

A draft is any text and no event, but where it takes the place of an answer that was handed in: then it is the firm's turn again.
Handing in reads every answer by its kind and writes one event with what changed.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from app.cases.loaded import LoadedCase, load_case
from app.cases.models import CaseFile
from app.cases.supply import actions, events
from app.cases.supply.domain import CorrectionKind, decide_supply, question_of
from app.cases.supply.models import CaseAnswer
from app.cases.supply.queries import list_answers, list_open_corrections
from app.cases.supply.schemas import HandIn, SaveDraft
from app.journal.domain import Change
from app.kit.actor import Actor, ActorKind
from app.kit.errors import Invalid
from app.kit.i18n import _
from app.kit.merges import merge
from app.programmes.domain.answers import problems_of, read_answer
from app.programmes.domain.supplied import Question


def save_draft(
    session: Session, *, actor: Actor, now: datetime, number: str, command: SaveDraft
) -> dict[str, CaseAnswer]:
    """Keep answers as they are being entered; returns those that the command named.

    Raises `Clashing` where somebody else entered something else meanwhile, `NotFound` for a question of another
    version, `Conflict` (closed, handed in) or `Forbidden` (the bureau's question).
    """
    case = load_case(session, actor=actor, action=actions.SUPPLY, number=number)
    known, questions = list_answers(session, case.row.id), _open_questions(case, command.values, actor)
    entered = {code: text.strip() for code, text in command.values.items()}
    merged = merge(command.was, {code: _entered(known, code) for code in questions}, entered)
    reopened = []
    for code in questions:
        if merged[code] != _entered(known, code) or (command.confirms and _unconfirmed(known, code)):
            if code in known and not known[code].draft:
                reopened.append(code)
            _enter(case, known, code, merged[code], actor, now)
    case.touched(now, bump=False)
    if reopened:
        data = {"questions": sorted(reopened)}
        case.record(actor=actor, now=now, type=events.ANSWERS_REOPENED, data=data)
    return {code: known[code] for code in questions if code in known}


def hand_in_answers(session: Session, *, actor: Actor, now: datetime, number: str, command: HandIn) -> bool:
    """Let answers count; whether anything changed. One event with before and after of each, also where a draft counts again as it was.

    Raises like `save_draft`, and `Invalid` naming every question whose answer cannot be read by its kind.
    """
    case = load_case(session, actor=actor, action=actions.SUPPLY, number=number)
    known, questions = list_answers(session, case.row.id), _open_questions(case, command.values, actor)
    given = _read(questions, command.values)
    merged = merge(command.was, {code: _entered(known, code) for code in questions}, given)
    merged = _read(questions, {code: merged[code] for code in questions})
    changes: dict[str, Change] = {}
    counting = []
    for code, question in questions.items():
        before = known[code].counted if code in known else ""
        if merged[code] != before:
            changes[question.label.zh] = (before or None, merged[code] or None)
        if merged[code] != before or (code in known and known[code].draft):
            row = _enter(case, known, code, merged[code], actor, now)
            row.draft, row.handed_in = False, None
            counting.append(code)
    case.touched(now, bump=False)
    if counting:
        data = {"questions": sorted(counting)}
        case.record(actor=actor, now=now, type=events.ANSWERS_HANDED_IN, changes=changes, data=data)
    return bool(changes)


def take_answers(case: LoadedCase, earlier: CaseFile, *, actor: Actor, now: datetime) -> list[str]:
    """Begin the open questions with the answers of an earlier case, as drafts to be confirmed; the codes of those filled.

    For the use case that records its own event. The firm takes over only what it answers itself.
    """
    known, before = list_answers(case.session, case.row.id), list_answers(case.session, earlier.id)
    filled = []
    for question in case.programme.questions:
        last = before.get(question.code)
        theirs = actor.kind is ActorKind.ENTERPRISE and question.supplied_by != "enterprise"
        if theirs or not question.renews or last is None or not last.counted or _entered(known, question.code):
            continue
        row = _enter(case, known, question.code, last.counted, actor, now)
        row.renewed_from = earlier.number
        filled.append(question.code)
    return filled


def _entered(known: Mapping[str, CaseAnswer], code: str) -> str:
    return known[code].value if code in known else ""


def _unconfirmed(known: Mapping[str, CaseAnswer], code: str) -> bool:
    return code in known and known[code].renewed_from is not None


def _open_questions(case: LoadedCase, codes: Mapping[str, str], actor: Actor) -> dict[str, Question]:
    """The questions named, when the actor may answer them now."""
    items = list_open_corrections(case.session, case.row.id)
    corrected = {item.code for item in items if item.kind == CorrectionKind.QUESTION}
    questions = {code: question_of(case.programme, code) for code in codes}
    answers = list_answers(case.session, case.row.id)
    for code, question in questions.items():
        unanswered = code not in answers or not answers[code].counted
        decide_supply(case.programme, case.row, question, actor, asked=unanswered or code in corrected)
    return questions


def _read(questions: Mapping[str, Question], values: Mapping[str, str]) -> dict[str, str]:
    """Every answer as it is kept; raises one `Invalid` naming all that cannot be read or cannot be."""
    errors = problems_of(questions.values(), values)
    if errors:
        raise Invalid("case.answers.unreadable", _("有 %(n)s 项填写有误。") % {"n": len(errors)}, errors)
    return {code: read_answer(question, values[code]) for code, question in questions.items()}


def _enter(
    case: LoadedCase, known: dict[str, CaseAnswer], code: str, value: str, actor: Actor, now: datetime
) -> CaseAnswer:
    """Write what was entered as a draft, keeping what counts meanwhile."""
    row = known.get(code)
    if row is None:
        row = known[code] = CaseAnswer(case_id=case.row.id, question=code, draft=True, version=0)
        case.session.add(row)
    if not row.draft:
        row.handed_in = row.value
    row.value, row.draft, row.renewed_from = value, True, None
    row.by_kind, row.by_id, row.by_name, row.at = actor.kind, actor.id, actor.name, now
    row.version += 1
    return row
