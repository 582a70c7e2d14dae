"""Who is entitled, by which fact, and the steps from recommendation to payment."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.models import Certificate, Enterprise
from app.incentives.domain.steps import IncentiveState
from app.incentives.models import Incentive
from app.incentives.queries import awards, entitlements, schemes
from app.incentives.queries.awards import AwardFilter
from app.incentives.queries.entitlements import Entitlement, EntitlementScope
from app.incentives.schemas import SetAmountInput, StepInput
from app.incentives.service import amounts, steps
from app.journal.models import JournalEvent
from app.kit import db
from app.kit.actor import Actor
from app.kit.errors import Conflict, Forbidden, Invalid
from tests.factories.commissioners import firm
from tests.factories.incentives import case_with_marker, certificate

MakeActor = Callable[..., Actor]
FIRST, RENEWED = "high-tech-first-recognition", "high-tech-renewed-recognition"
CENTRE, UPGRADE = "joint-innovation-centre-filing", "technical-upgrade-recommendation"


def entitled(session: Session, where: Enterprise) -> list[Entitlement]:
    return entitlements.list_entitlements(
        session, schemes.list_families(session), EntitlementScope(enterprise_id=where.id)
    )


def codes(session: Session, where: Enterprise) -> list[str]:
    return sorted(item.family.code for item in entitled(session, where))


def step(day: str, amount: str | None = None, document: str = "") -> StepInput:
    return StepInput.model_validate({"happened_on": day, "amount": amount, "document": document})


# -- entitlements ---------------------------------------------------------------------------------------------------------


def test_a_first_certificate_and_a_later_one_meet_different_schemes(session: Session) -> None:
    new, old = firm(session), firm(session)
    certificate(session, new, date(2021, 3, 1))
    certificate(session, old, date(2018, 3, 1))
    certificate(session, old, date(2021, 3, 1))
    assert codes(session, new) == [FIRST]
    assert codes(session, old) == [RENEWED]


def test_while_another_certificate_has_no_day_nobody_knows_which_was_the_first(session: Session) -> None:
    where = firm(session)
    certificate(session, where, date(2021, 3, 1))
    session.add(Certificate(enterprise_id=where.id, kind="high-tech-enterprise", number="GR-undated"))
    session.flush()
    assert codes(session, where) == []


def test_a_certificate_from_before_the_scheme_gives_nothing(session: Session) -> None:
    where = firm(session)
    certificate(session, where, date(2020, 12, 31))
    assert codes(session, where) == []


def test_a_revoked_certificate_and_a_retired_firm_give_nothing(session: Session) -> None:
    where, retired = firm(session), firm(session, disabled_on=date(2021, 5, 1))
    certificate(session, where, date(2021, 3, 1), revoked_on=date(2021, 4, 1))
    certificate(session, retired, date(2021, 3, 1))
    assert codes(session, where) == codes(session, retired) == []


def test_a_case_gives_by_what_it_means_not_by_its_stage(session: Session) -> None:
    where = firm(session)
    case_with_marker(session, where, "joint-innovation-centre", "accepted", date(2021, 5, 1), state="finished")
    case_with_marker(session, where, "technical-upgrade-cultivation", "recommended", date(2021, 5, 2))
    case_with_marker(session, firm(session), "joint-innovation-centre", "submitted", date(2021, 5, 1))
    assert codes(session, where) == sorted([CENTRE, UPGRADE])


def test_a_withdrawn_case_gives_nothing(session: Session) -> None:
    where = firm(session)
    case_with_marker(session, where, "joint-innovation-centre", "accepted", date(2021, 5, 1), state="withdrawn")
    assert codes(session, where) == []


def test_a_scheme_stays_in_its_area_and_an_unknown_region_is_not_a_no(session: Session) -> None:
    elsewhere, unknown = firm(session, region="429004001"), firm(session, region="")
    certificate(session, elsewhere, date(2021, 3, 1))
    certificate(session, unknown, date(2021, 3, 1))
    assert codes(session, elsewhere) == []
    (found,) = entitled(session, unknown)
    assert found.region_unknown


def test_the_list_of_a_scheme_and_of_a_firm_agree(session: Session) -> None:
    firms = [firm(session) for _n in range(7)]
    for index, where in enumerate(firms):
        certificate(session, where, date(2021, 2, 1 + index))
    families = schemes.list_families(session)
    first = entitlements.page_entitlements(session, families, EntitlementScope(region_prefix="429005"), limit=4)
    second = entitlements.page_entitlements(
        session, families, EntitlementScope(region_prefix="429005"), first.next, limit=4
    )
    listed = [item.enterprise.id for item in [*first.items, *second.items]]
    assert listed == [where.id for where in reversed(firms)]
    assert entitlements.count_entitlements(session, families, EntitlementScope(region_prefix="429005")).n == 7
    assert all(len(entitled(session, where)) == 1 for where in firms)
    assert entitlements.count_entitlements(session, families, EntitlementScope(region_prefix="429005002")).n == 0


# -- amounts set by the bureau ----------------------------------------------------------------------------------------------


def set_amount(
    session: Session, officer: Actor, now: datetime, amount: str, since: str, until: str | None = None
) -> None:
    family = schemes.get_family(session, FIRST)
    given = {"amount": amount, "effective_from": since, "effective_to": until, "document_number": "潜科文（示例）1号"}
    amounts.set_amount(session, actor=officer, family=family, given=SetAmountInput.model_validate(given), now=now)


def test_the_amount_is_that_of_the_day_of_the_fact(session: Session, actor: MakeActor, now: datetime) -> None:
    early, late, after = (firm(session) for _n in range(3))
    certificate(session, early, date(2021, 2, 28))
    certificate(session, late, date(2021, 3, 1))
    certificate(session, after, date(2021, 6, 1))
    assert entitled(session, early)[0].amount_fen is None
    set_amount(session, actor(role="section_head"), now, "1234.50", "2021-03-01", "2021-05-31")
    assert entitled(session, early)[0].amount_fen is None
    assert entitled(session, late)[0].amount_fen == 123_450
    assert entitled(session, after)[0].amount_fen is None


def test_a_later_amount_leaves_the_earlier_one_standing(session: Session, actor: MakeActor, now: datetime) -> None:
    head = actor(role="section_head")
    before = firm(session)
    certificate(session, before, date(2021, 3, 1))
    set_amount(session, head, now, "100", "2021-01-01")
    set_amount(session, head, now, "200", "2021-04-01")
    assert entitled(session, before)[0].amount_fen == 10_000
    set_amount(session, head, now, "150", "2021-01-01")
    assert entitled(session, before)[0].amount_fen == 15_000
    versions = schemes.get_family(session, FIRST).versions
    assert len(versions) == 4
    db.commit(session)
    events = session.scalars(select(JournalEvent).where(JournalEvent.type == "incentive_scheme.amount_set")).all()
    assert len(events) == 3


def test_only_a_head_of_the_area_sets_an_amount(session: Session, actor: MakeActor, now: datetime) -> None:
    for officer in (actor(), actor(role="leader"), actor(role="section_head", region="429004")):
        with pytest.raises(Forbidden):
            set_amount(session, officer, now, "100", "2021-01-01")
    with pytest.raises(Invalid):
        set_amount(session, actor(role="section_head"), now, "100", "2021-02-01", "2021-01-31")


# -- steps --------------------------------------------------------------------------------------------------------------------


def recommended(session: Session, officer: Actor, now: datetime) -> Incentive:
    where = firm(session)
    fact = certificate(session, where, date(2021, 3, 1))
    return steps.recommend(
        session,
        actor=officer,
        enterprise=where,
        scheme_code=FIRST,
        trigger_key=f"certificate:{fact.id}",
        given=step("2021-06-01"),
        now=now,
    )


def test_an_incentive_goes_from_recommendation_to_payment(session: Session, actor: MakeActor, now: datetime) -> None:
    head = actor(role="section_head")
    incentive = recommended(session, actor(), now)
    assert (incentive.state, incentive.amount_fen) == ("recommended", None)
    assert entitled(session, incentive.enterprise) == []
    award = step("2021-06-10", "100000", "潜科文（示例）2号")
    steps.advance(session, actor=head, incentive=incentive, step=IncentiveState.AWARDED, given=award, now=now)
    steps.advance(
        session, actor=head, incentive=incentive, step=IncentiveState.PAID, given=step("2021-06-20", "100000"), now=now
    )
    assert (incentive.state, incentive.amount_fen) == ("paid", 10_000_000)
    assert [item.step for item in incentive.steps] == ["recommended", "awarded", "paid"]
    db.commit(session)
    events = session.scalars(select(JournalEvent).where(JournalEvent.subject_kind == "incentive")).all()
    assert [event.type for event in events] == ["incentive.recommended", "incentive.awarded", "incentive.paid"]
    assert {event.subject_id for event in events} == {incentive.public_id}
    assert {event.enterprise_id for event in events} == {incentive.enterprise_id}


def test_one_fact_gives_once(session: Session, actor: MakeActor, now: datetime) -> None:
    incentive = recommended(session, actor(), now)
    with pytest.raises(Conflict) as refused:
        steps.recommend(
            session,
            actor=actor(),
            enterprise=incentive.enterprise,
            scheme_code=FIRST,
            trigger_key=incentive.trigger_key,
            given=step("2021-06-02"),
            now=now,
        )
    assert refused.value.code == "incentive.recommended_before"


def test_without_a_fact_nobody_is_recommended(session: Session, actor: MakeActor, now: datetime) -> None:
    with pytest.raises(Conflict) as refused:
        steps.recommend(
            session,
            actor=actor(),
            enterprise=firm(session),
            scheme_code=FIRST,
            trigger_key="certificate:1",
            given=step("2021-06-02"),
            now=now,
        )
    assert refused.value.code == "incentive.not_entitled"


def test_steps_out_of_order_or_out_of_time_are_refused(session: Session, actor: MakeActor, now: datetime) -> None:
    head = actor(role="section_head")
    incentive = recommended(session, actor(), now)
    for name, given, error in (
        (IncentiveState.PAID, step("2021-06-10", "1"), Conflict),
        (IncentiveState.RECOMMENDED, step("2021-06-10"), Conflict),
        (IncentiveState.AWARDED, step("2021-06-10"), Invalid),
        (IncentiveState.AWARDED, step("2021-05-31", "1"), Invalid),
        (IncentiveState.AWARDED, step("2021-07-01", "1"), Invalid),
    ):
        with pytest.raises(error):
            steps.advance(session, actor=head, incentive=incentive, step=name, given=given, now=now)
    with pytest.raises(Forbidden):
        steps.advance(
            session,
            actor=actor(),
            incentive=incentive,
            step=IncentiveState.AWARDED,
            given=step("2021-06-10", "1"),
            now=now,
        )
    steps.advance(
        session, actor=head, incentive=incentive, step=IncentiveState.AWARDED, given=step("2021-06-10", "1"), now=now
    )
    with pytest.raises(Invalid):
        steps.advance(
            session, actor=head, incentive=incentive, step=IncentiveState.PAID, given=step("2021-06-10", "2"), now=now
        )


def test_a_head_takes_steps_back_one_by_one_with_a_reason(session: Session, actor: MakeActor, now: datetime) -> None:
    head = actor(role="section_head")
    incentive = recommended(session, actor(), now)
    steps.advance(
        session, actor=head, incentive=incentive, step=IncentiveState.AWARDED, given=step("2021-06-10", "9"), now=now
    )
    with pytest.raises(Forbidden):
        steps.undo_last(session, actor=actor(), incentive=incentive, reason="x", now=now)
    steps.undo_last(session, actor=head, incentive=incentive, reason="金额有误", now=now)
    assert (incentive.state, incentive.amount_fen) == ("recommended", None)
    steps.undo_last(session, actor=head, incentive=incentive, reason="推荐有误", now=now)
    assert incentive.state == "eligible"
    assert [item.undo_reason for item in incentive.steps] == ["推荐有误", "金额有误"]
    with pytest.raises(Conflict):
        steps.undo_last(session, actor=head, incentive=incentive, reason="再撤", now=now)
    assert len(entitled(session, incentive.enterprise)) == 1
    again = steps.recommend(
        session,
        actor=actor(),
        enterprise=incentive.enterprise,
        scheme_code=FIRST,
        trigger_key=incentive.trigger_key,
        given=step("2021-06-15"),
        now=now,
    )
    assert again.id == incentive.id


def test_lists_keep_to_the_region(session: Session, actor: MakeActor, now: datetime) -> None:
    incentive = recommended(session, actor(), now)
    mine, foreign = actor(), actor(region="429004")
    assert [item.id for item in awards.page_visible_to(session, mine, AwardFilter()).items] == [incentive.id]
    assert awards.page_visible_to(session, foreign, AwardFilter()).items == []
    assert awards.count_by_state(session, mine) == {(FIRST, IncentiveState.RECOMMENDED): 1}
    assert awards.count_by_state(session, foreign) == {}
