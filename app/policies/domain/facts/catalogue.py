"""The catalogue of facts and what is known of them about one subject."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.kit.i18n import Bilingual
from app.policies.domain.values.knowledge import UNKNOWN, Knowledge, Known, between, ends
from app.policies.domain.values.units import Unit


class Periodicity(StrEnum):
    """Whether a fact has one value, one a fiscal year, or may be told either way."""

    ONCE = "once"
    BY_YEAR = "by_year"
    EITHER = "either"


class FactKey(NamedTuple):
    """One value of one fact: of a fiscal year when it is told by year, of one part (from 1) when it has parts."""

    code: str
    year: int | None = None
    part: int | None = None


class FactDefinition(BaseModel):
    """One catalogued fact: what it is called, measured in and told for, and where its value comes from.

    `provider` names the slice that knows it, `said_by` who must say it where no table does; `supplied_at` is the page
    where a caseworker supplies it. `firm_says`: the firm may state it itself, until a table knows it exactly. Of
    a fact about a window of days, a statement that something happened speaks for `window_days` at most, and one that
    nothing did only for its own day (and as many more as the bureau has set). `any_code`: a code outside the lists
    of a policy is a fact too (a place, an industry); of other facts such a code is a mistake. `code_labels` name its codes
    where no code table does.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str = Field(pattern=r"^[a-z][a-z0-9_]{1,47}$")
    label: Bilingual
    unit: Unit
    told: Periodicity = Periodicity.ONCE
    parts: tuple[Bilingual, ...] = ()
    at_least: int | None = None
    at_most: int | None = None
    may_be_negative: bool = False
    period: Bilingual
    basis: str | None = Field(default=None, pattern=r"^(HTE|TAX|STAT)$")
    source: Bilingual
    provider: str | None = None
    said_by: Bilingual | None = None
    firm_says: bool = False
    supplied_at: str = "statement"
    window_days: int | None = Field(default=None, gt=0)
    code_labels: Mapping[str, Bilingual] = Field(default_factory=dict)
    any_code: bool = False

    @model_validator(mode="after")
    def _has_an_origin(self) -> "FactDefinition":
        if self.provider is None and self.said_by is None:
            raise ValueError("name the slice that knows it (provider) or who must say it (said_by)")
        if self.parts and self.told is Periodicity.ONCE:
            raise ValueError("a fact of several parts is told by year")
        return self

    @property
    def lowest(self) -> int | None:
        """What it cannot fall below: amounts, counts and shares are not negative unless the catalogue says so."""
        if self.at_least is not None:
            return self.at_least
        return 0 if self.unit.is_quantity and not self.may_be_negative else None

    @property
    def highest(self) -> int | None:
        """What it cannot rise above."""
        return 1 if self.unit is Unit.SHARE and self.at_most is None else self.at_most

    @cached_property
    def natural(self) -> Knowledge:
        """What is known of a value of which nothing was told."""
        return between(self.lowest, self.highest)

    @property
    def graded_by_experts(self) -> bool:
        """Whether it is a grade that experts give."""
        return self.unit is Unit.GRADE and self.supplied_at != "setting"

    def keys(self, year: int | None) -> tuple[FactKey, ...]:
        """The values that one telling of the fact consists of."""
        return _keys(self.code, year, len(self.parts))


@lru_cache(maxsize=4096)
def _keys(code: str, year: int | None, parts: int) -> tuple[FactKey, ...]:
    return tuple(FactKey(code, year, part) for part in range(1, parts + 1)) or (FactKey(code, year),)


Catalogue = Mapping[str, FactDefinition]


@dataclass(frozen=True)
class Facts:
    """What is known about one subject. Whatever is not named is unknown, within the bounds of its catalogue entry."""

    catalogue: Catalogue
    known: Mapping[FactKey, Knowledge] = field(default_factory=dict)

    def of(self, key: FactKey) -> Knowledge:
        """What is known of one value, its natural bounds included."""
        knowledge = self.known.get(key, UNKNOWN)
        if isinstance(knowledge, Known):
            return knowledge
        if knowledge is UNKNOWN:
            return self.catalogue[key.code].natural
        low, high = ends(knowledge)
        definition = self.catalogue[key.code]
        return between(definition.lowest if low is None else low, definition.highest if high is None else high)

    def unknown(self, keys: Iterable[FactKey]) -> tuple[FactKey, ...]:
        """Those values, each once, that are not known exactly."""
        exactly = self.known
        return tuple(
            dict.fromkeys(
                key for key in keys if exactly.get(key).__class__ is not Known and self.of(key).__class__ is not Known
            )
        )

    def stated(self, code: str, year: int | None) -> bool:
        """Whether anything was told of the fact, for the year if one is given."""
        return any(key in self.known for key in self.catalogue[code].keys(year))
