"""What changed between two versions of a policy, element by element, in plain words: not a comparison of texts.

An element is known by what never changes about it (a parameter's name, a condition's id); its words are compared
field by field. The two versions may belong to different jurisdictions.
"""

from collections.abc import Callable, Iterator

from app.kit.differences import Element, Elements, SectionChanges, compare_sections
from app.kit.i18n import N_, _
from app.policies.band_words import band_lines
from app.policies.descriptions import confidence_text
from app.policies.domain.language import tree
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
from app.policies.score_words import item_lines
from app.policies.words import value_text


def compare(before: Policy, after: Policy) -> tuple[SectionChanges, ...]:
    """The sections in the order of a file, in the current language; sections that neither version has are left out."""
    sections = ((name, title, read(before), read(after)) for name, title, read in _SECTIONS)
    cites = {_("依据"), _("把握程度")}
    return tuple(compare_sections(name, _(title), old, new, cites) for name, title, old, new in sections if old or new)


# -- the words of each kind of element --------------------------------------------------------------------------------


def _about(policy: Policy) -> Elements:
    last = policy.effective_to.isoformat() if policy.effective_to else _("长期")
    fields = {
        _("名称"): str(policy.title),
        _("发布机关"): str(policy.issued_by),
        _("施行日期"): policy.effective_from.isoformat(),
        _("施行至"): last,
        _("代替的版本"): policy.supersedes or "",
    }
    return {"about": Element(_("基本情况"), fields)}


def _documents(policy: Policy) -> Elements:
    return {name: _document(document) for name, document in policy.documents.items()}


def _document(document: LegalDocument) -> Element:
    fields = {
        _("文号"): document.number,
        _("标题"): str(document.title),
        _("日期"): document.issued_on.isoformat() if document.issued_on else _("印发日期未查到"),
    }
    return Element(document.number, fields)


def _parameters(policy: Policy) -> Elements:
    return {parameter.name: _parameter(policy, parameter) for parameter in policy.parameters}


def _parameter(policy: Policy, parameter: Parameter) -> Element:
    fields = {_("名称"): str(parameter.label)}
    body = parameter.node.body
    if parameter.set_by_bureau:
        fields[_("取值")] = _("由市局设定")
    elif isinstance(body, tree.Banded):
        fields |= dict(band_lines(body, policy.catalogue))
    else:
        fields[_("取值")] = formula_text(body, policy.catalogue)
    return Element(str(parameter.label), fields | _rests_on(parameter.reference, parameter.confidence))


def _definitions(policy: Policy) -> Elements:
    return {definition.name: _definition(policy, definition) for definition in policy.definitions}


def _definition(policy: Policy, definition: Definition) -> Element:
    fields = {
        _("名称"): str(definition.label),
        _("算法"): formula_text(definition.body, policy.catalogue),
        _("说明"): str(definition.note or ""),
    }
    return Element(str(definition.label), fields | _rests_on(definition.reference, definition.confidence))


def _lists(policy: Policy) -> Elements:
    nodes = (node for leaf in policy.leaves() if leaf.test for node in tree.walk(leaf.test))
    found = {node.list_name: node for node in nodes if isinstance(node, tree.ListedIn)}
    return {name: _list(policy, node) for name, node in found.items()}


def _list(policy: Policy, node: tree.ListedIn) -> Element:
    fields = {
        _("代码"): _("、").join(sorted(node.codes)),
        _("下级代码"): value_text(Unit.NUMBER, node.deeper),
    }
    return Element(_("%(fact)s的目录") % {"fact": policy.catalogue[node.code].label}, fields)


def _conditions(policy: Policy) -> Elements:
    return {item.id: _condition(policy, item) for top in policy.conditions for item in _all_parts(top)}


def _all_parts(condition: Condition) -> Iterator[Condition]:
    yield condition
    for part in condition.parts:
        yield from _all_parts(part)


def _condition(policy: Policy, condition: Condition) -> Element:
    together = _("以下至少一项成立") if condition.any_part else _("以下各项都成立")
    fields = {
        _("名称"): str(condition.title),
        _("要求"): formula_text(condition.test, policy.catalogue) if condition.test else together,
        _("组成"): _("、").join(part.id for part in condition.parts),
        _("说明"): str(condition.note or ""),
    }
    return Element(f"{condition.id} {condition.title}", fields | _rests_on(condition.reference, condition.confidence))


def _score(policy: Policy) -> Elements:
    if policy.scoring is None:
        return {}
    found: dict[str, Element] = {}
    for block in policy.scoring.blocks:
        most = {_("名称"): str(block.title), _("最高分"): value_text(Unit.GRADE, block.node.most)}
        found[block.id] = Element(f"{block.id} {block.title}", most | _rests_on(block.reference, block.confidence))
        for item in block.items:
            for part in (item, *item.options):
                fields = {_("名称"): str(part.title), _("最高分"): value_text(Unit.GRADE, part.node.most)}
                fields |= {line.when: line.points for line in item_lines(part, policy.catalogue)}
                title = f"{part.id} {part.title}"
                found[f"{block.id}/{part.id}"] = Element(title, fields | _rests_on(part.reference, part.confidence))
    return found


def _rests_on(reference: Reference, confidence: Confidence) -> dict[str, str]:
    return {
        _("依据"): f"{reference.document.number} {reference.clause}",
        _("把握程度"): confidence_text(confidence),
    }


_SECTIONS: tuple[tuple[str, str, Callable[[Policy], Elements]], ...] = (
    ("about", N_("基本情况"), _about),
    ("documents", N_("依据的文件"), _documents),
    ("conditions", N_("条件"), _conditions),
    ("parameters", N_("参数"), _parameters),
    ("score", N_("评分"), _score),
    ("definitions", N_("计算口径"), _definitions),
    ("lists", N_("目录"), _lists),
)
