"""What the bureau sets, what it comes to for firms and in a year, and what is kept of it."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.models import Enterprise, YearlyFigures
from app.incentives import seed
from app.incentives.domain.budget import Alarm, BudgetView, Sum, total
from app.incentives.domain.scheme import Scheme
from app.incentives.domain.steps import IncentiveState
from app.incentives.models import Incentive
from app.incentives.queries import awards, clawback, entitlements, schemes
from app.incentives.queries.entitlements import EntitlementScope
from app.incentives.schemas import BudgetInput, ReviewInput, SetAmountInput, StepInput
from app.incentives.service import amounts, budgets, steps
from app.incentives.service import clawback as reviews
from app.incentives.service.expecting import expected_budget
from app.incentives.service.sharing import shares_of_firm
from app.journal.models import JournalEvent
from app.kit import db
from app.kit.actor import SYSTEM, Actor
from app.kit.errors import Forbidden, Invalid, NotFound
from tests.factories.commissioners import firm
from tests.factories.incentives import case_with_marker, certificate

MakeActor = Callable[..., Actor]
FIRST, RENEWED, CENTRE = (
    "high-tech-first-recognition",
    "high-tech-renewed-recognition",
    "joint-innovation-centre-filing",
)
COMMON = {"effective_from": "2021-01-01", "document_number": "潜科文（示例）1号"}


def set_amount(session: Session, officer: Actor, now: datetime, code: str = FIRST, **said: Any) -> None:
    family = schemes.get_family(session, code)
    given = SetAmountInput.model_validate(COMMON | said)
    amounts.set_amount(session, actor=officer, family=family, given=given, now=now)


def figures(session: Session, where: Enterprise, year: int, **values: int) -> None:
    given = {"basis": "HTE", "source": "hte_audit", "updated_at": datetime(2021, 1, 4, tzinfo=UTC)}
    session.add(YearlyFigures(enterprise_id=where.id, year=year, **given, **values))
    session.flush()


def recommended(session: Session, officer: Actor, now: datetime, where: Enterprise, code: str = FIRST) -> Incentive:
    family = schemes.get_family(session, code)
    (item,) = entitlements.list_entitlements(session, [family], EntitlementScope(enterprise_id=where.id))
    return steps.recommend(
        session,
        actor=officer,
        enterprise=where,
        scheme_code=code,
        trigger_key=item.trigger_key,
        given=StepInput.model_validate({"happened_on": "2021-06-01"}),
        now=now,
    )


def award(session: Session, officer: Actor, now: datetime, item: Incentive, amount: str) -> None:
    given = StepInput.model_validate({"happened_on": "2021-06-10", "amount": amount})
    steps.advance(session, actor=officer, incentive=item, step=IncentiveState.AWARDED, given=given, now=now)


# -- amounts by figures -------------------------------------------------------------------------------------------------------


def test_a_ratio_of_a_figure_is_reckoned_and_kept_with_its_source(
    session: Session, actor: MakeActor, now: datetime
) -> None:
    head = actor(role="section_head")
    set_amount(session, head, now, amount_type="ratio", base="sales_revenue", ratio="2%", cap="50000", rounding="千元")
    known, unknown = firm(session), firm(session)
    for where in (known, unknown):
        certificate(session, where, date(2021, 3, 1))
    figures(session, known, 2020, sales_revenue_fen=123_456_700)
    item = recommended(session, actor(), now, known)
    kept = item.steps[0].computation
    assert kept is not None
    assert kept["amount"] == {"low": 2_400_000, "high": 2_400_000, "due": "met"}
    assert kept["facts"]["sales_revenue"]["value"]["2020"] == "1234567"
    assert kept["facts"]["sales_revenue"]["sources"] == ["企业库 年度数据（高企认定口径）"]
    assert kept["formulas"] == {"base": "latest(sales_revenue)"}
    assert [line["kind"] for line in kept["lines"]] == ["base", "ratio", "rounded", "result"]
    assert "24,691.34" in kept["lines"][1]["text"] and "2%" in kept["lines"][1]["text_en"]
    open_one = recommended(session, actor(), now, unknown).steps[0].computation
    assert open_one is not None
    assert open_one["amount"] == {"low": 0, "high": 5_000_000, "due": "unknown"}
    assert open_one["missing"] == [{"fact": "sales_revenue", "year": 2020}]
    figures(session, unknown, 2020, sales_revenue_fen=999_999_999_900)
    award(session, head, now, awards.list_of_enterprise(session, unknown.id)[0], "50000")
    later = awards.list_of_enterprise(session, unknown.id)[0].steps
    assert later[0].computation == open_one
    assert later[1].computation is not None and later[1].computation["amount"]["low"] == 5_000_000


def test_tiers_by_a_figure_take_the_highest_that_is_reached(session: Session, actor: MakeActor, now: datetime) -> None:
    tiers: dict[str, Any] = {
        "tier_by": "sales_revenue",
        "tier_from": ["1000000", "", "5000000"],
        "tier_amount": ["10000", "", "30000"],
    }
    set_amount(session, actor(role="section_head"), now, amount_type="tier", **tiers)
    found = {}
    for sales in (99_999_999, 100_000_000, 499_999_999, 500_000_000):
        where = firm(session)
        certificate(session, where, date(2021, 3, 1))
        figures(session, where, 2020, sales_revenue_fen=sales)
        families = schemes.list_families(session)
        items = entitlements.list_entitlements(session, families, EntitlementScope(enterprise_id=where.id))
        calculated, _shares = shares_of_firm(session, items, [])
        found[sales] = next(iter(calculated.values())).amount.fen
    assert list(found.values()) == [0, 1_000_000, 1_000_000, 3_000_000]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"amount_type": "fixed"}, "amount"),
        ({"amount_type": "ratio", "ratio": "2"}, "base"),
        ({"amount_type": "ratio", "base": "staff_average", "ratio": "2"}, "base"),
        ({"amount_type": "ratio", "base": "sales_revenue", "ratio": "0"}, "ratio"),
        ({"amount_type": "ratio", "base": "sales_revenue", "ratio": "101"}, "ratio"),
        ({"amount_type": "tier", "tier_by": "registered_on"}, "tier_by"),
        ({"amount_type": "tier", "tier_by": "sales_revenue"}, "tier_from"),
        ({"amount_type": "tier", "tier_by": "staff_average", "tier_from": ["1.5"], "tier_amount": ["1"]}, "tier_from"),
        ({"amount_type": "tier", "tier_by": "staff_average", "tier_from": ["1"], "tier_amount": [""]}, "tier_amount"),
        (
            {"amount_type": "tier", "tier_by": "staff_average", "tier_from": ["1", "1"], "tier_amount": ["1", "2"]},
            "tier_from",
        ),
        ({"amount": "100", "cap": "1", "floor": "2"}, "floor"),
        ({"amount": "100", "cap": "1500", "rounding": "千元"}, "cap"),
        ({"amount": "100", "stacking": "highest-only"}, "group"),
    ],
)
def test_what_cannot_be_reckoned_is_refused_beside_its_field(
    session: Session, actor: MakeActor, now: datetime, said: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        set_amount(session, actor(role="section_head"), now, **said)
    assert list(refused.value.fields) == [field]


def test_schemes_of_one_purpose_yield_to_the_highest(session: Session, actor: MakeActor, now: datetime) -> None:
    head = actor(role="section_head")
    set_amount(session, head, now, amount="200000")
    set_amount(session, head, now, CENTRE, amount="500000", stacking="highest-only", group=FIRST)
    set_amount(session, head, now, amount="200000", stacking="highest-only", group=FIRST)
    where = firm(session)
    certificate(session, where, date(2021, 3, 1))
    case_with_marker(session, where, "joint-innovation-centre", "accepted", date(2021, 5, 1), state="finished")
    families = schemes.list_families(session)
    items = entitlements.list_entitlements(session, families, EntitlementScope(enterprise_id=where.id))
    _calculated, shares = shares_of_firm(session, items, [])
    gets = {code: (share.low, share.reason.value) for (code, _key), share in shares.items()}
    assert gets == {FIRST: (0, "yields"), CENTRE: (50_000_000, "full")}
    first = schemes.get_family(session, FIRST)
    kept = recommended(session, actor(), now, where).steps[0].computation
    assert kept is not None and kept["share"]["low"] == 0
    assert "让位于“企校联合创新中心备案奖励”" in kept["share"]["text"]
    assert "Joint innovation centre" in kept["share"]["text_en"]
    steps.undo_last(
        session, actor=head, incentive=awards.list_of_enterprise(session, where.id)[0], reason="试", now=now
    )
    together = budgets.budget_of_group(session, head, first, families, 2021)
    assert (together.expected.count, together.expected.high) == (2, 50_000_000)
    award(session, head, now, recommended(session, actor(), now, where, CENTRE), "100000")
    alone = budgets.budget_of(session, head, first, families, 2021)
    assert (alone.expected.low, alone.expected.high) == (10_000_000, 10_000_000)


# -- the budget of a year -----------------------------------------------------------------------------------------------------


def test_a_budget_is_exceeded_by_the_least_and_may_be_by_the_most() -> None:
    committed = Sum(1, 500, 1_000)
    alarms = {budget: BudgetView(2021, budget, awarded=committed).alarm for budget in (499, 500, 999, 1_000)}
    assert alarms == {499: Alarm.EXCEEDED, 500: Alarm.MAY_EXCEED, 999: Alarm.MAY_EXCEED, 1_000: Alarm.NONE}


def test_a_budget_counts_what_is_committed_and_what_is_expected(
    session: Session, actor: MakeActor, now: datetime
) -> None:
    head = actor(role="section_head")
    set_amount(session, head, now, amount="1000")
    firms = [firm(session) for _n in range(4)]
    for where in firms:
        certificate(session, where, date(2021, 3, 1))
    certificate(session, firm(session), date(2022, 3, 1))
    family, families = schemes.get_family(session, FIRST), schemes.list_families(session)
    assert budgets.budget_of(session, head, family, families, 2021).budget is None
    given = BudgetInput.model_validate({"year": 2021, "amount": "3000", "document_number": "潜科文（示例）3号"})
    budgets.set_budget(session, actor=head, family=family, given=given, now=now)
    item = recommended(session, actor(), now, firms[0])
    view = budgets.budget_of(session, head, family, families, 2021)
    assert (view.budget, view.recommended.count, view.recommended.unknown, view.expected.count) == (300_000, 1, 1, 3)
    assert view.alarm is Alarm.MAY_EXCEED
    award(session, head, now, item, "900")
    view = budgets.budget_of(session, head, family, families, 2021)
    assert (view.awarded.high, view.expected.high, view.remains, view.remains_after) == (
        90_000,
        300_000,
        210_000,
        -90_000,
    )
    assert view.alarm is Alarm.WILL_EXCEED
    assert budgets.budget_of(session, head, family, families, 2022).expected.count == 1
    smaller = BudgetInput.model_validate({"year": 2021, "amount": "800", "document_number": "潜科文（示例）4号"})
    budgets.set_budget(session, actor=head, family=family, given=smaller, now=now)
    assert budgets.budget_of(session, head, family, families, 2021).alarm is Alarm.EXCEEDED
    award(session, head, now, recommended(session, actor(), now, firms[1]), "999999")
    db.commit(session)
    events = session.scalars(select(JournalEvent).where(JournalEvent.type == "incentive_scheme.budget_set")).all()
    assert [event.changes["budget_fen"] for event in events] == [[None, 300_000], [300_000, 80_000]]
    with pytest.raises(Forbidden):
        budgets.set_budget(session, actor=actor(), family=family, given=given, now=now)


def test_what_new_firms_would_cost_follows_their_region_and_their_certificates(
    session: Session, actor: MakeActor, now: datetime
) -> None:
    head = actor(role="section_head", region="42")
    for code, amount in ((FIRST, "200000"), (RENEWED, "50000")):
        set_amount(session, actor(role="section_head"), now, code, amount=amount)
    new, again, elsewhere = firm(session), firm(session), firm(session, region="429004001")
    certificate(session, again, date(2018, 3, 1))
    ids = [new.id, again.id, elsewhere.id]
    found = expected_budget(session, head, "high-tech-enterprise", ids, date(2021, 6, 30))
    assert {item.family.code: (item.added.count, item.added.high) for item in found.schemes} == {
        FIRST: (1, 20_000_000),
        RENEWED: (1, 5_000_000),
    }
    assert total(item.added for item in found.schemes) == Sum(2, 25_000_000, 25_000_000, 0)
    unset = expected_budget(session, head, "joint-innovation-centre", ids, date(2021, 6, 30))
    assert total(item.added for item in unset.schemes) == Sum(2, 0, 0, 2)
    assert expected_budget(session, head, "technology-sme", ids, date(2021, 6, 30)).schemes == ()


def test_what_new_firms_would_cost_reads_their_figures_where_a_scheme_asks_for_them(
    session: Session, actor: MakeActor, now: datetime
) -> None:
    head = actor(role="section_head")
    set_amount(session, head, now, amount_type="ratio", base="sales_revenue", ratio="2", cap="50000")
    known, unknown = firm(session), firm(session)
    figures(session, known, 2020, sales_revenue_fen=100_000_000)
    found = expected_budget(session, head, "high-tech-enterprise", [known.id, unknown.id], date(2021, 6, 30))
    (first,) = [item for item in found.schemes if item.family.code == FIRST]
    assert (first.added.count, first.added.low, first.added.high) == (2, 2_000_000, 7_000_000)


# -- taking back --------------------------------------------------------------------------------------------------------------


def test_a_revoked_certificate_is_told_until_somebody_has_decided(
    session: Session, actor: MakeActor, now: datetime
) -> None:
    head, where = actor(role="section_head"), firm(session)
    fact = certificate(session, where, date(2021, 3, 1))
    item = recommended(session, actor(), now, where)
    families = schemes.list_families(session)
    assert clawback.list_warnings(session, head, families, date(2021, 6, 30)) == []
    award(session, head, now, item, "1000")
    fact.revoked_on = date(2021, 6, 20)
    session.flush()
    (warned,) = clawback.list_warnings(session, head, families, date(2021, 6, 30))
    assert (warned.incentive.id, warned.ground.kind.value, warned.ground.since) == (
        item.id,
        "revoked",
        date(2021, 6, 20),
    )
    assert clawback.list_warnings(session, actor(region="429004"), families, date(2021, 6, 30)) == []
    said = {"kind": "revoked", "outcome": "reclaimed", "happened_on": "2021-06-25", "document": "潜科文（示例）9号"}
    for wrong, error in (({}, Invalid), ({"amount": "1000.01"}, Invalid), ({"happened_on": "2021-02-01"}, Invalid)):
        with pytest.raises(error):
            decide(session, head, now, item, said | wrong)
    with pytest.raises(Forbidden):
        decide(session, actor(), now, item, said | {"amount": "1000"})
    decide(session, head, now, item, said | {"amount": "1000"})
    assert clawback.list_warnings(session, head, families, date(2021, 6, 30)) == []
    assert [row.outcome for row in clawback.list_reviews(session, item.id)] == ["reclaimed"]
    db.commit(session)
    event = session.scalars(select(JournalEvent).where(JournalEvent.type == "incentive.clawback_reviewed")).one()
    assert event.changes["clawback_fen"] == [None, 100_000]


def decide(session: Session, officer: Actor, now: datetime, item: Incentive, said: dict[str, str]) -> None:
    given = ReviewInput.model_validate(said)
    reviews.review(session, actor=officer, incentive=item, given=given, scheme_name="示例", now=now)


def test_a_firm_that_moved_away_stays_in_sight_of_the_bureau_that_paid(
    session: Session, actor: MakeActor, now: datetime
) -> None:
    head, where = actor(role="section_head"), firm(session)
    set_amount(session, head, now, amount="1000", clawback=["moved-away", "false-data"], clawback_years=3)
    certificate(session, where, date(2021, 3, 1))
    item = recommended(session, actor(), now, where)
    award(session, head, now, item, "1000")
    where.region_code = "429004001"
    session.flush()
    families = schemes.list_families(session, "429005")
    (warned,) = clawback.list_warnings(session, head, families, date(2021, 6, 30))
    assert warned.ground.kind.value == "moved-away"
    assert warned.ground.condition is not None and warned.ground.condition.within_years == 3
    assert awards.get_visible_to(session, head, item.public_id).id == item.id
    with pytest.raises(NotFound):
        awards.get_visible_to(session, actor(region="429006"), item.public_id)
    assert clawback.list_warnings(session, head, families, date(2024, 3, 1)) != []
    assert clawback.list_warnings(session, head, families, date(2024, 3, 2)) == []
    decide(
        session, head, now, item,
        {"kind": "moved-away", "outcome": "kept", "happened_on": "2021-06-25", "document": "潜科文（示例）9号"},
    )  # fmt: skip
    assert clawback.list_warnings(session, head, families, date(2021, 6, 30)) == []


# -- what only a file says ----------------------------------------------------------------------------------------------------


def publish(session: Session, now: datetime, **said: Any) -> None:
    """A correction of the shipped scheme, as a file .r1.yaml would bring it."""
    shipped = schemes.get_family(session, FIRST).versions[0].scheme
    seed.publish(session, Scheme.model_validate(shipped.model_dump() | said), 1, actor=SYSTEM, now=now)


def test_a_scheme_may_require_a_policy_which_says_who(session: Session, actor: MakeActor, now: datetime) -> None:
    publish(session, now, amount_type="fixed", amount="1000", requires={"policy": "high-tech-enterprise"})
    where = firm(session)
    certificate(session, where, date(2021, 3, 1))
    kept = recommended(session, actor(), now, where).steps[0].computation
    assert kept is not None
    assert kept["amount"] == {"low": 0, "high": 100_000, "due": "unknown"}
    required = next(line for line in kept["lines"] if line["kind"] == "requires")
    assert "高新技术企业认定" in required["text"] and "待定" in required["text"]


def test_the_budget_of_the_document_counts_until_the_bureau_sets_its_own(
    session: Session, actor: MakeActor, now: datetime
) -> None:
    head = actor(role="section_head")
    publish(session, now, amount_type="fixed", amount="1000", budget={"year": 2021, "amount": "50 万元"})
    family, families = schemes.get_family(session, FIRST), schemes.list_families(session)
    assert budgets.budget_of(session, head, family, families, 2021).budget == 50_000_000
    assert budgets.budget_of(session, head, family, families, 2022).budget is None
    given = BudgetInput.model_validate({"year": 2021, "amount": "3000", "document_number": "潜科文（示例）3号"})
    budgets.set_budget(session, actor=head, family=family, given=given, now=now)
    assert budgets.budget_of(session, head, family, families, 2021).budget == 300_000
