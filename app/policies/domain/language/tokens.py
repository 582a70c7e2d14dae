"""The words of a formula, and what is said where they are wrong."""

import re
from dataclasses import dataclass


class FormulaError(Exception):
    """A formula is wrong at characters `start` to `end`; `hint` says what to write instead."""

    def __init__(self, message: str, hint: str, start: int, end: int) -> None:
        super().__init__(message)
        self.message, self.hint, self.start, self.end = message, hint, start, end


class DefinitionError(Exception):
    """The formula of the definition `name` is wrong."""

    def __init__(self, name: str, error: FormulaError) -> None:
        super().__init__(error.message)
        self.name, self.error = name, error


@dataclass(frozen=True)
class Token:
    """A word of the formula."""

    kind: str
    text: str
    start: int
    end: int


_TOKEN = re.compile(
    r"(?P<number>\d+(?:_\d{3})*(?:\.\d+)?(?!\w))|(?P<name>[A-Za-z_]\w*)|(?P<unit>%|[一-鿿]+)"
    r"|(?P<sign>\.\.|>=|<=|≥|≤|==|!=|[-+*/×÷><=(),\[\]])|(?P<space>\s+)|(?P<wrong>.)"
)
_SAME = {"≥": ">=", "≤": "<=", "×": "*", "÷": "/"}
_KEYWORDS = frozenset({"and", "or", "not", "in", "if", "told", "then", "else"})


def tokens(text: str) -> list[Token]:
    """The words of `text`; raises `FormulaError` where something means nothing."""
    found = []
    for match in _TOKEN.finditer(text):
        kind, word = str(match.lastgroup), match.group()
        if kind == "wrong":
            raise FormulaError(
                f"'{word}' means nothing here",
                "write names, numbers with units, + - * / and comparisons",
                *match.span(),
            )
        if word in {"==", "!="}:
            hint = "write a single =" if word == "==" else "write not (a = b)"
            raise FormulaError(f"'{word}' is not a comparison of this language", hint, *match.span())
        if kind != "space":
            kind = "keyword" if word in _KEYWORDS else kind
            found.append(Token(kind, _SAME.get(word, word), *match.span()))
    return found
