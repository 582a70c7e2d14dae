"""What the verdict pages show."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from app.doors.forms.bound import Bound, empty
from app.doors.forms.fact_answers import read_typed
from app.doors.forms.fact_questions import hint_of
from app.enterprises.complete_lists.denials import DENIALS
from app.enterprises.models import Enterprise
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.errors import Invalid
from app.kit.i18n import _
from app.kit.permissions import can
from app.policies.actions import STATE_FACT
from app.policies.domain.facts.catalogue import Catalogue, FactDefinition, FactKey, Periodicity
from app.policies.domain.language.assumptions import FISCAL_YEARS
from app.policies.domain.values.outcome import Outcome
from app.policies.domain.values.units import WHOLE, Unit
from app.policies.inputs import InputLine, input_lines, with_names
from app.policies.models import FactStatement, StoredVerdict
from app.policies.plan_answer import answer_with_plan
from app.policies.plan_presentation import GapPlanView, present_plan
from app.policies.presentation import STATES, MissingView, VerdictView, present, present_known, supply_link, verdict_url
from app.policies.queries import list_statements, list_stored
from app.policies.schemas import StatementInput
from app.policies.service.verdicts import Verdict
from app.policies.words import fact_text, outcome_text, stated_text
from app.reference.queries import code_names
from app.web.shared.override_lines import VerdictOverrideLine, in_force, override_lines
from app.web.shared.policy_words import version_url


@dataclass(frozen=True)
class VerdictSubject:
    """What a verdict page is about: a firm's code, a policy's code, an application date."""

    uscc: str
    policy: str
    on: date


class StatementForm(BaseModel):
    """A statement as typed; `value` as in every form of facts: yes/no as `yes` and `no`, a share in per cent."""

    fact_code: str = Field(max_length=48)
    year: int | None = None
    value: str = Field(max_length=40)
    stated_on: date
    source: str = Field(min_length=1, max_length=300)

    def data(self, catalogue: Catalogue) -> StatementInput:
        """What the service takes; raises `Invalid` for an unreadable value."""
        definition = catalogue.get(self.fact_code)
        value = _typed(definition, self.value) if definition else self.value
        return StatementInput(
            fact_code=self.fact_code, year=self.year, value=value, stated_on=self.stated_on, source=self.source
        )


@dataclass(frozen=True)
class FactForm:
    """The form by which one fact is stated."""

    code: str
    label: str
    kind: str
    unit_hint: str
    period: str
    years: tuple[tuple[int, str], ...]
    form: Bound[Any]
    opened: bool


@dataclass(frozen=True)
class MissingLine:
    """A missing fact: where it is supplied, and the form by which somebody states it (None where nobody may); `listable`: a list
    that is complete would answer it for every firm that is not on it.
    """

    fact: MissingView
    form: FactForm | None
    listable: bool


@dataclass(frozen=True)
class StatementLine:
    """A statement that stands."""

    id: int
    fact: str
    value: str
    stated_on: date
    source: str
    actor: str
    action: str


@dataclass(frozen=True)
class StoredVerdictLine:
    """A verdict kept earlier."""

    url: str
    on: date
    outcome: str
    state: str
    version: str
    stored_at: datetime
    override: VerdictOverrideLine | None


@dataclass(frozen=True)
class VerdictPage:
    """A firm under a policy on a day."""

    enterprise: Enterprise
    url: str
    policy_url: str
    try_out_url: str
    view: VerdictView
    plan_url: str
    inputs: tuple[InputLine, ...]
    missing: tuple[MissingLine, ...]
    judged: tuple[MissingLine, ...]
    scored: tuple[MissingLine, ...]
    statements: tuple[StatementLine, ...]
    stored: tuple[StoredVerdictLine, ...]
    may_state: bool
    action: str


@dataclass(frozen=True)
class GapPlanPage:
    """What has to change; no plan for a firm that passes."""

    enterprise: Enterprise
    url: str
    view: VerdictView
    plan: GapPlanView | None


def verdict_page(
    session: Session,
    actor: Actor,
    enterprise: Enterprise,
    verdict: Verdict,
    now: datetime,
    bound: Bound[StatementForm] | None,
) -> VerdictPage:
    """The page of one verdict; `bound` is a statement that was refused."""
    policy, on = verdict.evaluation.policy, verdict.evaluation.on
    link = supply_link(enterprise.uscc, policy.catalogue, on, policy.code)
    names = code_names(session, enterprise.region_code)
    view = present_known(verdict.evaluation, verdict.gathered, link, names=names)
    url, query = verdict_url(enterprise.uscc, policy.code), f"?on={on.isoformat()}"
    may_state = enterprise.disabled_on is None and can(actor, STATE_FACT, enterprise)
    statable = _Statable(may_state, today(now), bound)
    graded, reported = _of_score(view, policy.catalogue)
    statements = [row for row in list_statements(session, enterprise.id, on) if row.fact_code in policy.uses]
    return VerdictPage(
        enterprise=enterprise,
        url=url,
        policy_url=version_url(verdict.version),
        try_out_url=f"/policies/{policy.code}/try-out?on={on.isoformat()}&uscc={enterprise.uscc}",
        view=view,
        plan_url=f"{url}/plan{query}",
        inputs=with_names(input_lines(policy, verdict.gathered), policy.catalogue, names),
        missing=_missing_lines(policy.catalogue, view.missing, on, statable),
        judged=_missing_lines(policy.catalogue, (*view.judged, *graded), on, statable),
        scored=_missing_lines(policy.catalogue, reported, on, statable),
        statements=tuple(_statement(policy.catalogue, row, url, query) for row in statements),
        stored=stored_lines(session, enterprise, policy.code),
        may_state=may_state,
        action=f"{url}/statements{query}",
    )


def plan_page(session: Session, enterprise: Enterprise, verdict: Verdict) -> GapPlanPage:
    """What has to change for the firm to pass."""
    policy, on = verdict.evaluation.policy, verdict.evaluation.on
    link = supply_link(enterprise.uscc, policy.catalogue, on, policy.code)
    names = code_names(session, enterprise.region_code)
    found = answer_with_plan(verdict.evaluation)
    return GapPlanPage(
        enterprise=enterprise,
        url=verdict_url(enterprise.uscc, policy.code, on),
        view=present(found, policy.catalogue, link, names=names),
        plan=present_plan(found, policy.catalogue, link, names=names),
    )


# -- parts ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Statable:
    """Whether the reader may state facts, today's date, and the statement that was just refused."""

    allowed: bool
    today: date
    refused: Bound[StatementForm] | None

    def form(self, fact: FactDefinition, on: date) -> FactForm | None:
        """The form for `fact`, if somebody must say it."""
        if not self.allowed or fact.said_by is None:
            return None
        mine = self.refused is not None and self.refused.raw.get("fact_code") == fact.code
        return _form(fact, on, self.today, self.refused if mine else None)


def _of_score(view: VerdictView, catalogue: Catalogue) -> tuple[list[MissingView], list[MissingView]]:
    """What would only narrow the score, while no condition waits for it: grades of experts, and the rest."""
    if view.score is None:
        return [], []
    waited = {fact.code for fact in (*view.missing, *view.judged)}
    rows = (part for block in view.score.blocks for item in block.items for _depth, part in item.rows)
    lacking = {fact.code: fact for part in rows if part.low != part.high for fact in part.missing}
    only = [fact for code, fact in lacking.items() if code not in waited]
    graded = [fact for fact in only if catalogue[fact.code].graded_by_experts]
    return graded, [fact for fact in only if not catalogue[fact.code].graded_by_experts]


def _missing_lines(
    catalogue: Catalogue, facts: Iterable[MissingView], on: date, statable: _Statable
) -> tuple[MissingLine, ...]:
    return tuple(
        MissingLine(missing, statable.form(catalogue[missing.code], on), missing.code in DENIALS) for missing in facts
    )


def _form(fact: FactDefinition, on: date, day: date, bound: Bound[StatementForm] | None) -> FactForm:
    years = range(on.year - FISCAL_YEARS, on.year) if fact.told is Periodicity.BY_YEAR else range(0)
    return FactForm(
        code=fact.code,
        label=str(fact.label),
        kind="yes_no" if fact.unit is Unit.YES_NO else "whole" if fact.unit in WHOLE else "text",
        unit_hint=_("如 65%") if fact.unit is Unit.SHARE else hint_of(fact),
        period=str(fact.period),
        years=tuple((year, str(year)) for year in years),
        form=bound or empty({"stated_on": min(on, day).isoformat()}),
        opened=bound is not None,
    )


def _statement(catalogue: Catalogue, row: FactStatement, url: str, query: str) -> StatementLine:
    definition = catalogue[row.fact_code]
    return StatementLine(
        id=row.id,
        fact=fact_text(catalogue, FactKey(row.fact_code, row.year)),
        value=stated_text(definition, row.value),
        stated_on=row.stated_on,
        source=row.source,
        actor=row.actor_name,
        action=f"{url}/statements/{row.id}/withdraw{query}",
    )


def stored_lines(session: Session, enterprise: Enterprise, policy_code: str) -> tuple[StoredVerdictLine, ...]:
    """The verdicts kept for a firm under a policy, newest first, each with the override that stands."""
    rows = list_stored(session, enterprise.id, policy_code=policy_code)
    overridden = override_lines(session, [row.id for row in rows])
    return tuple(_stored(enterprise, row, in_force(overridden.get(row.id, ()))) for row in rows)


def _stored(enterprise: Enterprise, row: StoredVerdict, override: VerdictOverrideLine | None) -> StoredVerdictLine:
    return StoredVerdictLine(
        url=f"{verdict_url(enterprise.uscc, row.policy_code)}/stored/{row.id}",
        on=row.on_day,
        outcome=outcome_text(Outcome(row.outcome)),
        state=STATES[row.outcome],
        version=row.result["version"],
        stored_at=row.stored_at,
        override=override,
    )


def _typed(definition: FactDefinition, text: str) -> Any:
    """A typed value as the service takes it; raises `Invalid` beside the field."""
    try:
        return read_typed(definition.unit, text)
    except Invalid as error:
        raise Invalid("policies.statement_value", error.message, {"value": error.message}) from None
