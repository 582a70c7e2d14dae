"""The materials of a case (材料): which are asked for, year by year, and what lies there for each."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import Any

from starlette.datastructures import FormData

from app.cases.domain.needs import applies, years_open
from app.cases.domain.supplies import Supplies
from app.cases.models import CaseFile
from app.cases.supply.domain import MaterialState
from app.cases.supply.models import CaseMaterial
from app.cases.supply.queries import can_serve
from app.cases.supply.schemas import Versioned
from app.doors.forms.bound import Bound, bind
from app.programmes.domain.definition import Programme
from app.programmes.domain.supplied import MaterialTemplate

Slot = tuple[MaterialTemplate, int | None]


def slots_asked(programme: Programme, case: CaseFile, supplies: Supplies, named: Collection[str]) -> Iterator[Slot]:
    """Each material with each of its years (or with none); one that is `named` is shown though nobody need supply it now."""
    for template in programme.materials:
        if applies(template, supplies) or template.code in named:
            for year in years_open(template, case.year, supplies.founded_in, named=template.code in named):
                yield template, year


def rows_of(held: Iterable[CaseMaterial], slot: Slot) -> list[CaseMaterial]:
    """What lies there for it."""
    template, year = slot
    return [row for row in held if (row.material, row.year) == (template.code, year)]


def serves(template: MaterialTemplate, row: CaseMaterial, on: date) -> bool:
    """Whether what lies there counts."""
    counts = row.state != MaterialState.RETURNED and row.document.withdrawn_at is None
    return counts and can_serve(template, row.document, on)


def is_accepted(rows: Iterable[CaseMaterial]) -> bool:
    """Whether all of it was looked over."""
    return all(row.state == MaterialState.ACCEPTED for row in rows)


def supply_url(pages: str, slot: Slot) -> str:
    """Where the material is supplied, below the page of the case's `pages`."""
    template, year = slot
    return f"{pages}/materials/{template.code}" + (f"?year={year}" if year else "")


def number_in(form: Bound[Any], name: str, digits: int = 18) -> int | None:
    """A number of a form that may be shown again before it is valid."""
    text = str(form.raw.get(name) or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None


def seen_version(form: FormData) -> Versioned:
    """The state in which the reader saw the row that a button is about; a form that does not tell saw none."""
    return bind(Versioned, form).model or Versioned(version=0)
