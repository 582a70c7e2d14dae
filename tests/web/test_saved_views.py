"""Kept views: a list's address under a name, one's own or shared; and lists of a past day."""

import pytest
from sqlalchemy import select

from app.accounts.models import SavedView
from tests.factories import cases as case_files

OPEN_2021 = {"page": "/cases", "query": "state=open&year=2021", "name": "在办 2021"}


def test_a_view_brings_the_list_back(sign_in):
    client = sign_in()
    answer = client.post_form("/views", OPEN_2021)
    assert answer.status_code == 303 and answer.headers["location"] == "/cases?state=open&year=2021"
    page = client.get("/cases?year=2021&state=open").text
    assert "在办 2021" in page and 'aria-current="true"' in page


def test_others_see_only_what_is_shared_and_change_nothing(sign_in, new_client, session):
    keeper, other = sign_in(), sign_in(client=new_client())
    keeper.post_form("/views", OPEN_2021 | {"name": "自己的"})
    keeper.post_form("/views", OPEN_2021 | {"name": "大家的", "shared": "yes"})
    page = other.get("/cases").text
    assert "大家的" in page and "自己的" not in page
    view_id = session.scalar(select(SavedView.id).where(SavedView.name == "大家的"))
    assert other.post_form(f"/views/{view_id}/remove").status_code == 404
    assert other.post_form(f"/views/{view_id}/share").status_code == 404


def test_the_same_name_replaces_and_removal_removes(sign_in, session):
    client = sign_in()
    client.post_form("/views", OPEN_2021)
    client.post_form("/views", OPEN_2021 | {"query": "overdue=on"})
    view = session.scalars(select(SavedView)).one()
    assert view.query == "overdue=on"
    client.post_form(f"/views/{view.id}/share")
    assert session.scalars(select(SavedView)).one().shared
    client.post_form(f"/views/{view.id}/remove")
    assert session.scalar(select(SavedView.id)) is None


@pytest.mark.parametrize("bad", [{"name": ""}, {"name": "x" * 61}, {"page": "https://elsewhere.example/"}])
def test_bad_views_are_refused_in_words(sign_in, session, bad):
    client = sign_in()
    answer = client.post_form("/views", OPEN_2021 | bad)
    assert answer.status_code == 303 and answer.headers["location"].startswith("/")
    assert "视图没有保存" in client.get(answer.headers["location"]).text
    assert session.scalar(select(SavedView.id)) is None


@pytest.mark.parametrize("address", ["/cases", "/enterprises", "/commissioners"])
def test_lists_look_back(sign_in, session, address):
    case_files.firm(session)
    client = sign_in()
    assert "24:00 时的情形" in client.get(f"{address}?as_of=2021-01-05").text
    assert client.get(f"{address}/export.csv?as_of=2021-01-05").status_code == 200
    for bad in ("2021-02-30", "2999-01-01", "1999-12-31", "gestern"):
        assert client.get(f"{address}?as_of={bad}").status_code == 422, bad


def test_a_firm_of_later_is_not_on_the_list_of_before(sign_in, session):
    name = case_files.firm(session, name="后来者").name
    client = sign_in()
    assert name in client.get("/enterprises").text
    assert name not in client.get("/enterprises?as_of=2020-12-31").text
    assert name not in client.get("/enterprises/export.csv?as_of=2020-12-31").text
