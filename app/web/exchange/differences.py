"""What does not agree as lines: which record, why, and of each field that differs what we say and what they say."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.enterprises.models import Enterprise
from app.enterprises.queries import list_by_ids as list_firms
from app.exchange.comparison.domain import KIND_LABELS, PROBLEM_LABELS, LineKind, RowProblem
from app.exchange.comparison.models import ReconciliationLine
from app.exchange.domain import FieldDefinition, ResourceDefinition
from app.exchange.handovers.listed import list_batches
from app.kit.i18n import _
from app.web.exchange.lines import record_url

#: A difference in a file: kind, key, name, field, what we say, what they say.
DifferenceRow = tuple[str, str, str, str, str, str]
_KIND_BADGES = {
    LineKind.DIFFERING: "wait",
    LineKind.ONLY_HERE: "info",
    LineKind.ONLY_THERE: "info",
    LineKind.UNREADABLE: "late",
}


@dataclass(frozen=True)
class FieldLine:
    """A field that differs: its name, what we say, what they say."""

    title: str
    ours: tuple[str, ...]
    theirs: tuple[str, ...]


@dataclass(frozen=True)
class ReconciliationDifferenceLine:
    """One record that does not agree."""

    kind: tuple[str, str]
    key: str
    label: str
    url: str
    fields: tuple[FieldLine, ...]
    note: str
    handover: str


def difference_lines(
    session: Session, resource: str, lines: Sequence[ReconciliationLine], definition: ResourceDefinition
) -> tuple[ReconciliationDifferenceLine, ...]:
    """Lines of a run as a page shows them; the number of queries does not depend on how many there are."""
    firms = list_firms(session, {line.enterprise_id for line in lines if line.enterprise_id is not None})
    batches = {line.handover_id for line in lines if line.handover_id is not None}
    numbers = {key: batch.number for key, batch in list_batches(session, batches).items()}
    return tuple(
        _line(line, resource, firms.get(line.enterprise_id or 0), numbers.get(line.handover_id or 0, ""), definition)
        for line in lines
    )


def _line(
    line: ReconciliationLine, resource: str, firm: Enterprise | None, handover: str, definition: ResourceDefinition
) -> ReconciliationDifferenceLine:
    kind = LineKind(line.kind)
    here = kind in (LineKind.DIFFERING, LineKind.ONLY_HERE)
    unreadable = kind is LineKind.UNREADABLE
    return ReconciliationDifferenceLine(
        kind=(_KIND_BADGES[kind], _(KIND_LABELS[kind])),
        key=str(line.fields["problem"][0]) if unreadable else line.key,
        label=_("第 %(n)s 行") % {"n": line.label} if unreadable else line.label,
        url=record_url(resource, line.key, firm) if here else "",
        fields=() if unreadable else _fields(line, definition),
        note=_note(line, kind),
        handover=handover,
    )


def _note(line: ReconciliationLine, kind: LineKind) -> str:
    match kind:
        case LineKind.UNREADABLE:
            return _(PROBLEM_LABELS[RowProblem(line.fields["problem"][1])])
        case LineKind.ONLY_HERE:
            return _("对方清单中没有")
        case LineKind.ONLY_THERE:
            return _("我方没有，或已停用、不在对方辖区")
        case _:
            return ""


def _fields(line: ReconciliationLine, definition: ResourceDefinition) -> tuple[FieldLine, ...]:
    return tuple(
        FieldLine(title_of(field), *(shown(field, value) for value in line.fields[field.name]))
        for field in definition.fields
        if field.name in line.fields
    )


def shown(field: FieldDefinition | None, value: Any) -> tuple[str, ...]:
    """A value as people read it; of a list, a text for each element, each part with its title."""
    if value is None or value in ("", []):
        return ()
    if isinstance(value, bool):
        return (_("是") if value else _("否"),)
    if not isinstance(value, list):
        return (str(value),)
    parts = {part.name: title_of(part) for part in field.fields} if field else {}
    return tuple(_element(parts, each) for each in value)


def _element(titles: Mapping[str, str], element: Any) -> str:
    if not isinstance(element, dict):
        return str(element)
    said = [(title, shown(None, element.get(name))) for name, title in titles.items()]
    return " · ".join(f"{title} {value[0]}" for title, value in said if value)


def difference_rows(line: ReconciliationLine, definition: ResourceDefinition) -> Iterator[DifferenceRow]:
    """A line as a file has it, one row for each field that differs."""
    said = _line(line, "", None, "", definition)
    for field in said.fields:
        yield said.kind[1], said.key, said.label, field.title, _cell(field.ours), _cell(field.theirs)
    if not said.fields:
        yield said.kind[1], said.key, said.label, said.note, "", ""


def _cell(texts: Sequence[str]) -> str:
    return "\n".join(texts)


def title_of(field: FieldDefinition) -> str:
    """The field's name, with the unit of an amount."""
    return f"{field.title}（{_(field.unit)}）" if field.unit else str(field.title)
