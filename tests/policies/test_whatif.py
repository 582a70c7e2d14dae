"""What if: drafts of a version, the register in columns, who flips, and the page."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
import yaml
from sqlalchemy.orm import Session

from app.enterprises.models import Enterprise, YearlyFigures
from app.incentives.queries.schemes import get_family
from app.incentives.schemas import SetAmountInput
from app.incentives.service.amounts import set_amount
from app.journal.domain import SubjectKey
from app.journal.service import record
from app.kit import db
from app.kit.actor import SYSTEM, Actor
from app.policies.domain.language.builder import PolicyFileError
from app.policies.domain.language.drafts import changed, draft_policy, numbers
from app.policies.domain.language.policy import Policy
from app.policies.domain.sweep.interpreter import sweep
from app.policies.domain.values.outcome import Outcome
from app.policies.domain.values.quantities import Quantity, read_quantity
from app.policies.models import PolicyVersion
from app.policies.queries import get_catalogue, policy_of
from app.policies.schemas import StatementInput
from app.policies.service.statements import state_fact
from app.policies.service.verdicts import evaluate_enterprise
from app.policies.whatif.effects import ORDER, Effect, code, effect_of, explained
from app.policies.whatif.register import RegisterCache, load, refreshed
from app.policies.whatif.scenario import Scenario, read_scenario
from tests.factories.enterprises import firm as firm_on_file
from tests.policies.local import DAY, LOCAL, local_text, publish
from tests.policies.support import CATALOGUE, CODE
from tests.support.client import Client

NOW = datetime(2021, 6, 1, tzinfo=UTC)
WAN = 1_000_000
DATA = yaml.safe_load(local_text())
URL = f"/policies/{LOCAL}/429005/2021-01-01/what-if"
MET, UNKNOWN, UNMET = Outcome.MET, Outcome.UNKNOWN, Outcome.UNMET


def figures(session: Session, firm: Enterprise, sales_wan: int, rd_staff: int) -> None:
    session.add(
        YearlyFigures(
            enterprise_id=firm.id,
            year=2020,
            basis="HTE",
            source="application",
            updated_at=NOW,
            sales_revenue_fen=sales_wan * WAN,
            staff_average_e4=1_000_000,
            rd_staff_average_e4=rd_staff * 10_000,
        )
    )
    session.flush()


@pytest.fixture
def firms(session: Session) -> dict[str, Enterprise]:
    """Three firms: above, just at and below 300 万元; 12, 10 and 8 of 100 staff in R&D; and one without figures."""
    publish(session, local_text())
    found = {}
    for name, sales, staff in (("高", 360, 12), ("中", 300, 10), ("低", 299, 8)):
        found[name] = firm_on_file(session, name)
        figures(session, found[name], sales, staff)
    found["空"] = firm_on_file(session, "空")
    firm_on_file(session, "外地", region_code="429006001")
    db.commit(session)
    return found


def policy(session: Session) -> Policy:
    return policy_of(session, session.query(PolicyVersion).filter_by(code=LOCAL).one())


def effect(session: Session, given: dict[str, str], share: str | None = "10 %") -> Effect:
    """The effect of a form's fields, with 10 % of staff set by the bureau."""
    here = policy(session)
    set_value = {} if share is None else {"staff_share": read_quantity(share).value}
    scenario = read_scenario(here, numbers(DATA), set_value, given)
    assert not scenario.errors
    draft = draft_policy(changed(DATA, scenario.changes), get_catalogue(session))
    return effect_of(load(session, "429005", DAY), here, draft, scenario, set_value)


def outcomes(found: Effect, firms: dict[str, Enterprise]) -> list[tuple[Outcome, Outcome]]:
    ids = found.register.ids.tolist()
    sides = [
        (explained(found.before, place).outcome, explained(found.after, place).outcome) for place in range(len(ids))
    ]
    return [sides[ids.index(firm.id)] for firm in firms.values()]


# -- drafts -----------------------------------------------------------------------------------------------------------


def test_every_number_has_a_place_and_changes_nothing_else() -> None:
    found = {number.key: number.quantity.text for number in numbers(DATA)}
    assert found == {
        "sales_minimum.0": "100 万元",
        "sales_minimum.1": "200 万元",
        "sales_minimum.2": "300 万元",
        "sales_minimum.0.end": "1",
        "sales_minimum.1.end": "2",
    }
    draft = changed(DATA, {"sales_minimum.1.end": Quantity("3", ""), "sales_minimum.0": Quantity("150", "万元")})
    bands = draft["parameters"]["sales_minimum"]["bands"]
    assert [bands[1]["up_to"], bands[2]["over"], bands[0]["value"]] == ["3", "3", "150 万元"]
    assert changed(DATA, {}) == DATA and DATA["parameters"]["sales_minimum"]["bands"][1]["up_to"] == "2"


def test_bands_that_no_longer_fit_are_refused() -> None:
    with pytest.raises(PolicyFileError):
        draft_policy(changed(DATA, {"sales_minimum.0.end": Quantity("5", "")}), CATALOGUE)


def test_every_number_of_the_certification_can_be_changed(session: Session) -> None:
    rows = session.query(PolicyVersion).filter_by(code="high-tech-enterprise").all()
    data = yaml.safe_load(max(rows, key=lambda row: row.version).text)
    found = numbers(data)
    assert {"rd_staff_minimum", "rd_minimum.0", "rd_minimum.1.end", "score_needed"} <= {n.key for n in found}
    assert any(number.scored for number in found)
    for number in found:
        if number.kind == "end":
            continue
        draft_policy(changed(data, {number.key: Quantity("1", number.quantity.sign)}), CATALOGUE)


# -- effects ----------------------------------------------------------------------------------------------------------


def test_before_is_what_every_firms_own_verdict_says(session: Session, firms: dict[str, Enterprise]) -> None:
    found = effect(session, {}, share=None)
    assert found.register.size == 4, "the other county's firm is not there"
    own = [evaluate_enterprise(session, firm, LOCAL, DAY).evaluation.outcome for firm in firms.values()]
    assert [old for old, _new in outcomes(found, firms)] == own == [UNKNOWN, UNKNOWN, UNMET, UNKNOWN]
    assert found.flips == {}


@pytest.mark.parametrize(
    ("given", "after"),
    [
        ({"p.sales_minimum.2": "299"}, [MET, MET, UNMET, UNKNOWN]),
        ({"p.sales_minimum.2": "300.01"}, [MET, UNMET, UNMET, UNKNOWN]),
        ({"p.sales_minimum.2": "299", "s.staff_share": "8"}, [MET, MET, MET, UNKNOWN]),
        ({"s.staff_share": "10.01"}, [MET, UNMET, UNMET, UNKNOWN]),
        ({"g.sales_revenue": "-16.67"}, [UNMET, UNMET, UNMET, UNKNOWN]),
        ({"g.sales_revenue": "-16.66"}, [MET, UNMET, UNMET, UNKNOWN]),
        ({"p.sales_minimum.2": "300", "s.staff_share": "10"}, [MET, MET, UNMET, UNKNOWN]),
    ],
)
def test_a_scenario_flips_whom_it_must(
    session: Session, firms: dict[str, Enterprise], given: dict[str, str], after: list[Outcome]
) -> None:
    found = effect(session, given)
    pairs = outcomes(found, firms)
    assert pairs == list(zip([MET, MET, UNMET, UNKNOWN], after, strict=True))
    assert sum(found.flips.values()) == len(found.places()) == sum(old is not new for old, new in pairs)
    assert {outcome: found.after.count(code(outcome)) for outcome in ORDER} == {
        outcome: after.count(outcome) for outcome in (MET, UNKNOWN, UNMET)
    }


def test_what_cannot_be_read_assumes_nothing_and_says_so(session: Session, firms: dict[str, Enterprise]) -> None:
    given = {"p.sales_minimum.2": "lots", "s.staff_share": "-3", "g.sales_revenue": "2000", "p.unknown": "7"}
    scenario = read_scenario(policy(session), numbers(DATA), {}, given)
    assert scenario.empty and set(scenario.errors) == {"p.sales_minimum.2", "s.staff_share", "g.sales_revenue"}
    assert read_scenario(policy(session), [], {}, {"g.sales_revenue": "10%"}).growth == {
        "sales_revenue": Fraction(1, 10)
    }
    assert Scenario().empty


def test_a_register_is_read_once_and_then_only_what_the_journal_says(
    session: Session, firms: dict[str, Enterprise], count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    cache = RegisterCache()
    first = cache.get(session, "429005", DAY)
    with count_queries() as queries:
        assert cache.get(session, "429005", DAY) is first
    assert len(queries) == 1
    assert cache.get(session, "429005", date(2021, 7, 1)) is not first and len(cache) == 2
    small = RegisterCache(most=1)
    for day in (1, 2, 3):
        small.get(session, "429005", date(2021, 7, day))
    assert len(small) == 1


def test_a_refreshed_register_is_what_a_fresh_one_is(session: Session, firms: dict[str, Enterprise]) -> None:
    state(session, firms["低"], {"low": "0.5", "high": "0.7"})
    db.commit(session)
    register = load(session, "429005", DAY)
    firms["中"].disabled_on = DAY
    figures(session, firms["空"], 420, 30)
    touch(session, firms["空"])
    state(session, firms["高"], {"low": "0.9"})
    added = [firm_on_file(session, name, field_code=field) for name, field in (("甲", "405"), ("乙", "40502"))]
    db.commit(session)
    found, fresh = refreshed(session, register), load(session, "429005", DAY)
    assert found.position == fresh.position and found.ids.tolist() == fresh.ids.tolist()
    assert set(found.ids.tolist()) >= {firm.id for firm in added}
    for place in range(fresh.size):
        assert found.columns.row(place).known == fresh.columns.row(place).known
    here = policy(session)
    assert (sweep(here, found.columns, DAY).outcome == sweep(here, fresh.columns, DAY).outcome).all()


def test_events_about_nobody_here_keep_what_was_decided(session: Session, firms: dict[str, Enterprise]) -> None:
    register = load(session, "429005", DAY)
    elsewhere = firm_on_file(session, "远方", region_code="420502001")
    touch(session, elsewhere)
    db.commit(session)
    found = refreshed(session, register)
    assert found.position > register.position and found.columns is register.columns
    assert found._swept is register._swept


def touch(session: Session, firm: Enterprise) -> None:
    """An event about the firm, as every change of it writes one."""
    subject = SubjectKey("enterprise", str(firm.id), firm.name, firm.id, firm.region_code)
    record(session, actor=SYSTEM, now=NOW, type="enterprise.updated", subject=subject)


def state(session: Session, firm: Enterprise, value: object) -> None:
    data = StatementInput(
        fact_code="rd_domestic_share", year=None, value=value, stated_on=date(2021, 6, 1), source="企业说明（示例）"
    )
    state_fact(session, actor=SYSTEM, enterprise=firm, data=data, now=NOW)


# -- the page ---------------------------------------------------------------------------------------------------------


def test_the_page_shows_who_flips_and_why(sign_in: Callable[..., Client], firms: dict[str, Enterprise]) -> None:
    client = sign_in("caseworker")
    page = client.get(f"{URL}?p.sales_minimum.2=350&on=2021-06-30")
    assert page.status_code == 200, page.text
    for words in ("待定 → 未达标", "近一年销售收入：达标 → 未达标", firms["中"].name, "现为 300 万元", "判定的变化"):
        assert words in page.text, words
    assert firms["高"].name not in page.text and "作为本局版本发布" not in page.text, "a caseworker may not"
    none = client.get(f"{URL}?p.sales_minimum.2=350&flip=met-unmet")
    assert firms["中"].name not in none.text
    assert "没有企业的判定会变" in client.get(URL).text
    standing = client.get(f"{URL}?p.sales_minimum.2=350&on=2021-06-30&flip=then.unmet")
    assert "推演后未达标的企业" in standing.text and firms["低"].name in standing.text and "共 2 家" in standing.text
    assert "作为本局版本发布" in sign_in("section_head").get(f"{URL}?p.sales_minimum.2=350").text


def test_what_incentives_would_cost_is_said_scheme_by_scheme(
    sign_in: Callable[..., Client], session: Session, firms: dict[str, Enterprise], actor: Callable[..., Actor]
) -> None:
    publish(session, local_text().replace(LOCAL, CODE))
    head = actor("section_head")
    family = get_family(session, "high-tech-first-recognition", "429005")
    given = SetAmountInput.model_validate(
        {"amount": "50000", "effective_from": "2021-01-01", "document_number": "潜政发〔2021〕1号（示例）"}
    )
    set_amount(session, actor=head, family=family, given=given, now=NOW)
    db.commit(session)
    page = sign_in().get(f"/policies/{CODE}/429005/2021-01-01/what-if?s.staff_share=10&on=2021-06-30")
    budget = page.text.split('id="budget"')[1].split("</section>")[0]
    assert "0 家" in budget and "2 家，100,000 元" in budget and "由本局设定" in budget, budget


def test_the_page_of_the_version_in_force_is_the_same(
    sign_in: Callable[..., Client], firms: dict[str, Enterprise]
) -> None:
    assert sign_in("leader").get(f"/policies/{LOCAL}/what-if?s.staff_share=10").status_code == 200


@pytest.mark.parametrize(
    "query",
    ["p.sales_minimum.2=lots", "g.sales_revenue=-101", "on=someday", "s.staff_share=1e5", "p.sales_minimum.0.end=9"],
)
def test_wrong_numbers_are_said_beside_their_fields(
    sign_in: Callable[..., Client], firms: dict[str, Enterprise], query: str
) -> None:
    page = sign_in().get(f"{URL}?{query}")
    assert page.status_code == 422 and "有几处需要更正" in page.text
    assert f'id="e-{query.partition("=")[0]}"' in page.text


def test_who_may_look(sign_in: Callable[..., Client], client: Client, firms: dict[str, Enterprise]) -> None:
    assert client.get(URL).status_code == 303
    assert sign_in("caseworker", "429006").get(URL).status_code == 404
    assert sign_in().get(f"/policies/{LOCAL}/429005/1999-01-01/what-if").status_code == 404


def test_queries_do_not_grow_with_the_firms(
    sign_in: Callable[..., Client],
    session: Session,
    firms: dict[str, Enterprise],
    count_queries: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    client = sign_in()
    address = f"{URL}?p.sales_minimum.2=350"
    client.get(address)
    with count_queries() as few:
        client.get(address)
    for number in range(30):
        figures(session, firm_on_file(session, f"多{number}"), 320, 20)
    client.get(address)
    with count_queries() as many:
        client.get(address)
    assert len(few) == len(many) <= 16
