"""A row as one record below a firm: its cells, what is special about its kind, and the checks that its form makes."""

from typing import Any

from pydantic import ValidationError

from app.enterprises.domain.names import normalise_name
from app.enterprises.imports.parts.cells import read_cell
from app.enterprises.imports.parts.kinds import PartKind, PartReading
from app.enterprises.imports.reasons import RowReason
from app.enterprises.imports.row_reader import Parsed, SourceRow


def parse_part(source: SourceRow, kind: PartKind, reading: PartReading) -> Parsed:
    """Everything that the row says about one record."""
    parsed = Parsed(source, name=normalise_name(source.texts.get("name", "")))
    if source.problem:
        parsed.refusals.append(source.problem)
        return parsed
    parsed.values.update(kind.fixed)
    for column, field in kind.fills.items():
        text = source.texts.get(column, "")
        if not text or parsed.values.get(field.name) is not None:
            continue
        value, reason = read_cell(field, text, source.units.get(column, ""), reading.cells)
        if value is None:
            parsed.unread[column] = text
            parsed.remarks.append(RowReason(reason, {"column": kind.head(column), "text": text[:60]}))
        else:
            parsed.values[field.name] = value
    kind.finish(parsed, reading)
    if not parsed.refusals:
        _check(parsed, kind)
    return parsed


def _check(parsed: Parsed, kind: PartKind) -> None:
    """What the form of the record refuses is not taken: the row where it has to be told, else the cell."""
    try:
        kind.schema.model_validate({name: parsed.values[name] for name in kind.names if name in parsed.values})
    except ValidationError as error:
        for problem in error.errors():
            _refuse(parsed, kind, str(problem["loc"][0]), problem["type"] == "missing")


def _refuse(parsed: Parsed, kind: PartKind, told: str, missing: bool) -> None:
    field = next(each for each in kind.part.fields if told in (each.name, each.form_name))
    column = kind.called(field.name, parsed.source.texts)
    if missing or field.required:
        code = "field.missing" if missing else "field.unfit"
        parsed.refusals.append(RowReason(code, {"column": column, "text": str(parsed.values.get(field.name, ""))[:60]}))
        return
    value: Any = parsed.values.pop(field.name)
    parsed.unread[field.name] = str(value)
    parsed.remarks.append(RowReason("field.unfit", {"column": column, "text": str(value)[:60]}))


def leave_out_reversed(parsed: Parsed, kind: str, first: str, last: str) -> None:
    """A last day before the first one is told and left out."""
    begin, end = parsed.values.get(first), parsed.values.get(last)
    if begin is not None and end is not None and end < begin:
        del parsed.values[last]
        parsed.unread[last] = end.isoformat()
        parsed.remarks.append(RowReason("day.reversed", {"column": f"{kind}.{last}", "text": end.isoformat()}))
