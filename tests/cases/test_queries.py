"""What lists, counts, board and look-up show: one scope, one filter, few queries."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy import text as sql

from app.cases import queries
from app.cases.board import columns_visible_to
from app.cases.lists import CASES, FIRMS, CaseFilter, FirmFilter, kept_of
from app.cases.models import CaseFile
from app.cases.service.objections import open_cases
from app.enterprises.models import Enterprise
from app.enterprises.schemas import ReasonInput
from app.enterprises.search_index import reindex
from app.enterprises.service.retiring import retire
from app.kit.actor import Actor, ActorKind, FirmRole
from app.kit.db import commit, read_scope
from app.kit.errors import Conflict, Invalid
from app.kit.lists.filters import NOBODY, read_wanted
from app.kit.lists.viewer import Viewer
from app.kit.paging import Count
from tests.factories import cases

ON = date(2021, 6, 30)
STAGES = ("pool", "intent", "review", "publicity")


@pytest.fixture
def head(actor):
    return actor(role="section_head")


def numbers(session, who, on=ON, **wanted):
    viewer, asked = Viewer(session, who, on), CaseFilter(**wanted)
    page = CASES.page(viewer, asked, "number", limit=100)
    assert CASES.count(viewer, asked).n == len(page.items)
    assert [c.number for b in CASES.stream(viewer, asked, "number") for c in b] == [c.number for c in page.items]
    assert CASES.values(viewer, asked, CaseFile.number, "number") == [c.number for c in page.items]
    return [case.number for case in page.items]


def test_scope_by_region_and_by_firm(session, actor, head, now):
    here = cases.opened(session, head, now, cases.firm(session, region="429005001")).row
    other = actor(role="section_head", region="429006")
    there = cases.opened(session, other, now, cases.firm(session, region="429006001")).row
    unknown = cases.opened(session, actor(region=""), now, cases.firm(session, region="")).row
    assert numbers(session, head) == [here.number]
    assert numbers(session, other) == [there.number]
    assert numbers(session, actor(region="")) == [here.number, there.number, unknown.number]
    firm = Actor(ActorKind.ENTERPRISE, 1, "企业（示例）", enterprise_id=there.enterprise_id, firm_role=FirmRole.READER)
    assert numbers(session, firm) == [there.number]
    assert numbers(session, Actor(ActorKind.ANONYMOUS, None, "")) == []
    assert queries.find_visible_to(session, head, there.number) is None


def test_filters_narrow(session, head, actor, now):
    first = cases.led_to(session, head, now, "review", round="rolling")
    second = cases.opened(session, actor(), now, programme="joint-innovation-centre").row
    third = cases.opened(session, head, now, year=2020).row
    cases.step(session, head, now, third, "withdraw", reason="企业放弃")
    assert numbers(session, head, programme="high-tech-enterprise") == [third.number, first.number]
    assert numbers(session, head, year=2020) == [third.number]
    assert numbers(session, head, state="withdrawn") == [third.number]
    assert numbers(session, head, stage="review") == [first.number]
    assert numbers(session, head, round="rolling") == [first.number]
    assert numbers(session, head, officer=second.officer_id) == [second.number]
    assert numbers(session, head, officer=NOBODY) == []
    assert numbers(session, head, marker="submitted") == [first.number]
    assert numbers(session, head, marker="submitted", reached=2020) == []
    assert numbers(session, head, overdue=True) == []


def test_firms_are_found_by_the_stage_of_an_open_case(session, head, now):
    case = cases.led_to(session, head, now, "review", round="rolling")
    viewer = Viewer(session, head, ON)
    for stage, found in (("review", [case.enterprise_id]), ("pool", [])):
        wanted = read_wanted(FirmFilter, {"stage": f"{case.programme_code}/{stage}"}, viewer)
        assert [firm.id for firm in FIRMS.page(viewer, wanted).items] == found
    assert read_wanted(FirmFilter, {"stage": "no-such-thing"}, viewer) == FirmFilter()


def test_a_year_that_no_calendar_knows_narrows_nothing(session, head):
    texts = {"marker": "submitted", "reached": "99999", "year": "two thousand", "officer": "nobody at all", "q": " \0 "}
    wanted = read_wanted(CaseFilter, texts, Viewer(session, head, ON))
    assert wanted == CaseFilter(marker="submitted")
    assert CASES.count(Viewer(session, head, ON), wanted).n == 0


def test_search_by_number_name_and_initials(session, head, now):
    firm = cases.firm(session, "楚泽牛磺酸")
    reindex(session, [firm.id])
    case = cases.opened(session, head, now, firm).row
    cases.opened(session, head, now)
    for text in ("楚泽", "牛磺", case.number, case.number.lower(), case.number[:-1], firm.uscc):
        assert case.number in numbers(session, head, q=text), text
    assert numbers(session, head, q="楚泽") == [case.number]
    assert numbers(session, head, q="没有这个词") == []
    assert numbers(session, head, q="' or 1=1 --") == []


@pytest.mark.parametrize("sort", CASES.orders)
def test_pages_neither_repeat_nor_skip(session, head, now, sort):
    made = {cases.opened(session, head, now).row.number for _ in range(7)}
    seen, cursor = [], None
    while True:
        page = CASES.page(Viewer(session, head, ON), CaseFilter(), sort, cursor, limit=3)
        seen += [case.number for case in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert len(seen) == len(set(seen))
    assert set(seen) == made


def test_a_bad_cursor_is_refused(session, head):
    with pytest.raises(Invalid):
        CASES.page(Viewer(session, head, ON), CaseFilter(), cursor="nonsense", limit=3)


def test_the_board_counts_all_and_shows_the_first(session, head, now):
    for _ in range(5):
        cases.opened(session, head, now)
    cases.led_to(session, head, now, "publicity")
    columns = columns_visible_to(Viewer(session, head, ON), CaseFilter(programme=cases.PROGRAMME), STAGES, cards=3)
    assert (columns["pool"].count, len(columns["pool"].cards)) == (Count(5), 3)
    assert (columns["publicity"].count, len(columns["publicity"].cards)) == (Count(1), 1)
    assert (columns["review"].count, columns["review"].cards) == (Count(0), ())


def test_the_first_cards_are_those_due_next(session, head, now):
    rows = [cases.opened(session, head, now).row for _ in range(4)]
    for row, day in zip(rows, (None, date(2021, 9, 1), date(2021, 7, 1), None), strict=True):
        row.next_due_on = day
    session.flush()
    column = columns_visible_to(Viewer(session, head, ON), CaseFilter(programme=cases.PROGRAMME), STAGES, cards=3)[
        "pool"
    ]
    assert [card.number for card in column.cards] == [rows[2].number, rows[1].number, rows[0].number]


def test_the_look_up_needs_both_number_and_code(session, head, now):
    opened = cases.opened(session, head, now)
    number = opened.row.number
    assert queries.find_by_query_code(session, number, opened.query_code).id == opened.row.id
    assert queries.find_by_query_code(session, number.lower(), opened.query_code.lower()).id == opened.row.id
    assert queries.find_by_query_code(session, number, "AAAAAAAAAA") is None
    assert queries.find_by_query_code(session, "QJ-GQ-2021-9999", opened.query_code) is None
    assert queries.find_by_query_code(session, "", "") is None


def test_a_firm_with_open_cases_objects_to_retirement(session, head, now):
    case = cases.opened(session, head, now).row
    assert open_cases(session, case.enterprise_id, ON) == [f"还有在办件 {case.number}"]
    with pytest.raises(Conflict, match=case.number):
        retire(session, actor=head, enterprise=case.enterprise, given=ReasonInput(reason="注销"), now=now)
    cases.step(session, head, now, case, "withdraw", reason="企业放弃")
    assert open_cases(session, case.enterprise_id, ON) == []
    retire(session, actor=head, enterprise=case.enterprise, given=ReasonInput(reason="注销"), now=now)
    assert case.enterprise.disabled_on == ON


# -- how much the database is asked --------------------------------------------------------------------------------------


def bulk(session, head, count):
    """`count` more open cases on their own firms, as bare rows."""
    now = datetime(2021, 6, 1, 2, 0, tzinfo=UTC)
    template = cases.opened(session, head, now).row
    firms = [
        Enterprise(
            uscc=f"91429099BULK{number:06d}",
            name=f"批量{number}（示例）",
            name_pinyin=f"pi liang {number:06d}",
            name_initials=f"pl{number}",
            region_code="429005001",
            created_at=now,
            updated_at=now,
        )
        for number in range(count)
    ]
    session.add_all(firms)
    session.flush()
    session.add_all(
        CaseFile(
            number=f"QJ-GQ-2019-{number + 1:04d}",
            enterprise_id=firm.id,
            programme_code=template.programme_code,
            programme_version=template.programme_version,
            year=2019,
            officer_id=head.id,
            stage=("pool", "intent", "review")[number % 3],
            stage_entered_on=ON,
            state="open",
            opened_on=ON,
            next_due_on=ON if number % 2 else None,
            version=1,
            created_at=now,
            updated_at=now,
        )
        for number, firm in enumerate(firms)
    )
    session.flush()


def asked(session, head, count_queries):
    with count_queries() as statements:
        CASES.page(Viewer(session, head, ON), CaseFilter(), limit=50)
        CASES.count(Viewer(session, head, ON), CaseFilter(overdue=True))
        columns_visible_to(Viewer(session, head, ON), CaseFilter(programme=cases.PROGRAMME), STAGES, cards=20)
    return len(statements)


@pytest.mark.parametrize("rows", [10, 1_000])
def test_query_counts_do_not_grow(session, head, count_queries, rows):
    bulk(session, head, rows)
    assert asked(session, head, count_queries) == 4


def test_lists_are_served_by_an_index(session, head, explain):
    bulk(session, head, 200)
    viewer = Viewer(session, head, ON)
    page = CASES.select(viewer, CaseFilter()).order_by(CaseFile.number.desc()).limit(50)
    assert "SCAN case_file\n" not in explain(session, page) + "\n"
    mine = CASES.select(viewer, CaseFilter(officer=head.id, state="open"))
    assert "ix_case_file" in explain(session, mine)


def test_an_officers_cases_by_their_day_are_found_and_not_sorted_out(session, head, explain, dialect):
    varied(session, head, 400)
    viewer, wanted = Viewer(session, head, ON), CaseFilter(officer=head.id, state="open")
    page = CASES.select(viewer, wanted).order_by(*CASES.keyset(wanted, "due").order_by()).limit(20)
    if dialect == "postgresql":
        session.execute(sql("analyze"))
        session.execute(sql("set local enable_sort = off"))
        session.execute(sql("set local enable_hashjoin = off"))
    plan = explain(session, page)
    assert "ix_case_file_officer_by_day" in plan, plan
    assert "TEMP B-TREE" not in plan and "Sort" not in plan, plan


# -- numbers that are kept, and cards that are looked for -------------------------------------------------------------------


FILTERS = (
    CaseFilter(),
    CaseFilter(programme=cases.PROGRAMME, state="open"),
    CaseFilter(programme=cases.PROGRAMME, stage="intent", year=2019),
    CaseFilter(state="withdrawn"),
    CaseFilter(officer=NOBODY, state="open"),
    CaseFilter(overdue=True),
    CaseFilter(soon=True, state="open"),
)


def varied(session, head, count=60):
    """Cases open and closed, with a day before, on, soon after and long after `ON` or none, led by somebody or nobody."""
    bulk(session, head, count)
    days = (None, ON - timedelta(days=1), ON, ON + timedelta(days=7), ON + timedelta(days=8))
    for case in session.scalars(select(CaseFile)):
        case.next_due_on = days[case.id % len(days)]
        case.officer_id = head.id if case.id % 3 else None
        case.state = "open" if case.id % 7 else "withdrawn"
    commit(session)


@pytest.mark.parametrize("wanted", FILTERS, ids=str)
def test_a_list_of_cases_is_counted_alike_with_and_without_what_is_kept(database, session, head, wanted):
    varied(session, head)
    with read_scope(database) as reading:
        kept, counted = Viewer(reading, head, ON), Viewer(session, head, ON)
        assert kept_of(kept, wanted) is not None and kept_of(counted, wanted) is None
        assert CASES.count(kept, wanted) == CASES.count(counted, wanted)


def test_what_is_not_told_apart_is_counted(database, head):
    with read_scope(database) as reading:
        viewer = Viewer(reading, head, ON)
        for wanted in (CaseFilter(q="示例"), CaseFilter(round="1"), CaseFilter(marker="submitted")):
            assert kept_of(viewer, wanted) is None
        assert kept_of(viewer, CaseFilter()) is not None


@pytest.mark.parametrize("cards", [2, 20])
def test_a_board_whose_numbers_are_kept_shows_the_same_cards(database, session, head, cards):
    varied(session, head)
    wanted = CaseFilter(programme=cases.PROGRAMME)
    with read_scope(database) as reading:
        boards = [
            {
                stage: (column.count, [card.number for card in column.cards])
                for stage, column in columns_visible_to(Viewer(each, head, ON), wanted, STAGES, cards).items()
            }
            for each in (reading, session)
        ]
    assert boards[0] == boards[1]
    assert any(numbers for _count, numbers in boards[0].values())


def test_a_board_whose_numbers_are_kept_is_one_statement(database, session, head, count_queries):
    varied(session, head)
    with read_scope(database) as reading:
        viewer, wanted = Viewer(reading, head, ON), CaseFilter(programme=cases.PROGRAMME)
        columns_visible_to(viewer, wanted, STAGES, cards=20)
        with count_queries() as statements:
            columns_visible_to(viewer, wanted, STAGES, cards=20)
    assert len(statements) == 1, statements
    assert "count(" not in statements[0]
