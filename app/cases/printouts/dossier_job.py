"""A dossier that is large is made in the background: its archive is stored, to be taken from the page of the case."""

import tempfile
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, BinaryIO

from sqlalchemy.orm import Session

from app.cases.loaded import place_of, subject_of
from app.cases.models import CaseFile
from app.cases.printouts import events
from app.cases.printouts.actions import DOSSIER
from app.cases.printouts.archive import archive_name, pack_dossier
from app.cases.printouts.dossier import Dossier, official_dossier
from app.cases.queries import get_visible_to
from app.files.domain.kinds import FileKind
from app.files.models import StoredFile
from app.jobs.models import Job
from app.jobs.run import Run
from app.jobs.service import enqueue
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.db import read_scope, session_scope
from app.kit.i18n import _
from app.kit.permissions import require
from app.kit.storage.blobs import Blob
from app.programmes.queries import get_version

JOB_KIND = "dossier"
BIG_BYTES = 50 * 1024 * 1024
BIG_FILES = 200
LARGEST = 1 << 40
"""Bytes of the largest archive: the evidence of one case stays far below."""


def is_big(dossier: Dossier) -> bool:
    """Whether its archive takes longer than anybody waits for a page."""
    return len(dossier.evidence) > BIG_FILES or sum(each.size for each in dossier.evidence) > BIG_BYTES


def order_dossier(session: Session, *, actor: Actor, now: datetime, number: str, on: date, office: str) -> Job:
    """Put the archive of a case as of the end of `on` into the queue. Raises `NotFound`, `Forbidden`, `Invalid` (day)."""
    case = get_visible_to(session, actor, number)
    require(actor, DOSSIER, place_of(case.enterprise))
    official_dossier(session, case, actor=actor, now=now, on=on, office=office)
    title = _("卷宗 · %(firm)s · 截至 %(on)s") % {"firm": case.enterprise.name, "on": on}
    params = {"dossier": case.number, "case": case.id, "on": on.isoformat(), "office": office}
    return enqueue(session, actor=actor, now=now, kind=JOB_KIND, title=title, params=params)


def make_archive(run: Run) -> Mapping[str, Any]:
    """The job: write the archive beside the store, then keep it. Begins anew after a crash; nothing half-made is kept."""
    with read_scope(run.around.database) as session:
        case = get_visible_to(session, run.actor, run.params["dossier"])
        dossier = official_dossier(
            session,
            case,
            actor=run.actor,
            now=run.now(),
            on=date.fromisoformat(run.params["on"]),
            office=run.params["office"],
        )
    with tempfile.TemporaryFile(dir=run.around.data_dir) as archive:
        _write(run, dossier, archive)
        archive.seek(0)
        blob = run.around.blobs.put(archive, limit=LARGEST)
    with session_scope(run.around.database) as session:
        stored = _keep(session, run, dossier, blob)
    return {"file": stored.id, "files": len(dossier.evidence), "size": blob.size}


def _write(run: Run, dossier: Dossier, archive: BinaryIO) -> None:
    total, reported = len(dossier.evidence), -1
    for done, block in pack_dossier(dossier, run.around.blobs):
        archive.write(block)
        if done > reported:
            reported = done
            with session_scope(run.around.database) as session:
                run.save(session, checkpoint={}, done=done, total=total)
            run.between_batches(done, total)


def _keep(session: Session, run: Run, dossier: Dossier, blob: Blob) -> StoredFile:
    stored = StoredFile(
        sha256=blob.sha256,
        size=blob.size,
        kind=FileKind.ZIP,
        name=f"{archive_name(dossier)}.zip",
        by_kind=run.actor.kind,
        by_id=run.actor.id,
        by_name=run.actor.name,
        at=run.now(),
    )
    session.add(stored)
    session.flush()
    return stored


def note_dossier(
    session: Session, case: CaseFile, *, actor: Actor, now: datetime, on: str, form: str, complete: bool = True
) -> None:
    """Journal that the dossier of a case as of the day `on` left the house, as `form` (pdf or zip). One event."""
    programme = get_version(session, case.programme_code, case.programme_version)
    data = {"on": on, "form": form, "complete": complete, "note": f"{form.upper()}，截至 {on}"}
    subject = subject_of(case, case.enterprise, programme)
    record(session, actor=actor, now=now, type=events.DOSSIER_TAKEN, subject=subject, data=data)
