"""Taking payment lists in: what was given to firms before incentives were kept here, whatever its scheme is called."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from app.enterprises.imports.difference_text import require_unchanged, stored_value
from app.enterprises.imports.domain import RowOutcome
from app.enterprises.imports.figure.register import guess_year
from app.enterprises.imports.reasons import RowReason
from app.enterprises.imports.registers import GivenField, ImportedRegister, IntakeContext
from app.enterprises.imports.returned.record import RecordFields, is_added, number_of, stood, weigh_record
from app.enterprises.imports.row_reader import Parsed, SourceRow
from app.enterprises.imports.verdict import RowVerdict, SettledDifference, rejected, undecided
from app.enterprises.models import Enterprise
from app.incentives import events
from app.incentives.domain.steps import IDS, IncentiveState, PastState
from app.incentives.imported import undo
from app.incentives.imported.payment_rows import (
    COLUMNS,
    PaymentWords,
    guess_scheme,
    load_payment_words,
    parse_payment,
    payment_key,
    same_scheme,
)
from app.incentives.models import Incentive, IncentiveStep, PastAward
from app.incentives.queries.schemes import list_families
from app.journal.domain import Change, PendingEvent, SubjectKey
from app.journal.service import record_many
from app.kit.bulk import insert_numbered
from app.kit.errors import NotFound
from app.kit.i18n import N_, _
from app.kit.membership import one_of

_WRITTEN = ("year", "scheme_name", "scheme_code", "amount_fen", "state", "paid_on", "document", "note")
_TOLD = tuple(name for name in _WRITTEN if name != "scheme_code")
_RETURNING = RecordFields(
    {},
    {"amount_fen": None, "paid_on": None, "document": "", "note": ""},
    needed=frozenset({"year", "scheme_name", "state"}),
)


@dataclass(frozen=True)
class PaidStep:
    """A payment that was recorded here, step by step."""

    incentive_id: int
    scheme_code: str
    amount_fen: int | None
    happened_on: date


@dataclass
class AwardLedger:
    """What the batch's firms have on file: awards of the past, each for one row, and payments recorded here."""

    past: dict[int, list[PastAward]] = field(default_factory=dict)
    by_number: dict[str, PastAward] = field(default_factory=dict)
    paid: dict[int, list[PaidStep]] = field(default_factory=dict)

    def take(self, firm_id: int, values: Mapping[str, Any]) -> PastAward | None:
        """The one that the row tells again: paid on the same day, else one of which no day was known."""
        alike = [row for row in self.past.get(firm_id, []) if _same(row, values)]
        found = next((row for row in alike if row.paid_on == values["paid_on"]), None)
        found = found or next((row for row in alike if row.paid_on is None or values["paid_on"] is None), None)
        if found is not None:
            self.past[firm_id].remove(found)
        return found

    def recorded(self, firm_id: int, values: Mapping[str, Any]) -> PaidStep | None:
        """The payment recorded here that the row tells."""
        told = (values["scheme_code"], values["amount_fen"], values["paid_on"])
        steps = self.paid.get(firm_id, [])
        return next((step for step in steps if (step.scheme_code, step.amount_fen, step.happened_on) == told), None)


@dataclass(frozen=True)
class PastAwardTaker:
    """Takes in awards of the past. Only imports write them, so that a newer list may say more of one: that it was paid, and when."""

    words: PaymentWords
    intake: IntakeContext

    def key_of(self, source: SourceRow) -> str:
        """Firm, year, purpose, amount and day."""
        parsed = parse_payment(source, self.words)
        firm = source.texts.get("uscc") or source.texts.get("name", "")
        return "" if parsed.refusals else f"{firm}|{payment_key(parsed.values)}"

    def parse(self, source: SourceRow) -> Parsed:
        """The row, cell by cell."""
        return parse_payment(source, self.words)

    def decide(self, session: Session, batch: Sequence[Parsed], *, lock: bool) -> list[RowVerdict]:
        """Record, complete or leave."""
        ledger = _load(session, [parsed.firm.id for parsed in batch if parsed.firm is not None], lock=lock)
        return [undecided(parsed) or _decide_returned(parsed, ledger) or _decide(parsed, ledger) for parsed in batch]

    def write(self, session: Session, verdicts: Sequence[RowVerdict], now: datetime) -> None:
        """Insert the new ones, complete the others; each is one event of its firm."""
        new = [verdict for verdict in verdicts if verdict.outcome is RowOutcome.CREATED]
        ids = insert_numbered(session, PastAward, [_row(verdict, now) for verdict in new])
        changed = [verdict for verdict in verdicts if verdict.existing is not None and verdict.values]
        pending = [self._event(v, events.PAST_ADDED, key, now) for v, key in zip(new, ids, strict=True)]
        pending += [self._event(v, events.PAST_CHANGED, v.existing.id, now) for v in changed]
        record_many(session, pending)
        _complete(session, changed, now)

    def settle(self, session: Session, settlement: SettledDifference) -> None:
        """Write what a person decided about one field of an export that came back."""
        rows = select(PastAward).where(PastAward.enterprise_id == settlement.firm_id).with_for_update()
        told = settlement.key.partition("|")[2]
        row = next((row for row in session.scalars(rows) if payment_key(_values(row)) == told), None)
        if row is None:
            raise NotFound("past_award.missing", _("这笔奖补已不在库中，或此后又被修改，请重新导出核对。"))
        name, before = settlement.field, getattr(row, settlement.field)
        require_unchanged({name: before}, {name: settlement.expected})
        setattr(row, name, stored_value(name, settlement.wanted))
        row.updated_at = settlement.now
        label = f"{row.year} {row.scheme_name}"
        firm = row.enterprise
        subject = SubjectKey("past_award", str(row.id), f"{firm.name} {label}", firm.id, firm.region_code)
        data = {**settlement.data, "id": row.id, "note": label}
        changes: dict[str, Change] = {name: (before, getattr(row, name))}
        record_many(session, [PendingEvent(settlement.actor, settlement.now, settlement.event, subject, changes, data)])

    def _event(self, verdict: RowVerdict, event: str, key: int, now: datetime) -> PendingEvent:
        firm, row = verdict.parsed.firm, verdict.existing
        assert firm is not None
        before = {name: getattr(row, name) if row is not None else None for name in _TOLD}
        changes: dict[str, Change] = {
            name: (before[name], verdict.values[name])
            for name in _TOLD
            if name in verdict.values and (row is not None or verdict.values[name] not in (None, ""))
        }
        values = verdict.parsed.values
        label = f"{values['year']} {values['scheme_name']}"
        subject = SubjectKey("past_award", str(key), f"{firm.name} {label}", firm.id, firm.region_code)
        data = {"import": self.intake.run_id, "id": key, "note": label}
        if scheme := verdict.values.get("scheme_code"):
            data["scheme_code"] = [row.scheme_code if row is not None else None, scheme]
        return PendingEvent(self.intake.actor, now, event, subject, changes, data)


def _same(row: PastAward, values: Mapping[str, Any]) -> bool:
    amounts = {row.amount_fen, values["amount_fen"]} - {None}
    if row.year != values["year"] or len(amounts) > 1:
        return False
    return same_scheme(row.scheme_name, values["scheme_name"])


def _values(row: PastAward) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _WRITTEN}


def _decide_returned(parsed: Parsed, ledger: AwardLedger) -> RowVerdict | None:
    """What is to be done with a row that comes back from an export; None for any other."""
    back, firm = stood(parsed), parsed.firm
    if back is None:
        return None
    assert firm is not None
    row = ledger.by_number.get(back.key)
    verdict = weigh_record(parsed, row, _RETURNING)
    verdict.target_id = firm.id
    if "scheme_name" in verdict.values:
        verdict.values["scheme_code"] = parsed.values["scheme_code"]
    return verdict


def _decide(parsed: Parsed, ledger: AwardLedger) -> RowVerdict:
    firm, values = parsed.firm, parsed.values
    assert firm is not None
    row = ledger.take(firm.id, values)
    if row is not None and is_added(parsed):
        return rejected(parsed, RowReason("origin.on_file"))
    if row is not None:
        return _compare(parsed, row)
    if step := ledger.recorded(firm.id, values):
        here = RowReason(
            "award.recorded", {"id": IDS.of(step.incentive_id)}, N_("这笔拨付已登记在 %(id)s，不再重复登记。")
        )
        return RowVerdict(parsed, RowOutcome.UNCHANGED, [here, *parsed.remarks], target_id=firm.id)
    kept = {name: values[name] for name in _WRITTEN}
    return RowVerdict(parsed, RowOutcome.CREATED, list(parsed.remarks), values=kept, target_id=firm.id)


def _compare(parsed: Parsed, row: PastAward) -> RowVerdict:
    """What the list says more; what it leaves out stays, and what was paid stays paid."""
    values = parsed.values
    verdict = RowVerdict(parsed, RowOutcome.UNCHANGED, list(parsed.remarks), row, target_id=row.enterprise_id)
    older = row.state == PastState.PAID and values["state"] != row.state
    for name in ("paid_on", "document", "scheme_code", *(() if older else ("note",))):
        if values[name] and values[name] != getattr(row, name):
            verdict.values[name] = values[name]
    if values["state"] == PastState.PAID and row.state != values["state"]:
        verdict.values |= {"state": values["state"], "note": values["note"]}
    if verdict.values:
        verdict.outcome = RowOutcome.CHANGED
    return verdict


def _row(verdict: RowVerdict, now: datetime) -> dict[str, Any]:
    firm = verdict.parsed.firm
    assert firm is not None
    return {**verdict.values, "enterprise_id": firm.id, "created_at": now, "updated_at": now}


def _complete(session: Session, verdicts: Sequence[RowVerdict], now: datetime) -> None:
    """Write what the list says more, all rows by one statement."""
    table = PastAward.__table__
    assert isinstance(table, Table)
    written: dict[str, Any] = {name: bindparam(f"new_{name}") for name in _WRITTEN}
    statement = update(table).where(table.c.id == bindparam("key")).values({"updated_at": now, **written})
    parameters = [
        {"key": verdict.existing.id}
        | {f"new_{name}": verdict.values.get(name, getattr(verdict.existing, name)) for name in _WRITTEN}
        for verdict in verdicts
    ]
    if parameters:
        session.connection().execute(statement, parameters)
    for verdict in verdicts:
        session.expire(verdict.existing)


def _load(session: Session, firm_ids: Sequence[int], *, lock: bool) -> AwardLedger:
    ledger = AwardLedger()
    if not firm_ids:
        return ledger
    if lock:  # two imports of one list at the same moment take turns
        session.execute(
            select(Enterprise.id).where(one_of(Enterprise.id, firm_ids)).order_by(Enterprise.id).with_for_update()
        )
    statement = select(PastAward).where(one_of(PastAward.enterprise_id, firm_ids)).order_by(PastAward.id)
    for row in session.scalars(statement):
        ledger.past.setdefault(row.enterprise_id, []).append(row)
        ledger.by_number[number_of(row)] = row
    steps = (
        select(
            Incentive.enterprise_id,
            Incentive.id,
            Incentive.scheme_code,
            Incentive.amount_fen,
            IncentiveStep.happened_on,
        )
        .join(IncentiveStep, IncentiveStep.incentive_id == Incentive.id)
        .where(
            one_of(Incentive.enterprise_id, firm_ids),
            Incentive.state == IncentiveState.PAID.value,
            IncentiveStep.step == IncentiveState.PAID.value,
            IncentiveStep.undone_at.is_(None),
        )
    )
    for firm_id, incentive_id, scheme, fen, day in session.execute(steps):
        ledger.paid.setdefault(firm_id, []).append(PaidStep(incentive_id, scheme, fen, day))
    return ledger


def _schemes(session: Session) -> Sequence[tuple[str, str]]:
    names = (str(family.versions[0].scheme.name) for family in list_families(session))
    return [(name, name) for name in names]


def _open(session: Session, intake: IntakeContext) -> PastAwardTaker:
    return PastAwardTaker(load_payment_words(session, intake.today, intake.prefix), intake)


PAST_AWARDS = ImportedRegister(
    "award",
    N_("往年奖补"),
    COLUMNS,
    ("奖补", "奖励资金", "补助资金", "发放花名册", "资金发放", "资金拨付", "拨付明细", "兑现"),
    _open,
    given=(GivenField("year", lambda _session: (), guess_year), GivenField("scheme_name", _schemes, guess_scheme)),
    circumstances=("year", "scheme_name"),
    reversal=undo.AWARD,
)
