"""Each number is the count of its rows; boundaries, windows and regions."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from app.enterprises.models import Enterprise, EnterpriseTag
from app.kit.actor import Actor
from app.targets import counts, queries
from app.targets.domain import Applications, Certificates, Counted, Period, Subjects, Target, TargetOperator
from tests.factories.commissioners import agreement, expert, firm
from tests.factories.incentives import case_with_marker, certificate

HTE = "high-tech-enterprise"
CERTIFICATES = Certificates(what="certificates", certificate=HTE)
SUBJECTS = Subjects(what="subjects", certificate=HTE, tag="high_tech_subject")
APPLICATIONS = Applications(what="applications", programme=HTE)
MID_2021 = Period(2021, date(2021, 6, 30))


# -- comparisons ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("comparison", "target", "count", "met", "missing"),
    [
        ("gt", 60, 60, False, 1),
        ("gt", 60, 61, True, 0),
        ("gt", 110, 108, False, 3),
        ("ge", 20, 19, False, 1),
        ("ge", 20, 20, True, 0),
        ("ge", 5, 0, False, 5),
    ],
)
def test_more_than_sixty_means_sixty_one(comparison: str, target: int, count: int, met: bool, missing: int) -> None:
    goal = Target(TargetOperator(comparison), Decimal(target))
    assert (goal.is_met(count), goal.missing(count)) == (met, missing)


def test_a_year_is_counted_as_it_stands_today_or_as_it_ended() -> None:
    today = date(2021, 6, 30)
    assert Period.of(2021, today).on == today
    assert Period.of(2020, today).on == date(2020, 12, 31)
    assert Period.of(2022, today).on == date(2022, 1, 1)


# -- certificates and subjects ------------------------------------------------------------------------------------------------


def count(session: Session, counted: object, period: Period = MID_2021, region: str = "429005") -> int:
    n = counts.count(session, counted, period, region)  # type: ignore[arg-type]
    found = session.scalars(counts.rows(counted, period, region)).all()  # type: ignore[arg-type]
    assert len(found) == len({row.id for row in found}) == n
    return n


@pytest.mark.parametrize(
    ("issued", "expires", "revoked", "valid"),
    [
        ("2021-06-30", "2024-06-29", None, True),
        ("2021-07-01", "2024-06-30", None, False),
        ("2018-07-01", "2021-06-30", None, True),
        ("2018-06-30", "2021-06-29", None, False),
        ("2020-01-01", "2022-12-31", "2021-06-30", False),
        ("2020-01-01", "2022-12-31", "2021-07-01", True),
    ],
)
def test_a_certificate_is_valid_from_its_first_day_to_its_last(
    session: Session, issued: str, expires: str, revoked: str | None, valid: bool
) -> None:
    revoked_on = date.fromisoformat(revoked) if revoked else None
    certificate(session, firm(session), date.fromisoformat(issued), date.fromisoformat(expires), revoked_on=revoked_on)
    assert count(session, CERTIFICATES) == int(valid)


def test_a_firm_counts_once_whatever_it_holds(session: Session) -> None:
    where = firm(session)
    certificate(session, where, date(2018, 7, 1))
    certificate(session, where, date(2021, 6, 1))
    tag(session, where)
    tag(session, firm(session))
    assert count(session, CERTIFICATES) == 1
    assert count(session, SUBJECTS) == 2


def tag(session: Session, where: Enterprise, granted: date | None = None, expires: date | None = None) -> None:
    session.add(EnterpriseTag(enterprise_id=where.id, tag="high_tech_subject", granted_on=granted, expires_on=expires))
    session.flush()


def test_a_tag_counts_within_its_days(session: Session) -> None:
    tag(session, firm(session), granted=date(2021, 7, 1))
    tag(session, firm(session), expires=date(2021, 6, 29))
    assert count(session, SUBJECTS) == 0
    tag(session, firm(session), granted=date(2021, 6, 30), expires=date(2021, 6, 30))
    assert count(session, SUBJECTS) == 1


def test_retired_firms_and_other_regions_do_not_count(session: Session) -> None:
    certificate(session, firm(session, disabled_on=date(2021, 1, 1)), date(2021, 1, 1))
    certificate(session, firm(session, region="429004001"), date(2021, 1, 1))
    assert count(session, CERTIFICATES) == count(session, SUBJECTS) == 0
    assert count(session, CERTIFICATES, region="429004") == 1


def test_certificates_that_run_out_this_year_are_told_unless_one_follows(session: Session) -> None:
    runs_out, renewed = firm(session), firm(session)
    certificate(session, runs_out, date(2018, 12, 1), date(2021, 11, 30))
    certificate(session, renewed, date(2018, 12, 1), date(2021, 11, 30))
    certificate(session, renewed, date(2021, 6, 1), date(2024, 5, 31))
    found = session.scalars(counts.expiring(CERTIFICATES, MID_2021, "429005")).all()
    assert [where.id for where in found] == [runs_out.id]


# -- applications -------------------------------------------------------------------------------------------------------------------


def test_applications_count_firms_in_the_year_they_handed_in(session: Session) -> None:
    for day in (date(2021, 1, 1), date(2021, 6, 30)):
        case_with_marker(session, firm(session), HTE, "submitted", day)
    for day in (date(2020, 12, 31), date(2021, 7, 1)):
        case_with_marker(session, firm(session), HTE, "submitted", day)
    case_with_marker(session, firm(session), HTE, "recommended", date(2021, 3, 1))
    case_with_marker(session, firm(session), "joint-innovation-centre", "submitted", date(2021, 3, 1))
    assert count(session, APPLICATIONS) == 2


def test_a_firm_that_handed_in_twice_counts_once(session: Session) -> None:
    where = firm(session)
    case_with_marker(session, where, HTE, "submitted", date(2021, 2, 1), state="rejected")
    case_with_marker(session, where, HTE, "submitted", date(2021, 6, 1))
    case_with_marker(session, where, HTE, "submitted", date(2020, 6, 1), state="rejected")
    assert count(session, APPLICATIONS) == 1
    assert count(session, APPLICATIONS, Period(2020, date(2020, 12, 31))) == 1


# -- the plan -------------------------------------------------------------------------------------------------------------------------


def test_headlines_come_in_the_order_of_the_desk(session: Session, actor: Callable[..., Actor], now: datetime) -> None:
    officer = actor()
    agreement(session, officer, now, expert(session, officer, now), firm(session))
    view = queries.find_plan(session, officer, 2021, date(2021, 6, 30))
    assert view is not None
    assert view.is_of_the_year
    found = queries.list_headlines(session, view)
    assert [item.item.code for item in found] == ["T10a", "T6", "T13a", "T10b", "G1"]
    assert [item.count for item in found] == [0, 0, 1, 0, 0]
    assert [item.missing for item in found] == [20, 10, 4, 61, 111]


def test_a_year_without_a_plan_borrows_the_latest_and_says_so(session: Session, actor: Callable[..., Actor]) -> None:
    view = queries.find_plan(session, actor(), 2024, date(2024, 3, 1))
    assert view is not None
    assert not view.is_of_the_year
    assert (view.plan.year, view.period) == (2021, Period(2024, date(2024, 3, 1)))
    assert queries.find_plan(session, actor(region="110000"), 2021, date(2021, 6, 30)) is None


def test_a_township_counts_its_own_and_a_province_counts_the_plans_area(
    session: Session, actor: Callable[..., Actor]
) -> None:
    for region in ("429005001", "429005002", "429004001"):
        certificate(session, firm(session, region=region), date(2021, 1, 1))
    for region, expected in (("429005", 2), ("429005001", 1), ("42", 2), ("", 2)):
        view = queries.find_plan(session, actor(region=region), 2021, date(2021, 6, 30))
        assert view is not None
        assert count(session, CERTIFICATES, view.period, view.region_prefix) == expected


# -- at size ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counted", "index"),
    [
        (APPLICATIONS, "ix_case_marker_meaning"),
        (CERTIFICATES, "ix_certificate_by_"),
        (SUBJECTS, "ix_enterprise_tag_by_tag"),
    ],
)
def test_a_number_is_counted_by_an_index(
    session: Session, explain: Callable[..., str], counted: Counted, index: str
) -> None:
    plan = explain(session, counts.rows(counted, MID_2021, "429005"))
    assert index in plan
