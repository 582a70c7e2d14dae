"""To call: firms that were promised a call back, and firms that have not answered a request in time."""

from datetime import timedelta

from sqlalchemy import ColumnElement, func, select, true

from app.cases.models import CaseFile
from app.cases.todo.port import Provider, TodoGroup, TodoQuery, TodoSource
from app.cases.todo.rows import Rows
from app.engagement.models import FirmRequest, Visit
from app.enterprises.models import Enterprise
from app.enterprises.queries import visible_to

#: A promised call is shown from two days before its day on.
CALL_AHEAD = 2
_TOLD = 60


def _call_backs(asked: TodoQuery) -> TodoSource:
    rows: Rows = select(Visit.id).join(Enterprise, Enterprise.id == Visit.enterprise_id)
    if asked.officer_id is not None:
        rows = rows.where(Visit.officer_id == asked.officer_id)
    return TodoSource(
        rows=rows.where(
            Visit.called_back_on.is_(None),
            Visit.call_back_on.is_not(None),
            Visit.call_back_on <= asked.on + timedelta(days=CALL_AHEAD),
            _in_programme(Visit.case_number, asked),
            visible_to(asked.actor),
        ),
        key=Visit.id,
        due=Visit.call_back_on,
        dated=True,
        firm_id=Visit.enterprise_id,
        officer_id=Visit.officer_id,
        about=func.substr(Visit.text, 1, _TOLD),
        version=Visit.version,
    )


def _silent(asked: TodoQuery) -> TodoSource:
    rows: Rows = select(FirmRequest.id).join(Enterprise, Enterprise.id == FirmRequest.enterprise_id)
    if asked.officer_id is not None:
        rows = rows.where(FirmRequest.asked_by == asked.officer_id)
    return TodoSource(
        rows=rows.where(
            FirmRequest.settled_on.is_(None),
            FirmRequest.due_on < asked.on,
            _in_programme(FirmRequest.case_number, asked),
            visible_to(asked.actor),
        ),
        key=FirmRequest.id,
        due=FirmRequest.due_on,
        dated=True,
        firm_id=FirmRequest.enterprise_id,
        officer_id=FirmRequest.asked_by,
        about=FirmRequest.title,
        version=FirmRequest.version,
    )


def _in_programme(number: object, asked: TodoQuery) -> ColumnElement[bool]:
    """What belongs to a case of the programme, by its number; everything where no programme is chosen."""
    if not asked.programme:
        return true()
    found: ColumnElement[bool] = number.in_(  # type: ignore[attr-defined]
        select(CaseFile.number).where(CaseFile.programme_code == asked.programme)
    )
    return found


CALL_BACK = Provider("call_back", TodoGroup.CALL, _call_backs)
SILENT_FIRM = Provider("silent_firm", TodoGroup.CALL, _silent)
