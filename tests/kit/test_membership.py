"""One condition for any number of values: the same answer as a list of them, and the same text at every length."""

import pytest
from sqlalchemy import Select, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Session

from app.kit.membership import one_of
from app.programmes.models import ProgrammeVersion
from tests.exchange.world import BEGAN, DAY


def chosen(codes: list[str]) -> Select[tuple[str]]:
    return select(ProgrammeVersion.code).where(one_of(ProgrammeVersion.code, codes)).order_by(ProgrammeVersion.code)


@pytest.mark.parametrize("wanted", [[], ["a"], ["a", "c", "nobody's"], ["'", '"', "\\", "{}", "湖北", "a,c"]])
def test_texts_are_found_as_by_a_list(session: Session, wanted: list[str]) -> None:
    for code in ("a", "b", "c", "湖北", "a,c", '"'):
        session.add(
            ProgrammeVersion(
                code=code, version="v", effective_on=DAY, title_zh="测试", title_en="Test", content={}, sha256="0" * 64,
                origin="bureau", published_at=BEGAN,
            )
        )  # fmt: skip
    session.flush()
    listed = select(ProgrammeVersion.code).where(ProgrammeVersion.code.in_(wanted)).order_by(ProgrammeVersion.code)
    assert list(session.scalars(chosen(wanted))) == list(session.scalars(listed))


def test_numbers_are_found_as_by_a_list(session: Session) -> None:
    known = list(session.scalars(select(ProgrammeVersion.id).order_by(ProgrammeVersion.id)))
    found = select(ProgrammeVersion.id).where(one_of(ProgrammeVersion.id, [known[0], known[-1], -1, 2**60]))
    assert set(session.scalars(found)) == {known[0], known[-1]}


def test_the_text_does_not_depend_on_the_length(session: Session) -> None:
    engine = session.get_bind()
    assert len({str(chosen(["a"] * length).compile(engine)) for length in (0, 1, 1_000)}) == 1


def test_sqlite_looks_them_up_in_the_index() -> None:
    """`… IN (…) = 1` is a value like any other: every row would be read."""
    text = str(chosen(["a"]).where(ProgrammeVersion.id > 0).compile(dialect=sqlite.dialect()))
    assert "json_each(?)) AND" in text and "= 1" not in text
