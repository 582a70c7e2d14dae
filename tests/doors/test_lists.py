"""The list kit over HTTP, on a list that stands nowhere else: filter, chips, orders, pages, kept views, export, and its size."""

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import delete
from starlette.datastructures import QueryParams

from app.doors.lists.columns import TableColumn, chosen
from app.doors.lists.query import list_query
from app.enterprises.models import Product
from app.kit import db
from app.kit.actor import SYSTEM
from app.kit.lists.viewer import Viewer
from app.kit.paging import Count
from tests.factories.enterprises import firm
from tests.support import sample_list

MOST_LINES = 120


@pytest.fixture
def client(app, session, sign_in):
    before = list(app.router.routes)
    app.include_router(sample_list.router.router)
    for name, year, high_tech in (("甲", 2020, False), ("乙", 2021, True), ("丙", 2021, None)):
        owner = firm(session, name)
        session.add(
            Product(
                enterprise_id=owner.id,
                name=f"{name}型产品",
                year=year,
                is_high_tech=bool(high_tech),
                revenue_fen=123_450_000,
            )
        )
    db.commit(session)
    yield sign_in("caseworker", region="429005")
    app.router.routes[:] = before


def shown(client, query=""):
    page = client.get(f"/sample/products{query}")
    assert page.status_code == 200
    return [name for name in sorted("甲乙丙", key=page.text.find) if f"{name}型产品" in page.text]


def test_a_list_with_three_filters_and_an_export_is_short():
    assert len(Path(sample_list.__file__).read_text().splitlines()) <= MOST_LINES


def test_each_filter_narrows_and_nonsense_does_not(client):
    assert set(shown(client)) == set("甲乙丙")
    assert shown(client, "?year=2020") == ["甲"]
    assert shown(client, "?high_tech=yes") == ["乙"]
    assert shown(client, "?q=%E7%94%B2") == ["甲"]
    for nonsense in ("?year=none", "?high_tech=maybe", "?sort=colour", "?year=" + "9" * 40, "?q=%00", "?no-such=1"):
        assert set(shown(client, nonsense)) == set("甲乙丙"), nonsense


def test_a_chip_tells_each_condition_and_takes_it_away(client):
    text = client.get("/sample/products?year=2021&high_tech=no&sort=firm").text
    assert 'class="chip" href="/sample/products?high_tech=no&amp;sort=firm"' in text
    assert 'class="chip" href="/sample/products?year=2021&amp;sort=firm"' in text
    assert '<details class="more-filters" open>' in text
    assert '<input type="hidden" name="sort" value="firm">' in text
    assert 'class="chip"' not in client.get("/sample/products?year=none").text


def test_heads_sort_and_turn_round(client):
    first = client.get("/sample/products").text
    assert 'href="/sample/products?sort=year"' in first and 'aria-sort="descending"' in first
    assert 'href="/sample/products?sort=firm"' in first
    turned = client.get("/sample/products?sort=firm").text
    assert 'href="/sample/products?sort=-firm"' in turned and 'aria-sort="ascending"' in turned
    assert shown(client, "?sort=firm") != shown(client, "?sort=-firm")


def test_pages_neither_repeat_nor_skip(client, session):
    owner = firm(session, "丁")
    session.add_all(Product(enterprise_id=owner.id, name=f"第{n}种", year=2019) for n in range(60))
    db.commit(session)
    first = client.get("/sample/products?year=2019").text
    assert "共 60 条" in first and first.count('<td data-label="名称">') == 50
    following = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = client.get(following).text
    assert second.count('<td data-label="名称">') == 10
    assert 'rel="prev"' in second
    cursor = following.split("cursor=")[1]
    session.execute(
        delete(Product).where(Product.name.not_in([f"第{n}种" for n in range(60) if f">第{n}种<" in first]))
    )
    listed = sample_list.LIST.listed(
        sample_list.LIST.query(year="2019", cursor=cursor), Viewer(session, SYSTEM, date(2021, 6, 30))
    )
    assert (listed.lines, listed.count) == ((), Count(50)), (
        "a page behind the last row says how many there are before it"
    )


def test_the_export_is_the_list(client):
    table = list(
        csv.reader(io.StringIO(client.get("/sample/products/export.csv?year=2021").content.decode("utf-8-sig")))
    )
    assert table[0] == ["企业", "统一社会信用代码", "名称", "年度", "营业收入（万元）"]
    assert {row[2] for row in table[1:]} == {"乙型产品", "丙型产品"}
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get("/sample/products/export.xlsx?year=2020").content))
    _head, row = book.get_sheet_by_index(0).to_python()
    assert row[2:] == ["甲型产品", 2020, 123.45]


def test_views_of_it_are_kept(client):
    assert 'name="page" value="/sample/products"' in client.get("/sample/products?year=2021").text


def test_columns_are_chosen_in_their_own_order():
    columns = tuple(TableColumn(code, str, code=code, default=code != "d") for code in "abcd")

    def codes(*asked):
        return "".join(column.code for column in chosen(columns, asked, 1))

    assert codes() == "abc"
    assert codes("d", "b", "nonsense") == "abd"
    assert codes("nonsense") == "abc"


@pytest.mark.parametrize(
    ("address", "sort", "columns", "cursor"),
    [
        ("", "name", [], ""),
        ("sort=&cols=", "", [""], ""),
        ("sort=name&sort=-name&cols=a&cols=%E7%94%B2&cursor=x&no-such=1", "-name", ["a", "甲"], "x"),
        ("sort=a%00b%ED%A0%80", "ab\ufffd\ufffd\ufffd", [], ""),
    ],
)
def test_an_address_says_the_last_of_what_it_says_twice_and_all_of_what_may_be_several(address, sort, columns, cursor):
    model = list_query("/made-here", ["sort"], usual={"sort": "name"}, several=("cols",))
    found = model.asked_in(QueryParams(address))
    assert (found["sort"], found.several("cols"), found["cursor"]) == (sort, columns, cursor)
