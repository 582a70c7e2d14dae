"""What is known about a firm for an application on a day: from the slices' tables, then from statements."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from sqlalchemy.orm import Session

from app.enterprises.complete_lists.queries import kinds_text
from app.kit.db import composition_of
from app.kit.facts.owners import Owners
from app.kit.facts.providers import FACTS, FactProvider
from app.kit.facts.values import Absence, FactName, FactTable, FactValues, ListNamed
from app.kit.facts.whole_numbers import NOT_KNOWN, Flags, Numbers
from app.kit.i18n import N_, use_locale
from app.policies.checks import read_check_days
from app.policies.domain.explain.fact_input import read_single
from app.policies.domain.facts.catalogue import Catalogue, FactKey, Facts
from app.policies.domain.facts.columns import Columns, StatedValues, columns_from
from app.policies.queries import Stated, list_statements_about
from app.policies.service.stated_facts import Newest, Statements, newest_statements, read_statements, statements_of

STATED = N_("情况说明")
ABSENT = N_("不在完整名单上")


@dataclass(frozen=True)
class Provenance:
    """Where a value comes from: `place` is a gettext message; of a statement, who stated it, when, on what grounds."""

    place: str
    stated_by: str = ""
    stated_on: date | None = None
    grounds: str = ""


@dataclass
class Gathered:
    """What is known about a firm, and for each known value where it comes from.

    `lapsed`: what was denied too long before the day to say anything about it, and by whom; it is unknown again.
    """

    facts: Facts
    sources: dict[FactKey, Provenance] = field(default_factory=dict)
    lapsed: dict[FactKey, Provenance] = field(default_factory=dict)


def gather(session: Session, catalogue: Catalogue, enterprise_id: int, on: date) -> Gathered:
    """All that is known of one firm; a table's exact value stands before a statement, a statement before nothing."""
    return gather_many(session, catalogue, [enterprise_id], on)[enterprise_id]


def gather_many(
    session: Session, catalogue: Catalogue, enterprise_ids: Collection[int], on: date
) -> dict[int, Gathered]:
    """The same of many firms, with no more queries than for one."""
    if not enterprise_ids:
        return {}
    firms = Owners(enterprise_ids)
    rows = [row for row in list_statements_about(session, firms, on) if row.fact_code in catalogue]
    known = _read(session, catalogue, firms, on, statements_of(catalogue, rows, firms))
    in_tables = {code: Provenance(place) for provider in _providers(session) for code, place in provider.codes.items()}
    found = [
        Gathered(facts, {key: in_tables[key.code] for key in facts.known if key.code in in_tables}, {})
        for facts in known.columns.rows()
    ]
    for key, one in known.stated.items():
        for at, row in one.pairs():
            found[at].sources[key] = _stated_by(rows[row])
    for key, one in known.lapsed.items():
        for at, row in one.pairs():
            found[at].lapsed[key] = _stated_by(rows[row])
    for key, (absence, denied) in known.absent.items():
        named = {place: _listed_by(session, absence.lists[place]) for place in set(absence.which[denied].tolist())}
        for at in denied.tolist():
            found[at].sources[key] = named[int(absence.which[at])]
            found[at].lapsed.pop(key, None)
    return dict(zip(firms.listed, found, strict=True))


def read_columns(session: Session, catalogue: Catalogue, firms: Owners, on: date) -> Columns:
    """All that is known of many firms, in columns, without where it comes from."""
    return _read(session, catalogue, firms, on, read_statements(session, catalogue, firms, on)).columns


def _providers(session: Session) -> Sequence[FactProvider]:
    return composition_of(session).of(FACTS)


def _stated_by(statement: Stated) -> Provenance:
    return Provenance(STATED, statement.actor_name, statement.stated_on, statement.source)


def _listed_by(session: Session, lists: Sequence[ListNamed]) -> Provenance:
    """Complete lists as a source: by whom, complete to which day (the first of several), which lists by which documents."""
    with use_locale("zh"):
        grounds = "；".join(f"{kinds_text(session, one.kinds)}：{one.document}" for one in lists)
    issuers = "、".join(dict.fromkeys(one.issuer for one in lists))
    return Provenance(ABSENT, issuers, min(one.until for one in lists), grounds)


@dataclass(frozen=True, eq=False)
class _KnownOfFirms:
    """What is known of some firms; which statements say what no table knows, which denials have lapsed, and what is denied of which
    firms (by their places) since they are on no list that is complete.
    """

    columns: Columns
    stated: dict[FactKey, Newest] = field(default_factory=dict)
    lapsed: dict[FactKey, Newest] = field(default_factory=dict)
    absent: dict[FactKey, tuple[Absence, Numbers]] = field(default_factory=dict)


def _read(session: Session, catalogue: Catalogue, firms: Owners, on: date, said: Statements) -> _KnownOfFirms:
    """Of what no table knows, what was stated; of what nobody stated, what complete lists deny."""
    table: dict[FactName, FactValues] = {}
    for provider in _providers(session):
        table.update(provider.provide(session, firms, on))
    stated: dict[FactKey, Newest] = {}
    lapsed: dict[FactKey, Newest] = {}
    values: dict[FactKey, StatedValues] = {}
    for key, newest in newest_statements(session, catalogue, said, firms, on):
        lapsed[key] = _where_unknown(table, key, newest.chosen(newest.lapsed))
        speaking = newest.chosen(~newest.lapsed)
        texts, which = np.unique(said.value[speaking.statement], return_inverse=True)
        told = [read_single(catalogue[key.code], key.year, said.values[text], key.code) for text in texts.tolist()]
        for part in catalogue[key.code].keys(key.year) if told else ():
            unknown = _unknown(table, part, speaking.firm)
            stated[part] = speaking.chosen(unknown)
            values[part] = StatedValues(speaking.firm[unknown], which[unknown], [each[part] for each in told])
    absent = _deny(session, table, stated, firms, on)
    return _KnownOfFirms(columns_from(catalogue, len(firms), table, values), stated, lapsed, absent)


def _deny(
    session: Session, table: dict[FactName, FactValues], stated: dict[FactKey, Newest], firms: Owners, on: date
) -> dict[FactKey, tuple[Absence, Numbers]]:
    """Write what complete lists deny into the table, and tell of which firms.

    Lists speak of their days, and of as many after them as a check that found nothing counts for (`checks`) [INF].
    """
    found: dict[FactKey, tuple[Absence, Numbers]] = {}
    counting: Numbers | None = None
    for name, values in list(table.items()):
        absence, key = values.absence, FactKey(*name)
        if absence is None:
            continue
        untold = (values.numbers == NOT_KNOWN) & (absence.until != NOT_KNOWN)
        if key in stated:
            untold[stated[key].firm] = False
        days = np.where(untold, on.toordinal() - absence.until, 0)
        if counting is None and (days > 0).any():
            counting = read_check_days(session, firms, on)
        denied = untold & (days <= (0 if counting is None else counting))
        table[name] = FactValues(np.where(denied, 0, values.numbers), values.words)
        found[key] = (absence, np.flatnonzero(denied))
    return found


def _where_unknown(table: FactTable, key: FactKey, newest: Newest) -> Newest:
    return newest.chosen(_unknown(table, key, newest.firm))


def _unknown(table: FactTable, key: FactKey, firms: Numbers) -> Flags:
    """Of which of these firms no table knows the value."""
    found = table.get(key)
    return np.ones(len(firms), bool) if found is None else found.numbers[firms] == NOT_KNOWN
