"""自己算一算: the firm fills in what a policy asks and sees at once how it stands; kept is only what it hands in."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, bind, empty
from app.doors.forms.fact_answers import Answers
from app.doors.forms.fact_form import Novelty, Trial, lacks_too_much, novelties, trial_of_firm
from app.doors.forms.fact_questions import FactQuestionGroup
from app.enterprises.models import Enterprise
from app.enterprises.queries import get_visible_to as get_enterprise_visible_to
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.i18n import _, ngettext
from app.policies.actions import STATE_OWN_FACT
from app.policies.domain.facts.catalogue import FactKey
from app.policies.domain.language.policy import PolicySubject
from app.policies.domain.language.verdict import Evaluation
from app.policies.plan_presentation import GapPlanView
from app.policies.schemas import StatementInput
from app.policies.service.handing_in import hand_in_facts
from app.policies.words import fact_text, stated_text
from app.portal.actions import SEE_OWN
from app.portal.firm.conditions import PortalPolicyView, plain_view

router = GuardedRouter(door="portal", prefix="/portal/self-check")

#: What the bureau sets is not the firm's to change.
_NOT_ASKED = ("setting",)

OnDay = Annotated[date | None, Query(description="application date; default today")]


class SourceForm(BaseModel):
    """On what grounds the firm states its figures."""

    source: str = Field(max_length=300)


@dataclass(frozen=True)
class HandInLine:
    """A figure that would be handed in."""

    label: str
    value: str


@dataclass(frozen=True)
class HandInPreview:
    """What could be handed in, and what differs from a table of the bureau and would not count."""

    lines: tuple[HandInLine, ...]
    differing: tuple[HandInLine, ...]
    fields: tuple[tuple[str, str], ...]
    form: Bound[Any]


@dataclass(frozen=True)
class SelfCheckPage:
    """The questions of one policy and, once they were answered, the verdict."""

    enterprise: str
    title: str
    on: date
    url: str
    action: str
    hand_in_action: str
    topics: tuple[FactQuestionGroup, ...]
    form: Bound[Any]
    result: PortalPolicyView | None
    plan: GapPlanView | None
    lacks_too_much: bool
    hand_in: HandInPreview | None
    labels: dict[str, str]
    office: str


@router.get("/{policy}", action=SEE_OWN)
def questions_page(call: Call, policy: str, on: OnDay = None) -> Response:
    """The questions, with what is on file."""
    trial = _trial(call.session, call.actor, policy, on or call.on)
    return call.render(
        "portal/self_check.html", _page(call.session, call.actor, call.settings.office, trial, trial.first())
    )


@router.post("/{policy}", action=SEE_OWN, reads_only=True)
def answer_page(call: Call, policy: str, on: OnDay = None) -> Response:
    """The verdict on what was filled in; nothing is kept, so sending it again is harmless."""
    trial = _trial(call.session, call.actor, policy, on or call.on)
    answers = trial.read(call.form)
    page = _answered(call.session, call.actor, call.settings.office, trial, answers, empty())
    return call.render("portal/self_check.html", page, status=200 if answers.valid else 422)


@router.post("/{policy}/statements", action=STATE_OWN_FACT)
def hand_in(call: Call, policy: str, on: OnDay = None) -> Response:
    """Keep as the firm's statements what it may say and what is not on file yet."""
    day = on or call.on
    trial = _trial(call.session, call.actor, policy, day)
    enterprise, answers, bound = _own(call.session, call.actor), trial.read(call.form), _source(call.form)
    if not answers.valid:
        page = _answered(call.session, call.actor, call.settings.office, trial, answers, bound)
        return call.render("portal/self_check.html", page, status=422)
    return call.submit(
        bound,
        lambda given: hand_in_facts(
            call.session,
            **call.by,
            enterprise=enterprise,
            statements=_statements(trial, answers, given.source, min(day, call.on)),
        ),
        done=lambda rows: call.redirect(
            _url(policy, day),
            good=ngettext("已提交 %(n)s 项数据，科技局可以看到。", "已提交 %(n)s 项数据，科技局可以看到。", len(rows))
            % {"n": len(rows)},
        ),
        again=lambda bound: call.render(
            "portal/self_check.html",
            _answered(call.session, call.actor, call.settings.office, trial, answers, bound),
        ),
    )


# -- parts ------------------------------------------------------------------------------------------------------------


def _own(session: Session, actor: Actor) -> Enterprise:
    return get_enterprise_visible_to(session, actor, actor.enterprise_id or 0)


def _trial(session: Session, actor: Actor, policy: str, on: date) -> Trial:
    trial = trial_of_firm(session, _own(session, actor), policy, on, without=_NOT_ASKED)
    if trial.policy.subject is not PolicySubject.ENTERPRISE:
        raise NotFound("policies.not_about_firms", _("这项政策不以企业为对象，不能自查。"))
    return trial


def _url(policy: str, on: date) -> str:
    return f"/portal/self-check/{policy}?on={on.isoformat()}"


def _source(form: FormData) -> Bound[SourceForm]:
    return bind(SourceForm, FormData([("source", form.get("source") or "")]))


def _answered(
    session: Session, actor: Actor, office: str, trial: Trial, answers: Answers, source: Bound[Any]
) -> SelfCheckPage:
    evaluation = trial.decide(answers)
    if evaluation is None:
        return _page(session, actor, office, trial, answers.form)
    return _page(session, actor, office, trial, answers.form, evaluation, _hand_in(trial, answers, source))


def _page(
    session: Session,
    actor: Actor,
    office: str,
    trial: Trial,
    form: Bound[Any],
    evaluation: Evaluation | None = None,
    hand_in: HandInPreview | None = None,
) -> SelfCheckPage:
    code, query = trial.policy.code, f"?on={trial.on.isoformat()}"
    return SelfCheckPage(
        enterprise=_own(session, actor).name,
        title=str(trial.policy.title),
        on=trial.on,
        url=f"/portal/self-check/{code}",
        action=f"/portal/self-check/{code}{query}",
        hand_in_action=f"/portal/self-check/{code}/statements{query}",
        topics=trial.topics,
        form=form,
        result=plain_view(evaluation, trial.names, trial.filed) if evaluation else None,
        plan=trial.plan(evaluation) if evaluation else None,
        lacks_too_much=evaluation is not None and lacks_too_much(evaluation),
        hand_in=hand_in,
        labels=trial.labels,
        office=office,
    )


# -- handing in -------------------------------------------------------------------------------------------------------


def _sayable(trial: Trial, answers: Answers) -> list[Novelty]:
    """What differs from what is on file and is the firm's to say."""
    catalogue = trial.policy.catalogue
    return [novelty for novelty in novelties(trial, answers) if catalogue[novelty.question.code].firm_says]


def _hand_in(trial: Trial, answers: Answers, form: Bound[Any]) -> HandInPreview:
    found = _sayable(trial, answers)
    return HandInPreview(
        lines=tuple(_line(trial, novelty) for novelty in found if not novelty.from_table),
        differing=tuple(_line(trial, novelty) for novelty in found if novelty.from_table),
        fields=tuple((name, value) for name, value in answers.form.raw.items() if value),
        form=form,
    )


def _line(trial: Trial, novelty: Novelty) -> HandInLine:
    definition = trial.policy.catalogue[novelty.question.code]
    label = fact_text(trial.policy.catalogue, FactKey(definition.code, novelty.year))
    text = stated_text(definition, novelty.value)
    return HandInLine(label, dict(novelty.question.options).get(text, text).strip())


def _statements(trial: Trial, answers: Answers, source: str, on: date) -> list[StatementInput]:
    return [
        StatementInput(
            fact_code=novelty.question.code,
            year=novelty.year,
            value=novelty.value,
            stated_on=on,
            source=source,
        )
        for novelty in _sayable(trial, answers)
        if not novelty.from_table
    ]
