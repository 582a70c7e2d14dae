"""What was stated about firms, for an application on a day: of each firm and fact the newest statement that says anything about the day.

A statement about a window of days (no accident in the last year) is over some time after its day. What has happened stays
so as long as it may lie in the window; that nothing has says nothing about the days since, but for as many as the bureau
has set. A denial that is over takes away what was stated before it, and says nothing itself.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import orjson
from sqlalchemy.orm import Session

from app.kit.facts.owners import Owners
from app.kit.facts.whole_numbers import NOT_KNOWN, Flags, Numbers
from app.policies.checks import read_check_days
from app.policies.domain.facts.catalogue import Catalogue, FactKey
from app.policies.queries import Stated, list_stated_texts, read_stated_numbers, value_of

KEY, FACT, DAY = 1, 2, 4
"""Where they stand among the columns of `read_stated_numbers`."""
_SAID_FOREVER = 10**9
"""Days of a window that never closes."""


@dataclass(frozen=True, eq=False)
class Statements:
    """Statements about some firms, oldest first: whose each is, the fact, the year (or `NOT_KNOWN`), the day, the value.

    `facts` are codes of the catalogue and `values` bodies as they were told, each named by its place.
    """

    facts: Sequence[str]
    values: Sequence[Any]
    firm: Numbers
    fact: Numbers
    year: Numbers
    day: Numbers
    value: Numbers


@dataclass(frozen=True, eq=False)
class Newest:
    """For each of some firms (`firm`, rising) the statement about one fact and year that counts, by its place.

    `lapsed`: it is a denial that is over.
    """

    firm: Numbers
    statement: Numbers
    lapsed: Flags

    def chosen(self, firms: Flags) -> "Newest":
        """The same of some of the firms."""
        return Newest(self.firm[firms], self.statement[firms], self.lapsed[firms])

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Each firm with its statement."""
        return zip(self.firm.tolist(), self.statement.tolist(), strict=True)


def newest_statements(
    session: Session, catalogue: Catalogue, said: Statements, firms: Owners, on: date
) -> Iterator[tuple[FactKey, Newest]]:
    """What counts on `on`, fact by fact and year by year."""
    windows = [catalogue[code].window_days or _SAID_FOREVER for code in said.facts]
    window = np.array(windows, np.int64)[said.fact]
    days = on.toordinal() - said.day
    denials = np.array([value is False for value in said.values], bool)[said.value]
    denied = denials & (window < _SAID_FOREVER)
    counting = read_check_days(session, firms, on) if denied.any() else firms.unknown()
    lapsed = denied & (days > 0) & (days > counting[said.firm])
    chosen = np.flatnonzero(denied | (days < window))
    kind = said.fact[chosen] * 10_000 + np.where(said.year[chosen] == NOT_KNOWN, 0, said.year[chosen])
    for one in np.unique(kind).tolist():
        of_kind = chosen[kind == one]
        last = np.full(len(firms), -1)
        last[said.firm[of_kind]] = of_kind  # oldest first: the last one stays
        firm = np.flatnonzero(last >= 0)
        code, year = divmod(one, 10_000)
        yield FactKey(said.facts[code], year or None), Newest(firm, last[firm], lapsed[last[firm]])


# -- reading ----------------------------------------------------------------------------------------------------------


def read_statements(session: Session, catalogue: Catalogue, firms: Owners, on: date) -> Statements:
    """What was stated about these firms by `on`: yes, no and whole numbers as numbers, whatever else by its text."""
    codes = tuple(
        sorted(catalogue, key=lambda code: catalogue[code].said_by is None)
    )  # the database compares in this order
    columns = read_stated_numbers(session, firms, codes, on)
    of_catalogue = columns[FACT] != NOT_KNOWN
    order = np.lexsort((columns[KEY], columns[DAY]))
    firm, key, fact, year, day, number = (column[order[of_catalogue[order]]] for column in columns)
    told = number != NOT_KNOWN
    numbers, places = np.unique(number[told], return_inverse=True)
    values: list[Any] = list(map(value_of, numbers.tolist()))
    value = np.zeros(len(key), np.int64)
    value[told] = places
    if not told.all():
        texts = dict(list_stated_texts(session, firms, on))
        place_of: dict[str, int] = {}
        listed = [place_of.setdefault(texts[one], len(place_of)) for one in key[~told].tolist()]
        value[~told] = np.array(listed) + len(values)
        values.extend(map(orjson.loads, place_of))
    return Statements(codes, values, firm, fact, year, day, value)


def statements_of(catalogue: Catalogue, rows: Sequence[Stated], firms: Owners) -> Statements:
    """The same of statements that were read with their sources, oldest first, each of a fact of the catalogue."""
    codes = tuple(catalogue)
    place_of = {code: place for place, code in enumerate(codes)}
    numbers = [
        (row.enterprise_id, place_of[row.fact_code], row.year or NOT_KNOWN, row.stated_on.toordinal()) for row in rows
    ]
    owner, fact, year, day = np.array(numbers, np.int64).reshape(len(rows), 4).T
    return Statements(codes, [row.value for row in rows], firms.places(owner), fact, year, day, np.arange(len(rows)))
