"""Building the demo: firms in batches, then cases, experts, incentives and accounts."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import chain, islice
from random import Random
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.domain import DEMO_PASSWORD
from app.accounts.models import EnterpriseUser
from app.accounts.queries import actor_of
from app.accounts.service.invitations import accept_invitation, invite
from app.cases.models import CaseFile
from app.demo.accounts import PASSWORDS, PORTAL_LOGIN, make_officers
from app.demo.casework import Candidate, CaseMaker, announce_rounds
from app.demo.checks import count_checks
from app.demo.exchange import play_exchange
from app.demo.firms import SHOWN, DemoFirm, fictional_code, make_firms
from app.demo.scenes import OTHERS, firms_without_cases, own_firm, play_others, play_own_firm
from app.demo.service_records import make_experts, recommend_some, store_some_verdicts
from app.demo.sweeps import HALF_A_YEAR, sweep_twice
from app.demo.twins import with_twins
from app.enterprises.duplicates.kept_pairs import keep_pairs
from app.enterprises.duplicates.queries import find_likely_pairs
from app.enterprises.models import (
    Certificate,
    Contact,
    Conversion,
    Enterprise,
    EnterpriseTag,
    FormerCode,
    FormerName,
    IntellectualProperty,
    Product,
    ProductProperty,
    YearlyFigures,
)
from app.enterprises.search_index import reindex
from app.enterprises.service.registering import insert_many, prepare_row
from app.files.vault import Vault
from app.kit.actor import SYSTEM, Actor
from app.kit.bulk import insert_numbered, insert_rows
from app.kit.clock import start_of_day, today
from app.kit.db import Database, refresh_statistics, session_scope
from app.kit.money import FEN_PER_YUAN
from app.policies.models import FactStatement
from app.targets.indicators import calculate_indicators

DEFAULT_SIZE = 300
BATCH = 500
#: After so many batches the tables have the shape that they keep.
MEASURED_BATCHES = 2
SEED = 20210616
GRADED_DAYS_AGO = 330
#: The departments answered twice: shortly before each of the two sweeps.
ANSWERED_DAYS_AGO = (HALF_A_YEAR.days + 20, 20)
#: The firm's own account is older than the first of its cases.
ACCOUNT_AGE = timedelta(days=40 * 30)
#: For how many years the register has been kept.
KEPT_YEARS = 4
#: The parts that the event of a new firm brings along, for those who follow: their rows have no events of their own.
WITH_PARTS = ["figures", "property"]

Progress = Callable[[int], None]


def build_demo(
    database: Database,
    *,
    enterprises: int,
    now: datetime,
    vault: Vault | None = None,
    secret: bytes | None = None,
    progress: Progress | None = None,
) -> None:
    """Add `enterprises` fictional firms with all that belongs to them, in transactions of at most 500 firms.

    `vault` takes the documents of the few cases that are handled in full; without one these are left out. `secret` seals the
    keys of the partners of the exchange; without one there are none.
    """
    random = Random(SEED)  # noqa: S311 - fictional firms, the same each time
    on = today(now)
    with session_scope(database) as session:
        officers = make_officers(session, now)
        start = session.scalar(select(func.count()).where(Enterprise.uscc.like("91429099MAX%"))) or 0
        announce_rounds(session, on)
        if not start:
            count_checks(session, now)
        cases = CaseMaker(session, random, officers, on)
    firms = _invent(random, enterprises, on, start)
    for number, batch in enumerate(iter(lambda: list(islice(firms, BATCH)), [])):
        with session_scope(database) as session:
            cases.make(session, _write_firms(session, batch, officers[0], now))
        if number < MEASURED_BATCHES:
            refresh_statistics(database)
        if progress:
            progress(len(batch))
    with session_scope(database) as session:
        make_experts(session, random, officers[0], now)
        recommend_some(session, officers[0], now)
        if not start:
            store_some_verdicts(session, officers[0], now)
    with session_scope(database) as session:
        if vault is None:
            _make_portal_user(session, now)
        elif not start:
            _play(session, vault, now)
        if secret is not None and not start:
            play_exchange(session, secret, now)
    refresh_statistics(database)
    if not start:
        sweep_twice(database, officers[0], now)
    calculate_indicators(database, now)


def _invent(random: Random, count: int, on: date, start: int) -> Iterator[DemoFirm]:
    """The firms one after another; a few of a new demo stand there twice."""
    firms = make_firms(random, count, on, start=start)
    return firms if start else chain(with_twins(list(islice(firms, BATCH))), firms)


def _play(session: Session, vault: Vault, now: datetime) -> None:
    """The scenes of the cases handled in full; as many as there are firms for."""
    own = own_firm(session)
    play_own_firm(session, vault, own, _open_account(session, own, now - ACCOUNT_AGE), now)
    if firms := firms_without_cases(session, len(OTHERS), today(now)):
        play_others(session, vault, firms, now)


def _write_firms(session: Session, firms: Sequence[DemoFirm], actor: Actor, now: datetime) -> list[Candidate]:
    pairs = _take_in(session, firms, actor, now)
    for model, attribute in (
        (Contact, "contacts"),
        (FormerName, "former_names"),
        (FormerCode, "former_codes"),
        (Conversion, "conversions"),
        (EnterpriseTag, "tags"),
        (Certificate, "certificates"),
    ):
        _insert(
            session, model, [{**row, "enterprise_id": key} for key, firm in pairs for row in getattr(firm, attribute)]
        )
    reindex(session, [key for key, firm in pairs if firm.former_names or firm.former_codes])
    figures = [{**row, "enterprise_id": key, "updated_at": now} for key, firm in pairs for row in firm.figures]
    _insert(session, YearlyFigures, figures)
    _insert(session, FactStatement, [row for key, firm in pairs for row in _statements(key, firm, actor, now)])
    _write_products(session, pairs)
    if twins := {key for key, firm in pairs if firm.is_twin}:
        keep_pairs(session, *find_likely_pairs(session, twins), now)  # they wait for a person, as after an import
    return [_candidate(key, firm) for key, firm in pairs]


def _take_in(session: Session, firms: Sequence[DemoFirm], actor: Actor, now: datetime) -> list[tuple[int, DemoFirm]]:
    """The firms in the register, each with its id, taken in on the day on which the register knew of it."""
    data = {"note": "虚构示例数据", "parts": WITH_PARTS}
    taken: dict[str, int] = {}
    known_at = {firm.enterprise["uscc"]: _known_at(firm, now) for firm in firms}
    for known in sorted(set(known_at.values())):
        rows = [prepare_row(firm.enterprise, known) for firm in firms if known_at[firm.enterprise["uscc"]] == known]
        ids = insert_many(session, rows, actor=actor, now=known, data=data)
        taken |= {row["uscc"]: key for key, row in zip(ids, rows, strict=True)}
    return [(taken[firm.enterprise["uscc"]], firm) for firm in firms]


def _known_at(firm: DemoFirm, now: datetime) -> datetime:
    """The first of January after the registration, four years back at most: before its cases, lists of a past day need both."""
    this_year = today(now).year
    days = (date(year, 1, 1) for year in range(this_year - KEPT_YEARS, this_year + 1))
    known = next((day for day in days if day >= firm.enterprise["registered_on"]), None)
    return start_of_day(known) if known else now


def _candidate(enterprise_id: int, firm: DemoFirm) -> Candidate:
    row = firm.enterprise
    valid = [held["expires_on"] for held in firm.certificates if held["kind"] == "high-tech-enterprise"]
    return Candidate(
        enterprise_id=enterprise_id,
        name=row["name"],
        region_code=row["region_code"],
        registered_on=row["registered_on"],
        ambition=firm.ambition,
        certified_until=max(valid, default=None),
        has_scenes=row["uscc"] == fictional_code(SHOWN),
    )


def _statements(enterprise_id: int, firm: DemoFirm, actor: Actor, now: datetime) -> Iterator[dict[str, Any]]:
    """What departments and experts stated about a firm."""
    registered_on: date = firm.enterprise["registered_on"]
    common = {
        "enterprise_id": enterprise_id,
        "stated_on": max(today(now) - timedelta(days=GRADED_DAYS_AGO), registered_on),
        "actor_kind": str(actor.kind),
        "actor_id": actor.id,
        "actor_name": actor.name,
        "created_at": now,
    }
    if firm.statements:
        source = "有关部门函复（虚构示例数据）"
        yield {**common, "fact_code": "prohibited_products", "value": False, "source": source}
        for days in ANSWERED_DAYS_AGO:
            stated_on = max(today(now) - timedelta(days=days), registered_on)
            answered = {**common, "stated_on": stated_on, "value": False, "source": source}
            for fact in ("accident_in_last_year", "breach_in_two_years", "on_dishonesty_list"):
                yield {**answered, "fact_code": fact}
        if firm.grades:
            yield {**common, "fact_code": "standards_led", "value": False, "source": "申报书（虚构示例数据）"}
    if firm.total_costs_fen is not None:
        year, costs = firm.figures[-1]["year"], f"{firm.total_costs_fen // FEN_PER_YUAN}"
        reported = {
            "fact_code": "total_costs",
            "year": year,
            "value": costs,
            "source": "企业所得税年度申报表（虚构示例数据）",
        }
        yield {**common, **reported}
    for fact, grade in firm.grades.items():
        yield {**common, "fact_code": fact, "value": grade, "source": "技术专家预评打分（虚构示例数据）"}


def _insert(session: Session, model: Any, rows: list[dict[str, Any]]) -> None:
    for chunk in _alike(rows):
        insert_rows(session, model, chunk)


def _alike(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Rows grouped by the columns they give: one statement takes rows of one shape."""
    shapes: dict[frozenset[str], list[dict[str, Any]]] = {}
    for row in rows:
        shapes.setdefault(frozenset(row), []).append(row)
    yield from shapes.values()


def _write_products(session: Session, pairs: list[tuple[int, DemoFirm]]) -> None:
    properties = [{**row, "enterprise_id": key} for key, firm in pairs for row in firm.properties]
    products = [{**row, "enterprise_id": key} for key, firm in pairs for row in firm.products]
    property_ids = insert_numbered(session, IntellectualProperty, properties)
    product_ids = insert_numbered(session, Product, products)
    rights: dict[int, list[int]] = {}
    for row, found in zip(properties, property_ids, strict=True):
        rights.setdefault(row["enterprise_id"], []).append(found)
    links = [
        {"product_id": product, "property_id": right}
        for row, product in zip(products, product_ids, strict=True)
        if row["is_main"]
        for right in rights.get(row["enterprise_id"], [])[:3]
    ]
    _insert(session, ProductProperty, links)


def _make_portal_user(session: Session, now: datetime) -> None:
    """One firm with an open case gets a portal user, unless the demo has one already."""
    if session.scalar(select(EnterpriseUser.id).where(EnterpriseUser.login == PORTAL_LOGIN)):
        return
    enterprise = session.scalars(
        select(Enterprise)
        .join(CaseFile, CaseFile.enterprise_id == Enterprise.id)
        .where(CaseFile.state == "open")
        .order_by((CaseFile.stage == "review").desc(), CaseFile.id)
        .limit(1)
    ).first()
    if enterprise is None:
        return
    _open_account(session, enterprise, now)


def _open_account(session: Session, enterprise: Enterprise, now: datetime) -> Actor:
    secret = invite(session, actor=SYSTEM, enterprise=enterprise, name="张（示例）", now=now)
    session.flush()
    user = accept_invitation(
        session,
        secret=secret,
        login=PORTAL_LOGIN,
        name="张（示例）",
        password=DEMO_PASSWORD,
        now=now,
        passwords=PASSWORDS,
    )
    return actor_of(user)
