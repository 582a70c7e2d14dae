"""Firms without a place: who sees them is told, sets the township of many at once, and is told no more."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from app.enterprises.models import Enterprise
from app.kit import db
from tests.factories.enterprises import firm
from tests.support.client import Client

SignIn = Callable[..., Client]
PAGE = "/enterprises/unplaced"


def test_whoever_sees_them_is_told_and_sets_their_place(session: Session, sign_in: SignIn) -> None:
    keys = [firm(session, f"无处{number}号", region_code="").id for number in range(3)]
    firm(session)
    db.commit(session)
    told = "3 家企业所在区域不明"
    assert told not in sign_in(region="429005").get("/desk/tasks?view=office").text
    client = sign_in(region="")
    assert told in client.get("/desk/tasks?view=office").text
    assert "所在区域不明（3）" in client.get("/enterprises").text
    page = client.get(PAGE).text
    assert page.count('name="firm"') == 3 and "429005001" in page
    codes = [session.get_one(Enterprise, key).uscc for key in keys]
    assert "请先勾选企业" in client.submit(PAGE, {"region_code": "429005001"}, to="/place", follow=True).text
    wrong = client.submit(PAGE, {"firm": codes[:1], "region_code": "1"}, to="/place", follow=True)
    assert "请选择所在区域" in wrong.text
    client.submit(PAGE, {"firm": codes[:2], "region_code": "429005001"}, to="/place", follow=True)
    session.expire_all()
    assert [session.get_one(Enterprise, key).region_code for key in keys] == ["429005001", "429005001", ""]
    assert "1 家企业所在区域不明" in client.get("/desk/tasks?view=office").text
    assert client.get(PAGE).text.count('name="firm"') == 1
    assert 'name="firm"' not in sign_in(region="429005").get(PAGE).text
