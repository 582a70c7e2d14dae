"""The formula language, second half: syntax to tree. Names are resolved and units checked here, so that whatever
binds can be decided for every subject without an error.
"""

from collections.abc import Callable
from typing import NoReturn

from app.policies.domain import tree
from app.policies.domain.facts import FactDefinition, Told
from app.policies.domain.folding import known
from app.policies.domain.names import FUNCTIONS, Names
from app.policies.domain.syntax import (
    BinarySyntax,
    CallSyntax,
    FormulaError,
    IfToldSyntax,
    NameSyntax,
    NumberSyntax,
    Syntax,
    UnarySyntax,
    parse,
)
from app.policies.domain.units import NAMES, Unit
from app.policies.domain.written import Measured, in_unit, number, unit_hint


class DefinitionError(Exception):
    """The formula of the definition `name` is wrong."""

    def __init__(self, name: str, error: FormulaError) -> None:
        super().__init__(error.message)
        self.name, self.error = name, error


def condition(text: str, names: Names) -> tree.Node:
    """The tree of a formula that holds or does not; raises `FormulaError` or `DefinitionError`."""
    return _Binder(names, in_years=False).holds(parse(text))


def quantity(text: str, names: Names) -> tree.Node:
    """The tree of a formula that has a value."""
    return _Binder(names, in_years=False).value(parse(text))


def measured(text: str, names: Names) -> Measured:
    """What a formula measures, a ratio included; raises `FormulaError` or `DefinitionError`."""
    return _Binder(names, in_years=False).measured(parse(text))


def literal(text: str, names: Names) -> tree.Literal:
    """A formula that is nothing but numbers, as one number."""
    syntax = parse(text)
    node = _Binder(names, in_years=False).value(syntax)
    value = known(node)
    if value is None:
        _refuse(syntax, "this must be a number, not a formula over facts", "write a number with its unit, as in 5 %")
    return tree.Literal(node.unit, value)


def _refuse(at: Syntax, message: str, hint: str) -> NoReturn:
    raise FormulaError(message, hint, at.start, at.end)


class _Binder:
    """Binds one formula; `in_years` inside a gathering, where a fact means its value of the year."""

    def __init__(self, names: Names, *, in_years: bool) -> None:
        self._names = names
        self._in_years = in_years
        self._met_by_year = False

    # -- the two kinds of formula -----------------------------------------------------------------------------------

    def value(self, syntax: Syntax) -> tree.Node:
        """A quantity, date or code."""
        match syntax:
            case NumberSyntax():
                return number(syntax)
            case NameSyntax():
                return self._name(syntax)
            case CallSyntax():
                return self._call(syntax)
            case BinarySyntax(operator="+" | "-"):
                return self._sum(syntax)
            case BinarySyntax(operator="*"):
                return self._product(syntax)
            case BinarySyntax(operator="/"):
                return self._quotient(syntax)
            case UnarySyntax(operator="-"):
                return self._negative(syntax)
            case IfToldSyntax():
                return self._if_told(syntax)
            case _:
                _refuse(syntax, "a condition stands where a value is needed", "compare values, not conditions")

    def holds(self, syntax: Syntax) -> tree.Node:
        """A condition."""
        match syntax:
            case BinarySyntax(operator="and"):
                return tree.AllOf(Unit.YES_NO, (self.holds(syntax.left), self.holds(syntax.right)))
            case BinarySyntax(operator="or"):
                return tree.AnyOf(Unit.YES_NO, (self.holds(syntax.left), self.holds(syntax.right)))
            case UnarySyntax(operator="not", body=body):
                return tree.Opposite(Unit.YES_NO, self.holds(body))
            case IfToldSyntax():
                fact = self._asked(syntax)
                return tree.IfTold(Unit.YES_NO, fact.code, self.holds(syntax.then), self.holds(syntax.otherwise))
            case BinarySyntax(operator="in"):
                return self._listed(syntax)
            case BinarySyntax(operator=">=" | ">" | "<=" | "<" | "="):
                return self._comparison(syntax)
            case _:
                node = self.value(syntax)
                if node.unit is not Unit.YES_NO:
                    hint = "compare it with something, as in … >= 10 %"
                    _refuse(syntax, f"{NAMES[node.unit]} stands where a condition is needed", hint)
                return node

    def measured(self, syntax: Syntax) -> Measured:
        """A quantity, or a ratio of two."""
        if isinstance(syntax, BinarySyntax) and syntax.operator == "/":
            numerator, denominator = self._quantity(syntax.left), self._quantity(syntax.right)
            if known(denominator) is None:
                self._check_ratio(syntax, numerator, denominator)
                return Measured(Unit.SHARE, numerator, denominator)
        node = self._quantity(syntax)
        return Measured(node.unit, node)

    # -- single values ------------------------------------------------------------------------------------------------

    def _name(self, syntax: NameSyntax) -> tree.Node:
        name = syntax.name
        constant = _CONSTANTS.get(name)
        if constant is not None:
            return constant()
        if name == "score":
            return self._score(syntax)
        self._names.used.add(name)
        if name in self._names.catalogue:
            return self._fact(syntax, self._names.catalogue[name])
        if syntax.parts is not None:
            _refuse(syntax, f"'{name}' has no parts", "leave the square brackets out")
        if name in self._names.parameters:
            return self._names.parameters[name]
        if name in self._names.definitions:
            return self._definition(syntax)
        _refuse(syntax, f"the name '{name}' is not known", self._names.closest(name))

    def _score(self, syntax: NameSyntax) -> tree.Score:
        self._names.used.add("score")
        if self._names.score is None:
            hint = "add the section 'score', or judged(…) where people decide; the score's own items cannot use it"
            _refuse(syntax, "there is no score to compare here", hint)
        return self._names.score

    def _fact(self, syntax: NameSyntax, fact: FactDefinition) -> tree.Fact:
        self._check_year(syntax, fact)
        self._check_parts(syntax, fact)
        return tree.Fact(fact.unit, fact.code, syntax.parts)

    def _check_year(self, syntax: NameSyntax, fact: FactDefinition) -> None:
        if self._in_years:
            if fact.told is Told.ONCE:
                hint = f"multiply the sum instead, or use a fact that is told by year; '{fact.code}' is not"
                _refuse(syntax, f"'{fact.code}' has one value, not one a year", hint)
            self._met_by_year = True
        elif fact.told is Told.BY_YEAR:
            hint = f"write latest({fact.code}), sum({fact.code}) or average({fact.code})"
            _refuse(syntax, f"'{fact.code}' is told by year", hint)

    def _check_parts(self, syntax: NameSyntax, fact: FactDefinition) -> None:
        count = len(fact.parts)
        if syntax.parts is None:
            if count:
                hint = f"write {fact.code}[1..{count}] for the sum of all, {fact.code}[{count}] for the last"
                _refuse(syntax, f"'{fact.code}' has {count} parts", hint)
            return
        first, last = syntax.parts
        if not count:
            _refuse(syntax, f"'{fact.code}' has no parts", f"write {fact.code} without square brackets")
        if not 1 <= first <= last <= count:
            _refuse(
                syntax, f"'{fact.code}' has the parts 1 to {count}", f"write {fact.code}[1..{count}] or one of them"
            )

    def _definition(self, syntax: NameSyntax) -> tree.Named:
        names, name = self._names, syntax.name
        found = names.bound.get((name, self._in_years))
        if found is None:
            if name in names.binding:
                circle = " → ".join([*names.binding[names.binding.index(name) :], name])
                _refuse(syntax, f"the definition goes round in a circle: {circle}", "break the circle at one of them")
            found = self._bind_definition(name)
        self._met_by_year = self._met_by_year or self._in_years
        return found

    def _bind_definition(self, name: str) -> tree.Named:
        names, formula = self._names, self._names.definitions[name]
        names.binding.append(name)
        try:
            body = _Binder(names, in_years=self._in_years).value(parse(formula.text))
        except FormulaError as error:
            raise DefinitionError(name, error) from None
        finally:
            names.binding.pop()
        named = tree.Named(body.unit, name, formula.label, body)
        names.bound[(name, self._in_years)] = named
        return named

    def _if_told(self, syntax: IfToldSyntax) -> tree.Node:
        fact = self._asked(syntax)
        then, otherwise = self._quantity(syntax.then), self._quantity(syntax.otherwise)
        then, otherwise = self._alike(syntax, then, otherwise, "chooses between")
        return tree.IfTold(then.unit, fact.code, then, otherwise)

    def _asked(self, syntax: IfToldSyntax) -> FactDefinition:
        self._names.used.add(syntax.name)
        fact = self._names.catalogue.get(syntax.name)
        if fact is None:
            hint = self._names.closest(syntax.name)
            _refuse(syntax, f"told(…) asks about a fact, and '{syntax.name}' is not one", hint)
        return fact

    # -- arithmetic -----------------------------------------------------------------------------------------------------

    def _sum(self, syntax: BinarySyntax) -> tree.Node:
        adds = syntax.operator == "+"
        left, right = self._quantity(syntax.left), self._quantity(syntax.right)
        left, right = self._alike(syntax, left, right, "adds" if adds else "subtracts")
        operator = tree.Operator.ADD if adds else tree.Operator.SUBTRACT
        return tree.Arithmetic(left.unit, operator, left, right)

    def _product(self, syntax: BinarySyntax) -> tree.Node:
        left, right = self._quantity(syntax.left), self._quantity(syntax.right)
        if not (left.unit.scales or right.unit.scales):
            message = f"multiplies {NAMES[left.unit]} by {NAMES[right.unit]}"
            _refuse(syntax, message, "one of the two must be a share or a plain number, as in x * 80 %")
        unit = right.unit if left.unit.scales and right.unit is not Unit.NUMBER else left.unit
        return tree.Arithmetic(unit, tree.Operator.MULTIPLY, left, right)

    def _quotient(self, syntax: BinarySyntax) -> tree.Node:
        left, right = self._quantity(syntax.left), self._quantity(syntax.right)
        divisor = known(right)
        if divisor is None:
            hint = "put the quotient alone on one side of a comparison: a / b >= 5 %"
            _refuse(syntax, "divides by something that may be 0", hint)
        if divisor == 0:
            _refuse(syntax.right, "divides by 0", "write another number")
        if right.unit.scales:
            return tree.DividedBy(left.unit, left, divisor)
        if left.unit is right.unit:
            return tree.DividedBy(Unit.SHARE, left, divisor)
        message = f"divides {NAMES[left.unit]} by {NAMES[right.unit]}"
        _refuse(syntax, message, "both must have the same unit, or the second be a share or a plain number")

    def _negative(self, syntax: UnarySyntax) -> tree.Node:
        body = self._quantity(syntax.body)
        return tree.Arithmetic(body.unit, tree.Operator.MULTIPLY, body, tree.Literal(Unit.NUMBER, -1))

    def _quantity(self, syntax: Syntax) -> tree.Node:
        node = self.value(syntax)
        if not node.unit.is_quantity:
            _refuse(syntax, f"{NAMES[node.unit]} is not a quantity", "days(a, b) turns two dates into one")
        return node

    def _alike(self, at: Syntax, left: tree.Node, right: tree.Node, verb: str) -> tuple[tree.Node, tree.Node]:
        """Both in one unit: a plain number takes the unit of a count; anything else must agree already."""
        if left.unit is right.unit:
            return left, right
        if left.unit is Unit.NUMBER and right.unit.is_counted:
            return in_unit(left, right.unit), right
        if right.unit is Unit.NUMBER and left.unit.is_counted:
            return left, in_unit(right, left.unit)
        _refuse(at, f"{verb} {NAMES[left.unit]} and {NAMES[right.unit]}", unit_hint(left.unit, right.unit))

    # -- functions --------------------------------------------------------------------------------------------------------

    def _call(self, syntax: CallSyntax) -> tree.Node:
        call = _CALLS.get(syntax.name)
        if call is None:
            _refuse(syntax, f"there is no function '{syntax.name}'", self._names.closest(syntax.name))
        return call(self, syntax)

    def _arguments(self, syntax: CallSyntax, at_least: int, at_most: int) -> tuple[Syntax, ...]:
        if not at_least <= len(syntax.arguments) <= at_most:
            _refuse(syntax, f"{syntax.name} has {len(syntax.arguments)} arguments", FUNCTIONS[syntax.name])
        return syntax.arguments

    def over_years(self, syntax: CallSyntax) -> tree.Node:
        body = self._gathered(syntax)
        return tree.OverYears(body.unit, tree.Gathering(syntax.name), body)

    def growth(self, syntax: CallSyntax) -> tree.Node:
        return tree.Growth(Unit.SHARE, self._gathered(syntax))

    def _gathered(self, syntax: CallSyntax) -> tree.Node:
        """What a function over the fiscal years gathers: a quantity told by year."""
        (argument,) = self._arguments(syntax, 1, 1)
        if self._in_years:
            _refuse(syntax, f"{syntax.name} stands inside another gathering of years", "gather once, outside")
        inner = _Binder(self._names, in_years=True)
        body = inner.value(argument)
        if not inner._met_by_year:
            _refuse(argument, f"{syntax.name} gathers years, but nothing in it is told by year", "use it without")
        if not body.unit.is_quantity:
            _refuse(argument, f"{NAMES[body.unit]} is not a quantity", "gather amounts, counts or shares")
        return body

    def extreme(self, syntax: CallSyntax) -> tree.Node:
        first, *others = (self._quantity(argument) for argument in self._arguments(syntax, 2, 20))
        options = [first]
        for option in others:
            first, option = self._alike(syntax, first, option, "compares")
            options.append(option)
        return tree.Extreme(first.unit, syntax.name == "min", (first, *options[1:]))

    def days(self, syntax: CallSyntax) -> tree.Node:
        start, end = (self.value(argument) for argument in self._arguments(syntax, 2, 2))
        if start.unit is not Unit.DATE or end.unit is not Unit.DATE:
            _refuse(syntax, "days needs two dates", "days(registered_on, application_day)")
        return tree.DaysBetween(Unit.DAYS, start, end)

    def judged(self, syntax: CallSyntax) -> tree.Node:
        codes = []
        for argument in self._arguments(syntax, 1, 50):
            if not isinstance(argument, NameSyntax) or argument.name not in self._names.catalogue:
                _refuse(argument, "judged names facts only", FUNCTIONS["judged"])
            self._names.used.add(argument.name)
            codes.append(argument.name)
        return tree.Judged(Unit.YES_NO, tuple(codes))

    # -- conditions -------------------------------------------------------------------------------------------------------

    def _comparison(self, syntax: BinarySyntax) -> tree.Node:
        relation = tree.Relation(syntax.operator)
        if isinstance(syntax.left, BinarySyntax) and syntax.left.operator == "/":
            ratio = self._ratio(syntax.left, relation, syntax.right)
            if ratio is not None:
                return ratio
        left, right = self.value(syntax.left), self.value(syntax.right)
        left, right = self._alike(syntax, left, right, "compares")
        if left.unit in {Unit.YES_NO, Unit.CODE}:
            hint = "write the fact alone, or not(fact)" if left.unit is Unit.YES_NO else "write code in list"
            _refuse(syntax, f"{NAMES[left.unit]} is not compared", hint)
        return tree.Comparison(Unit.YES_NO, relation, left, right)

    def _ratio(self, quotient: BinarySyntax, relation: tree.Relation, threshold: Syntax) -> tree.Node | None:
        numerator, denominator = self._quantity(quotient.left), self._quantity(quotient.right)
        if known(denominator) is not None:
            return None
        self._check_ratio(quotient, numerator, denominator)
        right = self._quantity(threshold)
        if right.unit is not Unit.SHARE:
            message = f"compares a ratio with {NAMES[right.unit]}"
            _refuse(threshold, message, "write a share, as in 10 %")
        return tree.RatioComparison(Unit.YES_NO, relation, numerator, denominator, right)

    def _check_ratio(self, quotient: BinarySyntax, numerator: tree.Node, denominator: tree.Node) -> None:
        if numerator.unit is not denominator.unit:
            message = f"divides {NAMES[numerator.unit]} by {NAMES[denominator.unit]}"
            _refuse(quotient, message, "a ratio has the same unit above and below")

    def _listed(self, syntax: BinarySyntax) -> tree.Node:
        node = self.value(syntax.left)
        if not isinstance(node, tree.Fact) or node.unit is not Unit.CODE:
            _refuse(syntax.left, "only a fact that is a code can be in a list", "write core_field in some_list")
        right = syntax.right
        found = self._names.lists.get(right.name) if isinstance(right, NameSyntax) else None
        if found is None or not isinstance(right, NameSyntax):
            _refuse(right, "this is not one of the policy's lists", "add it under 'lists'")
        self._names.used.add(right.name)
        return tree.ListedIn(Unit.YES_NO, node.code, right.name, found.codes, found.deeper)


_CONSTANTS: dict[str, Callable[[], tree.Node]] = {
    "application_day": lambda: tree.ApplicationDay(Unit.DATE),
    "years_counted": lambda: tree.YearsCounted(Unit.NUMBER),
    "yes": lambda: tree.Always(Unit.YES_NO, True),
    "no": lambda: tree.Always(Unit.YES_NO, False),
}
_CALLS: dict[str, Callable[[_Binder, CallSyntax], tree.Node]] = {
    "sum": _Binder.over_years,
    "average": _Binder.over_years,
    "latest": _Binder.over_years,
    "previous": _Binder.over_years,
    "growth": _Binder.growth,
    "min": _Binder.extreme,
    "max": _Binder.extreme,
    "days": _Binder.days,
    "judged": _Binder.judged,
}
