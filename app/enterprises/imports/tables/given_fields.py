"""What a person tells of whole sheets, and what would have to be told."""

from collections.abc import Mapping

from app.enterprises.imports.mapping import Registers, SheetMapping, field_of
from app.enterprises.imports.recognition import givable


def given_by_name(layout: SheetMapping, registers: Registers, given: Mapping[str, str]) -> Mapping[str, str]:
    """What a person told once for all rows, of the fields that the sheet may tell so and that no column fills."""
    found = {}
    for target, each in givable(layout, registers) if given and layout.register in registers else ():
        known = field_of(target, registers)
        names = (str(target), each.field, *(known.headers if known else ()))
        value = next((given[name] for name in names if name in given), "")
        if value and layout.index_of(str(target)) is None:
            found[str(target)] = value
    return found
