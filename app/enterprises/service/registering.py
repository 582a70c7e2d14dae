"""Taking firms into the register: one by a person, many by an import."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.enterprises import actions, events
from app.enterprises.domain.names import initials_of, pinyin_of
from app.enterprises.domain.search import search_document
from app.enterprises.fields import ENTERPRISE, WRITTEN
from app.enterprises.models import Enterprise
from app.enterprises.schemas import NewEnterprise
from app.enterprises.search_index import index_new
from app.enterprises.service.checking import check_code_free, check_fields, checked_code, taken_meanwhile
from app.enterprises.service.recording import subject_key
from app.journal.domain import PendingEvent
from app.journal.service import record_many
from app.kit.actor import Actor
from app.kit.bulk import insert_numbered
from app.kit.clock import today
from app.kit.errors import Invalid
from app.kit.i18n import _
from app.kit.permissions import Place, require

UNKNOWN_DAY = date.min
UNKNOWN_CAPITAL = -1

_NEW = {name: ENTERPRISE[name].unknown for name in WRITTEN} | {"uscc_confirmed": True}


def register(session: Session, *, actor: Actor, given: NewEnterprise, now: datetime) -> Enterprise:
    """Take one firm into the register, as a person filled it in.

    Raises `Invalid` for unknown codes of any table, for a region left open by an actor who is bound to one, and for
    a check character that does not fit without a reason; `Conflict` when another firm has the code.
    """
    check_fields(session, given, today(now))
    if actor.region_prefix and not given.region_code:
        message = _("请选择所在区域：您只能登记本辖区的企业。")
        raise Invalid("enterprise.region.missing", message, {"region_code": message})
    require(actor, actions.CREATE, Place(given.region_code))
    uscc = checked_code(given.uscc, given.uscc_note)
    check_code_free(session, actor, uscc.value)
    values = given.model_dump(include=set(WRITTEN)) | {
        "uscc": uscc.value,
        "uscc_confirmed": True,
        "uscc_note": "" if uscc.is_valid else given.uscc_note,
        "capital_currency": given.capital_currency or ("CNY" if given.capital_fen is not None else ""),
    }
    values["edited_fields"] = marks(actor, now, (name for name in WRITTEN if values.get(name) not in (None, "")))
    try:
        with session.begin_nested():
            (enterprise_id,) = insert_many(session, [prepare_row(values, now)], actor=actor, now=now)
    except IntegrityError:
        raise taken_meanwhile(session, actor, uscc.value) from None
    enterprise = session.get(Enterprise, enterprise_id)
    assert enterprise is not None
    return enterprise


def marks(actor: Actor, now: datetime, fields: Iterable[str]) -> dict[str, dict[str, str]]:
    """Marks that a person set these fields by hand, which an import must not overwrite unasked."""
    return {name: {"at": now.isoformat(), "by": actor.name} for name in fields}


DERIVED_FROM = frozenset({"name", "registered_on", "capital_fen"})


def derived(values: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that follow from name, registration date and capital."""
    capital, registered_on = values.get("capital_fen"), values.get("registered_on")
    return {
        "name_pinyin": pinyin_of(values["name"])[:1200],
        "name_initials": initials_of(values["name"])[:200],
        "registered_key": UNKNOWN_DAY if registered_on is None else registered_on,
        "capital_key": UNKNOWN_CAPITAL if capital is None else capital,
    }


def prepare_row(values: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """A complete row of `enterprise` from checked `values` (columns of the register; left out = unknown). Pure."""
    written = {name: values.get(name, _NEW[name]) for name in WRITTEN}
    return {
        **written,
        **derived(values),
        "search_text": search_document([values["name"]], [values["uscc"]]),
        "disabled_on": None,
        "disabled_reason": "",
        "version": 1,
        "edited_fields": values.get("edited_fields", {}),
        "created_at": now,
        "updated_at": now,
    }


def insert_many(
    session: Session,
    rows: Sequence[Mapping[str, Any]],
    *,
    actor: Actor,
    now: datetime,
    event: str = events.CREATED,
    data: Mapping[str, Any] | None = None,
) -> list[int]:
    """Insert rows made by `prepare_row`, with their search index and one event each; returns ids in their order.

    Codes and region were checked by the caller. Raises `IntegrityError` when a code is taken.
    """
    if not rows:
        return []
    ids = insert_numbered(session, Enterprise, rows)
    index_new(session, [(key, row["search_text"]) for key, row in zip(ids, rows, strict=True)])
    record_many(session, [_created(actor, now, event, key, row, data) for key, row in zip(ids, rows, strict=True)])
    return ids


def _created(
    actor: Actor, now: datetime, event: str, key: int, row: Mapping[str, Any], data: Mapping[str, Any] | None
) -> PendingEvent:
    changes = {name: (None, value) for name in WRITTEN if (value := row[name]) or isinstance(value, int)}
    if row["uscc_confirmed"]:
        changes.pop("uscc_confirmed")  # worth a word only where a code waits
    return PendingEvent(actor, now, event, subject_key(key, row["name"], row["region_code"]), changes, dict(data or {}))
