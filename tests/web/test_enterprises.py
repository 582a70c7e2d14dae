import io
import re
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from xml.etree.ElementTree import fromstring as parse

import pytest
from sqlalchemy.orm import Session

from app.cases.lists import UNSHOWN
from app.enterprises.fields import ENTERPRISE
from app.enterprises.models import Enterprise, EnterpriseTag
from tests.factories.enterprises import firm, many_firms
from tests.support.client import Client
from tests.support.forms import form_to
from tests.support.statements import Statement

SignIn = Callable[..., Client]
PAYLOAD = "<script>alert(1)</script>'\"; drop table enterprise; --"


def test_the_list_shows_the_own_region(sign_in: SignIn, session: Session) -> None:
    firm(session, "潜江甲")
    firm(session, "武汉丙", region_code="420111")
    page = sign_in().get("/enterprises")
    assert page.status_code == 200
    assert "潜江甲（示例）" in page.text
    assert "武汉丙" not in page.text
    assert "共 1 条" in page.text


@pytest.mark.parametrize("role", ["caseworker", "section_head", "leader", "administrator"])
def test_every_officer_reads_the_list(sign_in: SignIn, role: str) -> None:
    page = sign_in(role=role).get("/enterprises")
    assert page.status_code == 200
    assert ("/enterprises/new" in page.text) is (role != "leader")


def test_strangers_are_sent_to_sign_in(client: Client) -> None:
    assert client.get("/enterprises").status_code == 303


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("q=潜江", True),
        ("q=qjj", True),
        ("tag=gazelle", True),
        ("region=429005001", True),
        ("region=429005007", False),
        ("q=武汉", False),
        ("retired=1", False),
        ("unconfirmed=1", False),
        ("certificate=high-tech-enterprise", False),
        ("stage=high-tech-enterprise/nowhere", False),
        ("sort=-capital", True),
        ("sort=nonsense", True),
        ("cols=legal&cols=nonsense", True),
    ],
)
def test_filters_live_in_the_address(sign_in: SignIn, session: Session, query: str, *, shown: bool) -> None:
    one = firm(session, "潜江甲")
    session.add(EnterpriseTag(enterprise_id=one.id, tag="gazelle"))
    page = sign_in().get(f"/enterprises?{query}")
    assert page.status_code == 200
    assert ("潜江甲（示例）" in page.text) is shown


@pytest.mark.parametrize(
    "name",
    ["q", "region", "park", "field", "industry", "tag", "scale", "above_scale", "certificate", "stage", "sort", "cols"],
)
def test_payloads_in_the_address_are_inert(sign_in: SignIn, session: Session, name: str) -> None:
    firm(session, "潜江甲")
    for payload in (PAYLOAD, "\x00", "%", "x" * 3_000, "\ud800".encode("utf-8", "surrogatepass").decode("latin-1")):
        page = sign_in().get("/enterprises", params={name: payload})
        assert page.status_code == 200
        assert "<script>alert" not in page.text


def test_a_foreign_cursor_is_refused(sign_in: SignIn) -> None:
    assert sign_in().get("/enterprises?cursor=abc").status_code == 422


def test_pages_lead_on_and_back(sign_in: SignIn, session: Session) -> None:
    many_firms(session, 60)
    client = sign_in()
    first = client.get("/enterprises")
    assert 'rel="next"' in first.text
    assert 'rel="prev"' not in first.text
    link = first.text.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = client.get(link)
    assert 'rel="prev"' in second.text
    assert second.text.count('class="row-link"') == 10


@pytest.mark.parametrize("extension", ["xlsx", "csv"])
def test_the_export_is_what_is_seen(sign_in: SignIn, session: Session, extension: str) -> None:
    firm(session, "潜江甲")
    firm(session, "=1+1")
    firm(session, "别的", region_code="420111")
    answer = sign_in().get(f"/enterprises/export.{extension}?cols=legal")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    if extension == "csv":
        lines = answer.content.decode("utf-8-sig").splitlines()
        assert lines[0] == "企业名称,统一社会信用代码,法定代表人"
        assert len(lines) == 3
        assert lines[1].startswith("'=1+1")
    assert sign_in().get("/enterprises/export.pdf").status_code in (404, 422)


@pytest.mark.parametrize(
    ("asked", "which"),
    [("", "全部 · 共 2 行"), ("?q=潜江甲&above_scale=no&cols=legal", "筛选：“潜江甲”；规下 · 共 1 行")],
)
def test_the_printed_export_says_who_took_it_when_and_which_firms_it_holds(
    sign_in: SignIn, session: Session, asked: str, which: str
) -> None:
    firm(session, "潜江甲", above_scale=False)
    firm(session, "潜江乙")
    client = sign_in()
    foot = foot_of(client.get(f"/enterprises/export.xlsx{asked}").content)
    assert foot.endswith(f"&R&8 {which}")
    assert re.match(r"&L&8 \S+.* · \d{4}-\d\d-\d\d \d\d:\d\d&C&8 &P / &N", foot), foot


def foot_of(workbook: bytes) -> str:
    """What stands at the foot of each page."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        root = parse(archive.read("xl/worksheets/sheet1.xml"))
    (found,) = (each.text or "" for each in root.iter() if each.tag.endswith("oddFooter"))
    return found


def test_a_long_export_loses_nothing(sign_in: SignIn, session: Session) -> None:
    many_firms(session, 2_345)
    answer = sign_in().get("/enterprises/export.csv")
    assert len(answer.content.decode("utf-8-sig").splitlines()) == 2_346


def test_an_export_asks_only_for_what_its_columns_show(
    sign_in: SignIn, session: Session, record_statements: Callable[[], AbstractContextManager[list[Statement]]]
) -> None:
    firm(session, "潜江甲")
    client = sign_in()
    with record_statements() as statements:
        assert client.get("/enterprises/export.csv?cols=legal").status_code == 200
    assert not [one.text for one in statements if "enterprise_tag" in one.text or "certificate" in one.text]


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/enterprises/suggest?q=qjj", "潜江甲"),
        ("/enterprises/suggest/industries?q=软件", "软件开发"),
        ("/enterprises/suggest/industries?q=65", "软件和信息技术服务业"),
        ("/enterprises/suggest/regions?q=泽口", "潜江市泽口街道"),
        ("/enterprises/suggest?q=", "没有找到"),
        ("/enterprises/suggest?q=%00", "没有找到"),
        ("/enterprises/suggest/industries?q=%25", "没有找到"),
        ("/enterprises/suggest/regions?q=%E6%AD%A6%E6%B1%89", "没有找到"),
    ],
)
def test_pickers_suggest(sign_in: SignIn, session: Session, path: str, found: str) -> None:
    firm(session, "潜江甲")
    assert found in sign_in().get(path).text


def test_the_page_costs_the_same_for_few_and_many(
    sign_in: SignIn, session: Session, count_queries: Callable[[], Any]
) -> None:
    client, costs = sign_in(), []
    client.get("/enterprises")
    for more in (10, 50, 940):
        many_firms(session, more)
        client.get("/enterprises")
        with count_queries() as sent:
            client.get("/enterprises")
        costs.append(len(sent))
    assert costs[0] + 1 == costs[1] == costs[2], "how many rows a list of one page has is at hand"
    assert costs[1] <= 15  # the last one: the views that officers keep of the list


def test_a_list_of_firms_reads_whatever_its_columns_show(sign_in: SignIn, session: Session) -> None:
    shown = [field for field in ENTERPRISE if field.column]
    assert not {field.name for field in shown} & {column.key for column in UNSHOWN}
    firm(session, "潜江甲")
    every = "&".join(f"cols={field.column.code}" for field in shown if field.column)
    for address in ("/enterprises?", "/enterprises/export.csv?", "/enterprises/export.xlsx?"):
        assert sign_in().get(f"{address}{every}&cols=tags&cols=certificate&cols=updated").status_code == 200


def test_two_browsers_edit_one_firm(sign_in: SignIn, new_client: Callable[[], Client], session: Session) -> None:
    where = firm(session, "潜江甲")
    url, one, two = f"/enterprises/{where.uscc}/edit", sign_in(), sign_in(client=new_client())
    mine, theirs = (
        {name: values[0] for name, values in form_to(client.get(url).text, url).fields.items()} for client in (one, two)
    )
    assert one.post(url, data=mine | {"capital": "1,200.5", "scale": "small"}).status_code == 303
    kept = two.post(url, data=theirs | {"address": "章华路 1 号"})
    assert kept.status_code == 303
    late = {name: text for name, text in theirs.items() if name != "once_token"}
    clash = two.post(url, data=late | {"capital": "800", "kind": "有限责任公司"})
    assert clash.status_code == 422
    for text in ("注册资本", "1,200.5", "800", "他人改为"):
        assert text in clash.text
    asked = {name: values[0] for name, values in form_to(clash.text, url).fields.items()}
    assert two.post(url, data=asked).status_code == 422
    asked = {name: values[0] for name, values in form_to(clash.text, url).fields.items()}
    assert two.post(url, data=asked | {"once_token": "b" * 20, "choose-capital": "yours"}).status_code == 303
    session.expire_all()
    row = session.get_one(Enterprise, where.id)
    assert (row.capital_fen, row.scale, row.address, row.kind) == (800_000_000, "small", "章华路 1 号", "有限责任公司")


def test_a_form_that_cannot_be_read_loses_no_change_of_another(
    sign_in: SignIn, new_client: Callable[[], Client], session: Session
) -> None:
    where = firm(session, "潜江甲")
    url, one, two = f"/enterprises/{where.uscc}/edit", sign_in(), sign_in(client=new_client())
    mine, theirs = (
        {name: values[0] for name, values in form_to(client.get(url).text, url).fields.items()} for client in (one, two)
    )
    assert one.post(url, data=mine | {"capital": "1200"}).status_code == 303
    wrong = two.post(url, data=theirs | {"capital": "800", "registered_on": "yesterday"})
    assert wrong.status_code == 422 and "他人改为" in wrong.text
    asked = {name: values[0] for name, values in form_to(wrong.text, url).fields.items()} | {"registered_on": ""}
    assert two.post(url, data=asked).status_code == 422
    session.expire_all()
    assert session.get_one(Enterprise, where.id).capital_fen == 1_200_000_000
    assert two.post(url, data=asked | {"once_token": "c" * 20, "choose-capital": "yours"}).status_code == 303
    session.expire_all()
    assert session.get_one(Enterprise, where.id).capital_fen == 800_000_000


def test_the_form_of_a_firm_says_what_it_requires(sign_in: SignIn) -> None:
    page = sign_in().get("/enterprises/new").text
    assert "带 * 的必填" in page and "只有名称和代码必填" not in page
    starred = re.findall(r'<label[^>]*for="f-(\w+)"[^>]*>[^<]*<span class="must"', page)
    assert starred == ["name", "uscc", "region_code"]
