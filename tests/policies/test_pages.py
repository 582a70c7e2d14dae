"""The list of policies, a version's page, and the difference between two versions."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy.orm import Session

from app.kit.differences import ElementChange, SectionChanges
from app.kit.i18n import use_locale
from app.policies.differences import compare
from app.policies.domain.language.policy import PolicySubject
from app.policies.models import PolicyVersion
from app.policies.queries import policy_of
from tests.policies.local import LOCAL, local_text, publish
from tests.support.client import Client

SignIn = Callable[..., Client]
Counting = Callable[[], AbstractContextManager[list[str]]]
HTE = "high-tech-enterprise"


@pytest.fixture
def versions(session: Session) -> None:
    publish(session, local_text())
    later = local_text(version="2021-05-01", sales="350 万元", supersedes="2021-01-01")
    publish(session, later.replace("confidence: inferred", "confidence: seen"), origin="bureau")
    publish(session, local_text(jurisdiction="420500").replace("growth-test", LOCAL))


def by_id(sections: tuple[SectionChanges, ...]) -> dict[str, ElementChange]:
    return {f"{section.name}/{change.id}": change for section in sections for change in section.changes}


def test_the_list_says_what_is_in_force_here(sign_in: SignIn, versions: None) -> None:
    page = sign_in("leader").get("/policies")
    assert page.status_code == 200
    assert "<h2>企业</h2>" in page.text and "成长培育（示例）" in page.text
    assert "1 项参数待市局设定" in page.text and "潜江市 2021-05-01" in page.text
    assert "宜昌" not in page.text, "another county's version is no business of this one"
    assert "宜昌" in sign_in("administrator", "").get("/policies").text


def test_the_list_asks_the_same_however_many_there_are(
    sign_in: SignIn, session: Session, count_queries: Counting
) -> None:
    client = sign_in("leader")
    publish(session, local_text())
    client.get("/policies")
    with count_queries() as few:
        client.get("/policies")
    for day in range(2, 9):
        text = local_text().replace(LOCAL, f"{LOCAL}-{day}")
        publish(session, text)
    client.get("/policies")
    with count_queries() as many:
        client.get("/policies")
    assert len(many) == len(few) <= 12


def test_a_version_has_its_time_line_bands_and_users(sign_in: SignIn, versions: None, count_queries: Counting) -> None:
    client = sign_in("section_head")
    page = client.get(f"/policies/{LOCAL}")
    assert page.status_code == 200
    for words in ("本局发布", "已失效", "改了什么", "由市局设定，尚未设定", "350 万元", "用在哪里", "规则文件原文"):
        assert words in page.text, words
    assert client.get(f"/policies/{LOCAL}/420500/2021-01-01").status_code == 200
    assert client.get(f"/policies/{LOCAL}/429005/2020-01-01").status_code == 404
    hte = client.get(f"/policies/{HTE}")
    assert "在办 0 件" in hte.text and 'href="/incentives/schemes/high-tech-first-recognition"' in hte.text
    with count_queries() as queries:
        client.get(f"/policies/{HTE}")
    assert len(queries) <= 20
    client.cookies.set("yumiao_language", "en")
    assert "Where it is used" in client.get(f"/policies/{HTE}").text


def test_differences_are_told_by_element_in_both_languages(session: Session, versions: None) -> None:
    first, second, other = (
        policy_of(session, row)
        for row in sorted(session.query(PolicyVersion).filter_by(code=LOCAL), key=lambda row: row.id)
    )
    found = by_id(compare(first, second))
    assert set(found) == {"about/about", "parameters/sales_minimum"}
    fields = {field.label: (field.before, field.after) for field in found["parameters/sales_minimum"].fields}
    assert fields == {
        "计入的会计年度数 > 2": ("300 万元", "350 万元"),
        "把握程度": ("推定，待核实", "已核对原文"),
    }
    with use_locale("en"):
        english = by_id(compare(first, second))["parameters/sales_minimum"]
        assert "3,500,000 yuan" in {field.after for field in english.fields}
    assert by_id(compare(first, other)) == {}, "regions with the same rules differ in nothing"
    assert all(change.kind == "changed" for change in found.values())


def test_what_is_added_and_removed_is_named(session: Session) -> None:
    old = publish(session, local_text())
    text = local_text(version="2021-05-01", supersedes="2021-01-01").replace("id: G-2", "id: G-3")
    new = publish(session, text)
    found = by_id(compare(policy_of(session, old), policy_of(session, new)))
    assert (found["conditions/G-2"].kind, found["conditions/G-3"].kind) == ("removed", "added")


def test_the_page_compares_any_two_versions(sign_in: SignIn, versions: None) -> None:
    client, url = sign_in("leader"), f"/policies/{LOCAL}/diff"
    page = client.get(url)
    assert page.status_code == 200 and "<del>300 万元</del>" in page.text and "<ins>350 万元</ins>" in page.text
    back = client.get(f"{url}?from=429005/2021-05-01&to=429005/2021-01-01")
    assert "<ins>300 万元</ins>" in back.text
    assert "两个版本内容相同" in client.get(f"{url}?from=429005/2021-01-01&to=420500/2021-01-01").text
    assert client.get(f"{url}?from=nothing").status_code == 404
    assert client.get("/policies/nothing/diff").status_code == 404


def test_every_published_version_has_its_pages(sign_in: SignIn, session: Session) -> None:
    client = sign_in("administrator", "")
    rows = session.query(PolicyVersion).all()
    wrong = []
    for row in rows:
        version = f"/policies/{row.code}/{row.jurisdiction}/{row.version}"
        tries = 200 if policy_of(session, row).subject is PolicySubject.ENTERPRISE else 404
        expected = {
            version: 200,
            f"/policies/{row.code}/diff": 200,
            f"/policies/{row.code}/settings": 200,
            f"{version}/what-if": tries,
        }
        found = {page: client.get(page).status_code for page in expected}
        wrong += [f"{page}: {status}" for page, status in found.items() if status != expected[page]]
    assert len(rows) > 5 and not wrong
