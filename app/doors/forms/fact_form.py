"""Trying a policy out: its questions with what is on file, and the verdict on what was filled in. Nothing is kept."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.doors.forms.bound import Bound
from app.doors.forms.fact_answers import Answers, first_answers, read_answers
from app.doors.forms.fact_questions import FactQuestion, FactQuestionGroup, topics
from app.enterprises.models import Enterprise
from app.policies.domain.explain.fact_input import stated_facts
from app.policies.domain.facts.catalogue import FactKey, Facts
from app.policies.domain.language.policy import Policy
from app.policies.domain.language.verdict import Evaluation
from app.policies.domain.values.knowledge import Known
from app.policies.models import PolicyVersion
from app.policies.plan_answer import answer_with_plan
from app.policies.plan_presentation import GapPlanView, present_plan
from app.policies.queries import get_in_force, policy_of
from app.policies.service.fact_sources import Gathered, gather
from app.policies.service.verdicts import evaluate_stated, with_settings
from app.policies.settings import settings_in_force
from app.reference.queries import code_names

_MOST_LACKING = 12
"""With more facts lacking a plan would only say to supply them, and take seconds to say so."""


@dataclass(frozen=True)
class Trial:
    """A policy version to be tried out on a day: what it asks, what is on file, what coded values are called."""

    version: PolicyVersion
    policy: Policy
    on: date
    filed: Gathered
    topics: tuple[FactQuestionGroup, ...]
    names: Mapping[str, str]

    @property
    def labels(self) -> dict[str, str]:
        """What each control asks for, by its name: the fact, its year, its part."""
        questions = [question for topic in self.topics for question in topic.questions]
        places = ((question, group) for question in questions for group in question.groups)
        return {
            blank.name: " ".join(dict.fromkeys(filter(None, (question.label, group.title, blank.label))))
            for question, group in places
            for blank in group.blanks
        }

    def first(self) -> Bound[Any]:
        """The form as it is shown first."""
        return first_answers(self.topics)

    def read(self, form: FormData) -> Answers:
        """What was filled in."""
        return read_answers(self.policy, self.topics, self.filed.facts, form)

    def decide(self, answers: Answers) -> Evaluation | None:
        """The verdict on what was filled in; None where something could not be read."""
        return evaluate_stated(self.policy, dict(answers.stated), self.on) if answers.valid else None

    def plan(self, evaluation: Evaluation) -> GapPlanView | None:
        """What would have to change; None for who passes, and where too much is lacking to plan."""
        if lacks_too_much(evaluation):
            return None
        return present_plan(answer_with_plan(evaluation), self.policy.catalogue, names=self.names)


def lacks_too_much(evaluation: Evaluation) -> bool:
    """Whether so many facts are lacking that they must be supplied before anything can be planned."""
    of_score = evaluation.score.missing if evaluation.score else ()
    return len({key.code for key in (*evaluation.missing, *of_score)}) > _MOST_LACKING


@dataclass(frozen=True)
class Novelty:
    """A fact (of a year, where told by year) that was filled in otherwise than it is on file."""

    question: FactQuestion
    year: int | None
    value: Any
    from_table: bool


def trial_of_firm(session: Session, enterprise: Enterprise, code: str, on: date, without: Iterable[str] = ()) -> Trial:
    """A policy for a firm, with what is on file about it. Raises `NotFound`."""
    version = get_in_force(session, code, on, enterprise.region_code)
    policy = policy_of(session, version)
    known = gather(session, policy.catalogue, enterprise.id, on)
    return _trial(session, version, policy, known, on, enterprise.region_code, without)


def trial_of_nobody(
    session: Session, code: str, on: date, region_code: str, known: Mapping[FactKey, Known] | None = None
) -> Trial:
    """A policy for somebody of whom only `known` is on file. Raises `NotFound`."""
    version = get_in_force(session, code, on, region_code)
    policy = policy_of(session, version)
    used = {key: value for key, value in (known or {}).items() if key.code in policy.uses}
    return _trial(session, version, policy, Gathered(Facts(policy.catalogue, used)), on, region_code, ())


def novelties(trial: Trial, answers: Answers) -> list[Novelty]:
    """What differs from what is on file, in the order of the form; what was emptied is no statement."""
    before = stated_facts(trial.filed.facts)
    found = []
    for topic in trial.topics:
        for question in topic.questions:
            for group in question.groups:
                year = group.blanks[0].key.year
                value = _stated(answers.stated, question.code, year)
                if value is not None and value != _stated(before, question.code, year):
                    exact = all(_from_table(trial.filed, blank.key) for blank in group.blanks)
                    found.append(Novelty(question, year, value, exact))
    return found


def _trial(
    session: Session,
    version: PolicyVersion,
    policy: Policy,
    known: Gathered,
    on: date,
    region_code: str,
    without: Iterable[str],
) -> Trial:
    filed = with_settings(policy, known, settings_in_force(session, policy, on, region_code))
    used = {key: value for key, value in filed.facts.known.items() if key.code in policy.uses}
    filed = Gathered(Facts(policy.catalogue, used), filed.sources, filed.lapsed)
    names = {**code_names(session, region_code), **labels_of(policy)}
    return Trial(version, policy, on, filed, topics(policy, on, filed, names, without=without), names)


def labels_of(policy: Policy) -> dict[str, str]:
    """The names of codes that the facts catalogue itself gives."""
    return {code: str(label) for fact in policy.uses for code, label in policy.catalogue[fact].code_labels.items()}


def _stated(stated: Mapping[str, Any], code: str, year: int | None) -> Any:
    value = stated.get(code)
    return value if year is None or not isinstance(value, Mapping) else value.get(str(year))


def _from_table(filed: Gathered, key: FactKey) -> bool:
    source = filed.sources.get(key)
    return source is not None and source.stated_on is None and isinstance(filed.facts.known.get(key), Known)
