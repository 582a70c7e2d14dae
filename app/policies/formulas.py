"""The wording interpreter: formulas as sentences in the current language."""

from collections.abc import Callable
from typing import Any

from app.kit.i18n import _
from app.policies.domain.facts.catalogue import Catalogue
from app.policies.domain.language import tree
from app.policies.domain.language.constants import known
from app.policies.domain.values.units import Unit
from app.policies.words import RELATIONS, value_text


def formula_text(node: tree.Node, catalogue: Catalogue) -> str:
    """A formula in plain words."""
    return _Speaker(catalogue).say(node)


class _Speaker:
    """Says a tree in the current language; `inner` formulas get brackets where they need them."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def say(self, node: tree.Node) -> str:
        return _SAYINGS[type(node)](self, node)

    def _bracketed(self, node: tree.Node) -> str:
        text = self.say(node)
        return f"({text})" if isinstance(node, tree.Arithmetic) and known(node) is None else text

    def literal(self, node: tree.Literal) -> str:
        return value_text(node.unit, node.value)

    def fact(self, node: tree.Fact) -> str:
        definition = self._catalogue[node.code]
        if node.parts is None:
            return str(definition.label)
        first, last = node.parts
        if first == last:
            return str(definition.parts[first - 1])
        if (first, last) == (1, len(definition.parts)):
            return str(definition.label)
        return _("%(fact)s（第 %(first)s 至 %(last)s 项）") % {"fact": definition.label, "first": first, "last": last}

    def named(self, node: tree.Named) -> str:
        return str(node.label)

    def parameter_or_name(self, node: tree.Named) -> str:
        return self.say(node.body) if isinstance(node.body, tree.Literal) else str(node.label)

    def arithmetic(self, node: tree.Arithmetic) -> str:
        sign = {"+": "+", "-": "−", "*": "×"}[node.operator]
        return f"{self._bracketed(node.left)} {sign} {self._bracketed(node.right)}"

    def divided(self, node: tree.DividedBy) -> str:
        return f"{self._bracketed(node.body)} ÷ {value_text(Unit.NUMBER, node.divisor)}"

    def extreme(self, node: tree.Extreme) -> str:
        options = _("、").join(self.say(option) for option in node.options)
        words = _("%(options)s 中较小者") if node.least else _("%(options)s 中较大者")
        return words % {"options": options}

    def over_years(self, node: tree.OverYears) -> str:
        words = {
            tree.Gathering.SUM: _("近三个会计年度合计（%(what)s）"),
            tree.Gathering.AVERAGE: _("近三个会计年度平均（%(what)s）"),
            tree.Gathering.LATEST: _("近一年%(what)s"),
            tree.Gathering.PREVIOUS: _("上上年度%(what)s"),
        }[node.gathering]
        return words % {"what": self.say(node.body)}

    def growth(self, node: tree.Growth) -> str:
        return _("近三个会计年度平均增长率（%(what)s）") % {"what": self.say(node.body)}

    def score(self, node: tree.Score) -> str:
        return _("评价得分")

    def days_between(self, node: tree.DaysBetween) -> str:
        return _("从%(start)s到%(end)s的天数") % {"start": self.say(node.start), "end": self.say(node.end)}

    def application_day(self, node: tree.ApplicationDay) -> str:
        return _("申请日")

    def years_counted(self, node: tree.YearsCounted) -> str:
        return _("计入的会计年度数")

    def banded(self, node: tree.Banded) -> str:
        return _("；").join(self._band(node, band) for band in node.bands)

    def _band(self, node: tree.Banded, band: tree.Band) -> str:
        subject, unit = self.say(node.subject), node.subject.unit
        ends = []
        if band.low is not None:
            ends.append(f"{'≥' if band.low_included else '>'} {value_text(unit, band.low)}")
        if band.high is not None:
            ends.append(f"{'≤' if band.high_included else '<'} {value_text(unit, band.high)}")
        where = _("%(what)s %(ends)s") % {"what": subject, "ends": _(" 且 ").join(ends)} if ends else subject
        return _("%(where)s：%(value)s") % {"where": where, "value": self.say(band.value)}

    def if_stated(self, node: tree.IfStated) -> str:
        said = {
            "fact": self._catalogue[node.code].label,
            "then": self.say(node.then),
            "otherwise": self.say(node.otherwise),
        }
        return _("已知%(fact)s时：%(then)s；否则：%(otherwise)s") % said

    def comparison(self, node: tree.Comparison) -> str:
        return f"{self.say(node.left)} {RELATIONS[node.relation]} {self.threshold(node.right)}"

    def ratio(self, node: tree.RatioComparison) -> str:
        quotient = f"{self._bracketed(node.numerator)} ÷ {self._bracketed(node.denominator)}"
        return f"{quotient} {RELATIONS[node.relation]} {self.threshold(node.right)}"

    def threshold(self, node: tree.Node) -> str:
        return self.parameter_or_name(node) if isinstance(node, tree.Named) else self.say(node)

    def listed(self, node: tree.ListedIn) -> str:
        return _("%(fact)s在目录内") % {"fact": self._catalogue[node.code].label}

    def all_of(self, node: tree.AllOf) -> str:
        return _("，并且").join(self.say(part) for part in node.parts)

    def any_of(self, node: tree.AnyOf) -> str:
        return _("，或者").join(self.say(part) for part in node.parts)

    def opposite(self, node: tree.Opposite) -> str:
        return _("没有：%(what)s") % {"what": self.say(node.part)}

    def judged(self, node: tree.Judged) -> str:
        labels = _("、").join(str(self._catalogue[code].label) for code in node.codes)
        return _("由人评判，依据：%(facts)s") % {"facts": labels}

    def always(self, node: tree.Always) -> str:
        return value_text(Unit.YES_NO, node.value)


_SAYINGS: dict[type[tree.Node], Callable[[_Speaker, Any], str]] = {
    tree.Literal: _Speaker.literal,
    tree.Fact: _Speaker.fact,
    tree.ApplicationDay: _Speaker.application_day,
    tree.YearsCounted: _Speaker.years_counted,
    tree.Named: _Speaker.named,
    tree.Arithmetic: _Speaker.arithmetic,
    tree.DividedBy: _Speaker.divided,
    tree.Extreme: _Speaker.extreme,
    tree.OverYears: _Speaker.over_years,
    tree.Growth: _Speaker.growth,
    tree.Score: _Speaker.score,
    tree.DaysBetween: _Speaker.days_between,
    tree.Banded: _Speaker.banded,
    tree.IfStated: _Speaker.if_stated,
    tree.Comparison: _Speaker.comparison,
    tree.RatioComparison: _Speaker.ratio,
    tree.ListedIn: _Speaker.listed,
    tree.AllOf: _Speaker.all_of,
    tree.AnyOf: _Speaker.any_of,
    tree.Opposite: _Speaker.opposite,
    tree.Judged: _Speaker.judged,
    tree.Always: _Speaker.always,
}
