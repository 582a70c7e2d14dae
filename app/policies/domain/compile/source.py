"""A tape as Python source for one subject: whole-number arithmetic without loops, calls or fractions."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from app.policies.domain.forms.forms import Slot
from app.policies.domain.forms.steps import Corner, FormStep, Op, Tape
from app.policies.domain.language import tree

Load = Callable[[Slot, Corner], str]
"""The expression that reads a slot at a corner."""

_RELATIONS = {
    tree.Relation.AT_LEAST: ">=",
    tree.Relation.MORE: ">",
    tree.Relation.AT_MOST: "<=",
    tree.Relation.LESS: "<",
    tree.Relation.EQUAL: "==",
}
_NAMED_TWICE = frozenset({Op.LEAST, Op.GREATEST, Op.SELECT})


def relation_text(relation: tree.Relation) -> str:
    """The relation as Python writes it."""
    return _RELATIONS[relation]


@dataclass
class FunctionSource:
    """The lines of a function, in order; `calculate` adds what a step needs and gives the name of its result."""

    tape: Tape
    load: Load
    lines: list[str] = field(default_factory=list)
    _names: dict[int, str] = field(default_factory=dict)
    _uses: Counter[int] = field(default_factory=Counter)

    def expect(self, places: Iterable[int]) -> None:
        """Say which results will be asked for, so that what is used once is written where it is used."""
        self._uses = Counter(places)
        for place in range(len(self.tape.steps) - 1, -1, -1):
            if self._uses[place]:
                step = self.tape.steps[place]
                self._uses.update(step.arguments * (2 if step.op in _NAMED_TWICE else 1))

    def calculate(self, place: int) -> str:
        """The name of a step's result."""
        if place not in self._names:
            text = self._text(self.tape.steps[place])
            if not text.isidentifier() and not text.lstrip("-").isdigit():
                self.lines.append(f"t{place} = {text}")
                text = f"t{place}"
            self._names[place] = text
        return self._names[place]

    def _operand(self, place: int) -> str:
        """A step's result inside another step's expression."""
        if place in self._names or self._uses[place] > 1:
            return self.calculate(place)
        text = self._text(self.tape.steps[place])
        return text if text.isidentifier() or text.isdigit() else f"({text})"

    def _text(self, step: FormStep) -> str:
        match step.op:
            case Op.LOAD:
                return self.load(*step.data)
            case Op.CONSTANT:
                return str(step.data)
            case Op.ADD | Op.SUBTRACT | Op.MULTIPLY:
                left, right = map(self._operand, step.arguments)
                return f"{left} {step.op.value} {right}"
            case Op.TIMES:
                return f"{self._operand(step.arguments[0])} * {step.data}"
            case Op.PLUS:
                return f"{self._operand(step.arguments[0])} + {step.data}"
            case Op.LEAST | Op.GREATEST:
                left, right = map(self.calculate, step.arguments)
                return f"{left} if {left} {'<=' if step.op is Op.LEAST else '>='} {right} else {right}"
            case Op.SELECT:
                return self._select(step)
            case _:
                return f"{step.op.name.lower()}({', '.join(map(self._operand, step.arguments))})"

    def _select(self, step: FormStep) -> str:
        ends, values = step.data
        subject = self.calculate(step.arguments[0])
        text = str(values[-1])
        for (end, included), value in zip(reversed(ends), reversed(values[:-1]), strict=True):
            limit = str(end) if isinstance(end, int) else f"Fraction({end.numerator}, {end.denominator})"
            text = f"{value} if {subject} {'<=' if included else '<'} {limit} else {text}"
        return text


def least_product(*ends: float) -> float:
    """The least product of two numbers within their ends; 0 times an open end is 0."""
    return min(_corners(ends))


def greatest_product(*ends: float) -> float:
    """The greatest product of two numbers within their ends."""
    return max(_corners(ends))


def _corners(ends: tuple[float, ...]) -> list[float]:
    return [a * b if a and b else 0 for a in ends[:2] for b in ends[2:]]


def outcome_text(relation: tree.Relation, low: str, high: str) -> str:
    """The outcome of an excess between `low` and `high`, as an expression."""
    met, unmet = {
        tree.Relation.AT_LEAST: (f"{low} >= 0", f"{high} < 0"),
        tree.Relation.MORE: (f"{low} > 0", f"{high} <= 0"),
        tree.Relation.AT_MOST: (f"{high} <= 0", f"{low} > 0"),
        tree.Relation.LESS: (f"{high} < 0", f"{low} >= 0"),
        tree.Relation.EQUAL: (f"{low} == {high} == 0", f"({low} > 0 or {high} < 0)"),
    }[relation]
    return f"(2 if {met} else 0 if {unmet} else 1)"
