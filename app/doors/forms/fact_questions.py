"""The facts of a policy as questions: one form for the firm's self-check and for the officers' try-out.

A control is named after what it asks for: `staff_average`, `net_assets-2020` of a year, `rd_internal_items-2020-3` of a
part of a year.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from app.kit.i18n import N_, _, current_locale
from app.kit.money import format_yuan
from app.policies.descriptions import unit_text
from app.policies.domain.facts.catalogue import FactDefinition, FactKey, Facts, Periodicity
from app.policies.domain.language import tree
from app.policies.domain.language.assumptions import FISCAL_YEARS
from app.policies.domain.language.calculator import OUTSIDE
from app.policies.domain.language.policy import Policy
from app.policies.domain.language.settable import SETTING
from app.policies.domain.language.verdict import Measure
from app.policies.domain.values.amounts import exact_text
from app.policies.domain.values.knowledge import Exact, Known, ends
from app.policies.domain.values.units import Unit
from app.policies.inputs import lapsed_text, source_text
from app.policies.service.fact_sources import Gathered
from app.policies.words import exact_text as words_of

_TOPICS = {
    "identity": N_("基本情况"),
    "figures": N_("年度数据"),
    "property": N_("知识产权、产品与成果"),
    "other": N_("其他情况"),
    "grades": N_("专家评分（可先自评）"),
    "setting": N_("市局设定的数值"),
}
_PLACES = {"edit": "identity", "figures": "figures", "properties": "property", "products": "property"}
_PLACES |= {"standards": "property", "conversions": "property", SETTING: "setting"}
_KINDS = {
    Unit.YUAN: "amount",
    Unit.SHARE: "share",
    Unit.DATE: "date",
    Unit.YES_NO: "yes_no",
    Unit.CODE: "choice",
    Unit.PEOPLE: "decimal",
    Unit.SQUARE_METRES: "decimal",
}
_UNSIGNED = frozenset({Unit.DATE, Unit.YES_NO, Unit.CODE, Unit.NUMBER})


@dataclass(frozen=True)
class Blank:
    """One control: what it asks for, what stands in it at first, and what is on file (`filed`: value and source)."""

    key: FactKey
    name: str
    label: str
    text: str
    filed: str


@dataclass(frozen=True)
class BlankGroup:
    """The controls of one fiscal year, or those of a fact that is told once (no title)."""

    title: str
    blanks: tuple[Blank, ...]


@dataclass(frozen=True)
class FactQuestion:
    """One fact: how it is written (`kind`), in which unit, for which period, who says it."""

    code: str
    label: str
    kind: str
    sign: str
    hint: str
    period: str
    said_by: str
    options: tuple[tuple[str, str], ...]
    groups: tuple[BlankGroup, ...]

    @property
    def blanks(self) -> tuple[Blank, ...]:
        """All its controls."""
        return tuple(blank for group in self.groups for blank in group.blanks)

    @property
    def single(self) -> Blank | None:
        """Its control, where it has only one."""
        return self.blanks[0] if len(self.blanks) == 1 else None


@dataclass(frozen=True)
class FactQuestionGroup:
    """Questions that belong together."""

    code: str
    title: str
    questions: tuple[FactQuestion, ...]


def topics(
    policy: Policy, on: date, filed: Gathered, names: Mapping[str, str], *, without: Iterable[str] = ()
) -> tuple[FactQuestionGroup, ...]:
    """What `policy` asks of an application on `on`, with what is `filed`; topics in `without` are left out."""
    years = fiscal_years_read(policy)
    asked: dict[str, list[FactQuestion]] = {}
    for code in policy.uses:
        definition = policy.catalogue[code]
        question = _question(policy, definition, _years(definition, on, years), filed, names)
        asked.setdefault(topic_of(definition), []).append(question)
    kept = [code for code in _TOPICS if code in asked and code not in set(without)]
    return tuple(FactQuestionGroup(code, _(_TOPICS[code]), tuple(asked[code])) for code in kept)


def topic_of(definition: FactDefinition) -> str:
    """The code of the topic under which a fact is asked."""
    if definition.supplied_at == "statement" and definition.unit is Unit.GRADE:
        return "grades"
    return _PLACES.get(definition.supplied_at, "other")


def name_of(key: FactKey) -> str:
    """The name of the control for one value."""
    return "-".join(str(part) for part in key if part is not None)


def fiscal_years_read(policy: Policy) -> dict[str, frozenset[int]]:
    """How many years back (1 is the fiscal year before the application) each fact is read."""
    nodes = [leaf.test for leaf in policy.leaves() if leaf.test is not None]
    if policy.scoring is not None:
        nodes.append(policy.scoring.node)
    read: dict[str, frozenset[int]] = {}
    for top in nodes:
        for node in tree.walk(top):
            if isinstance(node, (tree.OverYears, tree.Growth)):
                back = _years_back(node)
                for below in tree.walk(node.body):
                    if isinstance(below, tree.Fact):
                        read[below.code] = read.get(below.code, frozenset()) | back
    return read


def _years_back(node: tree.OverYears | tree.Growth) -> frozenset[int]:
    if isinstance(node, tree.OverYears) and node.gathering is tree.Gathering.LATEST:
        return frozenset({1})
    if isinstance(node, tree.OverYears) and node.gathering is tree.Gathering.PREVIOUS:
        return frozenset({2})
    return frozenset(range(1, FISCAL_YEARS + 1))


def _years(definition: FactDefinition, on: date, read: Mapping[str, frozenset[int]]) -> tuple[int | None, ...]:
    if definition.told is not Periodicity.BY_YEAR:
        return (None,)
    back = read.get(definition.code) or frozenset(range(1, FISCAL_YEARS + 1))
    return tuple(on.year - years for years in sorted(back, reverse=True))


def _question(
    policy: Policy,
    definition: FactDefinition,
    years: tuple[int | None, ...],
    filed: Gathered,
    names: Mapping[str, str],
) -> FactQuestion:
    options = () if definition.any_code else _options(policy, definition, filed.facts, names)
    return FactQuestion(
        code=definition.code,
        label=str(definition.label),
        kind="code" if definition.any_code else _KINDS.get(definition.unit, "whole"),
        sign=_sign(definition.unit),
        hint=hint_of(definition),
        period=str(definition.period),
        said_by=str(definition.said_by or ""),
        options=options,
        groups=tuple(_group(definition, year, filed, dict(options)) for year in years),
    )


def _group(definition: FactDefinition, year: int | None, filed: Gathered, labels: Mapping[str, str]) -> BlankGroup:
    title = _("%(year)s 年度") % {"year": year} if year is not None else ""
    parts = [str(part) for part in definition.parts] or [title or str(definition.label)]
    keys = definition.keys(year)
    blanks = (_blank(definition, key, label, filed, labels) for key, label in zip(keys, parts, strict=True))
    return BlankGroup(title, tuple(blanks))


def _blank(definition: FactDefinition, key: FactKey, label: str, filed: Gathered, labels: Mapping[str, str]) -> Blank:
    text = filed_text(filed.facts, key)
    return Blank(key, name_of(key), label, text, _filed(definition, key, filed, labels))


def filed_text(facts: Facts, key: FactKey) -> str:
    """What is on file as it is typed; nothing where it is not one value, or has no end as a decimal."""
    known = facts.known.get(key)
    return _typed(facts.catalogue[key.code].unit, known.value) if isinstance(known, Known) else ""


def _typed(unit: Unit, value: Exact) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if unit is Unit.YUAN:
        return format_yuan(int(value))
    text = exact_text(Fraction(value) * 100 if unit is Unit.SHARE else Fraction(value))
    return "" if "/" in text else text


def _filed(definition: FactDefinition, key: FactKey, filed: Gathered, labels: Mapping[str, str]) -> str:
    """`现有资料：1,234.56 元，企业库 年度数据`."""
    if key not in filed.facts.known:
        return lapsed_text(filed.lapsed[key]) if key in filed.lapsed else ""
    low, high = ends(filed.facts.of(key))
    value = words_of(Measure(definition.unit, low, high))
    reported = {"value": labels.get(value, value).strip()}
    source = filed.sources.get(key)
    if source is None:
        return _("现有资料：%(value)s") % reported
    return _("现有资料：%(value)s，%(source)s") % {**reported, "source": source_text(source)}


def _sign(unit: Unit) -> str:
    """What stands behind the control."""
    if unit is Unit.SHARE:
        return "%"
    return "" if unit in _UNSIGNED else unit_text(unit)


def hint_of(definition: FactDefinition) -> str:
    """How a value is typed, where that does not go without saying."""
    if definition.unit is Unit.YUAN:
        return _("以元为单位；也可以写“500万”")
    if definition.unit is Unit.GRADE and definition.highest is not None:
        return _("%(low)s 至 %(high)s 的整数") % {"low": definition.lowest or 0, "high": definition.highest}
    monthly = definition.unit is Unit.PEOPLE and topic_of(definition) == "figures"
    return _("月平均数，可以有小数") if monthly else ""


def _options(
    policy: Policy, definition: FactDefinition, facts: Facts, names: Mapping[str, str]
) -> tuple[tuple[str, str], ...]:
    """The codes that the policy knows, by name; what is on file is always among them."""
    if definition.unit is not Unit.CODE:
        return ()
    lists = policy.accepted_codes(definition.code)
    codes = {code for node in lists for code in node.codes}
    filed = facts.known.get(FactKey(definition.code))
    if isinstance(filed, Known) and filed.value != OUTSIDE:
        codes.add(str(filed.value))
    narrow = "\u3000" if current_locale() == "zh" else "\u2003"
    shortest = min(map(len, codes), default=0)
    named = [(code, narrow * (len(code) > shortest) + names.get(code, code)) for code in sorted(codes)]
    return (*named, (OUTSIDE, _("不属于其中任何一类")))
