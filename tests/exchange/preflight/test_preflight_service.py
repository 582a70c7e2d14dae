"""The pre-flight over rows on file: what it says, and that the number of its queries does not grow."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlalchemy.orm import Session

from app.enterprises.models import Certificate, YearlyFigures
from app.exchange.plans import province_plans
from app.exchange.preflight.domain import FindingCode, PreflightFinding, Report
from app.exchange.preflight.service import blocks, check
from app.kit.actor import Actor
from tests.factories.cases import firm, opened
from tests.support.queries import counted_queries

ON = date(2021, 6, 30)


def found_of(report: Report, row_id: int) -> list[PreflightFinding]:
    """What was found about one row, but for fields that the definition merely asks for."""
    records = [record for record in report.records if record.row_id == row_id]
    return [found for record in records for found in record.findings if found.code is not FindingCode.ADVISED]


def test_a_sound_firm_raises_nothing(session: Session) -> None:
    row = firm(session)
    report = check(session, province_plans()["enterprises"], "", on=ON, row_ids=[row.id])
    assert (report.checked, report.blocked) == (1, 0)
    assert found_of(report, row.id) == []


def test_an_unconfirmed_code_blocks_and_an_unknown_region_is_told(session: Session) -> None:
    row, sound = firm(session, region="", uscc_confirmed=False), firm(session)
    plan = province_plans()["enterprises"]
    report = check(session, plan, "", on=ON, row_ids=[row.id, sound.id])
    told = report.records[0]
    assert (told.row_id, told.key, told.label) == (row.id, row.uscc, row.name)
    assert [found.code for found in told.blocks] == [FindingCode.UNCONFIRMED]
    assert [found.code for found in found_of(report, row.id)] == [FindingCode.UNCONFIRMED, FindingCode.REGION]
    assert set(blocks(session, plan, "", [row.id, sound.id], ON)) == {row.id}


def test_only_the_last_certificate_of_a_kind_counts(session: Session) -> None:
    gone, renewed = firm(session), firm(session)
    for owner, number, issued, expires in (
        (gone, "GR1", 2015, 2018), (renewed, "GR2", 2015, 2018), (renewed, "GR3", 2018, 2022),
    ):  # fmt: skip
        day, end = date(issued, 11, 15), date(expires, 11, 14)
        session.add(
            Certificate(
                enterprise_id=owner.id, kind="high-tech-enterprise", number=number, issued_on=day, expires_on=end
            )
        )
    session.flush()
    report = check(session, province_plans()["enterprises"], "", on=ON, row_ids=[gone.id, renewed.id])
    assert found_of(report, renewed.id) == []
    (found,) = found_of(report, gone.id)
    assert found.code is FindingCode.CERTIFICATE and "GR1" in found.words and "2018-11-14" in found.words


def test_a_case_lacks_the_figures_of_its_years(session: Session, actor: Callable[..., Actor], now: datetime) -> None:
    young = firm(session, registered_on=date(2019, 5, 20))
    case = opened(session, actor("section_head"), now, young).row
    session.add(YearlyFigures(enterprise_id=young.id, year=2020, basis="HTE", source="enterprise", updated_at=now))
    session.flush()
    (told,) = check(session, province_plans()["cases"], "", on=ON, row_ids=[case.id]).records
    (found,) = told.findings
    assert found.code is FindingCode.FIGURES and "2019" in found.words
    assert "2018" not in found.words and "2020" not in found.words
    assert found.mend.key == young.uscc


def test_another_region_is_not_looked_at(session: Session) -> None:
    row = firm(session, region="429006001", uscc_confirmed=False)
    report = check(session, province_plans()["enterprises"], "429005", on=ON, row_ids=[row.id])
    assert report.checked == 0


@pytest.mark.parametrize("resource", ["enterprises", "cases"])
def test_many_are_read_with_as_many_queries_as_few(
    session: Session, actor: Callable[..., Actor], now: datetime, resource: str
) -> None:
    head, plan, sent = actor("section_head"), province_plans()[resource], []
    for wanted in (3, 40):
        for _ in range(wanted):
            opened(session, head, now)
        with counted_queries() as statements:
            report = check(session, plan, "", on=ON)
        assert report.checked >= wanted
        sent.append(len(statements))
    assert sent[0] == sent[1]
