"""Evaluations, policies and verdicts over HTTP: shapes, strictness, scopes."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from httpx2 import Response
from sqlalchemy.orm import Session

from app.accounts.service.clients import create_client
from app.enterprises.models import Enterprise
from app.kit.actor import SYSTEM
from app.kit.db import Database, session_scope
from app.policies.service.verdicts import store_verdict
from tests.factories.enterprises import firm as firm_on_file
from tests.policies.support import CODE, DAY, FIRM, POLICY, firm, leaves
from tests.support.client import Client

EVALUATIONS = f"/api/v1/policies/{CODE}/evaluations"
Ask = Callable[..., Response]


@pytest.fixture
def bearer(client: Client, session: Session, now: datetime) -> Callable[..., dict[str, str]]:
    def make(scopes: str, region: str = "") -> dict[str, str]:
        row, secret = create_client(
            session, actor=SYSTEM, name="省平台（示例）", scopes=scopes, region_prefix=region, now=now
        )
        form = {"grant_type": "client_credentials", "client_id": row.client_id, "client_secret": secret}
        return {"authorization": f"Bearer {client.post('/oauth/token', data=form).json()['access_token']}"}

    return make


@pytest.fixture
def ask(client: Client, bearer: Callable[..., dict[str, str]]) -> Ask:
    headers = bearer("policies:evaluate")

    def post(body: Any = None, *, code: str = CODE, raw: bytes | None = None) -> Response:
        address = f"/api/v1/policies/{code}/evaluations"
        if raw is not None:
            return client.post(address, content=raw, headers=headers | {"content-type": "application/json"})
        return client.post(address, json=body, headers=headers)

    return post


def test_an_evaluation_has_the_published_shape(ask: Ask) -> None:
    answer = ask({"on": "2021-06-30", "facts": firm(rd_staff_average="9.99")})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert {"policy", "version", "on", "outcome", "score", "clauses", "plan"} <= set(found)
    assert (found["policy"], found["version"], found["on"]) == (CODE, POLICY.version, "2021-06-30")
    assert (found["outcome"], set(found["score"])) == ("unmet", {"low", "high"})
    assert [block["id"] for block in found["blocks"]] == ["A", "B", "C", "D"]
    assert [clause["id"] for clause in found["clauses"]] == [f"HTE-0{n}" for n in range(1, 9)]
    keys = {"id", "reference", "outcome", "required", "actual", "gap", "missing", "children"}
    assert all(keys <= set(clause) for clause in leaves(found).values())
    staff = leaves(found)["HTE-04"]
    assert staff["reference"]["clause"] == "第十一条（四）"
    assert (staff["required"]["value"], staff["actual"]["value"]) == ("0.1", "0.0999")
    assert (staff["gap"]["value"], staff["gap"]["unit"]) == ("0.01", "people")


def test_nothing_told_is_unknown_and_names_what_is_missing(ask: Ask) -> None:
    found = ask({"on": "2021-06-30", "facts": {}}).json()
    assert found["outcome"] == "unknown"
    assert {clause["outcome"] for clause in found["clauses"]} == {"unknown"}
    missing = {clause["id"]: clause["missing"] for clause in found["clauses"]}
    assert missing["HTE-01"] == ["registered_on"]
    assert missing["HTE-08"] == ["accident_in_last_year"]
    assert "sales_revenue" in missing["HTE-05"]


def test_every_declared_fact_is_taken(ask: Ask) -> None:
    grades = {
        "ip_advancement": 8,
        "ip_core_support": 0,
        "management_1": 6,
        "management_2": 6,
        "management_3": 4,
        "management_4": 4,
    }
    more = {
        "net_assets": {"2018": "-100.50", "2019": 5, "2020": "7"},
        "conversions": {"2018": 4, "2019": {"low": 1, "high": 9}},
        "rd_domestic_share": {"2018": "1", "2019": "0.75"},
        "ip_self_developed": True,
        "standards_led": False,
    }
    answer = ask({"on": "2021-06-30", "facts": FIRM | grades | more})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("facts", "named"),
    [
        ({"sales": "1"}, "facts.sales"),
        ({"staff_average": 12.5}, "facts.staff_average"),
        ({"staff_average": "-1"}, "facts.staff_average"),
        ({"staff_average": "1e3"}, "facts.staff_average"),
        ({"staff_average": "NaN"}, "facts.staff_average"),
        ({"staff_average": True}, "facts.staff_average"),
        ({"staff_average": None}, "facts.staff_average"),
        ({"staff_average": "１２"}, "facts.staff_average"),
        ({"staff_average": "9" * 1_000_000}, "facts.staff_average"),
        ({"staff_average": {"2020": "12"}}, "facts.staff_average"),
        ({"staff_average": {"low": "9", "high": "8"}}, "facts.staff_average"),
        ({"staff_average": {"low": "1", "top": "8"}}, "facts.staff_average"),
        ({"staff_average": {"low": {"low": "1"}}}, "facts.staff_average"),
        ({"sales_revenue": "100"}, "facts.sales_revenue"),
        ({"sales_revenue": {"2020": "1.234"}}, "facts.sales_revenue.2020"),
        ({"sales_revenue": {"2020": "5 万元"}}, "facts.sales_revenue.2020"),
        ({"sales_revenue": {"2020": "-1"}}, "facts.sales_revenue.2020"),
        ({"sales_revenue": {"2020": 10**30}}, "facts.sales_revenue.2020"),
        ({"sales_revenue": {"20200": "1"}}, "facts.sales_revenue.20200"),
        ({"sales_revenue": {"1492": "1"}}, "facts.sales_revenue.1492"),
        ({"sales_revenue": {"２０２０": "1"}}, "facts.sales_revenue.２０２０"),
        ({"rd_internal_items": {"2020": ["1", "2"]}}, "facts.rd_internal_items.2020"),
        ({"rd_internal_items": {"2020": ["1", "2", "3", "4", "5", "6", "x"]}}, "facts.rd_internal_items.2020.7"),
        ({"registered_on": "2021-02-30"}, "facts.registered_on"),
        ({"registered_on": "20210228"}, "facts.registered_on"),
        ({"registered_on": "0001-01-01"}, "facts.registered_on"),
        ({"core_field": "999"}, "facts.core_field"),
        ({"core_field": "409"}, "facts.core_field"),
        ({"core_field": "405a1"}, "facts.core_field"),
        ({"core_field": 405}, "facts.core_field"),
        ({"core_field": {"low": "405", "high": "406"}}, "facts.core_field"),
        ({"ip_class1": "1"}, "facts.ip_class1"),
        ({"ip_class1": -1}, "facts.ip_class1"),
        ({"ip_class1": 10**12}, "facts.ip_class1"),
        ({"ip_main_product_supported": "yes"}, "facts.ip_main_product_supported"),
        ({"accident_in_last_year": 0}, "facts.accident_in_last_year"),
        ({"rd_domestic_share": "1.01"}, "facts.rd_domestic_share"),
        ({"rd_domestic_share": "1/0"}, "facts.rd_domestic_share"),
        ({"rd_domestic_share": {"low": "0.5", "high": {"2018": "1"}}}, "facts.rd_domestic_share"),
        ({"ip_advancement": 9}, "facts.ip_advancement"),
        ({"management_3": 4.5}, "facts.management_3"),
    ],
)
def test_a_bad_fact_is_named_and_refused(ask: Ask, facts: dict[str, Any], named: str) -> None:
    answer = ask({"on": "2021-06-30", "facts": facts | {"ip_class2_unused": 1}})
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert [error["field"] for error in answer.json()["errors"]] == [named]
    assert len(answer.content) < 2_000


def test_all_bad_facts_are_named_at_once(ask: Ask) -> None:
    answer = ask({"on": "2021-06-30", "facts": {"nonsense": 1, "ip_class1": 1.5, "staff_average": "x"}})
    assert {error["field"] for error in answer.json()["errors"]} == {
        "facts.nonsense",
        "facts.ip_class1",
        "facts.staff_average",
    }


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b"\xff\xfe",
        b'{"on": "2021-06-30"}',
        b'{"facts": {}}',
        b'{"on": "2021-6-30", "facts": {}}',
        b'{"on": 20210630, "facts": {}}',
        b'{"on": "2021-02-30", "facts": {}}',
        b'{"on": "2021-06-30", "facts": []}',
        b'{"on": "2021-06-30", "facts": {}, "region": "42"}',
        b'{"on": "2021-06-30", "on": "2021-06-30", "facts": {}}',
        b'{"on": "2021-06-30", "facts": {}, "\\ud800": 1}',
        b'{"on": "2021-06-30", "facts": {"\\ud800": 1}}',
        b'{"on": "2021-06-30", "facts": {"\\uDfff": 1, "\\uDfff": 2}}',
        b'{"on": "2021-06-30", "facts": {"sales_revenue": {"\\ud800": 1}}}',
        b'{"on": "2021-06-30", "facts": {' + b",".join(b'"k%d": 1' % n for n in range(100_000)) + b', "z": 1, "z": 2}}',
        b'{"on": "2021-06-30", "facts": {"ip_class1": NaN}}',
        b'{"on": "2021-06-30", "facts": {"ip_class1": Infinity}}',
        b'{"on": "2021-06-30", "facts": {"ip_class1": ' + b"9" * 100_000 + b"}}",
        b'{"on": "2021-06-30", "facts": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"on": "2021-06-30", "facts": {"ip_class1": ' + b'{"low":' * 5_000 + b"1" + b"}" * 5_000 + b"}}",
    ],
)
def test_a_bad_body_is_a_problem_document(ask: Ask, raw: bytes) -> None:
    answer = ask(raw=raw)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_day_or_a_policy_that_is_not_there(ask: Ask) -> None:
    before = ask({"on": "2015-12-31", "facts": {}})
    assert (before.status_code, before.json()["code"]) == (404, "policies.not_in_force")
    unknown = ask({"on": "2021-06-30", "facts": {}}, code="no-such-policy")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "policies.unknown")
    assert ask({"on": "2016-01-01", "facts": {}}).status_code == 200


def test_an_evaluation_never_waits_for_a_writer(ask: Ask, database: Database) -> None:
    """While somebody else holds SQLite's write lock, a caller still gets its answer."""
    with session_scope(database) as writer:
        writer.connection()
        assert ask({"on": "2021-06-30", "facts": {}}).status_code == 200


def test_scopes_are_kept_apart(client: Client, bearer: Callable[..., dict[str, str]], session: Session) -> None:
    body = {"on": "2021-06-30", "facts": {}}
    assert client.post(EVALUATIONS, json=body).status_code == 401
    assert client.post(EVALUATIONS, json=body, headers=bearer("export:read")).status_code == 403
    known = firm_on_file(session)
    session.commit()
    address = f"/api/v1/enterprises/{known.uscc}/verdicts"
    assert client.get(address).status_code == 401
    assert client.get(address, headers=bearer("policies:evaluate")).status_code == 403


def test_policies_publish_their_facts_and_versions(client: Client) -> None:
    listed = client.get("/api/v1/policies").json()["items"]
    assert CODE in [item["code"] for item in listed]
    found = client.get(f"/api/v1/policies/{CODE}").json()
    assert [row["version"] for row in found["versions"]] == [POLICY.version, "2016-01-01"]
    assert found["facts"]["properties"]["registered_on"]["anyOf"][0] == {"type": "string", "format": "date"}
    assert {"rd_internal_items", "management_4", "conversions", "rd_domestic_share"} <= set(
        found["facts"]["properties"]
    )
    assert client.get(f"/api/v1/policies/{CODE}?on=2015-01-01").status_code == 404
    assert client.get(f"/api/v1/policies/{CODE}?on=gestern").status_code == 422
    assert client.get("/api/v1/policies/nothing").status_code == 404


def test_verdicts_on_a_firm(
    client: Client, bearer: Callable[..., dict[str, str]], session: Session, now: datetime
) -> None:
    known: Enterprise = firm_on_file(session)
    kept = store_verdict(session, SYSTEM, known, CODE, DAY, "submitted", None, now)
    session.commit()
    address, headers = f"/api/v1/enterprises/{known.uscc}/verdicts", bearer("export:read", "429005")
    items = client.get(f"{address}?on=2021-06-30", headers=headers).json()["items"]
    item = next(item for item in items if item["policy"] == CODE)
    assert (item["uscc"], item["policy"], item["on"], item["outcome"]) == (known.uscc, CODE, "2021-06-30", "unknown")
    assert item["stored"]["id"] == kept.id and item["stored"]["reason"] == "submitted"
    assert leaves(item)["HTE-01"]["outcome"] == "met"
    assert {today["stored"] for today in client.get(address, headers=headers).json()["items"]} == {None}
    assert client.get(f"{address}?policy={CODE}", headers=headers).json()["items"][0]["policy"] == CODE
    assert client.get(f"{address}?policy=nothing", headers=headers).status_code == 404
    assert client.get(f"{address}?policy={CODE}&on=2015-01-01", headers=headers).status_code == 404
    for wrong in ("on=2021-02-30", "on=20210630", "day=2021-06-30"):
        assert client.get(f"{address}?{wrong}", headers=headers).status_code == 422, wrong
    assert client.get(address, headers=bearer("export:read", "42900600")).status_code == 404


def test_a_place_chooses_the_version_of_its_jurisdiction(client: Client, bearer: Callable[..., dict[str, str]]) -> None:
    """Yichang (4205) has a variant of the joint centre's conditions: above-scale firms of any industry."""
    code, headers = "joint-innovation-centre", bearer("policies:evaluate")
    body = {"on": "2022-06-30", "facts": {}}

    def applied(region: str) -> str:
        answer = client.post(
            f"/api/v1/policies/{code}/evaluations", params={"region": region}, json=body, headers=headers
        )
        return str(answer.json()["jurisdiction"])

    assert (applied("429005"), applied("420502")) == ("42", "4205")
    versions = [client.get(f"/api/v1/policies/{code}?on=2022-06-30&region={place}") for place in ("429005", "420502")]
    assert [found.json()["version"] for found in versions] == ["2020-06-01", "2022-01-01"]
    assert client.get(f"/api/v1/policies/{code}?region=here").status_code == 422
