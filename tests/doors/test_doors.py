"""Through the doors: sign-in by page, CSRF, double submit, language, errors, health."""

from collections.abc import Callable
from typing import Any

from tests.support.client import Client
from tests.support.forms import form_to
from tests.support.people import PASSWORD

SignIn = Callable[..., Client]


def test_health_and_metrics_need_no_login(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert "yumiao_requests" in client.get("/metrics").text


def test_a_stranger_is_sent_to_the_sign_in_page_and_back(
    client: Client, actor: Callable[..., Any], session: Any
) -> None:
    answer = client.get("/system/journal?kind=case")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=/system/journal%3Fkind%3Dcase"
    officer = actor("administrator", "")
    from app.accounts.models import Officer

    login = session.get(Officer, officer.id).login
    entered = client.submit(answer.headers["location"], {"login": login, "password": PASSWORD}, to="/sign-in")
    assert entered.status_code == 303
    assert entered.headers["location"] == "/system/journal?kind=case"
    assert client.get("/system/users").status_code == 200


def test_another_site_is_no_place_to_go_after_sign_in(client: Client) -> None:
    form = form_to(client.get("/sign-in?next=//evil.example/").text, "/sign-in")
    assert form.fields["next"] == ["/"]


def test_a_wrong_password_is_told_beside_the_form_and_not_shown_again(client: Client) -> None:
    answer = client.submit("/sign-in", {"login": "nobody", "password": "some secret text"}, to="/sign-in")
    assert answer.status_code == 422
    assert "登录名或密码不正确" in answer.text
    assert "some secret text" not in answer.text


def test_a_form_without_its_token_changes_nothing(sign_in: SignIn) -> None:
    client = sign_in("administrator", "")
    answer = client.post("/system/clients", data={"name": "x", "scopes": "export:read"})
    assert answer.status_code == 403
    assert "页面已过期" in answer.text
    cross = client.post("/system/clients", data={}, headers={"sec-fetch-site": "cross-site"})
    assert cross.status_code == 403
    assert "还没有接口客户端" in client.get("/system/clients").text


def test_the_same_form_sent_twice_acts_once(sign_in: SignIn) -> None:
    client = sign_in("administrator", "")
    form = form_to(client.get("/system/clients").text, "/system/clients")
    data = {name: values[0] for name, values in form.fields.items()} | {
        "name": "省平台（示例）",
        "scopes": "export:read",
    }
    first = client.post("/system/clients", data=data)
    assert "client_secret" in first.text
    second = client.post("/system/clients", data=data)
    assert second.status_code == 303
    listed = client.get("/system/clients")
    assert listed.text.count("省平台（示例）") == first.text.count("省平台（示例）")
    assert "已经提交过" in listed.text


def test_roles_without_the_right_are_refused(sign_in: SignIn) -> None:
    client = sign_in("caseworker")
    assert client.get("/system/users").status_code == 403
    assert client.get("/system/journal").status_code == 200


def test_chinese_is_the_language_until_switched(sign_in: SignIn) -> None:
    client = sign_in("leader")
    page = client.get("/system", headers={"accept-language": "en"})
    assert '<html lang="zh-CN">' in page.text
    switched = client.submit("/system", {"locale": "en"}, to="/language")
    assert switched.status_code == 303
    page = client.get("/system")
    assert '<html lang="en">' in page.text
    assert "Journal" in page.text


def test_pages_carry_safe_headers(client: Client) -> None:
    headers = client.get("/sign-in").headers
    assert headers["content-security-policy"].startswith("default-src 'self'")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


def test_unknown_addresses_answer_in_the_caller_s_form(client: Client) -> None:
    page = client.get("/no/such/page")
    assert page.status_code == 404
    assert "没有找到" in page.text
    machine = client.get("/api/v1/nothing")
    assert machine.status_code == 404
    assert machine.headers["content-type"] == "application/problem+json"
    assert machine.json()["status"] == 404


def test_signing_out_ends_the_session(sign_in: SignIn) -> None:
    client = sign_in("caseworker")
    left = client.submit("/system", to="/sign-out")
    assert left.status_code == 303
    assert client.get("/system").status_code == 303


def test_an_administrator_keeps_users(sign_in: SignIn) -> None:
    client = sign_in("administrator", "")
    data = {"login": "zhaol", "name": "赵（示例）", "role": "leader", "password": "a long password"}
    assert client.submit("/system/users/new", data).status_code == 303
    assert "赵（示例）" in client.get("/system/users").text
    again = client.submit("/system/users/new", data)
    assert again.status_code == 422
    assert "已被使用" in again.text
    short = client.submit("/system/users/new", data | {"login": "other", "password": "short"})
    assert short.status_code == 422


def test_taking_a_list_out_is_journalled_with_its_filter(sign_in: SignIn) -> None:
    client = sign_in("caseworker")
    answer = client.get("/enterprises/export.csv?region=429005106")
    assert answer.status_code == 200
    assert answer.content.startswith("\ufeff".encode())
    journal = client.get("/system/journal").text
    assert "导出列表" in journal
