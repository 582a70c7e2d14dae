"""The formula language, second half: syntax to tree. Names are resolved and units checked here, so that whatever
binds can be decided for every subject without an error.
"""

from collections.abc import Callable
from typing import TypeVar

from app.policies.domain.facts.catalogue import FactDefinition, Periodicity
from app.policies.domain.language import tree
from app.policies.domain.language.bound_conditions import check_ratio, comparison, listed
from app.policies.domain.language.bound_functions import call
from app.policies.domain.language.constants import extent, known
from app.policies.domain.language.names import Names
from app.policies.domain.language.syntax import (
    BinarySyntax,
    CallSyntax,
    IfStatedSyntax,
    NameSyntax,
    NumberSyntax,
    Syntax,
    UnarySyntax,
    parse,
    refuse,
)
from app.policies.domain.language.tokens import DefinitionError, FormulaError
from app.policies.domain.language.written import Measured, in_unit, number, unit_hint
from app.policies.domain.values.units import NAMES, Unit

DEEPEST, MOST_STEPS = 100, 5_000

Bound = TypeVar("Bound", bound=tree.Node | Measured)


def condition(text: str, names: Names) -> tree.Node:
    """The tree of a formula that holds or does not; raises `FormulaError` or `DefinitionError`."""
    return _bound(text, names, _FormulaBinder.holds)


def quantity(text: str, names: Names) -> tree.Node:
    """The tree of a formula that has a value."""
    return _bound(text, names, _FormulaBinder.value)


def measured(text: str, names: Names) -> Measured:
    """What a formula measures, a ratio included; raises `FormulaError` or `DefinitionError`."""
    return _bound(text, names, _FormulaBinder.measured)


def literal(text: str, names: Names) -> tree.Literal:
    """A formula that is nothing but numbers, as one number."""
    node = quantity(text, names)
    value = known(node)
    if value is None:
        message = "this must be a number, not a formula over facts"
        raise FormulaError(message, "write a number with its unit, as in 5 %", 0, len(text))
    return tree.Literal(node.unit, value)


def _bound(text: str, names: Names, bind: Callable[["_FormulaBinder", Syntax], Bound]) -> Bound:
    """What `bind` makes of `text`, if all that decides by it can follow it to its end."""
    try:
        found = bind(_FormulaBinder(names, in_years=False), parse(text))
        depth, steps = extent(found if isinstance(found, tree.Node) else found.against(tree.Relation.MORE, 0))
    except RecursionError:
        depth, steps = DEEPEST + 1, 0
    if depth > DEEPEST or steps > MOST_STEPS:
        message = (
            f"the formula and its definitions come to more than {MOST_STEPS} steps, or to {DEEPEST} one in another"
        )
        raise FormulaError(message, "leave out what can be reckoned beforehand, or split the condition", 0, len(text))
    return found


class _FormulaBinder:
    """Binds one formula; `in_years` inside a gathering, where a fact means its value of the year."""

    def __init__(self, names: Names, *, in_years: bool) -> None:
        self.names = names
        self.in_years = in_years
        self.met_by_year = False

    def inside_years(self) -> "_FormulaBinder":
        """The binder of what is gathered over the years."""
        return _FormulaBinder(self.names, in_years=True)

    # -- the two kinds of formula -----------------------------------------------------------------------------------

    def value(self, syntax: Syntax) -> tree.Node:
        """A quantity, date or code."""
        match syntax:
            case NumberSyntax():
                return number(syntax)
            case NameSyntax():
                return self._name(syntax)
            case CallSyntax():
                return call(self, syntax)
            case BinarySyntax(operator="+" | "-"):
                return self._sum(syntax)
            case BinarySyntax(operator="*"):
                return self._product(syntax)
            case BinarySyntax(operator="/"):
                return self._quotient(syntax)
            case UnarySyntax(operator="-"):
                return self._negative(syntax)
            case IfStatedSyntax():
                return self._if_stated(syntax)
            case _:
                refuse(syntax, "a condition stands where a value is needed", "compare values, not conditions")

    def holds(self, syntax: Syntax) -> tree.Node:
        """A condition."""
        match syntax:
            case BinarySyntax(operator="and"):
                return tree.AllOf(Unit.YES_NO, (self.holds(syntax.left), self.holds(syntax.right)))
            case BinarySyntax(operator="or"):
                return tree.AnyOf(Unit.YES_NO, (self.holds(syntax.left), self.holds(syntax.right)))
            case UnarySyntax(operator="not", body=body):
                return tree.Opposite(Unit.YES_NO, self.holds(body))
            case IfStatedSyntax():
                fact = self._asked(syntax)
                return tree.IfStated(Unit.YES_NO, fact.code, self.holds(syntax.then), self.holds(syntax.otherwise))
            case BinarySyntax(operator="in"):
                return listed(self, syntax)
            case BinarySyntax(operator=">=" | ">" | "<=" | "<" | "="):
                return comparison(self, syntax)
            case _:
                node = self.value(syntax)
                if node.unit is not Unit.YES_NO:
                    hint = "compare it with something, as in … >= 10 %"
                    refuse(syntax, f"{NAMES[node.unit]} stands where a condition is needed", hint)
                return node

    def measured(self, syntax: Syntax) -> Measured:
        """A quantity, or a ratio of two."""
        if isinstance(syntax, BinarySyntax) and syntax.operator == "/":
            numerator, denominator = self.quantity(syntax.left), self.quantity(syntax.right)
            if known(denominator) is None:
                check_ratio(syntax, numerator, denominator)
                return Measured(Unit.SHARE, numerator, denominator)
        node = self.quantity(syntax)
        return Measured(node.unit, node)

    # -- single values ------------------------------------------------------------------------------------------------

    def _name(self, syntax: NameSyntax) -> tree.Node:
        name = syntax.name
        constant = _CONSTANTS.get(name)
        if constant is not None:
            return constant()
        if name == "score":
            return self._score(syntax)
        self.names.used.add(name)
        if name in self.names.catalogue:
            return self._fact(syntax, self.names.catalogue[name])
        if syntax.parts is not None:
            refuse(syntax, f"'{name}' has no parts", "leave the square brackets out")
        if name in self.names.parameters:
            return self.names.parameters[name]
        if name in self.names.definitions:
            return self._definition(syntax)
        refuse(syntax, f"the name '{name}' is not known", self.names.closest(name))

    def _score(self, syntax: NameSyntax) -> tree.Score:
        self.names.used.add("score")
        if self.names.score is None:
            hint = "add the section 'score', or judged(…) where people decide; the score's own items cannot use it"
            refuse(syntax, "there is no score to compare here", hint)
        return self.names.score

    def _fact(self, syntax: NameSyntax, fact: FactDefinition) -> tree.Fact:
        self._check_year(syntax, fact)
        self._check_parts(syntax, fact)
        return tree.Fact(fact.unit, fact.code, syntax.parts)

    def _check_year(self, syntax: NameSyntax, fact: FactDefinition) -> None:
        if self.in_years:
            if fact.told is Periodicity.ONCE:
                hint = f"multiply the sum instead, or use a fact that is told by year; '{fact.code}' is not"
                refuse(syntax, f"'{fact.code}' has one value, not one a year", hint)
            self.met_by_year = True
        elif fact.told is Periodicity.BY_YEAR:
            hint = f"write latest({fact.code}), sum({fact.code}) or average({fact.code})"
            refuse(syntax, f"'{fact.code}' is told by year", hint)

    def _check_parts(self, syntax: NameSyntax, fact: FactDefinition) -> None:
        count = len(fact.parts)
        if syntax.parts is None:
            if count:
                hint = f"write {fact.code}[1..{count}] for the sum of all, {fact.code}[{count}] for the last"
                refuse(syntax, f"'{fact.code}' has {count} parts", hint)
            return
        first, last = syntax.parts
        if not count:
            refuse(syntax, f"'{fact.code}' has no parts", f"write {fact.code} without square brackets")
        if not 1 <= first <= last <= count:
            refuse(syntax, f"'{fact.code}' has the parts 1 to {count}", f"write {fact.code}[1..{count}] or one of them")

    def _definition(self, syntax: NameSyntax) -> tree.Named:
        names, name = self.names, syntax.name
        found = names.bound.get((name, self.in_years))
        if found is None:
            if name in names.binding:
                circle = " → ".join([*names.binding[names.binding.index(name) :], name])
                refuse(syntax, f"the definition goes round in a circle: {circle}", "break the circle at one of them")
            found = self._bind_definition(name)
        self.met_by_year = self.met_by_year or self.in_years
        return found

    def _bind_definition(self, name: str) -> tree.Named:
        names, formula = self.names, self.names.definitions[name]
        names.binding.append(name)
        try:
            body = _FormulaBinder(names, in_years=self.in_years).value(parse(formula.text))
        except FormulaError as error:
            raise DefinitionError(name, error) from None
        finally:
            names.binding.pop()
        named = tree.Named(body.unit, name, formula.label, body)
        names.bound[(name, self.in_years)] = named
        return named

    def _if_stated(self, syntax: IfStatedSyntax) -> tree.Node:
        fact = self._asked(syntax)
        then, otherwise = self.quantity(syntax.then), self.quantity(syntax.otherwise)
        then, otherwise = self.alike(syntax, then, otherwise, "chooses between")
        return tree.IfStated(then.unit, fact.code, then, otherwise)

    def _asked(self, syntax: IfStatedSyntax) -> FactDefinition:
        self.names.used.add(syntax.name)
        fact = self.names.catalogue.get(syntax.name)
        if fact is None:
            hint = self.names.closest(syntax.name)
            refuse(syntax, f"told(…) asks about a fact, and '{syntax.name}' is not one", hint)
        return fact

    # -- arithmetic -----------------------------------------------------------------------------------------------------

    def _sum(self, syntax: BinarySyntax) -> tree.Node:
        adds = syntax.operator == "+"
        left, right = self.quantity(syntax.left), self.quantity(syntax.right)
        left, right = self.alike(syntax, left, right, "adds" if adds else "subtracts")
        operator = tree.Operator.ADD if adds else tree.Operator.SUBTRACT
        return tree.Arithmetic(left.unit, operator, left, right)

    def _product(self, syntax: BinarySyntax) -> tree.Node:
        left, right = self.quantity(syntax.left), self.quantity(syntax.right)
        if not (left.unit.scales or right.unit.scales):
            message = f"multiplies {NAMES[left.unit]} by {NAMES[right.unit]}"
            refuse(syntax, message, "one of the two must be a share or a plain number, as in x * 80 %")
        unit = right.unit if left.unit.scales and right.unit is not Unit.NUMBER else left.unit
        return tree.Arithmetic(unit, tree.Operator.MULTIPLY, left, right)

    def _quotient(self, syntax: BinarySyntax) -> tree.Node:
        left, right = self.quantity(syntax.left), self.quantity(syntax.right)
        divisor = known(right)
        if divisor is None:
            hint = "put the quotient alone on one side of a comparison: a / b >= 5 %"
            refuse(syntax, "divides by something that may be 0", hint)
        if divisor == 0:
            refuse(syntax.right, "divides by 0", "write another number")
        if right.unit.scales:
            return tree.DividedBy(left.unit, left, divisor)
        if left.unit is right.unit:
            return tree.DividedBy(Unit.SHARE, left, divisor)
        message = f"divides {NAMES[left.unit]} by {NAMES[right.unit]}"
        refuse(syntax, message, "both must have the same unit, or the second be a share or a plain number")

    def _negative(self, syntax: UnarySyntax) -> tree.Node:
        body = self.quantity(syntax.body)
        return tree.Arithmetic(body.unit, tree.Operator.MULTIPLY, body, tree.Literal(Unit.NUMBER, -1))

    def quantity(self, syntax: Syntax) -> tree.Node:
        node = self.value(syntax)
        if not node.unit.is_quantity:
            refuse(syntax, f"{NAMES[node.unit]} is not a quantity", "days(a, b) turns two dates into one")
        return node

    def alike(self, at: Syntax, left: tree.Node, right: tree.Node, verb: str) -> tuple[tree.Node, tree.Node]:
        """Both in one unit: a plain number takes the unit of a count; anything else must agree already."""
        if left.unit is right.unit:
            return left, right
        if left.unit is Unit.NUMBER and right.unit.is_counted:
            return in_unit(left, right.unit), right
        if right.unit is Unit.NUMBER and left.unit.is_counted:
            return left, in_unit(right, left.unit)
        refuse(at, f"{verb} {NAMES[left.unit]} and {NAMES[right.unit]}", unit_hint(left.unit, right.unit))


_CONSTANTS: dict[str, Callable[[], tree.Node]] = {
    "application_day": lambda: tree.ApplicationDay(Unit.DATE),
    "years_counted": lambda: tree.YearsCounted(Unit.NUMBER),
    "yes": lambda: tree.Always(Unit.YES_NO, True),
    "no": lambda: tree.Always(Unit.YES_NO, False),
}
