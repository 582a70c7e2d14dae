"""The shipped policies beside the certification: which version applies where, to whom, and what is kept of it."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.accounts.service.clients import create_client
from app.enterprises.models import Certificate
from app.kit.actor import SYSTEM
from app.kit.errors import NotFound
from app.kit.i18n import use_locale
from app.policies.descriptions import describe
from app.policies.domain.language.policy import Confidence, PolicySubject
from app.policies.domain.language.verdict import measure
from app.policies.domain.values.units import Unit
from app.policies.json_schema import facts_schema
from app.policies.queries import get_in_force, get_policy
from app.policies.service.verdicts import evaluate_all, evaluate_enterprise, explain_again, store_verdict
from app.policies.words import measure_text
from tests.factories.enterprises import NOW
from tests.factories.enterprises import firm as firm_on_file
from tests.policies.support import DAY
from tests.support.client import Client
from tests.support.seeds import policy_files

CENTRE = "joint-innovation-centre"
READ = policy_files()


@pytest.mark.parametrize(
    ("on", "region", "jurisdiction"),
    [
        (date(2022, 6, 30), "429005001", "42"),
        (date(2022, 6, 30), "420502001", "4205"),
        (date(2021, 12, 31), "420502001", "42"),
        (date(2022, 6, 30), "42", "42"),
        (date(2022, 6, 30), "", "42"),
        (date(2020, 5, 31), "429005", None),
        (date(2022, 6, 30), "310101", None),
    ],
)
def test_the_centre_has_a_version_of_the_province_and_one_of_yichang(
    session: Session, on: date, region: str, jurisdiction: str | None
) -> None:
    if jurisdiction is None:
        with pytest.raises(NotFound):
            get_in_force(session, CENTRE, on, region)
    else:
        assert get_in_force(session, CENTRE, on, region).jurisdiction == jurisdiction


@pytest.mark.parametrize(("region", "found"), [("429005", True), ("42", True), ("", True), ("429006", False)])
def test_a_local_policy_serves_its_place_and_a_place_known_roughly(
    session: Session, region: str, *, found: bool
) -> None:
    if not found:
        with pytest.raises(NotFound):
            get_in_force(session, "technical-upgrade-cultivation", DAY, region)
    else:
        assert get_in_force(session, "technical-upgrade-cultivation", DAY, region).jurisdiction == "429005"


def test_a_version_that_ended_is_not_in_force(session: Session) -> None:
    assert get_policy(session, "science-commissioner-special", date(2021, 12, 31)).subject is PolicySubject.PERSON
    with pytest.raises(NotFound):
        get_policy(session, "science-commissioner-special", date(2022, 1, 1))


def test_firms_are_judged_by_policies_about_firms_alone(session: Session) -> None:
    found = {verdict.evaluation.policy.code for verdict in evaluate_all(session, firm_on_file(session), DAY)}
    assert found == {
        "high-tech-enterprise",
        "technology-sme",
        CENTRE,
        "joint-innovation-centre-assessment",
        "technical-upgrade-cultivation",
        "technical-upgrade-evaluation",
        "technical-upgrade-recommendation",
    }


def test_a_place_and_an_industry_outside_the_lists_are_kept_as_they_are(session: Session) -> None:
    enterprise = firm_on_file(session, industry_code="6513", above_scale=True)
    kept = store_verdict(session, SYSTEM, enterprise, CENTRE, DAY, "submitted", None, NOW)
    assert kept.inputs["industry_section"]["value"] == "I"
    assert explain_again(session, kept) == kept.result
    clause = next(part for part in kept.result["clauses"][0]["children"] if part["id"] == "JIC-1d")
    assert (clause["outcome"], clause["actual"]["value"]) == ("unmet", "I")


def test_a_certificate_in_force_is_a_direct_pass(session: Session) -> None:
    enterprise = firm_on_file(session, "泽口新材有限公司")
    dates = {"issued_on": date(2020, 12, 1), "expires_on": date(2023, 11, 30)}
    session.add(Certificate(enterprise_id=enterprise.id, kind="high-tech-enterprise", number="GR202042000001", **dates))
    session.flush()
    clauses = {
        clause.condition.id: clause.outcome.value
        for clause in evaluate_enterprise(session, enterprise, "technology-sme", DAY).evaluation.clauses
    }
    assert clauses == {"SME-1": "met", "SME-2": "unknown", "SME-3": "unknown", "SME-4": "unknown", "SME-5": "met"}


@pytest.mark.parametrize(
    ("code", "facts", "outcome"),
    [
        (CENTRE, {"centre_team": "19"}, "unmet"),
        ("star-maker-space", {"public_area": "199.99"}, "unmet"),
        ("star-maker-space", {"lease_years": 5, "public_area": 200}, "unknown"),
        ("maker-space", {"operating_months": 5}, "unmet"),
        ("rural-demonstration-base", {"test_site": False}, "unmet"),
    ],
)
def test_every_policy_can_be_asked_over_http(
    client: Client, session: Session, code: str, facts: dict[str, Any], outcome: str
) -> None:
    row, secret = create_client(
        session, actor=SYSTEM, name="省平台（示例）", scopes="policies:evaluate", region_prefix="", now=NOW
    )
    form = {"grant_type": "client_credentials", "client_id": row.client_id, "client_secret": secret}
    headers = {"authorization": f"Bearer {client.post('/oauth/token', data=form).json()['access_token']}"}
    answer = client.post(
        f"/api/v1/policies/{code}/evaluations", json={"on": "2021-06-30", "facts": facts}, headers=headers
    )
    assert answer.status_code == 200, answer.text
    assert (answer.json()["outcome"], answer.json()["score"]) == (outcome, None)


# -- the files ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("item", READ, ids=lambda item: f"{item.policy.code}/{item.policy.jurisdiction}")
def test_every_version_is_told_in_both_languages_and_has_a_schema(item: Any) -> None:
    with use_locale("zh"):
        chinese = describe(item.policy)
    with use_locale("en"):
        english = describe(item.policy)
    for view in (chinese, english):
        assert view.title and all(rule.title and rule.rule and rule.reference for rule in view.conditions)
    assert set(facts_schema(item.policy)["properties"]) == set(item.policy.uses)


def test_what_the_bureau_sets_has_no_value_and_says_so() -> None:
    for item in READ:
        for name, entry in item.policy.catalogue.items():
            if entry.supplied_at == "setting":
                parameter = next(found for found in item.policy.parameters if found.name == name)
                assert parameter.confidence is Confidence.BUREAU


@pytest.mark.parametrize(
    ("value", "chinese", "english"),
    [
        (measure(Unit.SQUARE_METRES, 200), "200 平方米", "200 m²"),
        (measure(Unit.MONTHS, 6), "6 个月", "6 months"),
        (measure(Unit.YEARS, 1), "1 年", "1 year"),
    ],
)
def test_months_years_and_areas_in_words(value: Any, chinese: str, english: str) -> None:
    with use_locale("zh"):
        assert measure_text(value) == chinese
    with use_locale("en"):
        assert measure_text(value) == english
