"""What the bureau sets: checked, dated, never overwritten, known to every verdict from its day on."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.enterprises.models import Enterprise
from app.journal.models import JournalEvent
from app.kit import db
from app.kit.actor import Actor
from app.kit.errors import Forbidden, Invalid, NotFound
from app.policies.domain.values.quantities import QuantityError, read_of_unit, read_value
from app.policies.domain.values.units import Unit
from app.policies.inputs import input_lines
from app.policies.models import PolicySetting
from app.policies.queries import get_policy, get_version, policy_of
from app.policies.schemas import PolicySettingInput
from app.policies.service.settings import set_parameter, withdraw_setting
from app.policies.service.verdicts import (
    evaluate_all,
    evaluate_enterprise,
    evaluate_stated,
    explain_again,
    store_verdict,
)
from app.policies.settings import settings_in_force
from tests.factories.enterprises import firm as firm_on_file
from tests.policies.local import DAY, LOCAL, local_text, publish
from tests.support.client import Client

NOW = datetime(2021, 6, 30, 2, 0, tzinfo=UTC)
REGION = "429005001"
STAFF = {"staff_average": "100", "rd_staff_average": "12"}


@pytest.fixture(autouse=True)
def _published(session: Session) -> None:
    publish(session, local_text())


@pytest.fixture
def known(session: Session) -> Enterprise:
    return firm_on_file(session)


@pytest.fixture
def head(actor: Callable[..., Actor]) -> Actor:
    return actor("section_head")


def put(session: Session, actor: Actor, value: str, day: date = date(2021, 1, 1), **changes: Any) -> PolicySetting:
    data = {"name": "staff_share", "value": value, "effective_from": day, "document": "潜科文〔2021〕9号（示例）"}
    given = PolicySettingInput.model_validate(data | changes)
    return set_parameter(session, actor=actor, policy_code=LOCAL, data=given, now=NOW)


def outcome(session: Session, on: date = DAY, **told: Any) -> str:
    policy = get_policy(session, LOCAL, on, REGION)
    found = evaluate_stated(policy, STAFF | told, on, settings_in_force(session, policy, on, REGION))
    return next(clause.outcome.value for clause in found.clauses if clause.condition.id == "G-1")


def test_until_it_is_set_it_is_unknown_and_from_its_day_on_it_counts(session: Session, head: Actor) -> None:
    assert outcome(session) == "unknown"
    put(session, head, "12", date(2021, 3, 1))
    assert outcome(session) == "met"
    assert outcome(session, date(2021, 2, 28)) == "unknown"
    put(session, head, "12.01 %", date(2021, 6, 1))
    assert outcome(session) == "unmet"
    assert outcome(session, date(2021, 5, 31)) == "met"
    assert outcome(session, staff_share="0.10") == "met", "a told value goes before the set one"


def test_nothing_is_overwritten_and_withdrawing_brings_the_one_before_back(session: Session, head: Actor) -> None:
    first = put(session, head, "10")
    second = put(session, head, "20")
    assert (first.value, second.value, first.withdrawn_at) == ("10 %", "20 %", None)
    assert outcome(session) == "unmet"
    withdraw_setting(session, actor=head, policy_code=LOCAL, setting_id=second.id, now=NOW)
    assert outcome(session) == "met"
    with pytest.raises(NotFound):
        withdraw_setting(session, actor=head, policy_code=LOCAL, setting_id=second.id, now=NOW)


def test_every_setting_is_one_event_of_the_policy(session: Session, head: Actor) -> None:
    row = put(session, head, "10")
    withdraw_setting(session, actor=head, policy_code=LOCAL, setting_id=row.id, now=NOW)
    db.commit(session)
    events = session.query(JournalEvent).filter_by(subject_kind="policy", region_code="429005").all()
    assert [event.type for event in events] == ["policy.parameter_set", "policy.setting_withdrawn"]
    assert events[0].changes["setting"] == [None, "科技人员占比下限：10%（2021-01-01 起，潜科文〔2021〕9号（示例））"]
    assert events[0].subject_id == f"{LOCAL}/429005"


@pytest.mark.parametrize("value", ["ten", "10 万元", "-1", "2000", "0.1234567", "1e3", "１０ ％％", ""])
def test_a_wrong_value_is_refused_beside_its_field(session: Session, head: Actor, value: str) -> None:
    with pytest.raises((Invalid, ValueError)) as refused:
        put(session, head, value)
    if isinstance(refused.value, Invalid):
        assert set(refused.value.fields) == {"value"}
    assert session.query(PolicySetting).count() == 0


def test_a_parameter_that_the_law_sets_is_not_the_bureaus(session: Session, head: Actor) -> None:
    for wrong in ({"name": "sales_minimum"}, {"name": "nothing"}, {"effective_from": date(2020, 12, 31)}):
        with pytest.raises(Invalid):
            put(session, head, "10", **wrong)


def test_who_may_set_it_and_for_whom_it_counts(session: Session, actor: Callable[..., Actor]) -> None:
    for role, region in (("caseworker", "429005"), ("leader", "429005"), ("section_head", "429006")):
        with pytest.raises((Forbidden, Invalid)):
            put(session, actor(role, region), "10")
    assert put(session, actor("administrator", ""), "10").jurisdiction == "429005"
    policy = get_policy(session, LOCAL, DAY, REGION)
    for region in ("429005001", "429005", ""):
        assert settings_in_force(session, policy, DAY, region), "the version's own place is known"


def test_a_place_known_only_roughly_has_what_one_place_in_it_has_set(
    session: Session, actor: Callable[..., Actor]
) -> None:
    publish(session, local_text(jurisdiction="CN", version="2020-12-01"))
    put(session, actor("section_head", "420502"), "10")
    policy = policy_of(session, get_version(session, LOCAL, "CN", "2020-12-01"))
    assert settings_in_force(session, policy, DAY, "")["staff_share"].value == "10 %"
    assert not settings_in_force(session, policy, DAY, "420503")
    put(session, actor("section_head", "420503"), "20")
    assert not settings_in_force(session, policy, DAY, ""), "two say different things: nobody can tell"
    assert settings_in_force(session, policy, DAY, "420503")["staff_share"].value == "20 %"


def test_the_more_local_setting_counts(session: Session, actor: Callable[..., Actor]) -> None:
    put(session, actor("section_head", "429005001"), "20")
    put(session, actor("section_head"), "10", date(2021, 5, 1))
    policy = get_policy(session, LOCAL, DAY, REGION)
    values = [settings_in_force(session, policy, DAY, region)["staff_share"].value for region in (REGION, "429005002")]
    assert values == ["20 %", "10 %"]


def test_every_way_to_a_firms_verdict_knows_it_with_its_source(
    session: Session, head: Actor, known: Enterprise
) -> None:
    put(session, head, "15")
    verdict = evaluate_enterprise(session, known, LOCAL, DAY)
    line = next(line for line in input_lines(verdict.evaluation.policy, verdict.gathered) if line.code == "staff_share")
    assert line.values[0].text == "15%"
    assert line.source.startswith("市局设定") and "潜科文〔2021〕9号（示例）" in line.source
    together = next(v for v in evaluate_all(session, known, DAY) if v.evaluation.policy.code == LOCAL)
    assert together.gathered.facts.known == verdict.gathered.facts.known


def test_a_kept_verdict_keeps_the_setting_of_its_day(session: Session, head: Actor, known: Enterprise) -> None:
    kept = store_verdict(session, head, known, LOCAL, DAY, "submitted", None, NOW)
    put(session, head, "15")
    assert explain_again(session, kept) == kept.result
    later = store_verdict(session, head, known, LOCAL, DAY, "decided", None, NOW)
    assert later.inputs["staff_share"]["value"] == "0.15"
    put(session, head, "16")
    assert explain_again(session, later) == later.result


def test_values_are_read_exactly() -> None:
    assert read_value("１２.５％", Unit.SHARE) * 8 == 1
    assert read_value("1,200 万元", Unit.YUAN) == 1_200_000_000
    assert read_of_unit("05.50", Unit.SHARE).text == "5.5 %"
    assert read_value("yes", Unit.YES_NO) is True
    for text, unit in (("0.001 元", Unit.YUAN), ("1.5", Unit.DAYS), ("maybe", Unit.YES_NO), ("5 kg", Unit.SHARE)):
        with pytest.raises(QuantityError):
            read_value(text, unit)


# -- the page ---------------------------------------------------------------------------------------------------------


def test_the_page_sets_and_withdraws(sign_in: Callable[..., Client], session: Session) -> None:
    client, url = sign_in("section_head"), f"/policies/{LOCAL}/settings"
    assert "由市局设定，尚未设定" in client.get(url).text
    form = {"name": "staff_share", "value": "15", "effective_from": "2021-01-01", "document": "潜科文〔2021〕9号"}
    refused = client.submit(url, form | {"value": "fifteen"}, to=url)
    assert refused.status_code == 422 and "请填写数字" in refused.text
    assert client.submit(url, form, to=url).status_code == 303
    page = client.get(url)
    assert "15%" in page.text and "尚未设定" not in page.text
    assert client.submit(url, to="/withdraw").status_code == 303
    assert "由市局设定，尚未设定" in client.get(url).text and "已撤回" in client.get(url).text


def test_the_page_for_those_who_only_read(sign_in: Callable[..., Client], client: Client) -> None:
    url = f"/policies/{LOCAL}/settings"
    assert client.get(url).status_code == 303
    reader = sign_in("caseworker")
    assert "<form" not in reader.get(url).text.split('id="main"')[1]
    assert reader.post_form(url, {"name": "staff_share"}).status_code == 403
    assert sign_in("section_head").get("/policies/nothing/settings").status_code == 404
    assert "没有由市局设定的参数" in sign_in("section_head").get("/policies/high-tech-enterprise/settings").text
