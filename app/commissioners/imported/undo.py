"""Taking agreements and experts back that an import put on file."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.commissioners import events
from app.commissioners.domain import IDS
from app.commissioners.imported.experts import parted
from app.commissioners.models import Commissioner, CommissionerProgramme, ServiceAgreement
from app.commissioners.service.people import PERSONAL, subject_of
from app.enterprises.imports.undo.domain import EventEffect, RecordEffect
from app.enterprises.imports.undo.reversal import DECIDED, Private, Reversal, Undoing
from app.journal.domain import Change, SubjectKey
from app.journal.models import JournalEvent
from app.kit.i18n import N_
from app.kit.membership import one_of

_TERMS = ("number", "starts_on", "ends_on", "aim", "mode", "amount_fen", "ended_on", "end_reason")
_PERSON = ("name", "unit", "title", "degree", "field_code", "speciality", "phone", "note", "disabled_on")


class AgreementReversal(Reversal):
    """Agreements; events tell their programme by its name."""

    code = "agreement"
    label = N_("服务协议")
    model = ServiceAgreement
    words = "commissioner"
    columns = _TERMS
    removed = events.AGREEMENT_REMOVED
    returned = events.AGREEMENT_CHANGED

    def key_of(self, event: JournalEvent) -> int | None:
        """The agreement that an event of an expert names."""
        found: int | None = event.data.get("agreement") if event.subject_kind == "commissioner" else None
        return found

    def effect_of(self, event: JournalEvent, private: Private) -> EventEffect:
        """Its terms."""
        changes = {name: tuple(pair) for name, pair in event.changes.items()}
        return EventEffect(event.type == events.AGREEMENT_SIGNED, changes, event.type in DECIDED)

    @property
    def blank(self) -> Mapping[str, Any]:
        """An amount of nothing is not told."""
        return {**super().blank, "amount_fen": 0}

    def load(self, undoing: Undoing, keys: Sequence[Any]) -> dict[Any, Any]:
        """The agreements, their experts locked first, as whoever writes an agreement does."""
        rows = select(ServiceAgreement.commissioner_id).where(one_of(ServiceAgreement.id, list(keys)))
        experts = select(Commissioner).where(one_of(Commissioner.id, sorted(set(undoing.session.scalars(rows)))))
        experts = experts.order_by(Commissioner.id)
        undoing.session.scalars(experts.with_for_update() if undoing.writes else experts).all()
        return super().load(undoing, keys)

    def state(self, undoing: Undoing, row: Any) -> dict[str, Any]:
        """Its terms, the programme by its name."""
        return {"programme": row.programme.name["zh"], **super().state(undoing, row)}

    def put(self, undoing: Undoing, effect: RecordEffect, row: Any, values: Mapping[str, Any]) -> None:
        """The programme returns by its name."""
        values = dict(values)
        if "programme" in values:
            row.programme = _programme(undoing.session, values.pop("programme"))
        super().put(undoing, effect, row, values)
        row.commissioner.updated_at = undoing.now

    def delete(self, undoing: Undoing, rows: Sequence[Any]) -> None:
        """The agreements; their experts were changed by it."""
        for row in rows:
            row.commissioner.updated_at = undoing.now
        super().delete(undoing, rows)

    def named(self, row: Any) -> str:
        """Whose it is, and its number or first day."""
        return f"{row.commissioner.name} {row.number or row.starts_on}"

    def subject(self, undoing: Undoing, row: Any) -> SubjectKey:
        """The expert, seen on the firm's side too."""
        return subject_of(row.commissioner, row.enterprise_id)

    def data(self, row: Any) -> dict[str, Any]:
        """As when it is written by hand."""
        firm = row.enterprise
        return {"note": row.number, "enterprise": firm.name, "uscc": firm.uscc, "agreement": row.id}


class ExpertReversal(Reversal):
    """Experts, at whom agreements point."""

    code = "person"
    label = N_("专家")
    model = Commissioner
    words = "commissioner"
    last = True
    columns = _PERSON
    removed = events.REMOVED
    returned = events.CHANGED

    def key_of(self, event: JournalEvent) -> int | None:
        """The expert of an event that is about no agreement."""
        if event.subject_kind != "commissioner" or "agreement" in event.data:
            return None
        return IDS.row_id(event.subject_id)

    def effect_of(self, event: JournalEvent, private: Private) -> EventEffect:
        """The columns, the personal ones from where they are kept apart."""
        changes = {name: tuple(pair) for name, pair in {**event.changes, **private}.items()}
        if event.private_hash and not private:  # erased since: it fits nothing that stands
            changes |= dict.fromkeys(PERSONAL, (None, ...))
        return EventEffect(event.type == events.CREATED, changes, event.type in DECIDED)

    def firm_of(self, undoing: Undoing, row: Any) -> None:
        """An expert is of no firm."""

    def put(self, undoing: Undoing, effect: RecordEffect, row: Any, values: Mapping[str, Any]) -> None:
        """Columns that hold no unknown are empty again."""
        columns = Commissioner.__table__.columns
        kept = {name: "" if value is None and not columns[name].nullable else value for name, value in values.items()}
        super().put(undoing, effect, row, kept)
        row.updated_at = undoing.now

    def told(self, changes: Mapping[str, Change]) -> tuple[Mapping[str, Change], Private]:
        """Personal values apart."""
        return parted(changes)

    def named(self, row: Any) -> str:
        """By name and unit."""
        return f"{row.name} {row.unit}".strip()

    def subject(self, undoing: Undoing, row: Any) -> SubjectKey:
        """The expert."""
        return subject_of(row)


def _programme(session: Session, name: str) -> CommissionerProgramme:
    programmes = session.scalars(select(CommissionerProgramme))
    return next(each for each in programmes if each.name["zh"] == name)


AGREEMENT = AgreementReversal()
PERSON = ExpertReversal()
