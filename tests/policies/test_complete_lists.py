"""Lists that are complete: whoever is not on one is denied what it tells, exactly as far as it speaks."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.complete_lists.denials import LIST_KINDS, UNASKED, kinds_told
from app.enterprises.complete_lists.schemas import CompleteListInput
from app.enterprises.complete_lists.service import state_complete, withdraw_complete
from app.enterprises.models import Certificate, ComplianceEvent, StandardParticipation
from app.journal.models import JournalEvent
from app.kit import db
from app.kit.actor import SYSTEM, Actor, Role
from app.kit.errors import Conflict, Forbidden, Invalid
from app.kit.facts.owners import Owners
from app.kit.yaml import load_with_lines
from app.policies.domain.facts.catalogue import FactKey
from app.policies.domain.values.knowledge import Known
from app.policies.inputs import source_text
from app.policies.queries import get_catalogue
from app.policies.schemas import PolicySettingInput, StatementInput
from app.policies.service.check_days import set_check_days
from app.policies.service.fact_sources import gather, read_columns
from app.policies.service.statements import state_fact
from app.policies.whatif.register import load, refreshed
from app.reference.queries import term_names
from tests.factories.enterprises import firm
from tests.support.statements import recorded_statements

NOW = datetime(2021, 8, 1, 1, 0, tzinfo=UTC)
DAY = date(2021, 6, 30)
CASES: list[dict[str, Any]] = load_with_lines(Path(__file__).parent / "complete_lists.yaml")[0]["cases"]
ROWS = {"certificate": Certificate, "compliance": ComplianceEvent, "standard": StandardParticipation}
ANSWERS = {Known(True): "yes", Known(False): "no", None: "unknown"}
HIGH_TECH = FactKey("high_tech_certificate")

MakeActor = Callable[..., Actor]


def day(text: Any) -> date:
    return text if isinstance(text, date) else date.fromisoformat(text)


def complete(session: Session, *, actor: Actor = SYSTEM, **values: Any) -> int:
    """A list of certificates of the county, complete to 30 June, unless told otherwise."""
    usual = {
        "kinds": ["certificate:high-tech-enterprise"], "complete_to": DAY, "region_code": "429005", "issuer": "省科技厅（示例）",
        "document": "名单（示例）",
    }  # fmt: skip
    return state_complete(session, actor=actor, data=CompleteListInput.model_validate(usual | values), now=NOW).id


def prepared(session: Session, case: dict[str, Any]) -> int:
    """The firm of a case, with all that the case tells."""
    one = firm(session, **case.get("firm", {}))
    for row in case.get("rows", ()):
        ((kind, values),) = row.items()
        days = {name: day(value) for name, value in values.items() if name.endswith("_on")}
        session.add(ROWS[kind](enterprise_id=one.id, **values | days))
    for said in case.get("stated", ()):
        data = StatementInput(
            fact_code=said["fact"], year=None, value=said["value"], stated_on=day(said["stated_on"]), source="示例"
        )
        state_fact(session, actor=SYSTEM, enterprise=one, data=data, now=NOW)
    for told in case.get("lists", ()):
        first = day(told["from"]) if "from" in told else None
        region = told.get("region", "429005")
        complete(session, kinds=told["kinds"], complete_from=first, complete_to=day(told["to"]), region_code=region)
    if days := case.get("check_days"):
        setting = PolicySettingInput(
            name="check_days", value=str(days), effective_from=date(2021, 1, 1), document="会议纪要（示例）"
        )
        set_check_days(session, actor=SYSTEM, data=setting, now=NOW)
    session.flush()
    return one.id


def told_of(session: Session, case: dict[str, Any]) -> dict[str, str]:
    """What is known of the firm of a case: alone, and the same among others in columns."""
    key, on, catalogue = prepared(session, case), day(case["day"]), get_catalogue(session)
    known = gather(session, catalogue, key, on).facts.known
    columns = read_columns(session, catalogue, Owners([key, firm(session, region_code="").id]), on)
    assert columns.row(0).known == known
    return {code: ANSWERS[known.get(FactKey(code))] for code in case["expect"]}


def test_golden_cases(session: Session) -> None:
    for case in CASES:
        with session.begin_nested() as alone:
            assert told_of(session, case) == case["expect"], case["name"]
            alone.rollback()


def test_the_source_names_the_list(session: Session) -> None:
    one = firm(session)
    complete(session)
    found = gather(session, get_catalogue(session), one.id, DAY)
    assert source_text(found.sources[HIGH_TECH]) == (
        "不在完整名单上：省科技厅（示例），完整至 2021-06-30，高新技术企业：名单（示例）"
    )


def test_a_denial_that_is_over_gives_way_to_a_list(session: Session) -> None:
    """And is not told as lapsed beside it."""
    one, accident = firm(session), FactKey("accident_in_last_year")
    said = StatementInput(fact_code=accident.code, year=None, value=False, stated_on=date(2021, 6, 1), source="示例")
    state_fact(session, actor=SYSTEM, enterprise=one, data=said, now=NOW)
    assert accident in gather(session, get_catalogue(session), one.id, DAY).lapsed
    kinds = [f"compliance:{kind}" for kind in ("safety_accident", "quality_accident", "environmental_violation")]
    complete(session, kinds=kinds, complete_from=date(2020, 1, 1))
    found = gather(session, get_catalogue(session), one.id, DAY)
    assert not found.lapsed and found.facts.known[accident] == Known(False)


def test_what_cannot_be_said_is_refused(session: Session, actor: MakeActor) -> None:
    with pytest.raises(Forbidden):
        complete(session, actor=actor(region="429005"), region_code="42")
    with pytest.raises(Forbidden):
        complete(session, actor=actor(role=Role.LEADER, region="429005"))
    for wrong, at in (
        ({"kinds": ["certificate:unheard-of"]}, "kinds"),
        ({"complete_to": date(2021, 8, 2)}, "complete_to"),
        ({"complete_from": date(2021, 7, 1)}, "complete_from"),
        ({"kinds": ["compliance:safety_accident"]}, "complete_from"),
    ):
        with pytest.raises(Invalid) as refused:
            complete(session, **wrong)
        assert at in refused.value.fields


def test_kinds_of_which_no_condition_asks_are_kept_and_deny_nothing(session: Session) -> None:
    one = firm(session)
    before = gather(session, get_catalogue(session), one.id, DAY).facts.known
    complete(session, kinds=sorted(UNASKED), complete_from=date(2020, 1, 1))
    assert gather(session, get_catalogue(session), one.id, DAY).facts.known == before
    assert not kinds_told(sorted(UNASKED)) and set(LIST_KINDS) >= UNASKED
    assert {kind for kind in LIST_KINDS if not kinds_told([kind])} == UNASKED
    events = {f"compliance:{code}" for code in term_names(session, "compliance_kind")}
    assert events <= set(LIST_KINDS), "of each kind of event somebody may have the complete list"


def test_it_is_withdrawn_once_and_the_journal_says_so(session: Session, actor: MakeActor) -> None:
    one, wang = firm(session), actor(region="429005")
    key = complete(session, actor=wang)
    withdraw_complete(session, actor=wang, list_id=key, now=NOW)
    assert HIGH_TECH not in gather(session, get_catalogue(session), one.id, DAY).facts.known
    with pytest.raises(Conflict):
        withdraw_complete(session, actor=wang, list_id=key, now=NOW)
    db.commit(session)
    of_list = select(JournalEvent).where(JournalEvent.subject_kind == "complete_list").order_by(JournalEvent.position)
    stated, withdrawn = session.scalars(of_list)
    text = "高新技术企业名单，不限起始日 至 2021-06-30 完整（省科技厅（示例），名单（示例））"
    assert (stated.changes["statement"], withdrawn.changes["statement"]) == ([None, text], [text, None])


def test_a_register_kept_for_what_if_is_read_anew(session: Session) -> None:
    firm(session)
    db.commit(session)
    kept = load(session, "", DAY)
    key = complete(session)
    db.commit(session)
    with_list = refreshed(session, kept)
    assert HIGH_TECH not in kept.columns.known and HIGH_TECH in with_list.columns.known
    withdraw_complete(session, actor=SYSTEM, list_id=key, now=NOW)
    db.commit(session)
    assert HIGH_TECH not in refreshed(session, with_list).columns.known


def test_it_costs_no_statement_more(session: Session) -> None:
    """Neither where nobody has said anything, nor where somebody has and the day is covered; of many no more than of one."""
    firms = [firm(session).id for _ in range(12)]
    db.commit(session)
    catalogue, sent = get_catalogue(session), []
    for stated in (False, True):
        if stated:
            complete(session)
            db.commit(session)
        for some in (firms, firms[:1], firms):
            with recorded_statements() as statements:
                read_columns(session, catalogue, Owners(some), DAY)
            sent.append(len(statements))
            db.commit(session)
    assert sent[1] == sent[2] == sent[4] == sent[5]
