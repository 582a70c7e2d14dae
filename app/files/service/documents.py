"""Documents of a firm: put on file, registered anew, replaced by a newer one, withdrawn. One event each, on the firm."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.enterprises.models import Enterprise
from app.enterprises.service.checking import check_terms
from app.enterprises.service.recording import note, require_change
from app.files import actions, events
from app.files.domain.documents import check_dates, decide_on_file
from app.files.models import Document, StoredFile
from app.files.queries import find_same
from app.files.schemas import DocumentInput, Withdrawal
from app.files.service.arrivals import tell_arrival
from app.files.service.storing import keep_file
from app.files.vault import Upload, Vault
from app.journal.domain import Change, diff
from app.kit.actor import Actor
from app.kit.errors import Conflict
from app.kit.i18n import _
from app.kit.merges import merge

FIELDS = ("kind", "title", "year", "issued_on", "valid_until", "note")


def put_on_file(
    session: Session,
    vault: Vault,
    *,
    actor: Actor,
    enterprise: Enterprise,
    upload: Upload,
    given: DocumentInput,
    now: datetime,
) -> Document:
    """Put an upload on file for `enterprise`. One event on the firm.

    Raises `Forbidden`, `Invalid` (the file, its kind, its dates) or `Conflict` (the very same is on file, firm retired).
    """
    require_change(actor, actions.KEEP, enterprise)
    document = add_document(session, vault, actor=actor, enterprise=enterprise, upload=upload, given=given, now=now)
    note(session, actor, enterprise, events.ADDED, now, changes=_all(document), data=_reported(document))
    return document


def add_document(
    session: Session,
    vault: Vault,
    *,
    actor: Actor,
    enterprise: Enterprise,
    upload: Upload,
    given: DocumentInput,
    now: datetime,
) -> Document:
    """Like `put_on_file`, for a use case that has checked the right and records its own event."""
    stored, same = _stored(session, vault, actor, enterprise, upload, given, now)
    if same is not None:
        raise Conflict(
            "document.same", _("同一文件已在库：“%(title)s”。请直接选用，不必重复上传。") % {"title": same.title}
        )
    return _added(session, enterprise, stored, given, actor, now)


def find_or_add_document(
    session: Session,
    vault: Vault,
    *,
    actor: Actor,
    enterprise: Enterprise,
    upload: Upload,
    given: DocumentInput,
    now: datetime,
) -> Document:
    """Like `add_document`; the very same file of that kind and year, where it is on file already, is taken as it lies there."""
    stored, same = _stored(session, vault, actor, enterprise, upload, given, now)
    return same or _added(session, enterprise, stored, given, actor, now)


def _stored(
    session: Session,
    vault: Vault,
    actor: Actor,
    enterprise: Enterprise,
    upload: Upload,
    given: DocumentInput,
    now: datetime,
) -> tuple[StoredFile, Document | None]:
    """The file as it is kept, and the document of that kind and year that holds the very same already."""
    _check(session, given)
    stored = keep_file(session, vault, upload, actor=actor, now=now)
    return stored, find_same(session, enterprise.id, stored.sha256, given.kind, given.year)


def _added(
    session: Session, enterprise: Enterprise, stored: StoredFile, given: DocumentInput, actor: Actor, now: datetime
) -> Document:
    document = _row(enterprise, stored, given, actor, now)
    session.add(document)
    session.flush()
    tell_arrival(session, document, actor, now)
    return document


def replace_document(
    session: Session,
    vault: Vault,
    *,
    actor: Actor,
    document: Document,
    upload: Upload,
    given: DocumentInput,
    now: datetime,
) -> Document:
    """Put a newer document in the place of `document`, which stays on record and with the cases it served. One event on the firm.

    Raises like `put_on_file`, and `Conflict` when it is off file already or the new file is the very same.
    """
    require_change(actor, actions.KEEP, document.enterprise)
    decide_on_file(document)
    newer = add_document(
        session, vault, actor=actor, enterprise=document.enterprise, upload=upload, given=given, now=now
    )
    document.replaced_by = newer.id
    document.version += 1
    session.flush()
    changes: dict[str, Change] = diff(_values(document), _values(newer))
    changes["file"] = (document.file.name, newer.file.name)
    note(session, actor, document.enterprise, events.REPLACED, now, changes=changes, data=_reported(newer))
    return newer


def change_document(
    session: Session,
    *,
    actor: Actor,
    document: Document,
    given: DocumentInput,
    was: Mapping[str, Any],
    now: datetime,
) -> bool:
    """Register a document anew; whether anything changed. `was` are the values that the form began with.

    Raises `Clashing` where somebody else changed the same field meanwhile, `Conflict` off file, `Invalid` for the dates.
    """
    require_change(actor, actions.KEEP, document.enterprise)
    decide_on_file(document)
    before = _values(document)
    wanted = given.model_dump(include=set(FIELDS)) | {"title": given.title or document.file.name}
    merged = merge(was, before, wanted)
    _check(session, DocumentInput(**merged))
    changes = diff(before, merged)
    if not changes:
        return False
    for name in changes:
        setattr(document, name, merged[name])
    document.version += 1
    session.flush()
    note(session, actor, document.enterprise, events.CHANGED, now, changes=changes, data=_reported(document))
    tell_arrival(session, document, actor, now)
    return True


def withdraw_document(session: Session, *, actor: Actor, document: Document, given: Withdrawal, now: datetime) -> None:
    """Take a document off file, with the reason; cases that it served keep it. One event on the firm.

    Raises `Forbidden`, or `Conflict` when it is off file already.
    """
    require_change(actor, actions.KEEP, document.enterprise)
    decide_on_file(document)
    document.withdrawn_at, document.withdrawn_reason = now, given.reason
    document.version += 1
    session.flush()
    data = _reported(document) | {"note": f"{document.title}：{given.reason}", "reason": given.reason}
    note(session, actor, document.enterprise, events.WITHDRAWN, now, data=data)


def _check(session: Session, given: DocumentInput) -> None:
    term = check_terms(session, kind=("document_kind", given.kind))["kind"]
    check_dates(term.data, given.year, given.issued_on, given.valid_until)


def _row(enterprise: Enterprise, stored: StoredFile, given: DocumentInput, actor: Actor, now: datetime) -> Document:
    values = given.model_dump(include=set(FIELDS)) | {"title": given.title or stored.name}
    return Document(
        **values,
        enterprise=enterprise,
        file=stored,
        by_kind=actor.kind,
        by_id=actor.id,
        by_name=actor.name,
        added_at=now,
    )


def _values(document: Document) -> dict[str, Any]:
    return {name: getattr(document, name) for name in FIELDS}


def _all(document: Document) -> dict[str, Change]:
    return {name: (None, value) for name, value in _values(document).items() if value not in (None, "")}


def _reported(document: Document) -> dict[str, Any]:
    """What the event says about the document: its own id, its name, and the file by hash."""
    return {"note": document.title, "id": document.id, "sha256": document.file.sha256, "file": document.file.name}
