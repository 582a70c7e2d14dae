"""What a verdict was decided on, as people read it: each value with its source."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.kit.i18n import _
from app.policies.domain.facts import FactDefinition, FactKey, Facts
from app.policies.domain.knowledge import ends
from app.policies.domain.policy import Policy
from app.policies.domain.verdict import Measure
from app.policies.service.gathering import Gathered, Source
from app.policies.wording import fact_text, measure_text, stated_text


@dataclass(frozen=True)
class InputLine:
    """One value that was known: its name with the year, the value, and where it comes from."""

    code: str
    label: str
    value: str
    source: str


def input_lines(policy: Policy, gathered: Gathered) -> tuple[InputLine, ...]:
    """What is known and used, in the catalogue's order, by year."""
    return tuple(line for code in policy.uses for line in _of_fact(policy.catalogue[code], gathered))


def stored_input_lines(policy: Policy, inputs: Mapping[str, Any]) -> tuple[InputLine, ...]:
    """The inputs of a stored verdict, from what was stored."""
    return tuple(line for code in policy.uses if code in inputs for line in _of_stored(policy, code, inputs[code]))


def _of_fact(definition: FactDefinition, gathered: Gathered) -> Iterator[InputLine]:
    facts = gathered.facts
    years = sorted({key.year for key in facts.known if key.code == definition.code}, key=lambda year: year or 0)
    for year in years:
        keys = definition.keys(year)
        source = next((gathered.sources[key] for key in keys if key in gathered.sources), None)
        label = fact_text({definition.code: definition}, FactKey(definition.code, year))
        yield InputLine(definition.code, label, _value(facts, definition, keys), source_text(source) if source else "")


def _value(facts: Facts, definition: FactDefinition, keys: Sequence[FactKey]) -> str:
    if len(keys) == 1:
        return measure_text(Measure(definition.unit, *ends(facts.of(keys[0]))))
    bounds = [ends(facts.of(key)) for key in keys]
    low, high = (None if None in side else sum(side) for side in zip(*bounds, strict=True))
    total = measure_text(Measure(definition.unit, low, high))
    return _("%(n)s 项合计 %(total)s") % {"n": len(keys), "total": total}


def _of_stored(policy: Policy, code: str, entry: Mapping[str, Any]) -> Iterator[InputLine]:
    definition = policy.catalogue[code]
    by_year = entry["value"] if _is_by_year(entry["value"]) else {None: entry["value"]}
    for year, value in by_year.items():
        told = int(year) if year is not None else None
        places = [_stored_source(item) for item in entry["sources"] if item["year"] == told]
        label = fact_text({code: definition}, FactKey(code, told))
        yield InputLine(code, label, stated_text(definition, value), _("、").join(dict.fromkeys(places)))


def _is_by_year(value: Any) -> bool:
    return isinstance(value, Mapping) and not value.keys() & {"low", "high"}


def _stored_source(item: Mapping[str, Any]) -> str:
    return _in_words(item["place"], item["stated_by"], item["stated_on"] or "", item["grounds"])


def source_text(source: Source) -> str:
    """Where a value comes from; of a statement who stated it, when and on what grounds."""
    return _in_words(source.place, source.stated_by, str(source.stated_on or ""), source.grounds)


def _in_words(place: str, stated_by: str, stated_on: str, grounds: str) -> str:
    if not stated_by:
        return _(place)
    told = {"place": _(place), "who": stated_by, "on": stated_on, "grounds": grounds}
    return _("%(place)s：%(who)s，%(on)s，%(grounds)s") % told
