"""The formula language, first half: text to syntax. It is small and total: no loops, no calls out.

formula   := either                        a or b
either    := both ("or" both)*
both      := opposite ("and" opposite)*
opposite  := "not" opposite | compared
compared  := sum [(">=" | ">" | "<=" | "<" | "=" | "in") sum]
sum       := product (("+" | "-") product)*
product   := signed (("*" | "/") signed)*
signed    := "-" signed | single
single    := number [unit] | name | name "(" [formula ("," formula)*] ")" | name "[" n [".." n] "]"
           | "if" "told" "(" name ")" "then" opposite "else" opposite | "(" formula ")"
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import NoReturn

from app.policies.domain.language.tokens import FormulaError, Token, tokens
from app.policies.domain.values.units import WRITTEN

MAX_LENGTH = 2_000
MAX_DEPTH = 40


@dataclass(frozen=True)
class Syntax:
    """A piece of a formula, from character `start` to `end`."""

    start: int
    end: int


@dataclass(frozen=True)
class NumberSyntax(Syntax):
    """A number and the unit written behind it."""

    value: Fraction
    unit: str | None


@dataclass(frozen=True)
class NameSyntax(Syntax):
    """The name of a fact, parameter or definition, perhaps with some of its parts."""

    name: str
    parts: tuple[int, int] | None = None


@dataclass(frozen=True)
class CallSyntax(Syntax):
    """A function and its arguments."""

    name: str
    arguments: tuple[Syntax, ...]


@dataclass(frozen=True)
class BinarySyntax(Syntax):
    """Two pieces and what stands between them."""

    operator: str
    left: Syntax
    right: Syntax


@dataclass(frozen=True)
class UnarySyntax(Syntax):
    """`not` or a minus sign, and a piece."""

    operator: str
    body: Syntax


@dataclass(frozen=True)
class IfStatedSyntax(Syntax):
    """`if stated(name) then … else …`."""

    name: str
    then: Syntax
    otherwise: Syntax


_RELATIONS = frozenset({">=", ">", "<=", "<", "=", "in"})


def refuse(at: Syntax, message: str, hint: str) -> NoReturn:
    """Raise `FormulaError` about a piece of a formula."""
    raise FormulaError(message, hint, at.start, at.end)


def parse(text: str) -> Syntax:
    """`text` as syntax; raises `FormulaError`."""
    if len(text) > MAX_LENGTH:
        raise FormulaError(
            f"the formula is longer than {MAX_LENGTH} characters",
            "give its parts names under 'definitions'",
            0,
            MAX_LENGTH,
        )
    return _Parser(tokens(text), len(text)).whole()


class _Parser:
    def __init__(self, tokens: list[Token], length: int) -> None:
        self._tokens = tokens
        self._next = 0
        self._end = Token("end", "", length, length)
        self._depth = 0

    def whole(self) -> Syntax:
        result = self._formula()
        if self._peek().kind != "end":
            self._fail("an operator such as + or and", "join the two halves, or remove one")
        return result

    def _peek(self) -> Token:
        return self._tokens[self._next] if self._next < len(self._tokens) else self._end

    def _take(self, *texts: str) -> Token | None:
        token = self._peek()
        if token.kind == "end" or token.text not in texts:
            return None
        self._next += 1
        return token

    def _need(self, text: str, hint: str) -> Token:
        token = self._take(text)
        if token is None:
            self._fail(f"'{text}'", hint)
        return token

    def _fail(self, expected: str, hint: str) -> NoReturn:
        token = self._peek()
        found = f"'{token.text}' stands" if token.text else "the formula ends"
        raise FormulaError(f"{found} where {expected} is expected", hint, token.start, max(token.end, token.start + 1))

    def _formula(self) -> Syntax:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            token = self._peek()
            raise FormulaError(
                f"brackets are nested deeper than {MAX_DEPTH}",
                "give inner parts names under 'definitions'",
                token.start,
                token.end,
            )
        result = self._chain(self._both, "or")
        self._depth -= 1
        return result

    def _both(self) -> Syntax:
        return self._chain(self._opposite, "and")

    def _opposite(self) -> Syntax:
        return self._prefixed("not", self._compared)

    def _compared(self) -> Syntax:
        left = self._sum()
        token = self._take(*_RELATIONS)
        if token is None:
            return left
        right = self._sum()
        again = self._peek()
        if again.text in _RELATIONS:
            raise FormulaError(
                "two comparisons in a row", "write them apart, joined by and: a >= b and b >= c", again.start, again.end
            )
        return BinarySyntax(left.start, right.end, token.text, left, right)

    def _sum(self) -> Syntax:
        return self._chain(self._product, "+", "-")

    def _product(self) -> Syntax:
        return self._chain(self._signed, "*", "/")

    def _signed(self) -> Syntax:
        return self._prefixed("-", self._single)

    def _prefixed(self, sign: str, inner: Callable[[], Syntax]) -> Syntax:
        signs = []
        while (token := self._take(sign)) is not None:
            signs.append(token)
            if len(signs) > MAX_DEPTH:
                raise FormulaError(f"more than {MAX_DEPTH} signs in a row", "one is enough", token.start, token.end)
        body = inner()
        for token in reversed(signs):
            body = UnarySyntax(token.start, body.end, sign, body)
        return body

    def _chain(self, inner: Callable[[], Syntax], *operators: str) -> Syntax:
        left = inner()
        while (token := self._take(*operators)) is not None:
            right = inner()
            left = BinarySyntax(left.start, right.end, token.text, left, right)
        return left

    def _single(self) -> Syntax:
        token = self._peek()
        if token.kind == "number":
            return self._number()
        if token.text == "if":
            return self._if_stated()
        if token.kind == "name":
            return self._name()
        if self._take("("):
            inner = self._formula()
            self._need(")", "close the bracket")
            return inner
        self._fail("a name, a number or a bracket", "finish the formula, or remove what stands before")

    def _number(self) -> Syntax:
        token = self._peek()
        self._next += 1
        value, unit = Fraction(token.text.replace("_", "")), self._peek()
        if unit.text in WRITTEN:
            self._next += 1
            return NumberSyntax(token.start, unit.end, value, unit.text)
        if unit.kind == "unit":
            self._fail("a unit", f"write one of {', '.join(WRITTEN)}")
        return NumberSyntax(token.start, token.end, value, None)

    def _name(self) -> Syntax:
        token = self._peek()
        self._next += 1
        if self._take("("):
            return self._call(token)
        if self._take("["):
            return self._parts(token)
        return NameSyntax(token.start, token.end, token.text)

    def _call(self, name: Token) -> Syntax:
        arguments: list[Syntax] = []
        while not (close := self._take(")")):
            if arguments:
                self._need(",", "separate the arguments by commas and close the bracket")
            arguments.append(self._formula())
        return CallSyntax(name.start, close.end, name.text, tuple(arguments))

    def _parts(self, name: Token) -> Syntax:
        first = self._whole_number()
        last = self._whole_number() if self._take("..") else first
        close = self._need("]", "close the square bracket: name[1..6] or name[7]")
        return NameSyntax(name.start, close.end, name.text, (first, last))

    def _whole_number(self) -> int:
        token = self._peek()
        if token.kind != "number" or "." in token.text:
            self._fail("the number of a part", "write name[1..6] or name[7]")
        self._next += 1
        return int(token.text)

    def _if_stated(self) -> Syntax:
        start = self._need("if", "").start
        form = "write if told(name) then … else …"
        self._need("told", form)
        self._need("(", form)
        name = self._peek()
        if name.kind != "name":
            self._fail("the name of a fact", form)
        self._next += 1
        self._need(")", form)
        self._need("then", form)
        then = self._opposite()
        self._need("else", form)
        otherwise = self._opposite()
        return IfStatedSyntax(start, otherwise.end, name.text, then, otherwise)
