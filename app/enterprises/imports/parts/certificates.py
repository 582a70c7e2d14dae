"""Certificates: their kind by the column or the title that names it, their validity by what the kind says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.domain.patents import folded_number
from app.enterprises.imports.difference_text import require_unchanged, stored_value
from app.enterprises.imports.domain import RowOutcome
from app.enterprises.imports.parts.gone import gives_back, is_about_gone, last_told
from app.enterprises.imports.parts.kinds import PartReading
from app.enterprises.imports.parts.reader import leave_out_reversed
from app.enterprises.imports.parts.taker import BatchState, Key, PartTaker
from app.enterprises.imports.parts.words import folded
from app.enterprises.imports.reasons import RowReason
from app.enterprises.imports.row_reader import PARTED, GoneWords, Parsed
from app.enterprises.imports.verdict import RowVerdict, SettledDifference, rejected
from app.enterprises.models import Certificate, Enterprise
from app.enterprises.service.parts import told_apart
from app.enterprises.service.recording import note
from app.kit.clock import today
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.kit.membership import one_of
from app.kit.periods import last_day_of_years

#: So many signs of the numbers are told in a reason.
_TOLD = 60


def finish(parsed: Parsed, reading: PartReading) -> None:
    """Spell the number, and end the validity where the kind says how long it lasts."""
    values = parsed.values
    _read_kind_before(parsed, reading)
    if number := values.get("number"):
        spelled = folded_number(number)
        values["number"] = spelled if spelled.isascii() else number
    ends = _last_day(values.get("issued_on"), values.get("kind", ""), reading)
    if ends is not None and "expires_on" not in values:
        parsed.computed.add("expires_on")
        values["expires_on"] = ends
    leave_out_reversed(parsed, "certificate", "issued_on", "expires_on")
    leave_out_reversed(parsed, "certificate", "issued_on", "revoked_on")


def _last_day(issued: date | None, kind: str, reading: PartReading) -> date | None:
    """Until when a certificate holds that was issued on that day, where its kind says how long."""
    term = reading.terms["certificate_kind"].get(kind, {})
    if issued is not None and (years := term.get("years")):
        return last_day_of_years(issued, years)
    return date(issued.year, 12, 31) if issued is not None and term.get("ends") == "year" else None


def _read_kind_before(parsed: Parsed, reading: PartReading) -> None:
    """`高新技术企业 GR202442000001`: a kind in front of the number, where no column tells it."""
    word, _blank, number = parsed.source.texts.get("number", "").partition(" ")
    kind = reading.cells.words["certificate_kind"].get(folded(word))
    if kind and number.strip() and not parsed.source.texts.get("kind"):
        parsed.values |= {"kind": kind, "number": number.strip()}


@dataclass
class CertificateState(BatchState):
    """Besides: whose the certificates of the batch's numbers are, as far as the officer may know."""

    owners: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CertificateTaker(PartTaker):
    """Takes in certificates, whose numbers are one firm's over the whole register."""

    def key(self, firm_id: int, values: Mapping[str, Any]) -> Key:
        """Kind and number, whoever holds it."""
        return self.kind.identity_of(values) or ()

    def load(self, session: Session, sound: Sequence[Parsed], *, lock: bool) -> CertificateState:
        """The certificates on file that bear these numbers."""
        numbers = [parsed.values["number"] for parsed in sound]
        on_file = self.rows_where(session, one_of(Certificate.number, numbers), lock=lock)
        owners = {row.enterprise_id for row in on_file.values()}
        return CertificateState(on_file, owners=_names_of(session, owners, self.intake.prefix))

    def was_computed(self, row: Any, name: str) -> bool:
        """A last day that follows from the day of issue."""
        return bool(name == "expires_on" and row.expires_on == _last_day(row.issued_on, row.kind, self.reading))

    def decide_row(self, parsed: Parsed, state: BatchState) -> RowVerdict:
        """Besides: a number that is another firm's is refused."""
        assert parsed.firm is not None and isinstance(state, CertificateState)
        row = state.on_file.get(self.key(parsed.firm.id, parsed.values))
        if row is not None and row.enterprise_id != parsed.firm.id:
            return rejected(parsed, RowReason("number.other_firm", {"name": state.owners.get(row.enterprise_id, "—")}))
        return super().decide_row(parsed, state)

    def decide_gone(self, parsed: Parsed, gone: GoneWords, state: BatchState) -> RowVerdict:
        """Certificates that are valid still are asked about: no list takes away a record of law."""
        assert parsed.firm is not None
        on = self.reading.cells.today
        valid = {row.number for row in state.held.values() if _holds(row, on)}
        numbers = PARTED.join(number for number in gone.words if number in valid)
        if not numbers:
            return RowVerdict(parsed, RowOutcome.UNCHANGED, target_id=parsed.firm.id)
        reasons = [RowReason("origin.certificate_gone", {"text": numbers[:_TOLD]})]
        asked = {"number": (numbers, "")}
        return RowVerdict(parsed, RowOutcome.DIFFERS, reasons, differences=asked, target_id=parsed.firm.id)

    def settle(self, session: Session, settlement: SettledDifference) -> None:
        """Besides: certificates that a cell names no more end with the day of the decision, and hold again when it is taken back."""
        if not is_about_gone(settlement, "number"):
            super().settle(session, settlement)
            return
        firm, back = session.get(Enterprise, settlement.firm_id), gives_back(settlement)
        numbers = str(settlement.wanted if back else settlement.expected).split(PARTED)
        statement = select(Certificate).where(
            Certificate.enterprise_id == settlement.firm_id, Certificate.number.in_(numbers)
        )
        rows = session.scalars(statement.order_by(Certificate.id).with_for_update()).all()
        if firm is None or {row.number for row in rows} != set(numbers):
            raise NotFound("enterprise.part.missing", _("没有找到这条记录，它可能已被移除。"))
        for row in rows:
            before = self._ended_by(session, settlement, row) if back else None
            require_unchanged({"revoked_on": row.revoked_on}, {"revoked_on": before})
            row.revoked_on = None if back else today(settlement.now)
            shown, _personal = told_apart(self.kind.part, {"revoked_on": (before, row.revoked_on)})
            text = row.number if back else _("%(number)s：撤销日期先记为作此决定的当天") % {"number": row.number}
            data = {**settlement.data, "id": row.id, "note": text}
            note(session, settlement.actor, firm, settlement.event, settlement.now, changes=shown, data=data)

    def _ended_by(self, session: Session, settlement: SettledDifference, row: Certificate) -> date | None:
        """With which day the decision that is taken back ended it."""
        told = last_told(session, settlement, lambda event: event.data.get("id") == row.id)
        return stored_value("revoked_on", told.changes["certificate.revoked_on"][1]) if told else None


def _holds(row: Certificate, on: date) -> bool:
    """Whether nothing on file says that it has ended."""
    return row.revoked_on is None and (row.expires_on is None or row.expires_on >= on)


def _names_of(session: Session, ids: set[int], prefix: str) -> dict[int, str]:
    if not ids:
        return {}
    named = select(Enterprise.id, Enterprise.name, Enterprise.uscc).where(
        one_of(Enterprise.id, list(ids)), Enterprise.region_code.startswith(prefix)
    )
    return {key: f"{name}（{uscc}）" for key, name, uscc in session.execute(named)}
