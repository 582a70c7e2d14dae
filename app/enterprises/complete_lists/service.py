"""Saying that a list is complete, by hand or with the import that brought it, and taking that back."""

from datetime import date, datetime

from sqlalchemy import ColumnElement, String, and_, cast, select
from sqlalchemy.orm import Session

from app.enterprises.actions import STATE_COMPLETE
from app.enterprises.complete_lists import events
from app.enterprises.complete_lists.denials import needs_first_day
from app.enterprises.complete_lists.models import CompleteList, CompleteListDoubt
from app.enterprises.complete_lists.queries import get_visible_to, kind_names, kinds_text, list_of_import
from app.enterprises.complete_lists.schemas import CompleteListInput
from app.enterprises.domain.names import normalise_name
from app.enterprises.imports.domain import KEPT_RAW, OPEN, ImportState, RowDecision
from app.enterprises.imports.models import ImportRow, ImportRun
from app.journal.domain import EventType, SubjectKey
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.bulk import insert_numbered
from app.kit.clock import today
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import _, use_locale
from app.kit.permissions import Place, require, within_region

_CODE = 18


def state_complete(session: Session, *, actor: Actor, data: CompleteListInput, now: datetime) -> CompleteList:
    """Keep the word that a list, which is in the register already, is complete. Raises `Invalid`, `Forbidden`.

    Whoever a row of an import names that still waits in the region is left out of it.
    """
    check_complete(session, actor=actor, data=data, on=today(now))
    waiting = and_(
        ImportRow.outcome.in_(OPEN),
        ImportRow.decision == RowDecision.NONE,
        ImportRun.state == ImportState.FINISHED,
        within_region(ImportRun.region_prefix, data.region_code),
    )
    return _keep(session, actor, data, now, None, waiting)


def state_of_import(
    session: Session, *, actor: Actor, run: ImportRun, data: CompleteListInput, now: datetime
) -> CompleteList:
    """The same of a list that an import has just brought: whoever a row names that was not simply taken in is left out of it."""
    untaken = ImportRow.outcome.in_(KEPT_RAW) | (cast(ImportRow.reasons, String) != "[]")
    return _keep(session, actor, data, now, run.id, and_(ImportRow.run_id == run.id, untaken))


def check_complete(session: Session, *, actor: Actor, data: CompleteListInput, on: date) -> None:
    """Raises `Forbidden` for a region that is not the actor's, `Invalid` beside the field for what cannot be said."""
    require(actor, STATE_COMPLETE, Place(data.region_code))
    if not set(data.kinds) <= kind_names(session).keys():
        raise _invalid("kinds", _("请选择名单的种类。"))
    if data.complete_to > on:
        raise _invalid("complete_to", _("截至日不能晚于今天。"))
    if data.complete_from is None and any(map(needs_first_day, data.kinds)):
        raise _invalid("complete_from", _("处罚、事故名单须填写从哪一天起完整：只有某一年的名单说明不了以前。"))
    if data.complete_from is not None and data.complete_from > data.complete_to:
        raise _invalid("complete_from", _("起始日不能晚于截至日。"))


def withdraw_complete(session: Session, *, actor: Actor, list_id: int, now: datetime) -> None:
    """Take the word back; who was denied something by this list alone is unknown again. Raises `NotFound`, `Conflict`."""
    row = get_visible_to(session, actor, list_id, lock=True)
    require(actor, STATE_COMPLETE, row)
    if row.withdrawn_at is not None:
        raise Conflict("complete_list.withdrawn", _("这条说明已经撤回。"))
    _withdraw(session, row, actor, now)


def withdraw_of_import(session: Session, *, actor: Actor, run: ImportRun, now: datetime) -> None:
    """An import that is taken back takes back what was said with it."""
    for row in list_of_import(session, run.id):
        _withdraw(session, row, actor, now)


def stated_text(session: Session, row: CompleteList) -> str:
    """The statement in the register's own language, as it is read in the journal."""
    with use_locale("zh"):
        told = {
            "kinds": kinds_text(session, row.kinds),
            "first": row.complete_from or _("不限起始日"),
            "last": row.complete_to,
            "issuer": row.issuer,
            "document": row.document,
        }
        return _("%(kinds)s名单，%(first)s 至 %(last)s 完整（%(issuer)s，%(document)s）") % told


def _keep(
    session: Session,
    actor: Actor,
    data: CompleteListInput,
    now: datetime,
    import_id: int | None,
    doubtful: ColumnElement[bool],
) -> CompleteList:
    row = CompleteList(
        **data.model_dump() | {"kinds": sorted(set(data.kinds))},
        import_id=import_id,
        by_kind=actor.kind,
        by_id=actor.id,
        by_name=actor.name,
        at=now,
    )
    session.add(row)
    session.flush()
    rows = session.execute(
        select(ImportRow.id, ImportRow.key, ImportRow.name)
        .join(ImportRun, ImportRun.id == ImportRow.run_id)
        .where(doubtful)
        .order_by(ImportRow.id)
    )
    insert_numbered(session, CompleteListDoubt, [_doubt(row.id, *each) for each in rows])
    _note(session, row, actor, events.STATED, now)
    return row


def _doubt(list_id: int, row_id: int, key: str, name: str) -> dict[str, object]:
    code = key.partition("|")[0]
    return {
        "list_id": list_id,
        "row_id": row_id,
        "uscc": code if len(code) == _CODE else "",
        "name": normalise_name(name),
    }


def _withdraw(session: Session, row: CompleteList, actor: Actor, now: datetime) -> None:
    row.withdrawn_at, row.withdrawn_by = now, actor.name
    session.flush()
    _note(session, row, actor, events.WITHDRAWN, now)


def _note(session: Session, row: CompleteList, actor: Actor, event: EventType, now: datetime) -> None:
    text = stated_text(session, row)
    record(
        session,
        actor=actor,
        now=now,
        type=event,
        subject=SubjectKey("complete_list", str(row.id), text[:200], region_code=row.region_code),
        changes={"statement": (None, text) if event is events.STATED else (text, None)},
        data={"of_import": row.import_id},
    )


def _invalid(field: str, message: str) -> Invalid:
    return Invalid(f"complete_list.{field}", message, {field: message})
