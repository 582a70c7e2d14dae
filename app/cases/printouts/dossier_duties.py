"""The duties of a case as of an instant: what was done, with its figures, and what was open."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.duties.models import CaseDuty
from app.cases.duties.words import duty_title
from app.cases.models import CaseFile
from app.cases.printouts.dossier_rows import instant
from app.kit.i18n import _
from app.programmes.domain.answers import show_answer
from app.programmes.domain.definition import Programme
from app.programmes.domain.supplied import NeededField


@dataclass(frozen=True)
class DossierDuty:
    """A duty for one period: until when, how it stood, the figures given."""

    title: str
    due_on: str
    status: str
    values: str
    note: str


def duties_until(
    session: Session, case: CaseFile, programme: Programme, on: date, until: datetime
) -> tuple[DossierDuty, ...]:
    """The duties that had begun by then, in the order in which they are due."""
    rows = session.scalars(
        select(CaseDuty)
        .where(CaseDuty.case_id == case.id, CaseDuty.opens_on <= on)
        .order_by(CaseDuty.due_on.is_(None), CaseDuty.due_on, CaseDuty.id)
    )
    fields = {duty.code: {field.code: field for field in duty.fields} for duty in programme.duties}
    return tuple(_duty(row, fields.get(row.code, {}), on, until) for row in rows)


def _duty(row: CaseDuty, fields: Mapping[str, NeededField], on: date, until: datetime) -> DossierDuty:
    done = row.done_at is not None and row.done_at < until
    return DossierDuty(
        title=duty_title(row),
        due_on=str(row.due_on or ""),
        status=_status(row, done, on),
        values="；".join(_value(fields.get(code), code, str(value)) for code, value in row.values.items())
        if done
        else "",
        note=row.note if done else "",
    )


def _status(row: CaseDuty, done: bool, on: date) -> str:
    if done:
        return _("%(who)s %(at)s 办理") % {"who": row.done_by, "at": instant(row.done_at)}
    if row.waived_on is not None and row.waived_on <= on:
        return _("%(who)s %(at)s 免除") % {"who": row.waived_by, "at": row.waived_on}
    return _("逾期未办") if row.due_on is not None and row.due_on < on else _("未办")


def _value(field: NeededField | None, code: str, value: str) -> str:
    return f"{field.label} {show_answer(field, value)}" if field else f"{code} {value}"
