"""Two firms with everything that a firm can have, and merging them as the doors do."""

import random
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import EnterpriseUser, Invitation
from app.cases.past_cases.models import PastCase
from app.cases.schemas import OpenCase
from app.cases.service.opening import open_case
from app.commissioners.models import Commissioner, ServiceAgreement
from app.engagement.models import FirmRequest, Visit, VisitRound, VisitStop
from app.enterprises import models as register
from app.enterprises.belongings import BELONGINGS, Belonging, MergeFate
from app.enterprises.duplicates.models import DuplicatePair
from app.enterprises.imports.models import ImportLeftover, ImportRun, KnownName
from app.enterprises.merges.domain import GROUPS, Side
from app.enterprises.merges.held import list_held
from app.enterprises.merges.models import FirmMerge
from app.enterprises.merges.schemas import MergeFirms
from app.enterprises.merges.service import merge_firms, seen_of
from app.enterprises.search_index import reindex
from app.exchange.comparison.models import Reconciliation, ReconciliationLine
from app.exchange.handovers.models import Handover, HandoverItem, PartnerRecord
from app.exchange.partners.models import Partner
from app.files.models import Document, StoredFile
from app.incentives.models import Incentive, IncentiveSchemeVersion, IncentiveStep, PastAward
from app.kit.actor import SYSTEM, Actor
from app.policies.models import FactStatement, PolicyVersion, StoredVerdict, Sweep, SweepLine
from tests.factories import partners
from tests.factories.enterprises import NOW, firm

DAY = date(2020, 3, 1)
_serial = count(1)


class World:
    """What rows about firms need besides, put on file once; then firms with random belongings."""

    def __init__(self, session: Session, actor: Actor = SYSTEM) -> None:
        self.session, self.actor = session, actor
        self.policy = session.scalars(select(PolicyVersion).order_by(PolicyVersion.id)).first()
        self.scheme = session.scalars(select(IncentiveSchemeVersion).order_by(IncentiveSchemeVersion.id)).first()
        partner = session.scalars(select(Partner)).first() or partners.partner(session)
        by = {"actor_kind": "system", "actor_id": None, "actor_name": "系统"}
        self.sweep = self.put(Sweep(on_day=DAY, region_prefix="", versions={}, counts={}, started_at=NOW, **by))
        self.round = self.put(VisitRound(title="春季走访", starts_on=DAY, created_by="王", created_at=NOW))
        self.file = self.put(
            StoredFile(name="a.pdf", kind="pdf", size=3, sha256="0" * 64, by_kind="system", by_name="系统", at=NOW)
        )
        self.run = self.put(ImportRun(kind="firm", file_sha256="0" * 64, file_name="a.csv", file_kind="csv", state="finished", by_kind="system", by_name="系统", at=NOW))  # fmt: skip
        self.people = [
            self.put(Commissioner(name=f"熊少南{n}（示例）", name_pinyin=f"x{n}", name_initials=f"x{n}", created_at=NOW, updated_at=NOW, region_code="429005"))
            for n in (1, 2)
        ]  # fmt: skip
        self.partner = partner
        self.handover = self.put(Handover(number=f"H{next(_serial)}", partner_id=partner.id, resource="enterprises", definition_version="v1", basis="full", transport="push", made_by="王", made_at=NOW))  # fmt: skip
        self.comparison = self.put(Reconciliation(partner_id=partner.id, resource="enterprises", source="pull", state="done", made_by="王", made_at=NOW))  # fmt: skip

    def put(self, row: Any) -> Any:
        """On file, with its number."""
        self.session.add(row)
        self.session.flush()
        return row

    def firm(self, chance: random.Random, *, full: bool = False, cases: bool = True) -> register.Enterprise:
        """A firm of a random content; a `full` one has something of everything."""
        made = firm(
            self.session,
            legal_representative=chance.choice(["甲（示例）", "乙（示例）", ""]),
            address=chance.choice(["浩口工业园", ""]),
            capital_fen=chance.choice([None, 5_000_000]),
            capital_currency="CNY",
        )
        for make in _MAKERS:
            for _time in range(1 if full else chance.choice([0, 1, 1, 2])):
                make(self, made.id, chance)
        _links(self, made.id)
        if cases:
            _case(self, made.id, chance)
        self.session.flush()
        reindex(self.session, [made.id])
        return made


Maker = Callable[[World, int, random.Random], Any]


def _once(world: World, row: Any, *same: str) -> None:
    """Unless the firm has the same thing already."""
    model: Any = type(row)
    wanted = [getattr(model, name) == getattr(row, name) for name in ("enterprise_id", *same)]
    if world.session.scalar(select(model).where(*wanted).limit(1)) is None:
        world.put(row)


def _figures(world: World, key: int, chance: random.Random) -> None:
    row = register.YearlyFigures(enterprise_id=key, year=chance.choice([2019, 2020]), basis=chance.choice(["HTE", "STAT"]), source="firm", sales_revenue_fen=chance.choice([None, 100]), updated_at=NOW)  # fmt: skip
    _once(world, row, "year", "basis", "source")


def _right(world: World, key: int, chance: random.Random) -> None:
    row = register.IntellectualProperty(enterprise_id=key, kind_code="utility_model", ip_class=2, number=f"ZL{chance.randrange(3)}", name="夹具")  # fmt: skip
    _once(world, row, "kind_code", "number")


def _links(world: World, key: int) -> None:
    rights = select(register.IntellectualProperty.id).where(register.IntellectualProperty.enterprise_id == key)
    for product in world.session.scalars(select(register.Product.id).where(register.Product.enterprise_id == key)):
        for right in world.session.scalars(rights):
            world.put(register.ProductProperty(product_id=product, property_id=right))


def _incentive(world: World, key: int, chance: random.Random) -> None:
    row = Incentive(enterprise_id=key, scheme_code=world.scheme.code, scheme_version_id=world.scheme.id, trigger_key=f"k{chance.randrange(2)}", trigger_label="认定", triggered_on=DAY, state="recommended", created_at=NOW, updated_at=NOW)  # fmt: skip
    _once(world, row, "scheme_code", "trigger_key")
    if row.id:
        world.put(
            IncentiveStep(incentive_id=row.id, step="recommended", happened_on=DAY, recorded_at=NOW, recorded_by="王")
        )


def _agreement(world: World, key: int, chance: random.Random) -> None:
    begins = DAY + timedelta(days=chance.choice([0, 400]))
    row = ServiceAgreement(commissioner_id=chance.choice(world.people).id, enterprise_id=key, programme_code="hubei-special", starts_on=begins, ends_on=begins + timedelta(days=300), mode="part-time", created_at=NOW, created_by="王")  # fmt: skip
    _once(world, row, "commissioner_id", "starts_on")


def _verdict(world: World, key: int, chance: random.Random) -> None:
    world.put(StoredVerdict(enterprise_id=key, case_id=chance.choice([None, 1]), policy_version_id=world.policy.id, policy_code=world.policy.code, on_day=DAY, reason="asked", outcome="met", inputs={"a": [1, None]}, result={"score": None, "version": "1"}, sha256="0" * 64, stored_at=NOW, actor_kind="system", actor_name="系统"))  # fmt: skip


def _line(world: World, key: int, chance: random.Random) -> None:
    row = SweepLine(sweep_id=world.sweep.id, enterprise_id=key, policy_code=world.policy.code, outcome="met", unmet=0, unknown=0, open_clauses=[{"a": 1}], missing=[])  # fmt: skip
    _once(world, row, "sweep_id", "policy_code")


def _stop(world: World, key: int, chance: random.Random) -> None:
    _once(world, VisitStop(round_id=world.round.id, enterprise_id=key, planned_on=DAY), "round_id")


def _pair(world: World, key: int, chance: random.Random) -> None:
    other = firm(world.session)
    world.put(DuplicatePair(one_id=key, other_id=other.id, score_e4=9000, observed={"name": "same"}, facts_sha256="0" * 64, found_at=NOW))  # fmt: skip


def _record(world: World, key: int, chance: random.Random) -> None:
    number = next(_serial)
    known = {"partner_id": world.partner.id, "resource": "enterprises", "key": f"K{number}", "enterprise_id": key}
    world.put(PartnerRecord(changed_at=NOW, **known))
    world.put(
        HandoverItem(handover_id=world.handover.id, position=1, idempotency_key=f"I{number}", next_at=NOW, **known)
    )
    world.put(ReconciliationLine(reconciliation_id=world.comparison.id, kind="only_here", key=f"K{number}", enterprise_id=key))  # fmt: skip


def _case(world: World, key: int, chance: random.Random) -> None:
    programme = chance.choice(["high-tech-enterprise", "technology-sme"])
    command = OpenCase(enterprise_id=key, programme=programme, year=2021)
    open_case(world.session, actor=world.actor, now=NOW, command=command)


_MAKERS: tuple[Maker, ...] = (
    lambda w, key, chance: _once(w, register.FormerName(enterprise_id=key, name=chance.choice(["旧名甲", "旧名乙"])), "name"),
    lambda w, key, chance: w.put(register.FormerCode(enterprise_id=key, uscc=f"91OLD{next(_serial):012d}"[:18])),
    lambda w, key, chance: w.put(register.Contact(enterprise_id=key, name=chance.choice(["方（示例）", "郭（示例）"]), is_primary=chance.random() < 0.5)),
    lambda w, key, chance: _once(w, register.EnterpriseTag(enterprise_id=key, tag=chance.choice(["gazelle", "unicorn"]), granted_on=chance.choice([None, DAY])), "tag"),
    _figures,
    _right,
    lambda w, key, chance: _once(w, register.Product(enterprise_id=key, name=chance.choice(["夹具", "刀具"]), year=2020, revenue_fen=chance.choice([None, 1])), "name", "year"),
    lambda w, key, chance: _once(w, register.Conversion(enterprise_id=key, year=2020, title=chance.choice(["成果一", "成果二"])), "title"),
    lambda w, key, chance: _once(w, register.StandardParticipation(enterprise_id=key, year=2020, title=chance.choice(["标准一", "标准二"]), level="group"), "title"),
    lambda w, key, chance: w.put(register.ComplianceEvent(enterprise_id=key, happened_on=DAY, kind="accident", severity="serious", summary=chance.choice(["甲", "乙"]))),
    lambda w, key, chance: w.put(register.Certificate(enterprise_id=key, kind="high-tech-enterprise", number=f"{chance.choice(['GR', 'gr'])}{next(_serial):06d}", issued_on=DAY)),
    _pair,
    lambda w, key, chance: w.put(KnownName(name=f"另一种写法{next(_serial)}", enterprise_id=key, import_id=w.run.id, by_name="王", at=NOW)),
    lambda w, key, chance: w.put(ImportLeftover(run_id=w.run.id, register="firm", record=str(next(_serial)), enterprise_id=key, label="甲", reason="used")),
    lambda w, key, chance: w.put(Document(enterprise_id=key, kind="other", title="材料", file_id=w.file.id, by_kind="system", by_name="系统", added_at=NOW)),
    lambda w, key, chance: w.put(EnterpriseUser(enterprise_id=key, login=f"firm{next(_serial)}", name="郭（示例）", password_hash="x", created_at=NOW)),
    lambda w, key, chance: w.put(Invitation(enterprise_id=key, token_hash=f"t{next(_serial)}", created_at=NOW, expires_at=NOW)),
    lambda w, key, chance: w.put(FactStatement(enterprise_id=key, fact_code="staff", year=2020, value={"low": 1}, stated_on=DAY, source="电话", created_at=NOW, actor_kind="system", actor_name="系统")),
    _verdict,
    _line,
    lambda w, key, chance: w.put(FirmRequest(enterprise_id=key, department="science", kind="material", what="audit", title="审计报告", year=2020, asked_by_name="王", asked_on=DAY, asked_at=NOW)),
    lambda w, key, chance: w.put(Visit(enterprise_id=key, officer_name="王", manner="visit", happened_on=DAY, text="走访", created_at=NOW)),
    _stop,
    _agreement,
    _incentive,
    lambda w, key, chance: w.put(PastAward(enterprise_id=key, year=2019, scheme_name=chance.choice(["甲奖励", "乙奖励"]), amount_fen=1, state="paid", created_at=NOW, updated_at=NOW)),
    lambda w, key, chance: _once(w, PastCase(enterprise_id=key, programme_code="high-tech-enterprise", year=chance.choice([2015, 2016])), "year"),
    _record,
)  # fmt: skip


def choices_of(session: Session, survivor: int, loser: int, chance: random.Random) -> dict[str, Mapping[str, Side]]:
    """Random decisions of a person about two firms."""
    sides = [Side.MINE, Side.OTHER]
    collisions = [each for held in list_held(session, survivor, loser) for each in held.collisions]
    return {
        "fields": {group.code: chance.choice(sides) for group in GROUPS},
        "rows": {each.code: chance.choice(sides) for each in collisions},
    }


def merged(
    session: Session,
    survivor: register.Enterprise,
    loser: register.Enterprise,
    actor: Actor = SYSTEM,
    now: datetime = NOW + timedelta(days=1),
    **given: Any,
) -> FirmMerge:
    """The two as one."""
    given = {"seen": seen_of(survivor, loser)} | given
    wanted = MergeFirms(survivor_id=survivor.id, loser_id=loser.id, **given)
    return merge_firms(session, actor=actor, now=now, given=wanted)


def named_by(session: Session, firm_id: int) -> dict[str, int]:
    """How many rows of each table name a firm."""
    from app.kit.db import composition_of

    belongings: tuple[Belonging, ...] = composition_of(session).of(BELONGINGS)
    return {
        f"{each.table.name}.{each.column}": len(session.execute(select(each.owner).where(each.owner == firm_id)).all())
        for each in belongings
        if each.fate is not MergeFate.STAYS
    }
