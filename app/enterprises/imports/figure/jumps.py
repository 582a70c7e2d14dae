"""Figures a thousand or ten thousand times those of a neighbouring year: most likely in another unit. Told, never changed."""

from collections.abc import Iterable, Sequence

from app.enterprises.imports.reasons import RowReason
from app.enterprises.imports.row_reader import Parsed
from app.enterprises.models import YearlyFigures
from app.enterprises.part_fields import BALANCE_NAMES, RD_NAMES

_NAMES = (*BALANCE_NAMES, *RD_NAMES)
#: How far from a thousand, or ten thousand, a factor may lie and still look like one: figures change from year to year, too.
_SPREAD = 3
_UNITS = (1_000, 10_000)
#: Smaller amounts (100 yuan) tell nothing about their unit.
_LEAST = 10_000

Years = dict[int, int]


def note_jumps(batch: Sequence[Parsed], on_file: Iterable[YearlyFigures]) -> None:
    """Remark on each amount of the batch that jumps against the year before or after, on file or in the batch itself."""
    batch, on_file = _beside_others(batch, on_file)
    known: dict[tuple[int, str, str], Years] = {}
    for row in on_file:
        for name in _NAMES:
            if (value := getattr(row, name)) is not None:
                known.setdefault((row.enterprise_id, row.basis, name), {}).setdefault(row.year, value)
    for parsed, name, value in _amounts(batch):
        known.setdefault(_key(parsed, name), {})[parsed.values["year"]] = value
    for parsed, name, value in _amounts(batch):
        year, years = parsed.values["year"], known[_key(parsed, name)]
        for other in (year - 1, year + 1):
            if other in years and (factor := jump(value, years[other])):
                params = {"column": name, "year": other, "factor": factor}
                parsed.remarks.append(RowReason("jump", params))
                break


def _beside_others(
    batch: Sequence[Parsed], on_file: Iterable[YearlyFigures]
) -> tuple[list[Parsed], list[YearlyFigures]]:
    """Those whose firm has figures of more than one year on that basis: the others have no neighbour."""
    years: dict[tuple[int, str], set[int]] = {}
    kept = list(on_file)
    for row in kept:
        years.setdefault((row.enterprise_id, row.basis), set()).add(row.year)
    told = [(parsed.firm.id, parsed.values["basis"]) for parsed in batch if parsed.firm is not None]
    for firm, parsed in zip(told, batch, strict=True):
        years.setdefault(firm, set()).add(parsed.values["year"])
    several = {firm for firm, of_firm in years.items() if len(of_firm) > 1}
    rows = [parsed for firm, parsed in zip(told, batch, strict=True) if firm in several]
    return rows, [row for row in kept if (row.enterprise_id, row.basis) in several]


def jump(value: int, neighbour: int) -> int:
    """About which factor of a unit lies between two amounts; 0 where none does."""
    small, large = sorted((abs(value), abs(neighbour)))
    if small < _LEAST:
        return 0
    return next((unit for unit in _UNITS if unit <= large * _SPREAD // small and large <= unit * small * _SPREAD), 0)


def _amounts(batch: Sequence[Parsed]) -> Iterable[tuple[Parsed, str, int]]:
    return ((parsed, name, parsed.values[name]) for parsed in batch for name in _NAMES if name in parsed.values)


def _key(parsed: Parsed, name: str) -> tuple[int, str, str]:
    assert parsed.firm is not None
    return parsed.firm.id, parsed.values["basis"], name
