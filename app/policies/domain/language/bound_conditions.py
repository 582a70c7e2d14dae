"""Conditions of the formula language that compare: two values, a ratio with a share, a code with a list."""

from app.policies.domain.language import tree
from app.policies.domain.language.bound_functions import Binder
from app.policies.domain.language.constants import known
from app.policies.domain.language.syntax import BinarySyntax, NameSyntax, Syntax, refuse
from app.policies.domain.values.units import NAMES, Unit


def comparison(binder: Binder, syntax: BinarySyntax) -> tree.Node:
    """Two values compared, or a ratio with a share; raises `FormulaError`."""
    relation = tree.Relation(syntax.operator)
    if isinstance(syntax.left, BinarySyntax) and syntax.left.operator == "/":
        ratio = _ratio(binder, syntax.left, relation, syntax.right)
        if ratio is not None:
            return ratio
    left, right = binder.value(syntax.left), binder.value(syntax.right)
    left, right = binder.alike(syntax, left, right, "compares")
    if left.unit in {Unit.YES_NO, Unit.CODE}:
        hint = "write the fact alone, or not(fact)" if left.unit is Unit.YES_NO else "write code in list"
        refuse(syntax, f"{NAMES[left.unit]} is not compared", hint)
    return tree.Comparison(Unit.YES_NO, relation, left, right)


def _ratio(binder: Binder, quotient: BinarySyntax, relation: tree.Relation, threshold: Syntax) -> tree.Node | None:
    numerator, denominator = binder.quantity(quotient.left), binder.quantity(quotient.right)
    if known(denominator) is not None:
        return None
    check_ratio(quotient, numerator, denominator)
    right = binder.quantity(threshold)
    if right.unit is not Unit.SHARE:
        message = f"compares a ratio with {NAMES[right.unit]}"
        refuse(threshold, message, "write a share, as in 10 %")
    return tree.RatioComparison(Unit.YES_NO, relation, numerator, denominator, right)


def check_ratio(quotient: BinarySyntax, numerator: tree.Node, denominator: tree.Node) -> None:
    """Refuse a ratio of two units; raises `FormulaError`."""
    if numerator.unit is not denominator.unit:
        message = f"divides {NAMES[numerator.unit]} by {NAMES[denominator.unit]}"
        refuse(quotient, message, "a ratio has the same unit above and below")


def listed(binder: Binder, syntax: BinarySyntax) -> tree.Node:
    """A code looked up in one of the policy's lists; raises `FormulaError`."""
    node = binder.value(syntax.left)
    if not isinstance(node, tree.Fact) or node.unit is not Unit.CODE:
        refuse(syntax.left, "only a fact that is a code can be in a list", "write core_field in some_list")
    right = syntax.right
    found = binder.names.lists.get(right.name) if isinstance(right, NameSyntax) else None
    if found is None or not isinstance(right, NameSyntax):
        refuse(right, "this is not one of the policy's lists", "add it under 'lists'")
    binder.names.used.add(right.name)
    return tree.ListedIn(Unit.YES_NO, node.code, right.name, found.codes, found.deeper)
