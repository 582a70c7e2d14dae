"""What becomes of a table that names firms when two firms are one: somebody said it of every one, so that none can be forgotten."""

from sqlalchemy import UniqueConstraint

from app.enterprises.belongings import BELONGINGS, MergeFate
from app.kit.db import TABLES, Base
from app.kit.pointers import pointing_at
from tests.support.house import HOUSE

#: Tables that name a firm and follow no merge.
APART = {"journal_event": "append-only: timelines read both firms"}


def test_every_table_that_names_a_firm_says_what_becomes_of_it_at_a_merge() -> None:
    HOUSE.of(TABLES)
    firms = Base.metadata.tables["enterprise"]
    told = {(each.table.name, each.column) for each in HOUSE.of(BELONGINGS)}
    named = {(table.name, column.name) for table, column in pointing_at(HOUSE, firms)}
    named |= {
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if column.name.endswith("enterprise_id") and table.name not in APART
    }
    missing = named - told
    assert not missing, f"say in the slice's `merged.py` what becomes of them when two firms are one: {sorted(missing)}"
    assert told - named == {("enterprise", "merged_into_id")}


def test_what_collides_is_decided_wherever_the_database_would_refuse_it() -> None:
    """A unique key that holds the firm: two firms may have the same, one may not."""
    unsaid = []
    for each in HOUSE.of(BELONGINGS):
        uniques = [list(item.columns) for item in each.table.constraints if isinstance(item, UniqueConstraint)]
        uniques += [list(index.columns) for index in each.table.indexes if index.unique]
        uniques.append(list(each.table.primary_key))
        collides = any(each.owner in columns for columns in uniques)
        if collides and each.fate is MergeFate.MOVES and not each.may_collide:
            unsaid.append(each.table.name)
    assert not unsaid, unsaid


def test_what_names_a_firm_is_found_by_the_firm() -> None:
    """Else each firm that goes with an import that is taken back makes the database read the whole table."""
    firms = Base.metadata.tables["enterprise"]
    slow = []
    for table, column in pointing_at(HOUSE, firms):
        firsts = [next(iter(index.columns)) for index in table.indexes]
        firsts += [next(iter(item.columns)) for item in table.constraints if isinstance(item, UniqueConstraint)]
        if column not in (*firsts, next(iter(table.primary_key))):
            slow.append(f"{table.name}.{column.name}")
    assert not slow, slow
