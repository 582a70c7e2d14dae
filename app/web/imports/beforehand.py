"""What can be said before an import begins of rows that will wait: a line for each reason."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.enterprises.imports.models import ImportRun
from app.enterprises.imports.row_groups.domain import CHOICE_LABELS, DIFFERING, WAITING
from app.kit.i18n import _


@dataclass(frozen=True)
class SaidLine:
    """One reason, what can be said of its rows, what was said, by whom and when."""

    code: str
    label: str
    choices: tuple[tuple[str, str], ...]
    choice: str
    by: str


def said_lines(run: ImportRun) -> Iterator[SaidLine]:
    """A line for each reason for which rows may wait."""
    for code, rule in {**WAITING, **DIFFERING}.items():
        made = run.decisions.get(code, {})
        choices = tuple((each.value, _(CHOICE_LABELS[each])) for each in rule.ahead)
        yield SaidLine(code, _(rule.label), choices, made.get("choice", ""), made.get("by", ""))
