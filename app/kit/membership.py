"""One condition "is one of these" for any number of values: its text is always the same, so that it is prepared and planned once.

A list of parameters (`in_`) is another statement for every length, and a thousand of them cost more to write than to answer.
"""

import json
from collections.abc import Collection
from functools import cached_property
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Dialect, Integer, Text, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType


class _ArrayText(UserDefinedType[Any]):
    """An array that the driver sends as its text; the server reads it before it plans."""

    cache_ok = True

    def get_col_spec(self, **_options: Any) -> str:
        """As a column of it would be declared."""
        return "TEXT"


def array_text(texts: Collection[str]) -> str:
    """An array of texts as PostgreSQL writes it."""
    if any(sign in "".join(texts) for sign in '"\\'):
        texts = [text.replace("\\", "\\\\").replace('"', '\\"') for text in texts]
    return '{"' + '","'.join(texts) + '"}' if texts else "{}"


class WholeNumbers(list[int]):
    """A list that is asked about again and again: its text is made once."""

    @cached_property
    def text(self) -> str:
        """As JSON."""
        return json.dumps(self)


class _Values(TypeDecorator[Any]):
    """Values as one parameter: an array on PostgreSQL (as its text: to look at each takes the driver far longer), a JSON array on SQLite."""

    impl = Text
    cache_ok = True

    def __init__(self, *, whole: bool) -> None:
        super().__init__()
        self.whole = whole

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The text of an array, or of JSON."""
        return dialect.type_descriptor(_ArrayText() if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """The list as the database's driver takes it."""
        if dialect.name == "postgresql" and not self.whole:
            return array_text([each if type(each) is str else str(each) for each in value if each is not None])
        text = value.text if isinstance(value, WholeNumbers) else json.dumps(value)
        return f"{{{text[1:-1]}}}" if self.whole and dialect.name == "postgresql" else text


class _OneOf(FunctionElement[bool]):
    inherit_cache = True
    type = Boolean()

    def self_group(self, against: OperatorType | None = None) -> "_OneOf":
        """It is a condition as it stands: written `… = 1`, as of a column of yes and no, SQLite would read every row."""
        return self


@compiles(_OneOf, "postgresql")
def _array(element: _OneOf, compiler: SQLCompiler, **options: Any) -> str:
    column, values = element.clauses
    listed = compiler.process(values, **options)
    kind = "BIGINT" if isinstance(column.type, Integer) else "TEXT"
    return f"{compiler.process(column, **options)} = ANY ({listed}::{kind}[])"


@compiles(_OneOf, "sqlite")
def _json(element: _OneOf, compiler: SQLCompiler, **options: Any) -> str:
    column, values = element.clauses
    listed = compiler.process(values, **options)
    return f"{compiler.process(column, **options)} IN (SELECT value FROM json_each({listed}))"  # noqa: S608 - parameters


def one_of(column: Any, values: Collection[Any]) -> ColumnElement[bool]:
    """Whether `column` (whole numbers or texts) is one of `values`."""
    return _OneOf(column, bindparam(None, list(values), type_=_values_like(column)))


def one_of_named(column: Any, name: str) -> ColumnElement[bool]:
    """The same for a statement that is made once: the list comes as the parameter `name` when it is sent."""
    return _OneOf(column, bindparam(name, type_=_values_like(column)))


def _values_like(column: Any) -> _Values:
    return _Values(whole=isinstance(column.type, Integer))
