"""The demo's partners: one that gets workbooks, with batches answered in part, and one by push that is switched off.

Nothing calls out by itself: the push partner is registered and disabled. Whoever starts `yumiao simulate-province` gives it a key and
enables it. Both are fictional and say so in their names.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Officer
from app.accounts.queries import actor_of
from app.cases.models import CaseFile
from app.demo.accounts import OFFICERS
from app.enterprises.models import Enterprise
from app.exchange.handovers.domain import BatchBasis, ReceiptOutcome
from app.exchange.handovers.models import Handover, HandoverItem
from app.exchange.handovers.schemas import RecordReceipt
from app.exchange.handovers.service.preparing import prepare_at_once
from app.exchange.handovers.service.receiving import apply_receipts
from app.exchange.handovers.service.selecting import RecordSelection
from app.exchange.handovers.service.steering import release
from app.exchange.partners.domain import Transport
from app.exchange.partners.models import Partner
from app.exchange.partners.schemas import NewPartner
from app.exchange.partners.service import create_partner, disable_partner
from app.exchange.plans import plans_of
from app.kit.actor import SYSTEM, Actor

REGION = "429005"
FILES = NewPartner(
    code="demo-files",
    name="示例省厅报送窗口（示例）",
    definition="province",
    transport=Transport.FILES,
    region_prefix=REGION,
    resources=("enterprises", "cases"),
)
PUSH = NewPartner(
    code="demo-province",
    name="示例省平台（模拟）",
    definition="province",
    transport=Transport.PUSH,
    region_prefix=REGION,
    resources=("enterprises", "cases"),
    base_url="http://127.0.0.1:8790",
)
#: Of eight records of a batch: six taken, one sent back, one not answered yet.
_ANSWERS = (*[ReceiptOutcome.ACCEPTED] * 3, ReceiptOutcome.REJECTED, *[ReceiptOutcome.ACCEPTED] * 3, None)
_REFUSAL = "与税务登记的从业人数不一致，请核实（虚构示例）"
#: A record that was never handed over: its receipt changes nothing.
_NEVER_SENT = "cases/QJ-GQ-2000-0000@1"
FIRMS, CASES = 40, 24


def play_exchange(session: Session, secret: bytes, now: datetime) -> None:
    """Two partners, a batch of firms answered in full, one of cases answered in part, one that waits to be sent."""
    files, _key = create_partner(session, actor=SYSTEM, now=now - timedelta(days=9), secret=secret, given=FILES)
    push, _key = create_partner(session, actor=SYSTEM, now=now - timedelta(days=9), secret=secret, given=PUSH)
    disable_partner(session, actor=SYSTEM, now=now - timedelta(days=9), partner=push)
    officer = _officer(session)
    firms = _firms(session)
    sent = _handed_over(session, officer, files, "enterprises", firms[:FIRMS], now - timedelta(days=6))
    _answer(session, files, sent, [ReceiptOutcome.ACCEPTED], now - timedelta(days=5))
    numbers = _numbers(session)
    sent = _handed_over(session, officer, files, "cases", numbers[:CASES], now - timedelta(hours=20))
    _answer(session, files, sent, _ANSWERS, now - timedelta(hours=3))
    stray = _receipt(_NEVER_SENT, ReceiptOutcome.ACCEPTED, "JH-0000-0001-001")
    apply_receipts(session, partner=files, channel="workbook", receipts=[stray], now=now - timedelta(hours=3))
    _prepared(session, officer, files, "enterprises", firms[FIRMS : 2 * FIRMS], now - timedelta(hours=1))


def _officer(session: Session) -> Actor:
    return actor_of(session.scalars(select(Officer).where(Officer.login == OFFICERS[0][0])).one())


def _firms(session: Session) -> Sequence[str]:
    wanted = select(Enterprise.uscc).where(Enterprise.region_code.startswith(REGION)).order_by(Enterprise.id)
    return session.scalars(wanted.limit(2 * FIRMS)).all()


def _numbers(session: Session) -> Sequence[str]:
    wanted = select(CaseFile.number).join(CaseFile.enterprise).where(Enterprise.region_code.startswith(REGION))
    return session.scalars(wanted.order_by(CaseFile.id).limit(CASES)).all()


def _prepared(
    session: Session, actor: Actor, partner: Partner, resource: str, keys: Sequence[str], now: datetime
) -> Handover | None:
    plan = plans_of(partner.definition, partner.definition_version)[resource]
    made = prepare_at_once(
        session, actor=actor, now=now, scope=RecordSelection(partner, plan, keys=tuple(keys)), basis=BatchBasis.CHOSEN
    )
    return made[0]


def _handed_over(
    session: Session, actor: Actor, partner: Partner, resource: str, keys: Sequence[str], now: datetime
) -> Handover | None:
    handover = _prepared(session, actor, partner, resource, keys, now)
    if handover is not None:
        release(session, actor=actor, now=now + timedelta(minutes=10), handover=handover)
    return handover


def _answer(
    session: Session,
    partner: Partner,
    handover: Handover | None,
    outcomes: Sequence[ReceiptOutcome | None],
    now: datetime,
) -> None:
    """What the partner's workbook says of each record, going through `outcomes` again and again."""
    if handover is None:
        return
    items = session.scalars(
        select(HandoverItem).where(HandoverItem.handover_id == handover.id).order_by(HandoverItem.id)
    )
    receipts = [
        _receipt(item.idempotency_key, outcome, f"{handover.number}-{place + 1:03d}")
        for place, item in enumerate(items)
        if (outcome := outcomes[place % len(outcomes)]) is not None
    ]
    apply_receipts(session, partner=partner, channel="workbook", receipts=receipts, now=now)


def _receipt(subject: str, outcome: ReceiptOutcome, receipt_id: str) -> RecordReceipt:
    refused = outcome is ReceiptOutcome.REJECTED
    return RecordReceipt(
        receipt_id=receipt_id,
        kind="record",
        idempotency_key=subject,
        outcome=outcome,
        reason_code="STAFF" if refused else "",
        reason=_REFUSAL if refused else "",
    )
