"""“能不能过”: what the programme's policy says about the firm of a case, and what an officer decided instead."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.cases.domain.state import CaseState
from app.cases.domain.supplies import VerdictTally
from app.cases.models import CaseFile, StageEntry
from app.cases.service.overriding import ON_REQUEST
from app.cases.service.undoing import verdicts_taken_back
from app.cases.service.verdicts import tally_of
from app.doors.calls.call import Call
from app.kit.i18n import _
from app.kit.permissions import can
from app.policies.actions import OVERRIDE
from app.policies.domain.values.outcome import Outcome
from app.policies.models import StoredVerdict
from app.policies.presentation import STATES, VerdictView, present_known, supply_link, verdict_url
from app.policies.queries import list_stored_for_case
from app.policies.service.verdicts import Verdict, evaluate_all
from app.policies.words import outcome_text
from app.programmes.domain.definition import Programme, StageAction
from app.web.shared.case_lines import Badge
from app.web.shared.override_lines import VerdictOverrideLine, in_force, override_line


@dataclass(frozen=True)
class CaseVerdictLine:
    """A verdict kept when a step was taken: how it stood, for which application date, at which step, since taken back or not."""

    badge: Badge
    policy: str
    on: date
    step: str
    url: str
    override: VerdictOverrideLine | None
    taken_back: bool


@dataclass(frozen=True)
class CaseVerdictCard:
    """The verdict as of the application date once there is one, else as of today.

    `others` are the programme's further policies with their pages; `override` was decided instead of the newest kept one; `override_url` is where that is done, `keep_url` where the
    verdict of now is kept for it.
    """

    view: VerdictView
    badge: Badge
    tallies: Mapping[str, VerdictTally]
    others: tuple[tuple[VerdictView, str], ...]
    stored: tuple[CaseVerdictLine, ...]
    url: str
    override: VerdictOverrideLine | None
    override_url: str
    keep_url: str


def verdict_card(
    call: Call,
    case: CaseFile,
    programme: Programme,
    *,
    names: dict[str, str],
    entries: Sequence[StageEntry],
    action: StageAction | None,
    decides: bool = False,
) -> CaseVerdictCard | None:
    """The verdict that `action` looks at, else that of the programme's first policy, and how the others stand.

    `names` say what the codes among the facts mean, `entries` are all of the case: which kept verdicts were taken back.
    With `decides` it leads to where whoever may keeps or overrides one. None where the programme consults none or none was in force.
    """
    if not programme.policies:
        return None
    guard, applied_on = action.needs.verdict if action else None, case.submitted_on or call.on
    verdicts = {
        verdict.version.code: verdict
        for verdict in evaluate_all(call.session, case.enterprise, applied_on, only=programme.policies)
    }
    wanted = (*((guard.policy,) if guard else ()), *programme.policies)
    policy = next((code for code in wanted if code in verdicts), None)
    if policy is None:
        return None
    views = {code: _view(case, verdict, names) for code, verdict in verdicts.items()}
    stored = _stored(call.session, case, programme, verdicts_taken_back(entries))
    tallies = {code: _tally(view, _newest(stored, code)) for code, view in views.items()}
    view, newest = views.pop(policy), _newest(stored, policy)
    override = newest.override if newest else None
    may = decides and case.state == CaseState.OPEN and can(call.actor, OVERRIDE, case.enterprise)
    return CaseVerdictCard(
        view=view,
        badge=(view.state, view.counts),
        tallies=tallies,
        others=tuple((other, verdict_url(case.enterprise.uscc, other.policy, applied_on)) for other in views.values()),
        stored=stored,
        url=verdict_url(case.enterprise.uscc, policy, applied_on),
        override=override,
        override_url=f"{newest.url}#override" if may and newest else "",
        keep_url=f"/cases/{case.number}/verdicts/{policy}" if may else "",
    )


def _view(case: CaseFile, verdict: Verdict, names: dict[str, str]) -> VerdictView:
    policy, on = verdict.evaluation.policy, verdict.evaluation.on
    link = supply_link(case.enterprise.uscc, policy.catalogue, on, policy.code)
    return present_known(verdict.evaluation, verdict.gathered, link, names=names)


def _newest(stored: tuple[CaseVerdictLine, ...], policy: str) -> CaseVerdictLine | None:
    return next((line for line in stored if line.policy == policy), None)


def _tally(view: VerdictView, newest: CaseVerdictLine | None) -> VerdictTally:
    """What is still open; what an officer decided about the newest kept verdict goes before it."""
    override = newest.override if newest else None
    if override is not None:
        return VerdictTally(0 if override.passes else 1, 0)
    return tally_of(view.outcome, view.unmet, view.unknown)


def _stored(
    session: Session, case: CaseFile, programme: Programme, back: frozenset[int]
) -> tuple[CaseVerdictLine, ...]:
    return tuple(
        _line(case, programme, row, in_force([*map(override_line, overrides)]), taken_back=row.id in back)
        for row, overrides in list_stored_for_case(session, case.id).items()
    )


def _line(
    case: CaseFile, programme: Programme, row: StoredVerdict, override: VerdictOverrideLine | None, *, taken_back: bool
) -> CaseVerdictLine:
    action = programme.find_action(row.reason)
    step = str(action.label) if action else _("办理中留存") if row.reason == ON_REQUEST else ""
    return CaseVerdictLine(
        badge=(STATES[row.outcome], outcome_text(Outcome(row.outcome))),
        policy=row.policy_code,
        on=row.on_day,
        step=step,
        url=f"{verdict_url(case.enterprise.uscc, row.policy_code)}/stored/{row.id}",
        override=override,
        taken_back=taken_back,
    )
