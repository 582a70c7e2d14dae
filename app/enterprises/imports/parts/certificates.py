"""Certificates: their kind by the column or the title that names it, their validity by what the kind says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.domain.patents import folded_number
from app.enterprises.imports.parts.kinds import PartReading
from app.enterprises.imports.parts.reader import leave_out_reversed
from app.enterprises.imports.parts.taker import BatchState, Key, PartTaker
from app.enterprises.imports.parts.words import folded
from app.enterprises.imports.reasons import RowReason
from app.enterprises.imports.row_reader import Parsed
from app.enterprises.imports.verdict import RowVerdict, rejected
from app.enterprises.models import Certificate, Enterprise
from app.kit.membership import one_of
from app.kit.periods import last_day_of_years


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


def _names_of(session: Session, ids: set[int], prefix: str) -> dict[int, str]:
    if not ids:
        return {}
    named = select(Enterprise.id, Enterprise.name, Enterprise.uscc).where(
        one_of(Enterprise.id, list(ids)), Enterprise.region_code.startswith(prefix)
    )
    return {key: f"{name}（{uscc}）" for key, name, uscc in session.execute(named)}
