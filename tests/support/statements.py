"""The statements of one request, word for word: which were sent again although the answer was known."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, event

from app.reference.published import reading_to_keep
from tests.support.queries import is_query

#: The same text may be sent so often with other values; more is a loop over what one statement could answer.
OFTEN = 3


@dataclass(frozen=True)
class Statement:
    """A statement as it was sent."""

    text: str
    parameters: str

    def __str__(self) -> str:
        """In one line, short enough for a message."""
        return " ".join(self.text.split())[:160] + f" … {self.parameters[:80]}"


@contextmanager
def recorded_statements() -> Iterator[list[Statement]]:
    """Collects every statement that any engine of this process executes inside the block, with its parameters.

    What is read once per state of what is published is not among them: the next page does not send it.
    """
    statements: list[Statement] = []

    def collect(_connection: Any, _cursor: Any, text: str, parameters: Any, *_: Any) -> None:
        if is_query(text) and not reading_to_keep.get():
            statements.append(Statement(text, repr(parameters)))

    event.listen(Engine, "before_cursor_execute", collect)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", collect)


def repeated(statements: Sequence[Statement]) -> list[str]:
    """Those sent more than once with the same values."""
    return [f"{n} × {statement}" for statement, n in Counter(statements).items() if n > 1]


def frequent(statements: Sequence[Statement]) -> list[str]:
    """The texts sent more than `OFTEN` times, whatever the values."""
    texts = Counter(statement.text for statement in statements)
    return [f"{n} × {Statement(text, '')}" for text, n in texts.items() if n > OFTEN]
