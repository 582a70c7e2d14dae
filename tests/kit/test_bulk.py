"""Many rows at once are the rows that an ordinary insert would write, on both databases."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import ARRAY, Text, column, select, table
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from app.enterprises.models import Enterprise, YearlyFigures
from app.enterprises.service.registering import prepare_row
from app.kit import bulk
from app.kit.bulk import insert_numbered, insert_rows
from tests.factories.enterprises import fictional_code, firm

NOW = datetime(2021, 6, 30, 2, tzinfo=UTC)
MANY = bulk.FEW + 5
#: What COPY writes apart: separators, ends of lines, the mark of nothing, quotes, characters beyond the first plane.
HARD = ["甲\t乙", "甲\n乙\r\n", "\\N", "\\", "NULL", "'\"{},", "𠮷田", ""]


def rows(number: int, start: int = 0) -> list[dict[str, Any]]:
    return [
        prepare_row(
            {
                "uscc": fictional_code(start + index),
                "name": f"第{index}家（示例）有限公司",
                "address": HARD[index % len(HARD)],
                "registered_on": date(2001, 2, 3) if index % 2 else None,
                "capital_fen": index * 10**12 if index % 3 else None,
                "edited_fields": {"name": {"by": HARD[index % len(HARD)]}},
            },
            NOW,
        )
        for index in range(number)
    ]


@pytest.mark.parametrize("number", [0, 1, bulk.FEW, MANY])
def test_ids_come_in_the_order_of_the_rows(session: Session, number: int) -> None:
    given = rows(number)
    ids = insert_numbered(session, Enterprise, given)
    assert len(set(ids)) == number
    for key, row in zip(ids, given, strict=True):
        kept = session.get_one(Enterprise, key)
        assert {name: getattr(kept, name) for name in row} == row


def test_few_and_many_are_written_alike(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    many = insert_numbered(session, Enterprise, rows(MANY))
    monkeypatch.setattr(bulk, "FEW", MANY)
    few = insert_numbered(session, Enterprise, rows(MANY, start=MANY))
    columns = [column for column in Enterprise.__table__.columns if column.name not in {"id", "uscc", "search_text"}]
    written = [
        session.execute(select(*columns).where(Enterprise.id.in_(ids)).order_by(Enterprise.id)).all()
        for ids in (many, few)
    ]
    assert written[0] == written[1]


def test_what_a_row_leaves_out_has_its_default(session: Session) -> None:
    owner = firm(session)
    insert_rows(
        session,
        YearlyFigures,
        [
            {"enterprise_id": owner.id, "year": 1990 + n, "basis": "HTE", "source": "x", "updated_at": NOW}
            for n in range(MANY)
        ],
    )
    kept = session.scalars(select(YearlyFigures).where(YearlyFigures.enterprise_id == owner.id)).all()
    assert len(kept) == MANY
    assert all((row.unread_cells, row.note) == ({}, "") for row in kept)


def test_a_list_of_texts_is_written_as_it_is(session: Session) -> None:
    if session.get_bind().dialect.name == "sqlite":
        return  # it has no lists
    terms = table("enterprise_search", column("enterprise_id"), column("terms", ARRAY(Text)))
    given = [[], HARD, [*HARD, "甲"], ["甲", "乙"], ["NULL", "null", " "]] * MANY
    keys = insert_numbered(session, Enterprise, rows(len(given)))
    written = [{"enterprise_id": key, "terms": texts} for key, texts in zip(keys, given, strict=True)]
    insert_rows(session, terms, written)
    kept = session.execute(select(terms.c.enterprise_id, terms.c.terms).order_by(terms.c.enterprise_id))
    assert [row.terms for row in kept] == given


def test_a_code_that_is_taken_is_an_integrity_error_and_takes_nothing_in(session: Session) -> None:
    taken, *others = rows(MANY)
    insert_rows(session, Enterprise, [taken])
    with pytest.raises(IntegrityError), session.begin_nested():
        insert_rows(session, Enterprise, [*others, taken])
    assert len(session.scalars(select(Enterprise.id)).all()) == 1


@pytest.mark.parametrize("number", [5, MANY])
def test_what_the_database_refuses_is_refused_alike_by_few_and_many(session: Session, number: int) -> None:
    if session.get_bind().dialect.name == "sqlite":
        return  # it refuses neither
    for text in ("甲\0", "甲" * 1_000):
        *others, last = rows(number)
        with pytest.raises(DataError) as refused, session.begin_nested():
            insert_rows(session, Enterprise, [*others, last | {"name": text}])
        assert "甲" not in str(refused.value), "what a row holds is not for the log"
    assert session.scalars(select(Enterprise.id)).all() == []


def test_rows_of_two_shapes_are_not_mixed(session: Session) -> None:
    first, *others = rows(MANY)
    with pytest.raises(ValueError, match="same columns"), session.begin_nested():
        insert_rows(session, Enterprise, [first, *({**row, "id": 7} for row in others)])


def test_rows_may_be_made_while_they_are_written(session: Session) -> None:
    insert_rows(session, Enterprise, (row for row in rows(MANY)))
    insert_rows(session, Enterprise, (row for row in rows(2, start=MANY)))
    insert_rows(session, Enterprise, iter(()))
    assert len(session.scalars(select(Enterprise.id)).all()) == MANY + 2
