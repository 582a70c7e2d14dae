"""“能不能过”: what the programme's policy says about the firm of a case."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.cases.domain.gaps import VerdictTally
from app.cases.models import CaseFile
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.policies.answer import answer
from app.policies.presenting import VerdictView, present, supply_link, verdict_url
from app.policies.queries import list_stored_for_case
from app.policies.service.verdicts import evaluate_enterprise
from app.programmes.domain.definition import Programme
from app.reference.queries import field_names
from app.web.case_lines import Badge

_OUTCOMES = {"met": "good", "unmet": "late", "unknown": "wait"}


@dataclass(frozen=True)
class StoredLine:
    """A verdict kept when a step was taken: how it stood, for which application date, at which step."""

    badge: Badge
    on: date
    step: str


@dataclass(frozen=True)
class VerdictCard:
    """The verdict as of the application date once there is one, else as of today."""

    view: VerdictView
    badge: Badge
    tally: VerdictTally
    stored: tuple[StoredLine, ...]
    url: str


def verdict_card(session: Session, case: CaseFile, programme: Programme, on: date) -> VerdictCard | None:
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
    view = present(answer(verdict.evaluation), catalogue, link, names=field_names(session))
    return VerdictCard(
        view=view,
        badge=(view.state, view.headline),
        tally=VerdictTally(view.unmet, view.unknown),
        stored=tuple(_stored(session, case, programme)),
        url=verdict_url(case.enterprise.uscc, policy, applied_on),
    )


def _stored(session: Session, case: CaseFile, programme: Programme) -> list[StoredLine]:
    texts = {"met": _("达标"), "unmet": _("未达标"), "unknown": _("待定")}
    lines = []
    for row in list_stored_for_case(session, case.id):
        action = programme.find_action(row.reason)
        badge = (_OUTCOMES[row.outcome], texts[row.outcome])
        lines.append(StoredLine(badge, row.on_day, str(action.label) if action else ""))
    return lines
