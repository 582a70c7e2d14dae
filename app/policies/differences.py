"""What changed between two versions of a policy, element by element, in plain words: not a comparison of texts.

An element is known by what never changes about it (a parameter's name, a condition's id); its words are compared
field by field. The two versions may belong to different jurisdictions.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.kit.i18n import N_, _
from app.policies.band_words import band_lines
from app.policies.describing import confidence_text
from app.policies.domain import tree
from app.policies.domain.policy import Condition, Confidence, Definition, Document, Parameter, Policy, Reference
from app.policies.domain.units import Unit
from app.policies.formulas import formula_text
from app.policies.score_words import item_lines
from app.policies.wording import value_text

Fields = dict[str, str]
"""The words of one element: what a field is called, and what it says."""


@dataclass(frozen=True)
class FieldChange:
    """One field of an element, before and after; "" where there is none."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class ElementChange:
    """An element that was added, removed or changed; `fields` are those that differ."""

    id: str
    title: str
    kind: str
    fields: tuple[FieldChange, ...]
    cites_only: bool = False
    """Whether nothing but the document it rests on, or how sure we are of it, is another."""


@dataclass(frozen=True)
class SectionChanges:
    """What changed in one section of the file, and how many of its elements stayed as they were."""

    name: str
    title: str
    changes: tuple[ElementChange, ...]
    unchanged: int

    @property
    def substantial(self) -> tuple[ElementChange, ...]:
        """What says something else."""
        return tuple(change for change in self.changes if not change.cites_only)

    @property
    def cited(self) -> tuple[ElementChange, ...]:
        """What says the same by another document."""
        return tuple(change for change in self.changes if change.cites_only)


@dataclass(frozen=True)
class _Element:
    title: str
    fields: Fields


Elements = dict[str, _Element]

KINDS = {"added": N_("新增"), "removed": N_("删去"), "changed": N_("改动")}


def compare(before: Policy, after: Policy) -> tuple[SectionChanges, ...]:
    """The sections in the order of a file, in the current language; sections that neither version has are left out."""
    sections = ((name, title, read(before), read(after)) for name, title, read in _SECTIONS)
    return tuple(_section(name, _(title), old, new) for name, title, old, new in sections if old or new)


def _section(name: str, title: str, old: Elements, new: Elements) -> SectionChanges:
    ids = [*old, *(id_ for id_ in new if id_ not in old)]
    found = [change for id_ in ids if (change := _change(id_, old.get(id_), new.get(id_)))]
    return SectionChanges(name, title, tuple(found), len(ids) - len(found))


def _change(id_: str, old: _Element | None, new: _Element | None) -> ElementChange | None:
    before, after = (old.fields if old else {}), (new.fields if new else {})
    labels = dict.fromkeys([*before, *after])
    differing = tuple(
        FieldChange(label, before.get(label, ""), after.get(label, ""))
        for label in labels
        if before.get(label, "") != after.get(label, "")
    )
    if not differing:
        return None
    kind = "added" if old is None else "removed" if new is None else "changed"
    shown = new or old
    cites = kind == "changed" and {field.label for field in differing} <= {_("依据"), _("把握程度")}
    return ElementChange(id_, shown.title if shown else id_, kind, differing, cites)


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
    return {"about": _Element(_("基本情况"), fields)}


def _documents(policy: Policy) -> Elements:
    return {name: _document(document) for name, document in policy.documents.items()}


def _document(document: Document) -> _Element:
    fields = {
        _("文号"): document.number,
        _("标题"): str(document.title),
        _("日期"): document.issued_on.isoformat() if document.issued_on else _("印发日期未查到"),
    }
    return _Element(document.number, fields)


def _parameters(policy: Policy) -> Elements:
    return {parameter.name: _parameter(policy, parameter) for parameter in policy.parameters}


def _parameter(policy: Policy, parameter: Parameter) -> _Element:
    fields = {_("名称"): str(parameter.label)}
    body = parameter.node.body
    if parameter.set_by_bureau:
        fields[_("取值")] = _("由市局设定")
    elif isinstance(body, tree.Banded):
        fields |= dict(band_lines(body, policy.catalogue))
    else:
        fields[_("取值")] = formula_text(body, policy.catalogue)
    return _Element(str(parameter.label), fields | _rests_on(parameter.reference, parameter.confidence))


def _definitions(policy: Policy) -> Elements:
    return {definition.name: _definition(policy, definition) for definition in policy.definitions}


def _definition(policy: Policy, definition: Definition) -> _Element:
    fields = {
        _("名称"): str(definition.label),
        _("算法"): formula_text(definition.body, policy.catalogue),
        _("说明"): str(definition.note or ""),
    }
    return _Element(str(definition.label), fields | _rests_on(definition.reference, definition.confidence))


def _lists(policy: Policy) -> Elements:
    nodes = (node for leaf in policy.leaves() if leaf.test for node in tree.walk(leaf.test))
    found = {node.list_name: node for node in nodes if isinstance(node, tree.ListedIn)}
    return {name: _list(policy, node) for name, node in found.items()}


def _list(policy: Policy, node: tree.ListedIn) -> _Element:
    fields = {
        _("代码"): _("、").join(sorted(node.codes)),
        _("下级代码"): value_text(Unit.NUMBER, node.deeper),
    }
    return _Element(_("%(fact)s的目录") % {"fact": policy.catalogue[node.code].label}, fields)


def _conditions(policy: Policy) -> Elements:
    return {item.id: _condition(policy, item) for top in policy.conditions for item in _all_parts(top)}


def _all_parts(condition: Condition) -> Iterator[Condition]:
    yield condition
    for part in condition.parts:
        yield from _all_parts(part)


def _condition(policy: Policy, condition: Condition) -> _Element:
    together = _("以下至少一项成立") if condition.any_part else _("以下各项都成立")
    fields = {
        _("名称"): str(condition.title),
        _("要求"): formula_text(condition.test, policy.catalogue) if condition.test else together,
        _("组成"): _("、").join(part.id for part in condition.parts),
        _("说明"): str(condition.note or ""),
    }
    return _Element(f"{condition.id} {condition.title}", fields | _rests_on(condition.reference, condition.confidence))


def _score(policy: Policy) -> Elements:
    if policy.scoring is None:
        return {}
    found: Elements = {}
    for block in policy.scoring.blocks:
        most = {_("名称"): str(block.title), _("最高分"): value_text(Unit.GRADE, block.node.most)}
        found[block.id] = _Element(f"{block.id} {block.title}", most | _rests_on(block.reference, block.confidence))
        for item in block.items:
            for part in (item, *item.options):
                fields = {_("名称"): str(part.title), _("最高分"): value_text(Unit.GRADE, part.node.most)}
                fields |= {line.when: line.points for line in item_lines(part, policy.catalogue)}
                title = f"{part.id} {part.title}"
                found[f"{block.id}/{part.id}"] = _Element(title, fields | _rests_on(part.reference, part.confidence))
    return found


def _rests_on(reference: Reference, confidence: Confidence) -> Fields:
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
