from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.enterprises import queries
from app.enterprises.lists import ENTERPRISES, EnterpriseFilter, search_visible_to
from app.enterprises.models import Certificate, Enterprise, EnterpriseTag, FormerName
from app.enterprises.search_index import ids_with, matching, reindex
from app.kit.actor import ANONYMOUS, SYSTEM, Actor, ActorKind, FirmRole
from app.kit.errors import Invalid, NotFound
from app.kit.lists.viewer import Viewer
from tests.factories.enterprises import fictional_code, firm, many_firms

Make = Callable[..., Any]


ON = date(2021, 6, 30)


def names(session: Session, actor: Actor, wanted: EnterpriseFilter, on: date = ON) -> list[str]:
    page = ENTERPRISES.page(Viewer(session, actor, on), wanted)
    return [row.name.removesuffix("（示例）") for row in page.items]


# -- scope ---------------------------------------------------------------------------------------------------------------


def test_everybody_sees_the_own_region(session: Session, actor: Make) -> None:
    firm(session, "潜江甲", region_code="429005001")
    firm(session, "潜江乙", region_code="429005")
    wuhan = firm(session, "武汉丙", region_code="420111")
    firm(session, "不详丁", region_code="")
    seen = {
        "429005": {"潜江甲", "潜江乙"},
        "429005001": {"潜江甲"},
        "42": {"潜江甲", "潜江乙", "武汉丙"},
        "": {"潜江甲", "潜江乙", "武汉丙", "不详丁"},
    }
    for region, expected in seen.items():
        officer = actor(region=region)
        assert set(names(session, officer, EnterpriseFilter())) == expected
        assert ENTERPRISES.count(Viewer(session, officer, ON), EnterpriseFilter()).n == len(expected)
        exported = [
            row for batch in ENTERPRISES.stream(Viewer(session, officer, ON), EnterpriseFilter()) for row in batch
        ]
        assert len(exported) == len(expected)
    assert names(session, ANONYMOUS, EnterpriseFilter()) == []
    member = Actor(kind=ActorKind.ENTERPRISE, id=1, name="企业", enterprise_id=wuhan.id, firm_role=FirmRole.READER)
    assert names(session, member, EnterpriseFilter()) == ["武汉丙"]
    with pytest.raises(NotFound):
        queries.get_by_uscc_visible_to(session, actor(), wuhan.uscc)
    assert search_visible_to(session, actor(), "武汉") == []


# -- search --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("牛磺", True),
        ("磺酸", True),
        ("酸", True),
        ("楚泽 示例", True),
        ("niuhuang", True),
        ("uh", True),
        ("czn", True),
        ("CZ", True),
        ("旧名", True),
        ("jm", True),
        ("jiuming", True),
        ("GB", True),
        ("ＧＢ楚", True),
        ("429099", True),
        ("酸磺", False),
        ("牛酸", False),
        ("泽楚", False),
        ("%", False),
        ("_", False),
        ("' or 1=1 --", False),
        ('" OR "楚', False),
        ("NEAR(楚 泽)", False),
        ("x" * 5_000, False),
    ],
)
def test_two_characters_of_anything_find(session: Session, query: str, *, found: bool) -> None:
    one = firm(session, "GB楚泽牛磺酸")
    firm(session, "完全无关", uscc="91420111MA4KXXXXXX")
    session.add(FormerName(enterprise_id=one.id, name="旧名厂"))
    reindex(session, [one.id])
    result = [row.id for row in search_visible_to(session, SYSTEM, query)]
    assert (one.id in result) is found


def test_an_empty_query_does_not_narrow_a_list_and_finds_nothing_in_a_picker(session: Session) -> None:
    firm(session)
    assert ENTERPRISES.count(Viewer(session, SYSTEM, ON), EnterpriseFilter(q="  ")).n == 1
    assert search_visible_to(session, SYSTEM, "  ") == []


def test_rare_characters_are_found(session: Session) -> None:
    firm(session, "燚堃𬭎科技")
    for query in ("燚堃", "𬭎科", "𬭎"):
        assert len(search_visible_to(session, SYSTEM, query)) == 1


def test_the_whole_index_can_be_made_anew(session: Session) -> None:
    many_firms(session, 30)
    before = ENTERPRISES.count(Viewer(session, SYSTEM, ON), EnterpriseFilter(q="龙湾"))
    reindex(session)
    assert ENTERPRISES.count(Viewer(session, SYSTEM, ON), EnterpriseFilter(q="龙湾")) == before


# -- filters -------------------------------------------------------------------------------------------------------------


def test_each_filter_narrows(session: Session) -> None:
    one = firm(
        session,
        "甲",
        region_code="429005007",
        park_code="qianjiang-high-tech",
        field_code="201",
        industry_code="2710",
        scale="small",
        above_scale=True,
        uscc_confirmed=False,
    )
    firm(session, "乙", region_code="429005", above_scale=False)
    session.add(EnterpriseTag(enterprise_id=one.id, tag="gazelle"))
    session.add(
        Certificate(
            enterprise_id=one.id,
            kind="high-tech-enterprise",
            number="GR1",
            issued_on=date(2018, 12, 1),
            expires_on=date(2021, 11, 30),
        )
    )
    session.flush()
    certificate = EnterpriseFilter(certificate="high-tech-enterprise")
    for wanted in (
        EnterpriseFilter(region="429005007"),
        EnterpriseFilter(park="qianjiang-high-tech"),
        EnterpriseFilter(field="201"),
        EnterpriseFilter(field="20"),
        EnterpriseFilter(industry="27"),
        EnterpriseFilter(industry="C"),
        EnterpriseFilter(industry="2710"),
        EnterpriseFilter(scale="small"),
        EnterpriseFilter(above_scale=True),
        EnterpriseFilter(unconfirmed=True),
        EnterpriseFilter(tag="gazelle"),
        certificate,
    ):
        assert names(session, SYSTEM, wanted) == ["甲"]
        assert ENTERPRISES.count(Viewer(session, SYSTEM, ON), wanted).n == 1
    for nothing in (
        EnterpriseFilter(retired=True),
        EnterpriseFilter(region="unknown"),
        EnterpriseFilter(industry="D"),
        EnterpriseFilter(field="10"),
    ):
        assert names(session, SYSTEM, nothing) == []
    for day, held in ((date(2018, 11, 30), []), (date(2021, 11, 30), ["甲"]), (date(2021, 12, 1), [])):
        assert names(session, SYSTEM, certificate, day) == held
    assert names(session, SYSTEM, EnterpriseFilter(above_scale=False)) == ["乙"]
    assert len(names(session, SYSTEM, EnterpriseFilter(region="429005"))) == 2


# -- order and pages -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sort", list(ENTERPRISES.orders))
def test_pages_meet_without_gap_or_overlap_in_both_directions(session: Session, sort: str) -> None:
    for n in range(23):
        values = {"capital_fen": None if n % 3 else n * 100, "registered_on": None if n % 4 else date(2010, 1, 1 + n)}
        firm(session, f"{'长江汉'[n % 3]}水", **values)
    forward: list[int] = []
    cursors: list[str | None] = [None]
    while True:
        page = ENTERPRISES.page(Viewer(session, SYSTEM, ON), EnterpriseFilter(), sort, cursor=cursors[-1], limit=5)
        forward += [row.id for row in page.items]
        if page.next is None:
            break
        cursors.append(page.next)
    assert len(forward) == len(set(forward)) == 23
    exported = [
        row.id for batch in ENTERPRISES.stream(Viewer(session, SYSTEM, ON), EnterpriseFilter(), sort) for row in batch
    ]
    assert exported == forward
    backward = [row.id for row in page.items]
    while page.previous:
        page = ENTERPRISES.page(Viewer(session, SYSTEM, ON), EnterpriseFilter(), sort, cursor=page.previous, limit=5)
        backward = [row.id for row in page.items] + backward
    assert backward == forward


def test_names_sort_by_pinyin(session: Session) -> None:
    for name in ("重庆", "长沙", "ABC", "安陆", "3M"):
        firm(session, name)
    assert names(session, SYSTEM, EnterpriseFilter()) == ["3M", "ABC", "安陆", "长沙", "重庆"]


@pytest.mark.parametrize("cursor", ["x", "", "AAAA", "Wy", "eyJhIjoxfQ"])
def test_a_foreign_cursor_is_refused(session: Session, cursor: str) -> None:
    if not cursor:
        return
    with pytest.raises(Invalid):
        ENTERPRISES.page(Viewer(session, SYSTEM, ON), EnterpriseFilter(), cursor=cursor)


def test_an_unknown_order_is_the_usual_one() -> None:
    assert ENTERPRISES.keyset(EnterpriseFilter(), "uscc; drop table") == ENTERPRISES.orders["name"]


def a_register(session: Session) -> None:
    """Enough firms, and the statistics that a running database has."""
    many_firms(session, 1_000)
    session.execute(text("analyze"))


# -- cost ----------------------------------------------------------------------------------------------------------------


def test_the_number_of_queries_does_not_grow(session: Session, actor: Make, count_queries: Make) -> None:
    officer = actor()
    costs = []
    for more in (10, 990):
        many_firms(session, more)
        session.expunge_all()
        with count_queries() as sent:
            page = ENTERPRISES.page(Viewer(session, officer, ON), EnterpriseFilter(q="新材"))
            ids = [row.id for row in page.items]
            queries.list_tags(session, ids)
            queries.list_valid_certificates(session, ids, date(2021, 6, 30))
            ENTERPRISES.count(Viewer(session, officer, ON), EnterpriseFilter(q="新材"))
        costs.append(len(sent))
    assert costs[0] == costs[1] == 4


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (EnterpriseFilter(), "ix_enterprise_by_name"),
        (EnterpriseFilter(region="429005007"), "ix_enterprise_by_region"),
        (EnterpriseFilter(park="qianjiang-high-tech"), "ix_enterprise_by_park"),
        (EnterpriseFilter(field="201"), "ix_enterprise_by_field"),
    ],
)
def test_lists_walk_an_index(
    session: Session, actor: Make, explain: Make, wanted: EnterpriseFilter, index: str
) -> None:
    a_register(session)
    keyset = ENTERPRISES.keyset(EnterpriseFilter())
    statement = ENTERPRISES.select(Viewer(session, actor(), ON), wanted).order_by(*keyset.order_by()).limit(51)
    plan = explain(session, statement)
    assert index in plan
    assert "TEMP B-TREE" not in plan


@pytest.mark.parametrize(
    ("by", "index"),
    [("registered", "by_registration"), ("updated", "by_update"), ("capital", "by_capital")],
)
def test_every_order_has_its_index(session: Session, actor: Make, explain: Make, by: str, index: str) -> None:
    a_register(session)
    keyset = ENTERPRISES.keyset(EnterpriseFilter(), f"-{by}")
    statement = (
        ENTERPRISES.select(Viewer(session, actor(), ON), EnterpriseFilter()).order_by(*keyset.order_by()).limit(51)
    )
    assert f"ix_enterprise_{index}" in explain(session, statement)


def test_search_uses_its_index(session: Session, explain: Make) -> None:
    a_register(session)
    plan = explain(session, ids_with(session.get_bind().dialect.name, ["新材", "龙湾"]))
    assert "enterprise_search_terms" in plan or "VIRTUAL TABLE INDEX" in plan
    assert "SCAN enterprise\n" not in explain(session, select(Enterprise.id).where(matching(session, "新材"))) + "\n"


SEARCHED = ("材", "新材", "xincai", "cai", "no-such", "示例 新材", "0000", "%_", "")


@pytest.mark.parametrize("near", [1, 7, 40, 2_000])
def test_pages_of_a_search_are_those_of_all_that_fits(
    session: Session, actor: Make, monkeypatch: pytest.MonkeyPatch, near: int
) -> None:
    """However many rows are looked through before the index is asked."""
    monkeypatch.setattr("app.kit.lists.source.NEAR", near)
    many_firms(session, 60)
    for number in range(0, 60, 5):
        firm(session, f"甲{number}无关", region_code="420111" if number % 2 else "429005")
    viewer = Viewer(session, actor(), ON)
    texts = dict(session.execute(select(Enterprise.id, Enterprise.search_text)).all())
    for sort in ENTERPRISES.orders:
        everything = [row for batch in ENTERPRISES.stream(viewer, EnterpriseFilter(), sort) for row in batch]
        for query in SEARCHED:
            words = query.replace("-", "").replace("%_", "\0").split()
            expected = [row.id for row in everything if all(word in texts[row.id] for word in words)]
            assert _page_by_page(viewer, query, sort) == expected, (sort, query)
            if sort == next(iter(ENTERPRISES.orders)):
                assert ENTERPRISES.count(viewer, EnterpriseFilter(q=query)).n == len(expected)


def _page_by_page(viewer: Viewer, query: str, sort: str) -> list[int]:
    """What the pages of a search show, each also found from the one after it."""
    found: list[int] = []
    cursor = None
    while (page := ENTERPRISES.page(viewer, EnterpriseFilter(q=query), sort, cursor, 11)).items:
        found += [row.id for row in page.items]
        if page.previous:
            back = ENTERPRISES.page(viewer, EnterpriseFilter(q=query), sort, page.previous, 11)
            assert [row.id for row in back.items] == found[-11 - len(page.items) : -len(page.items)]
        cursor = page.next
        if cursor is None:
            break
    return found


@pytest.mark.parametrize(
    ("query", "compared"), [("新材", False), ("新", False), ("新材 龙湾", False), ("新材料", True)]
)
def test_a_word_that_is_a_term_is_not_compared_again(session: Session, query: str, *, compared: bool) -> None:
    """The planner would read every firm to compare; a pair of characters in the index is the word."""
    assert ("LIKE" in str(matching(session, query))) is compared


def test_a_code_is_looked_up_by_its_index(session: Session, explain: Make) -> None:
    a_register(session)
    plan = explain(session, select(Enterprise).where(Enterprise.uscc == fictional_code(1)))
    assert "uq_enterprise_uscc" in plan or "sqlite_autoindex_enterprise" in plan
