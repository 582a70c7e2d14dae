"""What a verdict was decided on, as people read it: each fact with its values and where they come from."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.kit.i18n import _
from app.policies.domain.facts.catalogue import Catalogue, FactDefinition, FactKey, Facts
from app.policies.domain.language.policy import Policy
from app.policies.domain.language.verdict import Measure
from app.policies.domain.values.knowledge import ends
from app.policies.domain.values.units import Unit
from app.policies.service.fact_sources import ABSENT, Gathered, Provenance
from app.policies.words import exact_text, stated_text


@dataclass(frozen=True)
class InputValue:
    """A value, of a fiscal year where the fact is told by year."""

    year: int | None
    text: str


@dataclass(frozen=True)
class InputLine:
    """A fact that was known: its values, and where they come from."""

    code: str
    label: str
    values: tuple[InputValue, ...]
    source: str


def input_lines(policy: Policy, gathered: Gathered) -> tuple[InputLine, ...]:
    """What is known and used, in the catalogue's order, by year."""
    found = (_known(policy.catalogue[code], gathered) for code in policy.uses)
    return tuple(line for line in found if line.values)


def stored_input_lines(policy: Policy, inputs: Mapping[str, Any]) -> tuple[InputLine, ...]:
    """The inputs of a stored verdict, from what was stored."""
    return tuple(_stored(policy.catalogue[code], inputs[code]) for code in policy.uses if code in inputs)


def _known(definition: FactDefinition, gathered: Gathered) -> InputLine:
    facts, code = gathered.facts, definition.code
    years = sorted({key.year for key in facts.known if key.code == code}, key=lambda year: year or 0)
    values = tuple(InputValue(year, _value(facts, definition, definition.keys(year))) for year in years)
    sources = (source_text(source) for key, source in gathered.sources.items() if key.code == code)
    return InputLine(code, str(definition.label), values, _together(sources))


def _value(facts: Facts, definition: FactDefinition, keys: Sequence[FactKey]) -> str:
    if len(keys) == 1:
        return exact_text(Measure(definition.unit, *ends(facts.of(keys[0]))))
    bounds = [ends(facts.of(key)) for key in keys]
    low, high = (None if None in side else sum(side) for side in zip(*bounds, strict=True))
    return _("%(n)s 项合计 %(total)s") % {"n": len(keys), "total": exact_text(Measure(definition.unit, low, high))}


def _stored(definition: FactDefinition, entry: Mapping[str, Any]) -> InputLine:
    stated = entry["value"]
    by_year = isinstance(stated, Mapping) and not stated.keys() & {"low", "high"}
    pairs: Iterator[tuple[int | None, Any]] = (
        ((int(year), value) for year, value in sorted(stated.items())) if by_year else iter([(None, stated)])
    )
    values = tuple(InputValue(year, stated_text(definition, value)) for year, value in pairs)
    sources = (
        _in_words(item["place"], item["stated_by"], item["stated_on"] or "", item["grounds"])
        for item in entry["sources"]
    )
    return InputLine(definition.code, str(definition.label), values, _together(sources))


def with_names(lines: Iterable[InputLine], catalogue: Catalogue, names: Mapping[str, str]) -> tuple[InputLine, ...]:
    """The lines with coded values called by their names."""

    def named(line: InputLine) -> InputLine:
        values = (replace(value, text=names.get(value.text, value.text)) for value in line.values)
        return replace(line, values=tuple(values)) if catalogue[line.code].unit is Unit.CODE else line

    return tuple(named(line) for line in lines)


def source_text(source: Provenance) -> str:
    """Where a value comes from; of a statement who stated it, when and on what grounds."""
    return _in_words(source.place, source.stated_by, str(source.stated_on or ""), source.grounds)


def lapsed_text(source: Provenance) -> str:
    """That a denial no longer counts: of which day it was, and on what grounds."""
    stated = {"on": source.stated_on, "grounds": source.grounds, "who": source.stated_by}
    return _("%(on)s 的核查已过期，须重新核查（%(who)s，%(grounds)s）") % stated


def _in_words(place: str, stated_by: str, stated_on: str, grounds: str) -> str:
    if not stated_by:
        return _(place)
    stated = {"place": _(place), "who": stated_by, "on": stated_on, "grounds": grounds}
    if place == ABSENT:
        return _("%(place)s：%(who)s，完整至 %(on)s，%(grounds)s") % stated
    return _("%(place)s：%(who)s，%(on)s，%(grounds)s") % stated


def _together(sources: Iterable[str]) -> str:
    return _("；").join(dict.fromkeys(sources))
