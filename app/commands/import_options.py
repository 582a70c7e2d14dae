"""Options by which a person tells how a workbook is read, in pairs."""

from collections.abc import Mapping
from typing import Annotated

import typer

Fills = Annotated[
    list[str] | None,
    typer.Option(
        "--map", help="what a column fills, as 表头=字段 (such as 单位=name); again for more", show_default=False
    ),
]
Given = Annotated[
    list[str] | None,
    typer.Option(
        help="what holds for all rows of a sheet, as 字段=值 (such as 严重程度=一般); again for more",
        show_default=False,
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="tell what would become of the rows, in the same lines, and change nothing")
]


def fills_of(pairs: list[str] | None) -> Mapping[str, str]:
    """What each head fills. Raises BadParameter for what is no pair."""
    return _pairs(pairs or [], "--map", "表头=字段")


def given_of(pairs: list[str] | None) -> Mapping[str, str]:
    """What holds for all rows, by field. Raises BadParameter for what is no pair."""
    return _pairs(pairs or [], "--given", "字段=值")


def _pairs(given: list[str], option: str, form: str) -> Mapping[str, str]:
    pairs = dict(each.partition("=")[::2] for each in given)
    if not all(pairs.values()):
        raise typer.BadParameter(form, param_hint=option)
    return pairs
