"""A scenario: which numbers of a version, which settings and which figures are other than they are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from app.kit.i18n import N_, _
from app.policies.domain.facts.catalogue import FactDefinition, Periodicity
from app.policies.domain.language.drafts import DraftNumber
from app.policies.domain.language.policy import Parameter, Policy
from app.policies.domain.values.knowledge import Exact
from app.policies.domain.values.quantities import Quantity, QuantityError, read_of_unit
from app.policies.domain.values.units import Unit

#: Field names of a scenario: `p.` a number of the version, `s.` a setting, `g.` growth of figures in per cent.
NUMBER, SETTING, GROWTH = "p.", "s.", "g."
_RESEARCH = "rd_"
LEAST_GROWTH, MOST_GROWTH = -100, 1_000

_WRONG = {
    "unreadable": N_("请填写数字。"),
    "unit": N_("单位不符。"),
    "precision": N_("位数过多，请核对。"),
}


@dataclass(frozen=True)
class GrowthGroup:
    """Figures of the latest fiscal year that grow together."""

    key: str
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Scenario:
    """What is assumed. `errors` say, by field, what could not be read; such a field assumes nothing."""

    changes: Mapping[str, Quantity] = field(default_factory=dict)
    settings: Mapping[str, Quantity] = field(default_factory=dict)
    growth: Mapping[str, Fraction] = field(default_factory=dict)
    errors: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether nothing is assumed."""
        return not (self.changes or self.settings or self.growth)


def growth_groups(policy: Policy) -> list[GrowthGroup]:
    """The yearly amounts that the policy reads; the kinds of R&D expense grow together."""
    yearly = [code for code in policy.uses if _grows(policy.catalogue[code])]
    research = tuple(code for code in yearly if code.startswith(_RESEARCH))
    groups = [GrowthGroup(code, (code,)) for code in yearly if code not in research]
    return [*groups, GrowthGroup("rd", research)] if research else groups


def _grows(definition: FactDefinition) -> bool:
    return definition.unit is Unit.YUAN and definition.told is Periodicity.BY_YEAR


def numeric_settings(policy: Policy) -> list[Parameter]:
    """What the bureau sets as a number."""
    return [parameter for parameter in policy.settings if policy.catalogue[parameter.name].unit is not Unit.YES_NO]


def read_scenario(
    policy: Policy, numbers: list[DraftNumber], in_force: Mapping[str, Exact], given: Mapping[str, str]
) -> Scenario:
    """What a form says; a field that says what is so already assumes nothing. `in_force` are the bureau's settings."""
    reader = _ScenarioReader(given)
    changes = {}
    for number in numbers:
        found = reader.quantity(NUMBER + number.key, number.quantity.unit, number.quantity.sign)
        if found is not None and found.value != number.quantity.value:
            changes[number.key] = found
    settings = {}
    for parameter in numeric_settings(policy):
        found = reader.quantity(SETTING + parameter.name, policy.catalogue[parameter.name].unit)
        if found is not None and found.value != in_force.get(parameter.name):
            settings[parameter.name] = found
    growth = {}
    for group in growth_groups(policy):
        share = reader.growth(GROWTH + group.key)
        if share:
            growth[group.key] = share
    return Scenario(changes, settings, growth, reader.errors)


class _ScenarioReader:
    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = given
        self.errors: dict[str, list[str]] = {}

    def quantity(self, name: str, unit: Unit, sign: str = "") -> Quantity | None:
        """The number of a field; None where it is empty or wrong."""
        text = self._given.get(name, "").strip()
        if not text:
            return None
        try:
            found = read_of_unit(text, unit, sign)
        except QuantityError as error:
            self.errors[name] = [_(_WRONG[error.code])]
            return None
        if found.number.startswith("-"):
            self.errors[name] = [_("不能小于 0。")]
            return None
        return found

    def growth(self, name: str) -> Fraction | None:
        """Growth in per cent as a share."""
        text = self._given.get(name, "").strip().removesuffix("%")
        if not text:
            return None
        try:
            share = Fraction(read_of_unit(text.strip(), Unit.SHARE).value)  # type: ignore[arg-type]
        except QuantityError as error:
            self.errors[name] = [_(_WRONG[error.code])]
            return None
        if not LEAST_GROWTH <= share * 100 <= MOST_GROWTH:
            message = _("请填写 %(least)s 至 %(most)s 之间的百分数。")
            self.errors[name] = [message % {"least": LEAST_GROWTH, "most": MOST_GROWTH}]
            return None
        return share
