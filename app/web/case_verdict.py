"""“能不能过”: what the programme's policy says about the firm of a case, and what an officer decided instead."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.cases.domain.gaps import VerdictTally
from app.cases.domain.state import CaseState
from app.cases.models import CaseFile
from app.cases.service.overriding import ON_REQUEST
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.kit.permissions import can
from app.policies.actions import OVERRIDE
from app.policies.answer import answer
from app.policies.domain.outcome import Outcome
from app.policies.models import StoredVerdict
from app.policies.presenting import STATES, VerdictView, present, supply_link, verdict_url
from app.policies.queries import list_stored_for_case
from app.policies.service.verdicts import evaluate_enterprise
from app.policies.wording import outcome_text
from app.programmes.domain.definition import Programme
from app.reference.queries import code_names
from app.web.case_lines import Badge
from app.web.override_lines import OverrideLine, override_lines, standing_of


@dataclass(frozen=True)
class StoredLine:
    """A verdict kept when a step was taken: how it stood, for which application date, at which step."""

    badge: Badge
    on: date
    step: str
    url: str
    override: OverrideLine | None


@dataclass(frozen=True)
class VerdictCard:
    """The verdict as of the application date once there is one, else as of today.

    `standing` was decided instead of the newest kept one; `override_url` is where that is done, `keep_url` where the
    verdict of now is kept for it.
    """

    view: VerdictView
    badge: Badge
    tally: VerdictTally
    stored: tuple[StoredLine, ...]
    url: str
    standing: OverrideLine | None
    override_url: str
    keep_url: str


def verdict_card(
    session: Session, case: CaseFile, programme: Programme, on: date, actor: Actor | None = None
) -> VerdictCard | None:
    """The verdict of the programme's first policy; None where it consults none or none was in force."""
    if not programme.policies:
        return None
    policy, applied_on = programme.policies[0], case.submitted_on or on
    try:
        verdict = evaluate_enterprise(session, case.enterprise, policy, applied_on)
    except NotFound:
        return None
    catalogue = verdict.evaluation.policy.catalogue
    link = supply_link(case.enterprise.uscc, catalogue, applied_on, policy)
    view = present(answer(verdict.evaluation), catalogue, link, names=code_names(session, case.enterprise.region_code))
    stored = _stored(session, case, programme)
    newest = next((line for line in stored if f"/{policy}/" in line.url), None)
    may = actor is not None and case.state == CaseState.OPEN and can(actor, OVERRIDE, case.enterprise)
    return VerdictCard(
        view=view,
        badge=(view.state, view.counts),
        tally=VerdictTally(view.unmet, view.unknown),
        stored=stored,
        url=verdict_url(case.enterprise.uscc, policy, applied_on),
        standing=newest.override if newest else None,
        override_url=f"{newest.url}#override" if may and newest else "",
        keep_url=f"/cases/{case.number}/verdicts/{policy}" if may else "",
    )


def _stored(session: Session, case: CaseFile, programme: Programme) -> tuple[StoredLine, ...]:
    rows = list_stored_for_case(session, case.id)
    overridden = override_lines(session, [row.id for row in rows])
    return tuple(_line(case, programme, row, standing_of(overridden.get(row.id, ()))) for row in rows)


def _line(case: CaseFile, programme: Programme, row: StoredVerdict, override: OverrideLine | None) -> StoredLine:
    action = programme.find_action(row.reason)
    step = str(action.label) if action else _("办理中留存") if row.reason == ON_REQUEST else ""
    return StoredLine(
        badge=(STATES[row.outcome], outcome_text(Outcome(row.outcome))),
        on=row.on_day,
        step=step,
        url=f"{verdict_url(case.enterprise.uscc, row.policy_code)}/stored/{row.id}",
        override=override,
    )
