"""A bureau's own version: through the strict loader, between the versions beside it, immutable, left alone by seed."""

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy.orm import Session

from app.journal.models import JournalEvent
from app.kit import db
from app.kit.actor import SYSTEM, Actor
from app.kit.errors import Forbidden, Invalid, SeedError
from app.policies.catalogue import read
from app.policies.domain.language.drafts import Changes
from app.policies.domain.values.quantities import Quantity
from app.policies.models import PolicyVersion
from app.policies.queries import get_catalogue, get_in_force, policy_of
from app.policies.schemas import PublishInput
from app.policies.seed import load
from app.policies.service.publishing import publish_version
from tests.policies.local import DAY, LOCAL, local_text, publish
from tests.policies.support import CODE, SEEDS
from tests.support.client import Client

NOW = datetime(2021, 6, 30, 2, 0, tzinfo=UTC)
CHANGES: Changes = {"sales_minimum.2": Quantity("500", "万元")}
FORM = {
    "effective_from": "2021-07-01",
    "document_number": "潜科文〔2021〕12号（示例）",
    "document_title": "关于调整培育对象条件的通知（示例）",
    "issued_on": "2021-06-28",
    "clause": "第二条",
    "issued_by": "潜江市科学技术局",
}


@pytest.fixture
def base(session: Session) -> PolicyVersion:
    return publish(session, local_text())


@pytest.fixture
def head(actor: Callable[..., Actor]) -> Actor:
    return actor("section_head")


def put(session: Session, actor: Actor, base: PolicyVersion, changes: Changes = CHANGES, **form: Any) -> PolicyVersion:
    data = PublishInput.model_validate(FORM | form)
    return publish_version(session, actor=actor, base=base, changes=changes, data=data, now=NOW)


def test_it_is_a_version_like_any_other(session: Session, head: Actor, base: PolicyVersion, tmp_path: Path) -> None:
    row = put(session, head, base)
    assert (row.origin, row.version, row.supersedes, row.jurisdiction) == (
        "bureau",
        "2021-07-01",
        "2021-01-01",
        "429005",
    )
    assert get_in_force(session, LOCAL, DAY, "429005001").id == base.id
    assert get_in_force(session, LOCAL, date(2021, 7, 1), "429005001").id == row.id
    path = tmp_path / LOCAL / "429005" / "2021-07-01.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(row.text, encoding="utf-8")
    again = read(path, get_catalogue(session))
    assert (again.sha256, again.content) == (row.sha256, row.content)
    parameter = next(item for item in policy_of(session, row).parameters if item.name == "sales_minimum")
    assert parameter.reference.document.number == FORM["document_number"] and parameter.confidence == "set-by-bureau"
    before, after = yaml.safe_load(base.text), yaml.safe_load(row.text)
    assert after["conditions"] == before["conditions"]
    assert after["parameters"]["staff_share"] == before["parameters"]["staff_share"]


def test_it_is_journalled_once(session: Session, head: Actor, base: PolicyVersion) -> None:
    put(session, head, base)
    db.commit(session)
    event = session.query(JournalEvent).filter_by(type="policy.published", region_code="429005").one()
    assert event.changes == {"version": ["2021-01-01", "2021-07-01"], "document": [None, FORM["document_number"]]}
    assert event.data["based_on"] == "429005/2021-01-01"


def test_a_correction_of_the_same_day_is_a_revision(session: Session, head: Actor, base: PolicyVersion) -> None:
    first = put(session, head, base)
    second = put(session, head, first, {"sales_minimum.2": Quantity("450", "万元")})
    assert (second.version, second.supersedes) == ("2021-07-01.r1", "2021-07-01")
    assert get_in_force(session, LOCAL, date(2021, 7, 1), "429005").id == second.id
    third = put(session, head, second, {"sales_minimum.0": Quantity("50", "万元")}, effective_from="2022-01-01")
    assert third.supersedes == "2021-07-01.r1"
    assert len(yaml.safe_load(third.text)["documents"]) == 4


def test_a_day_before_a_later_version_is_refused(session: Session, head: Actor, base: PolicyVersion) -> None:
    put(session, head, base)
    with pytest.raises(Invalid) as refused:
        put(session, head, base, effective_from="2021-03-01")
    assert "effective_from" in refused.value.fields


def test_a_day_before_the_changed_version_itself_is_refused(session: Session, head: Actor, base: PolicyVersion) -> None:
    with pytest.raises(Invalid) as refused:
        put(session, head, base, effective_from="1921-07-01")
    assert "effective_from" in refused.value.fields


def test_nothing_changed_or_bands_that_do_not_fit_are_refused(
    session: Session, head: Actor, base: PolicyVersion
) -> None:
    with pytest.raises(Invalid):
        put(session, head, base, {})
    with pytest.raises(Invalid, match="sales_minimum"):
        put(session, head, base, {"sales_minimum.0.end": Quantity("7", "")})


def test_a_county_gets_its_own_version_of_a_national_policy(session: Session, head: Actor) -> None:
    base = get_in_force(session, CODE, DAY)
    row = put(session, head, base, {"rd_staff_minimum": Quantity("8", "%")})
    assert (row.jurisdiction, row.supersedes) == ("429005", None)
    assert get_in_force(session, CODE, date(2021, 7, 1), "429005001").id == row.id
    assert get_in_force(session, CODE, date(2021, 7, 1), "429006001").id == base.id


def test_seed_leaves_it_alone_and_refuses_a_file_that_overlaps_it(
    session: Session, head: Actor, tmp_path: Path
) -> None:

    base = get_in_force(session, CODE, DAY)
    row = put(session, head, base, {"rd_staff_minimum": Quantity("8", "%")})
    text = row.text
    assert load(session, seeds_dir=SEEDS, actor=SYSTEM, now=NOW).changed == 0
    assert row.text == text
    copy = tmp_path / "seeds"
    shutil.copytree(SEEDS, copy)
    path = copy / "policies" / CODE / "429005" / "2021-08-01.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        text.replace("version: '2021-07-01'", "version: '2021-08-01'").replace(
            "effective_from: 2021-07-01", "effective_from: 2021-08-01"
        ),
        encoding="utf-8",
    )
    with pytest.raises(SeedError, match="overlaps version 2021-07-01"):
        load(session, seeds_dir=copy, actor=SYSTEM, now=NOW)


def test_who_may_publish(session: Session, actor: Callable[..., Actor], base: PolicyVersion) -> None:
    for role, region in (("caseworker", "429005"), ("leader", "429005"), ("section_head", "429006")):
        with pytest.raises(Forbidden):
            put(session, actor(role, region), base)


# -- the pages --------------------------------------------------------------------------------------------------------


def test_from_a_what_if_to_a_version(sign_in: Callable[..., Client], base: PolicyVersion, session: Session) -> None:
    client = sign_in("section_head")
    url = f"/policies/{LOCAL}/429005/2021-01-01/publish?p.sales_minimum.2=500"
    page = client.get(url)
    assert page.status_code == 200 and "<ins>500 万元</ins>" in page.text
    refused = client.submit(url, FORM | {"document_number": ""}, to="/publish")
    assert refused.status_code == 422 and "<ins>500 万元</ins>" in refused.text
    done = client.submit(url, FORM, to="/publish")
    assert done.status_code == 303 and done.headers["location"] == f"/policies/{LOCAL}/429005/2021-07-01"
    shown = client.get(done.headers["location"])
    assert "本局发布" in shown.text and FORM["document_number"] in shown.text
    assert session.query(PolicyVersion).filter_by(code=LOCAL, origin="bureau").count() == 1


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("", 200, "还没有改动任何数值"),
        ("?p.sales_minimum.2=300", 200, "还没有改动任何数值"),
        ("?p.sales_minimum.2=lots", 422, "有的数值不能识别"),
        ("?p.sales_minimum.0.end=9", 422, "分档不再衔接"),
    ],
)
def test_without_numbers_there_is_nothing_to_publish(
    sign_in: Callable[..., Client], base: PolicyVersion, query: str, status: int, words: str
) -> None:
    client = sign_in("section_head")
    url = f"/policies/{LOCAL}/429005/2021-01-01/publish"
    page = client.get(url + query)
    assert page.status_code == status and words in page.text
    assert client.post_form(url, FORM).status_code == 422


def test_pages_refuse_whoever_may_not(sign_in: Callable[..., Client], client: Client, base: PolicyVersion) -> None:
    url = f"/policies/{LOCAL}/429005/2021-01-01/publish?p.sales_minimum.2=500"
    assert client.get(url).status_code == 303
    assert sign_in("caseworker").get(url).status_code == 403
    assert sign_in("section_head", "429006").get(url).status_code == 403
    assert sign_in("section_head", "429006").post_form(url, FORM).status_code == 403
