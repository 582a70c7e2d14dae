"""The fields of a what-if: every number of a version, the bureau's settings, the growth of the latest year's figures."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.kit.i18n import _
from app.policies.band_words import band_lines, ends_text, measure_words
from app.policies.descriptions import unit_text
from app.policies.domain.language import tree
from app.policies.domain.language.drafts import DraftNumber, NumberKind
from app.policies.domain.language.policy import Parameter, Policy, ScoredItem
from app.policies.domain.values.quantities import SIGNS
from app.policies.domain.values.units import WRITTEN, Unit
from app.policies.settings import Settings
from app.policies.whatif.scenario import GROWTH, NUMBER, SETTING, growth_groups, numeric_settings


@dataclass(frozen=True)
class NumberField:
    """One number: its label, what it is now, what is typed."""

    name: str
    label: str
    value: str
    unit: str
    now: str
    changed: bool


@dataclass(frozen=True)
class FieldGroup:
    """Fields that belong together; `folded` ones are opened on demand."""

    title: str
    note: str
    fields: tuple[NumberField, ...]
    folded: bool = False


def field_groups(
    policy: Policy, numbers: list[DraftNumber], settings: Settings, given: Mapping[str, str]
) -> tuple[FieldGroup, ...]:
    """Settings and plain parameters first, then bands, figures and the score."""
    makers = _Fields(policy, given)
    plain = [makers.setting(parameter, settings) for parameter in numeric_settings(policy)]
    plain += [makers.number(number) for number in numbers if number.kind is NumberKind.VALUE]
    groups = [FieldGroup(_("参数"), "", tuple(plain))] if plain else []
    groups += makers.banded(numbers)
    groups.append(makers.growth())
    scored = tuple(makers.number(number) for number in numbers if number.scored)
    if scored:
        groups.append(FieldGroup(_("评分的分档"), _("各档的分界；分值由文件规定"), scored, folded=True))
    return tuple(group for group in groups if group.fields)


class _Fields:
    def __init__(self, policy: Policy, given: Mapping[str, str]) -> None:
        self._policy, self._given = policy, given
        self._parameters = {parameter.name: parameter for parameter in policy.parameters}
        blocks = policy.scoring.blocks if policy.scoring else ()
        items = (part for block in blocks for item in block.items for part in (item, *item.options))
        self._items = {item.id: item for item in items}

    def number(self, number: DraftNumber) -> NumberField:
        """A number of the version."""
        sign = number.quantity.sign
        return self._field(NUMBER + number.key, self._label(number), number.quantity.number, sign)

    def setting(self, parameter: Parameter, settings: Settings) -> NumberField:
        """A setting of the bureau: what is in force, or nothing."""
        sign = SIGNS[self._policy.catalogue[parameter.name].unit]
        row = settings.get(parameter.name)
        present = row.value.removesuffix(sign).strip() if row else ""
        label = _("%(name)s（市局设定）") % {"name": parameter.label}
        return self._field(SETTING + parameter.name, label, present, sign)

    def banded(self, numbers: list[DraftNumber]) -> list[FieldGroup]:
        """One group for each parameter with bands: each band's value, then where it ends."""
        names = dict.fromkeys(number.owner for number in numbers if number.kind is NumberKind.BAND)
        return [
            FieldGroup(
                str(self._parameters[name].label),
                "",
                tuple(self.number(number) for number in numbers if number.owner == name and not number.scored),
            )
            for name in names
        ]

    def growth(self) -> FieldGroup:
        """The growth of the latest fiscal year's figures."""
        fields = tuple(
            self._field(
                GROWTH + group.key,
                _("研发费用各项") if len(group.codes) > 1 else str(self._policy.catalogue[group.codes[0]].label),
                "",
                "%",
            )
            for group in growth_groups(self._policy)
        )
        return FieldGroup(_("最近一年数据增减"), _("填 10 表示比申报数增加 10%，-10 表示减少"), fields)

    def _field(self, name: str, label: str, now: str, sign: str) -> NumberField:
        value = self._given.get(name, now)
        shown = _sign_text(sign) if sign else ""
        return NumberField(name, label, value, shown, f"{now} {shown}".strip() if now else "", value.strip() != now)

    def _label(self, number: DraftNumber) -> str:
        if number.scored:
            return _end_of_item(self._policy, self._items[number.owner], number.index)
        parameter = self._parameters[number.owner]
        body = parameter.node.body
        if not isinstance(body, tree.Banded):
            return str(parameter.label)
        where = band_lines(body, self._policy.catalogue)[number.index][0]
        if number.kind is NumberKind.BAND:
            return where
        return _("第 %(n)s 档与第 %(next)s 档的分界") % {"n": number.index + 1, "next": number.index + 2}


def _end_of_item(policy: Policy, item: ScoredItem, index: int) -> str:
    """`D1 净资产增长率：> 0% 且 < 5% 的上限`; `index` counts the bands as the file does, the lowest first."""
    bands = [band for band in item.bands if band is not None]
    unit = measure_words(item.by, policy.catalogue)[1] if item.by else Unit.NUMBER
    said = ends_text(unit, bands[-1 - index])  # the item holds the best band first
    return _("%(id)s %(title)s：“%(band)s”一档的上限") % {"id": item.id, "title": item.title, "band": said}


def _sign_text(sign: str) -> str:
    """The sign of a file as people read it: `people` as 人; amounts and shares keep theirs."""
    unit = WRITTEN[sign].unit
    return _(sign) if unit in {Unit.YUAN, Unit.SHARE} else unit_text(unit)
