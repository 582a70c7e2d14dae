"""A policy version as people read it: each rule in plain words with its place in the law and how sure we are of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.kit.i18n import N_, _
from app.policies.domain.facts.catalogue import FactDefinition, Periodicity
from app.policies.domain.language.policy import (
    Condition,
    Confidence,
    Definition,
    LegalDocument,
    Parameter,
    Policy,
    Reference,
)
from app.policies.domain.values.units import Unit
from app.policies.formulas import formula_text

_CONFIDENCES = {
    Confidence.SEEN: N_("已核对原文"),
    Confidence.SEEN_REPOST: N_("已核对转载文本"),
    Confidence.MEMORY_HIGH: N_("凭记忆，把握较大，待核实"),
    Confidence.MEMORY_MEDIUM: N_("凭记忆，待核实"),
    Confidence.MEMORY_LOW: N_("凭记忆，把握较小，待核实"),
    Confidence.INFERRED: N_("推定，待核实"),
    Confidence.BUREAU: N_("市局设定"),
}
_UNITS = {
    Unit.YUAN: N_("元"),
    Unit.PEOPLE: N_("人"),
    Unit.ITEMS: N_("项"),
    Unit.SHARE: N_("比例"),
    Unit.DATE: N_("日期"),
    Unit.DAYS: N_("天"),
    Unit.MONTHS: N_("个月"),
    Unit.YEARS: N_("年"),
    Unit.SQUARE_METRES: N_("平方米"),
    Unit.YES_NO: N_("是或否"),
    Unit.GRADE: N_("分"),
    Unit.CODE: N_("代码"),
    Unit.NUMBER: N_("数"),
}


@dataclass(frozen=True)
class RuleView:
    """A condition, parameter or definition: its words, its formula in words, its reference, how sure we are."""

    id: str
    title: str
    rule: str
    reference: str
    confidence: str
    verified: bool
    note: str
    depth: int = 0


@dataclass(frozen=True)
class FactView:
    """A fact that the policy asks for."""

    code: str
    label: str
    unit: str
    period: str
    source: str
    said_by: str


@dataclass(frozen=True)
class PolicyView:
    """One version of a policy; `start` says how sure its first day is, where that is not certain."""

    code: str
    title: str
    version: str
    issued_by: str
    documents: tuple[str, ...]
    conditions: tuple[RuleView, ...]
    parameters: tuple[RuleView, ...]
    definitions: tuple[RuleView, ...]
    facts: tuple[FactView, ...]
    unverified: int
    start: str


def describe(policy: Policy) -> PolicyView:
    """`policy` in the current language."""
    conditions = tuple(view for condition in policy.conditions for view in _conditions(policy, condition))
    parameters = tuple(_parameter(policy, parameter) for parameter in policy.parameters)
    definitions = tuple(_definition(policy, definition) for definition in policy.definitions)
    return PolicyView(
        code=policy.code,
        title=str(policy.title),
        version=policy.version,
        issued_by=str(policy.issued_by),
        documents=tuple(_document(document) for document in policy.documents.values()),
        conditions=conditions,
        parameters=parameters,
        definitions=definitions,
        facts=tuple(_fact(policy.catalogue[code]) for code in policy.uses),
        unverified=sum(not view.verified for view in (*conditions, *parameters, *definitions)) + bool(_start(policy)),
        start=_start(policy),
    )


def _start(policy: Policy) -> str:
    sure = policy.effective_confidence
    return "" if sure is None or sure.verified else _("起始日%(sure)s") % {"sure": confidence_text(sure)}


def confidence_text(confidence: Confidence) -> str:
    """How sure we are, in words."""
    return _(_CONFIDENCES[confidence])


def unit_text(unit: Unit) -> str:
    """A unit's name."""
    return _(_UNITS[unit])


def _conditions(policy: Policy, condition: Condition, depth: int = 0) -> Iterator[RuleView]:
    rule = formula_text(condition.test, policy.catalogue) if condition.test else _together(condition)
    yield RuleView(
        condition.id,
        str(condition.title),
        rule,
        _reference(condition.reference),
        confidence_text(condition.confidence),
        condition.confidence.verified,
        str(condition.note or ""),
        depth,
    )
    for part in condition.parts:
        yield from _conditions(policy, part, depth + 1)


def _together(condition: Condition) -> str:
    return _("以下至少一项成立") if condition.any_part else _("以下各项都成立")


def _parameter(policy: Policy, parameter: Parameter) -> RuleView:
    return RuleView(
        parameter.name,
        str(parameter.label),
        _("由市局设定") if parameter.set_by_bureau else formula_text(parameter.node.body, policy.catalogue),
        _reference(parameter.reference),
        confidence_text(parameter.confidence),
        parameter.confidence.verified,
        "",
    )


def _definition(policy: Policy, definition: Definition) -> RuleView:
    return RuleView(
        definition.name,
        str(definition.label),
        formula_text(definition.body, policy.catalogue),
        _reference(definition.reference),
        confidence_text(definition.confidence),
        definition.confidence.verified,
        str(definition.note or ""),
    )


def _document(document: LegalDocument) -> str:
    return _("《%(title)s》%(number)s，%(on)s") % {
        "title": document.title,
        "number": document.number,
        "on": document.issued_on or _("印发日期未查到"),
    }


def _reference(reference: Reference) -> str:
    return f"{reference.document.number} {reference.clause}"


def _fact(definition: FactDefinition) -> FactView:
    unit = unit_text(definition.unit)
    return FactView(
        definition.code,
        str(definition.label),
        unit if definition.told is Periodicity.ONCE else _("%(unit)s，按年度") % {"unit": unit},
        str(definition.period),
        str(definition.source),
        str(definition.said_by or ""),
    )
