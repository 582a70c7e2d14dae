"""“能不能过”: what the programme's policy says about the firm of a case."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.cases.domain.gaps import VerdictTally
from app.cases.models import CaseFile
from app.kit.errors import NotFound
from app.kit.i18n import Bilingual, _, current_locale, ngettext
from app.policies.answer import Answer, answer
from app.policies.queries import list_stored_for_case
from app.policies.service.verdicts import evaluate_enterprise
from app.programmes.domain.definition import Programme
from app.web.case_lines import Badge, short_day


@dataclass(frozen=True)
class ConditionLine:
    """One condition of the policy: how it stands, the actual value and what is missing."""

    outcome: str
    title: str
    reference: str
    actual: str
    gap: str
    note: str


@dataclass(frozen=True)
class StoredLine:
    """A verdict kept when a step was taken."""

    id: int
    text: str


@dataclass(frozen=True)
class VerdictCard:
    """The verdict as of `on`, the application date once there is one."""

    policy: str
    badge: Badge
    basis: str
    conditions: tuple[ConditionLine, ...]
    tally: VerdictTally
    stored: tuple[StoredLine, ...]
    url: str


def verdict_card(session: Session, case: CaseFile, programme: Programme, on: date) -> VerdictCard | None:
    """The verdict of the programme's first policy; None where it consults none or none was in force."""
    if not programme.policies:
        return None
    applied_on = case.submitted_on or on
    try:
        verdict = evaluate_enterprise(session, case.enterprise, programme.policies[0], applied_on)
    except NotFound:
        return None
    told = answer(verdict.evaluation)
    tally = VerdictTally(
        unmet=sum(clause["outcome"] == "unmet" for clause in told["clauses"]),
        unknown=sum(clause["outcome"] == "unknown" for clause in told["clauses"]),
    )
    return VerdictCard(
        policy=str(Bilingual(**told["title"])),
        badge=_badge(tally),
        basis=_("按 %(version)s 版，%(day)s 的数据") % {"version": told["version"], "day": applied_on.isoformat()},
        conditions=tuple(_condition(clause) for clause in told["clauses"]),
        tally=tally,
        stored=tuple(
            StoredLine(row.id, f"{short_day(row.on_day, on)} {_outcome(row.outcome)}")
            for row in list_stored_for_case(session, case.id)
        ),
        url=f"/enterprises/{case.enterprise.uscc}",
    )


def _badge(tally: VerdictTally) -> Badge:
    parts = []
    if tally.unmet:
        parts.append(ngettext("未达标 %(n)s 项", "未达标 %(n)s 项", tally.unmet) % {"n": tally.unmet})
    if tally.unknown:
        parts.append(ngettext("待定 %(n)s 项", "待定 %(n)s 项", tally.unknown) % {"n": tally.unknown})
    if not parts:
        return "good", _("全部达标")
    return ("late" if tally.unmet else "wait"), _("，").join(parts)


def _outcome(outcome: str) -> str:
    return {"met": _("达标"), "unmet": _("未达标")}.get(outcome, _("待定"))


def _condition(clause: Answer) -> ConditionLine:
    reference, actual, note = clause["reference"], _text(clause["actual"]), _text(clause)
    return ConditionLine(
        outcome=clause["outcome"],
        title=str(Bilingual(**clause["title"])),
        reference=f"{Bilingual(**reference['title'])} {reference['clause']}",
        actual=actual,
        gap=_text(clause["gap"]),
        note=note if clause["outcome"] != "met" and note != actual else "",
    )


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value["text"] if current_locale() == "zh" else value["text_en"])
