"""试算: any policy for any firm, expert or facility on any day; what was filled in decides, nothing is kept."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import Query
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.commissioners.models import Commissioner
from app.commissioners.queries import get_visible_to as get_commissioner_visible_to
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound
from app.doors.forms.fact_form import Trial, lacks_too_much, trial_of_firm, trial_of_nobody
from app.doors.forms.fact_questions import FactQuestionGroup
from app.enterprises.models import Enterprise
from app.enterprises.queries import get_by_uscc_visible_to
from app.kit.actor import Actor
from app.kit.i18n import Bilingual
from app.policies.actions import READ_VERDICT
from app.policies.answer import answer
from app.policies.domain.language.policy import PolicySubject
from app.policies.domain.language.succession import concerns
from app.policies.domain.language.verdict import Evaluation
from app.policies.plan_presentation import GapPlanView
from app.policies.presentation import VerdictView, present
from app.policies.queries import list_versions_about
from app.web.shared.commissioner_words import degree_label, programme_name
from app.web.shared.policy_words import version_url

router = GuardedRouter(door="web", prefix="/policies/{code}/try-out")

OnDay = Annotated[date | None, Query(description="application date; default today")]
Uscc = Annotated[str, Query(max_length=40)]
Expert = Annotated[str, Query(max_length=40)]


@dataclass(frozen=True)
class TriedPolicy:
    """Whose facts are tried: a firm or an expert on file, or somebody who is not."""

    firm: Enterprise | None = None
    expert: Commissioner | None = None
    serves: tuple[str, ...] = ()


@dataclass(frozen=True)
class TryOutPage:
    """The questions of a policy and, once they were answered, the verdict."""

    title: str
    code: str
    policy_url: str
    subject: str
    on: date
    action: str
    url: str
    tried: TriedPolicy
    degree: str
    topics: tuple[FactQuestionGroup, ...]
    form: Bound[Any]
    labels: dict[str, str]
    view: VerdictView | None
    plan: GapPlanView | None
    lacks_too_much: bool


@router.get("", action=READ_VERDICT)
def try_out_page(call: Call, code: str, on: OnDay = None, uscc: Uscc = "", expert: Expert = "") -> Response:
    """The questions, with what is on file about the firm."""
    tried = _tried(call.session, call.actor, uscc, expert)
    trial = _trial(call.session, call.actor, tried, code, on or call.on)
    return call.render("web/policies/try_out.html", _page(trial, tried, trial.first()))


@router.post("", action=READ_VERDICT, reads_only=True)
def tried_out_page(call: Call, code: str, on: OnDay = None, uscc: Uscc = "", expert: Expert = "") -> Response:
    """The verdict on what was filled in; nothing is kept."""
    tried = _tried(call.session, call.actor, uscc, expert)
    trial = _trial(call.session, call.actor, tried, code, on or call.on)
    answers = trial.read(call.form)
    evaluation = trial.decide(answers)
    page = _page(trial, tried, answers.form, evaluation)
    return call.render("web/policies/try_out.html", page, status=200 if evaluation else 422)


def _tried(session: Session, actor: Actor, uscc: str, expert: str) -> TriedPolicy:
    """Who is tried; raises `NotFound` for what lies outside the officer's region."""
    if uscc:
        return TriedPolicy(firm=get_by_uscc_visible_to(session, actor, uscc))
    if not expert:
        return TriedPolicy()
    found = get_commissioner_visible_to(session, actor, expert)
    serves = (f"{item.enterprise.name}（{programme_name(item.programme)}）" for item in found.agreements)
    return TriedPolicy(expert=found, serves=tuple(dict.fromkeys(serves)))


def _trial(session: Session, actor: Actor, tried: TriedPolicy, code: str, on: date) -> Trial:
    if tried.firm is not None:
        return trial_of_firm(session, tried.firm, code, on)
    return trial_of_nobody(session, code, on, actor.region_prefix)


def _page(trial: Trial, tried: TriedPolicy, form: Bound[Any], evaluation: Evaluation | None = None) -> TryOutPage:
    found = answer(evaluation) if evaluation else None
    code, day = trial.policy.code, trial.on.isoformat()
    who = f"&uscc={tried.firm.uscc}" if tried.firm else f"&expert={tried.expert.public_id}" if tried.expert else ""
    return TryOutPage(
        title=str(trial.policy.title),
        code=code,
        policy_url=version_url(trial.version),
        subject=(PolicySubject.PERSON if tried.expert else trial.policy.subject).value,
        on=trial.on,
        action=f"/policies/{code}/try-out?on={day}{who}",
        url=f"/policies/{code}/try-out",
        tried=tried,
        degree=degree_label(tried.expert.degree) if tried.expert else "",
        topics=trial.topics,
        form=form,
        labels=trial.labels,
        view=present(found, trial.policy.catalogue, names=trial.names) if found else None,
        plan=trial.plan(evaluation) if evaluation else None,
        lacks_too_much=evaluation is not None and lacks_too_much(evaluation),
    )


def checks_of(session: Session, actor: Actor, expert: Commissioner, on: date) -> tuple[tuple[str, str], ...]:
    """Every policy about people, with the page on which `expert` is held against it: as of `on`, or its last day."""
    found = []
    for row in list_versions_about(session, PolicySubject.PERSON):
        if concerns(row.jurisdiction, actor.region_prefix):
            day = max(row.effective_from, min(on, row.effective_to or on))
            title = str(Bilingual(zh=row.title_zh, en=row.title_en))
            found.append((title, f"/policies/{row.code}/try-out?on={day.isoformat()}&expert={expert.public_id}"))
    return tuple(found)
