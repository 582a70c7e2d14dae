"""A case on paper as it stood at the end of a legal day: who it is about, its forms, evidence, verdicts, opinions, way.

What the journal and the dated rows tell is told as of that day; what cannot be known as of then is said (`limits`).
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.cases.domain.state import CaseState
from app.cases.models import CaseFile
from app.cases.printouts.as_of import value_before
from app.cases.printouts.dossier_duties import DossierDuty, duties_until
from app.cases.printouts.dossier_events import EVENTS_AT_MOST, EventsOf, read_events
from app.cases.printouts.dossier_evidence import Evidence, evidence_until
from app.cases.printouts.dossier_rows import (
    ApprovalRow,
    OpinionRow,
    PassageRow,
    approvals_until,
    opinions_until,
    passages_until,
)
from app.cases.printouts.dossier_verdicts import KeptVerdict, verdicts_until
from app.cases.printouts.event_words import EventText, event_texts
from app.cases.supply.queries import list_answers
from app.kit.actor import Actor
from app.kit.clock import end_of_day, today
from app.kit.errors import Invalid
from app.kit.i18n import N_, _, use_locale
from app.programmes.domain.answers import show_answer
from app.programmes.domain.definition import Programme
from app.programmes.queries import find_round, get_version
from app.programmes.words import round_title
from app.reference.queries import list_region_names


@dataclass(frozen=True)
class Cover:
    """Whose case it is and how it stood."""

    number: str
    firm: str
    uscc: str
    region: str
    programme: str
    version: str
    year: int
    round: str
    stage: str
    state: str
    officer: str
    opened_on: date
    submitted_on: str
    closed_on: str


@dataclass(frozen=True)
class AnswerRow:
    """A question of the form and what had been handed in to it."""

    label: str
    value: str


@dataclass(frozen=True)
class Dossier:
    """A case as it stood at the end of `on`; made by somebody at an instant of the office."""

    on: date
    made_at: datetime
    made_by: str
    office: str
    cover: Cover
    answers: tuple[AnswerRow, ...]
    evidence: tuple[Evidence, ...]
    verdicts: tuple[KeptVerdict, ...]
    opinions: tuple[OpinionRow, ...]
    approvals: tuple[ApprovalRow, ...]
    passages: tuple[PassageRow, ...]
    duties: tuple[DossierDuty, ...]
    events: tuple[EventText, ...]
    limits: tuple[str, ...]


def collect_dossier(session: Session, case: CaseFile, *, actor: Actor, now: datetime, on: date, office: str) -> Dossier:
    """The dossier of `case` as of the end of `on`, in the language of the reader; what is handed out is always Chinese.

    Raises `Invalid` for a day before the case or after today.
    """
    if not case.opened_on <= on <= today(now):
        message = _("请选择立案之日（%(first)s）至今天之间的日子。") % {"first": case.opened_on}
        raise Invalid("dossier.day", message, {"on": message})
    until = end_of_day(on)
    reported = read_events(session, case, until)
    version = value_before("programme_version", case.programme_version, reported.since)
    programme = get_version(session, case.programme_code, version)
    passages = passages_until(session, case, programme, on, until)
    return Dossier(
        on=on,
        made_at=now,
        made_by=actor.name,
        office=office,
        cover=_cover(session, case, programme, reported, passages),
        answers=_answers(session, case, programme, reported),
        evidence=evidence_until(session, case, programme, reported.until, until),
        verdicts=verdicts_until(session, case, programme, until),
        opinions=opinions_until(session, case, until),
        approvals=approvals_until(session, case, programme, until),
        passages=passages,
        duties=duties_until(session, case, programme, on, until),
        events=tuple(event_texts(session, reported.until[-EVENTS_AT_MOST:])),
        limits=_limits(case, reported, passages, on == today(now)),
    )


def official_dossier(
    session: Session, case: CaseFile, *, actor: Actor, now: datetime, on: date, office: str
) -> Dossier:
    """The dossier as it is handed out: in Chinese, whoever asks. Raises like `collect_dossier`."""
    with use_locale("zh"):
        return collect_dossier(session, case, actor=actor, now=now, on=on, office=office)


def _round_title(session: Session, case: CaseFile, code: str | None) -> str:
    row = find_round(session, case.programme_code, case.year, code)
    return round_title(row) if row else code or ""


def _cover(
    session: Session, case: CaseFile, programme: Programme, reported: EventsOf, passages: tuple[PassageRow, ...]
) -> Cover:
    firm = case.enterprise
    state = value_before("state", case.state, reported.since)
    return Cover(
        number=case.number,
        firm=value_before("name", firm.name, reported.of_firm_since),
        uscc=value_before("uscc", firm.uscc, reported.of_firm_since),
        region=list_region_names(session, [firm.region_code]).get(firm.region_code, ""),
        programme=str(programme.title),
        version=programme.version,
        year=case.year,
        round=_round_title(session, case, value_before("round", case.round, reported.since)),
        stage=next((passage.stage for passage in reversed(passages) if not passage.taken_back), ""),
        state=_(_STATES[CaseState(state)]),
        officer=reported.officer,
        opened_on=case.opened_on,
        submitted_on=str(value_before("submitted_on", case.submitted_on, reported.since) or ""),
        closed_on=str(value_before("closed_on", case.closed_on, reported.since) or ""),
    )


_STATES = {
    CaseState.OPEN: N_("在办"),
    CaseState.FINISHED: N_("已办结"),
    CaseState.WITHDRAWN: N_("已撤回"),
    CaseState.REJECTED: N_("未通过"),
}


def _answers(session: Session, case: CaseFile, programme: Programme, reported: EventsOf) -> tuple[AnswerRow, ...]:
    """What had been handed in by then; drafts are not part of the record."""
    known = list_answers(session, case.id)
    rows = []
    for question in programme.questions:
        present = known[question.code].counted if question.code in known else ""
        value = value_before(question.label.zh, present, reported.since) or ""
        rows.append(AnswerRow(str(question.label), show_answer(question, value)))
    return tuple(rows)


def _limits(case: CaseFile, reported: EventsOf, passages: tuple[PassageRow, ...], is_today: bool) -> tuple[str, ...]:
    """What the dossier cannot tell as of its day, or leaves out."""
    found = [_("未提交的草稿不入卷。"), _("企业基础信息和年度数据不入卷；判定所依据的数据随判定一并留存。")]
    if not is_today:
        found.append(_("材料的名称和有效期按现在的登记列出；文件内容以 SHA-256 为准。"))
        found.append(_("企业所在地按现在的登记列出。"))
    if any(not passage.at for passage in passages):
        found.append(_("部分阶段没有留存办理时刻，按办理日期列入。"))
    if len(reported.until) > EVENTS_AT_MOST:
        found.append(
            _("日志共 %(n)s 条，卷内列出最近 %(most)s 条；其余可在系统中查阅。")
            % {"n": len(reported.until), "most": EVENTS_AT_MOST}
        )
    if not reported.officer:
        found.append(_("当日没有指定经办人。"))
    return tuple(found)
