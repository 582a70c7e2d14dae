"""The functions of the formula language: each makes a tree of its arguments, or says why it cannot."""

from collections.abc import Callable
from typing import Protocol

from app.policies.domain.language import tree
from app.policies.domain.language.names import FUNCTIONS, Names
from app.policies.domain.language.syntax import CallSyntax, NameSyntax, Syntax, refuse
from app.policies.domain.values.units import NAMES, Unit


class Binder(Protocol):
    """What binds the arguments; `in_years` inside a gathering, `met_by_year` once a fact was met that is told by year."""

    names: Names
    in_years: bool
    met_by_year: bool

    def value(self, syntax: Syntax) -> tree.Node:
        """A quantity, date or code."""
        ...

    def quantity(self, syntax: Syntax) -> tree.Node:
        """A quantity."""
        ...

    def alike(self, at: Syntax, left: tree.Node, right: tree.Node, verb: str) -> tuple[tree.Node, tree.Node]:
        """Both in one unit."""
        ...

    def inside_years(self) -> "Binder":
        """The binder of what is gathered over the years."""
        ...


def call(binder: Binder, syntax: CallSyntax) -> tree.Node:
    """The tree of a function with its arguments; raises `FormulaError`."""
    function = _FUNCTIONS.get(syntax.name)
    if function is None:
        refuse(syntax, f"there is no function '{syntax.name}'", binder.names.closest(syntax.name))
    return function(binder, syntax)


def _arguments(syntax: CallSyntax, at_least: int, at_most: int) -> tuple[Syntax, ...]:
    if not at_least <= len(syntax.arguments) <= at_most:
        refuse(syntax, f"{syntax.name} has {len(syntax.arguments)} arguments", FUNCTIONS[syntax.name])
    return syntax.arguments


def _over_years(binder: Binder, syntax: CallSyntax) -> tree.Node:
    body = _gathered(binder, syntax)
    return tree.OverYears(body.unit, tree.Gathering(syntax.name), body)


def _growth(binder: Binder, syntax: CallSyntax) -> tree.Node:
    return tree.Growth(Unit.SHARE, _gathered(binder, syntax))


def _gathered(binder: Binder, syntax: CallSyntax) -> tree.Node:
    """What a function over the fiscal years gathers: a quantity told by year."""
    (argument,) = _arguments(syntax, 1, 1)
    if binder.in_years:
        refuse(syntax, f"{syntax.name} stands inside another gathering of years", "gather once, outside")
    inner = binder.inside_years()
    body = inner.value(argument)
    if not inner.met_by_year:
        refuse(argument, f"{syntax.name} gathers years, but nothing in it is told by year", "use it without")
    if not body.unit.is_quantity:
        refuse(argument, f"{NAMES[body.unit]} is not a quantity", "gather amounts, counts or shares")
    return body


def _extreme(binder: Binder, syntax: CallSyntax) -> tree.Node:
    first, *others = (binder.quantity(argument) for argument in _arguments(syntax, 2, 20))
    options = [first]
    for option in others:
        first, option = binder.alike(syntax, first, option, "compares")
        options.append(option)
    return tree.Extreme(first.unit, syntax.name == "min", (first, *options[1:]))


def _days(binder: Binder, syntax: CallSyntax) -> tree.Node:
    start, end = (binder.value(argument) for argument in _arguments(syntax, 2, 2))
    if start.unit is not Unit.DATE or end.unit is not Unit.DATE:
        refuse(syntax, "days needs two dates", "days(registered_on, application_day)")
    return tree.DaysBetween(Unit.DAYS, start, end)


def _judged(binder: Binder, syntax: CallSyntax) -> tree.Node:
    codes = []
    for argument in _arguments(syntax, 1, 50):
        if not isinstance(argument, NameSyntax) or argument.name not in binder.names.catalogue:
            refuse(argument, "judged names facts only", FUNCTIONS["judged"])
        binder.names.used.add(argument.name)
        codes.append(argument.name)
    return tree.Judged(Unit.YES_NO, tuple(codes))


_FUNCTIONS: dict[str, Callable[[Binder, CallSyntax], tree.Node]] = {
    "sum": _over_years,
    "average": _over_years,
    "latest": _over_years,
    "previous": _over_years,
    "growth": _growth,
    "min": _extreme,
    "max": _extreme,
    "days": _days,
    "judged": _judged,
}
