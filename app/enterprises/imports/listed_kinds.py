"""Of which kinds the lists in a file are, as far as its sheets tell: what may be said to be complete."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from app.enterprises.complete_lists.denials import LIST_KINDS
from app.enterprises.complete_lists.schemas import CompleteListInput
from app.enterprises.imports.mapping import SheetMapping
from app.enterprises.imports.models import ImportSheet
from app.kit.errors import Invalid
from app.kit.i18n import _

_FIXED = {"high_tech_certificate": "certificate:high-tech-enterprise", "technology_sme": "certificate:technology-sme"}
#: The field that tells the kind of each row, or once for all of them.
_TOLD_BY = {"certificate": "kind", "compliance": "kind", "tag": "tag"}
_STANDARDS = [kind for kind in LIST_KINDS if kind.startswith("standard:")]


def kinds_of(sheets: Iterable[ImportSheet]) -> list[str]:
    """The kinds of the sheets that are taken in; nothing of a sheet that tells its kinds row by row, which only a person knows."""
    found: dict[str, None] = {}
    for sheet in sheets:
        if sheet.chosen:
            layout = SheetMapping.from_json(sheet.name, sheet.register, sheet.mapping)
            found |= dict.fromkeys(kind for kind in _of_sheet(layout) if kind in LIST_KINDS)
    return list(found)


def complete_list_of(told: Mapping[str, Any], sheets: Iterable[ImportSheet]) -> CompleteListInput:
    """What was told of a file as a complete list, with the kinds that its sheets tell where nobody did. Raises `Invalid` where neither does."""
    kinds = told["kinds"] or kinds_of(sheets)
    if not kinds or not set(kinds) <= set(LIST_KINDS):
        message = _("看不出是哪一种名单，请指明：%(kinds)s") % {"kinds": "、".join(LIST_KINDS)}
        raise Invalid("complete_list.kinds", message, {"kinds": message})
    return CompleteListInput.model_validate({**told, "kinds": kinds})


def _of_sheet(layout: SheetMapping) -> Iterator[str]:
    for register in dict.fromkeys((layout.register, *(entry.register for entry in layout.entries))):
        if register in _FIXED:
            yield _FIXED[register]
        elif register == "standard":
            yield from _STANDARDS
        elif register in _TOLD_BY and layout.index_of(target := f"{register}.{_TOLD_BY[register]}") is None:
            yield f"{register}:{layout.given.get(target, '')}"
