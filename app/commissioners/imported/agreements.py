"""Taking ledgers of agreements in: each row an expert, a firm, a programme and a term."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from app.commissioners import events
from app.commissioners.domain import AgreementTerm, check_no_overlap, check_term
from app.commissioners.imported import undo
from app.commissioners.imported.columns import AGREEMENT, LABELS
from app.commissioners.imported.experts import (
    ExpertIndex,
    ExpertRecord,
    find_expert,
    load_experts,
    named_experts,
    put_on_file,
    subject_key,
)
from app.commissioners.imported.people import update_experts
from app.commissioners.imported.programme_names import guess_programme
from app.commissioners.imported.row_reader import (
    WordTables,
    expert_key,
    fold,
    load_word_tables,
    parse_agreement,
    term_of,
)
from app.commissioners.models import CommissionerProgramme, ServiceAgreement
from app.commissioners.queries import list_programmes
from app.commissioners.service.people import subject_of
from app.enterprises.imports.domain import RowOutcome
from app.enterprises.imports.reasons import RowReason
from app.enterprises.imports.registers import GivenField, ImportedRegister, IntakeContext
from app.enterprises.imports.returned.record import RecordFields, is_added, stood, weigh_record
from app.enterprises.imports.row_reader import Parsed, SourceRow
from app.enterprises.imports.verdict import RowVerdict, SettledDifference, rejected, undecided
from app.enterprises.models import Enterprise
from app.journal.domain import Change, PendingEvent, plain
from app.journal.service import record_many
from app.kit.bulk import insert_numbered
from app.kit.errors import Conflict, DomainError, NotFound
from app.kit.i18n import N_, _
from app.kit.membership import one_of

_COLUMNS = ("programme_code", "number", "starts_on", "ends_on", "aim", "mode", "amount_fen")
_EMPTY = {"number": "", "aim": "", "mode": "", "amount_fen": None}
_WHOSE = frozenset({"expert", "unit"})
_RETURNING = RecordFields(
    {"programme": "programme_code"},
    _EMPTY,
    fixed=_WHOSE,
    needed=frozenset({"programme_code", "starts_on", "ends_on"}),
    within="terms",
)


@dataclass
class AgreementLedger:
    """The agreements of the batch's experts with its firms: those on file, and the terms of those that rows add."""

    on_file: dict[tuple[int, int], list[ServiceAgreement]]
    added: dict[tuple[ExpertRecord, int, str], list[AgreementTerm]]

    def find(self, expert: ExpertRecord, firm_id: int, terms: Mapping[str, Any]) -> ServiceAgreement | None:
        """The one that the row tells: by its number, else by its programme and first day."""
        known = self.on_file.get((expert.id or 0, firm_id), [])
        if number := terms.get("number"):
            for row in known:
                if row.number == number:
                    return row
        same = ((row.programme_code, row.starts_on) == (terms["programme_code"], terms["starts_on"]) for row in known)
        return next((row for row, fits in zip(known, same, strict=True) if fits and not (row.number and number)), None)

    def numbered(self, number: str) -> ServiceAgreement | None:
        """The one on file with this number."""
        known = (row for rows in self.on_file.values() for row in rows)
        return next((row for row in known if str(row.id) == number), None)

    def covered(
        self, expert: ExpertRecord, firm_id: int, programme: str, beside: ServiceAgreement | None = None
    ) -> list[AgreementTerm]:
        """The days that agreements of the same expert, firm and programme cover, `beside` one of them."""
        known = self.on_file.get((expert.id or 0, firm_id), [])
        terms = [row.term for row in known if row.programme_code == programme and row is not beside]
        return terms + self.added.get((expert, firm_id, programme), [])

    def add(self, expert: ExpertRecord, firm_id: int, terms: Mapping[str, Any]) -> None:
        """Remember a row's agreement for the rows after it."""
        term = AgreementTerm(terms["starts_on"], terms["ends_on"])
        self.added.setdefault((expert, firm_id, terms["programme_code"]), []).append(term)


@dataclass(frozen=True)
class AgreementTaker:
    """Takes in agreements, and the experts whom their rows name with their unit and whom nobody knows yet."""

    tables: WordTables
    intake: IntakeContext

    def key_of(self, source: SourceRow) -> str:
        """Firm, expert, unit, and the number, else programme and first day."""
        texts = source.texts
        name, unit = expert_key(source)
        if not name:
            return ""
        firm = texts.get("uscc") or fold(texts.get("name", ""))
        return "|".join((firm, name, unit, texts.get("number") or self._period(source)))

    def _period(self, source: SourceRow) -> str:
        starts, _ends = term_of(source)
        programme = self.tables.programmes.code_of(source.texts.get("programme", ""))
        return f"{programme}@{starts}"

    def parse(self, source: SourceRow) -> Parsed:
        """The row, cell by cell."""
        return parse_agreement(source, self.tables)

    def decide(self, session: Session, batch: Sequence[Parsed], *, lock: bool) -> list[RowVerdict]:
        """Record, fill what is empty, leave, ask, or hand back what the rules refuse."""
        sound = [parsed for parsed in batch if not parsed.refusals and parsed.firm is not None]
        index = load_experts(session, self.intake, named_experts(sound), lock=lock)
        ledger = _load(session, index, [parsed.firm.id for parsed in sound if parsed.firm is not None])
        return [
            undecided(parsed) or _decide_returned(parsed, index, ledger) or self._decide(parsed, index, ledger)
            for parsed in batch
        ]

    def write(self, session: Session, verdicts: Sequence[RowVerdict], now: datetime) -> None:
        """Put the new experts on file, then their agreements; each is one event of the expert, seen on the firm's side too."""
        new = [verdict for verdict in verdicts if verdict.outcome is RowOutcome.CREATED]
        put_on_file(session, self.intake, list(dict.fromkeys(_expert(verdict) for verdict in new)), now)
        rows = [self._row(verdict, now) for verdict in new]
        ids = insert_numbered(session, ServiceAgreement, rows)
        pending = [self._event(v, events.AGREEMENT_SIGNED, key, now) for v, key in zip(new, ids, strict=True)]
        changed = [verdict for verdict in verdicts if verdict.existing is not None and verdict.values]
        pending += [self._event(v, events.AGREEMENT_CHANGED, v.existing.id, now) for v in changed]
        record_many(session, pending)
        _fill(session, changed)
        touched = {_expert(verdict).on_file: None for verdict in (*new, *changed)}
        update_experts(session, [(row, {}) for row in touched if row is not None], now)

    def settle(self, session: Session, settlement: SettledDifference) -> None:
        """Write what a person decided about one column, under the rules of a correction by hand."""
        agreement = self._settled(session, settlement)
        if agreement.ended_on is not None:
            raise Conflict("commissioner.agreement.ended", _("这份协议已提前终止，不能再修改。"))
        if plain(getattr(agreement, settlement.field)) != plain(settlement.expected):
            raise Conflict("import.changed_since", _("该字段此后又被修改，请打开专家页面核对。"))
        before = {settlement.field: getattr(agreement, settlement.field)}
        setattr(agreement, settlement.field, _stored(settlement.field, settlement.wanted))
        check_term(agreement.starts_on, agreement.ends_on)
        others = _load_rows(session, [agreement.commissioner_id], [agreement.enterprise_id])
        check_no_overlap(
            agreement.term,
            [row.term for row in others if row.id != agreement.id and row.programme_code == agreement.programme_code],
        )
        changes = {name: (value, getattr(agreement, name)) for name, value in before.items()}
        event = PendingEvent(
            settlement.actor,
            settlement.now,
            settlement.event,
            subject_of(agreement.commissioner, agreement.enterprise_id),
            self._worded(changes),
            {**settlement.data, **_about(agreement.enterprise, agreement.id)},
        )
        record_many(session, [event])
        agreement.commissioner.updated_at = settlement.now

    def _settled(self, session: Session, settlement: SettledDifference) -> ServiceAgreement:
        """The agreement that a kept row was about."""
        _firm, name, unit, told = settlement.key.split("|", 3)
        expert = find_expert(session, self.intake, name, unit)
        rows = _load_rows(session, [expert.id], [settlement.firm_id]) if expert and settlement.firm_id else []
        for row in rows:
            if told in (row.number, f"{row.programme_code}@{row.starts_on}"):
                return row
        raise NotFound("commissioner.agreement.not_found", _("没有这份服务协议。"))

    def _decide(self, parsed: Parsed, index: ExpertIndex, ledger: AgreementLedger) -> RowVerdict:
        firm, terms, said = parsed.firm, parsed.values["terms"], parsed.values["expert"]
        assert firm is not None
        expert = index.find(said["name"], said.get("unit", ""))
        if isinstance(expert, RowReason):
            return rejected(parsed, expert)
        if expert is not None and (existing := ledger.find(expert, firm.id, terms)):
            parsed.values["record"] = expert
            return rejected(parsed, RowReason("origin.on_file")) if is_added(parsed) else _compare(parsed, existing)
        if expert is None and not said.get("unit"):
            message = N_("没有专家“%(name)s”，本行也没有写明其单位，无法登记。")
            return rejected(parsed, RowReason("expert.unknown", {"name": said["name"]}, message))
        if expert is not None and (
            overlap := _overlap(terms, ledger.covered(expert, firm.id, terms["programme_code"]))
        ):
            return rejected(parsed, overlap)
        remarks = [*parsed.remarks, *_kept(expert, said)]
        parsed.values["record"] = expert = expert or index.add(said, firm.region_code)
        ledger.add(expert, firm.id, terms)
        return RowVerdict(parsed, RowOutcome.CREATED, remarks, values=dict(terms), target_id=firm.id)

    def _row(self, verdict: RowVerdict, now: datetime) -> dict[str, Any]:
        assert verdict.parsed.firm is not None
        return {
            **_EMPTY,
            **{name: value for name, value in verdict.values.items() if value is not None},
            "commissioner_id": _expert(verdict).id,
            "enterprise_id": verdict.parsed.firm.id,
            "end_note": "",
            "created_at": now,
            "created_by": self.intake.actor.name,
        }

    def _event(self, verdict: RowVerdict, event: str, key: int, now: datetime) -> PendingEvent:
        firm = verdict.parsed.firm
        assert firm is not None
        row = verdict.existing
        changes = {
            name: (getattr(row, name) if row is not None else None, verdict.values[name])
            for name in _COLUMNS
            if verdict.values.get(name)
        }
        data = {"import": self.intake.run_id, "id": key, "note": verdict.values.get("number", ""), **_about(firm, key)}
        subject = subject_key(_expert(verdict), firm.id)
        return PendingEvent(self.intake.actor, now, event, subject, self._worded(changes), data)

    def _worded(self, changes: Mapping[str, Change]) -> dict[str, Change]:
        """As the journal tells them: the programme by its name, as when it is recorded by hand."""
        told = dict(changes)
        if "programme_code" in told:
            before, after = told.pop("programme_code")
            told = {"programme": (self._name(before), self._name(after))} | told
        return told

    def _name(self, code: str | None) -> str | None:
        programme: CommissionerProgramme | None = self.tables.programmes.by_code.get(code or "")
        return programme.name["zh"] if programme else None


def _expert(verdict: RowVerdict) -> ExpertRecord:
    record: ExpertRecord = verdict.parsed.values["record"]
    return record


def _about(firm: Enterprise, key: int) -> dict[str, Any]:
    return {"enterprise": firm.name, "uscc": firm.uscc, "agreement": key}


def _stored(column: str, wanted: Any) -> Any:
    return date.fromisoformat(wanted) if column.endswith("_on") and isinstance(wanted, str) else wanted


def _decide_returned(parsed: Parsed, index: ExpertIndex, ledger: AgreementLedger) -> RowVerdict | None:
    """What is to be done with a row that comes back from an export; None for any other. Terms stay as the rules want them."""
    back, firm = stood(parsed), parsed.firm
    if back is None:
        return None
    assert firm is not None
    row = ledger.numbered(back.key)
    verdict = weigh_record(parsed, row if row is not None and row.enterprise_id == firm.id else None, _RETURNING)
    verdict.target_id = firm.id
    if row is None or verdict.existing is None or not (verdict.values or verdict.differences):
        return verdict
    if row.ended_on is not None:
        return rejected(parsed, RowReason("agreement.ended", {}, N_("这份协议已提前终止，不能再修改。")))
    parsed.values["record"] = record = index.numbered(str(row.commissioner_id))
    stands = {name: verdict.values.get(name, getattr(row, name)) for name in _COLUMNS}
    others = ledger.covered(record, firm.id, stands["programme_code"], beside=row) if record else []
    refused = _overlap(stands, others) if stands["ends_on"] >= stands["starts_on"] else _reversed(stands)
    return rejected(parsed, refused) if refused else verdict


def _reversed(terms: Mapping[str, Any]) -> RowReason:
    told = f"{terms['starts_on']} {terms['ends_on']}"
    return RowReason("agreement.ends_before_begins", {"text": told}, N_("终止日期早于起始日期：%(text)s。"))


def _compare(parsed: Parsed, row: ServiceAgreement) -> RowVerdict:
    """What is empty is filled; what stands otherwise was recorded by somebody and is asked about."""
    verdict = RowVerdict(parsed, RowOutcome.UNCHANGED, list(parsed.remarks), row, target_id=row.enterprise_id)
    for name in _COLUMNS:
        ours, theirs = getattr(row, name), parsed.values["terms"].get(name)
        if theirs in (None, "") or ours == theirs:
            continue
        if ours in (None, "") and row.ended_on is None:
            verdict.values[name] = theirs
        else:
            verdict.differences[name] = (ours, theirs)
    if verdict.differences:
        verdict.outcome = RowOutcome.DIFFERS
    elif verdict.values:
        verdict.outcome = RowOutcome.CHANGED
    return verdict


def _overlap(terms: Mapping[str, Any], others: Iterable[AgreementTerm]) -> RowReason | None:
    try:
        check_no_overlap(AgreementTerm(terms["starts_on"], terms["ends_on"]), others)
    except DomainError:
        message = N_("这位专家与该企业在同一专项下已有协议，期限重叠（%(first)s 至 %(last)s）。")
        days = {"first": terms["starts_on"].isoformat(), "last": terms["ends_on"].isoformat()}
        return RowReason("agreement.overlap", days, message)
    return None


def _kept(expert: ExpertRecord | None, said: Mapping[str, Any]) -> list[RowReason]:
    """What the row says otherwise of an expert on file: it is about the agreement, so it changes nothing there."""
    other = [
        _(LABELS[name]) for name, value in said.items() if expert and name != "name" and expert.value_of(name) != value
    ]
    if not other:
        return []
    message = N_("专家的%(fields)s与库中不同，未改。")
    return [RowReason("agreement.expert_differs", {"fields": "、".join(other)}, message)]


def _load(session: Session, index: ExpertIndex, firm_ids: Sequence[int]) -> AgreementLedger:
    ids = [each.id for bearers in index.by_name.values() for each in bearers if each.id]
    on_file: dict[tuple[int, int], list[ServiceAgreement]] = {}
    for row in _load_rows(session, ids, firm_ids):
        on_file.setdefault((row.commissioner_id, row.enterprise_id), []).append(row)
    return AgreementLedger(on_file, {})


def _load_rows(session: Session, expert_ids: Sequence[int], firm_ids: Sequence[int]) -> list[ServiceAgreement]:
    statement = (
        select(ServiceAgreement)
        .where(one_of(ServiceAgreement.commissioner_id, expert_ids), one_of(ServiceAgreement.enterprise_id, firm_ids))
        .order_by(ServiceAgreement.id)
    )
    return list(session.scalars(statement)) if expert_ids and firm_ids else []


def _fill(session: Session, verdicts: Sequence[RowVerdict]) -> None:
    """Write what was empty, all rows by one statement."""
    table = ServiceAgreement.__table__
    assert isinstance(table, Table)
    statement = update(table).where(table.c.id == bindparam("key"))
    filled = statement.values({name: bindparam(f"new_{name}") for name in _COLUMNS})
    parameters = [
        {"key": row.id} | {f"new_{name}": verdict.values.get(name, getattr(row, name)) for name in _COLUMNS}
        for verdict in verdicts
        if (row := verdict.existing) is not None
    ]
    if parameters:
        session.connection().execute(filled, parameters)
    for verdict in verdicts:
        session.expire(verdict.existing)


def _choices(session: Session) -> Sequence[tuple[str, str]]:
    return [(row.code, row.name["zh"]) for row in list_programmes(session)]


def _open(session: Session, intake: IntakeContext) -> AgreementTaker:
    return AgreementTaker(load_word_tables(session), intake)


AGREEMENTS = ImportedRegister(
    "agreement",
    N_("服务协议"),
    AGREEMENT,
    (
        "服务协议",
        "服务企业协议",
        "专员与协议",
        "协议台账",
        "专员协议",
        "特派员协议",
        "服务企业台账",
        "科技副总",
        "选派",
        "派驻",
    ),
    _open,
    given=(GivenField("programme", _choices, guess_programme),),
    reversal=undo.AGREEMENT,
)
