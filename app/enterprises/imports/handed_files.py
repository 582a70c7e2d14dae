"""A program hands a file in: the same call twice is one import; a reading that nobody need look at begins at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.enterprises.actions import IMPORT
from app.enterprises.imports.domain import ImportKind, ImportState
from app.enterprises.imports.listed_kinds import complete_list_of
from app.enterprises.imports.models import ImportRun
from app.enterprises.imports.row_groups.domain import RowChoice
from app.enterprises.imports.row_groups.orders import is_said, say_ahead
from app.enterprises.imports.sheets import ReadingHints, allowed, guess_sheets
from app.enterprises.imports.staging import (
    StagedFile,
    abandon,
    count_unfinished,
    find_unfinished,
    is_read_as,
    recalling,
    sheets_of,
    stage,
    start,
    tell_unit,
)
from app.jobs.domain import JobState
from app.jobs.models import Job
from app.jobs.service import retry
from app.kit.actor import Actor
from app.kit.db import composition_of
from app.kit.errors import Conflict, NotFound
from app.kit.i18n import _
from app.kit.permissions import require
from app.kit.tabular import open_table

MOST_UNFINISHED = 20


@dataclass(frozen=True)
class HandedIn:
    """A file with what its sender tells of it; `agreed`: it may be taken in as it is understood, without a person; `said`: what is
    decided of rows that will wait, by their reason.

    `complete` is what is told of it as a complete list; kinds that are left out are those that its sheets tell.
    """

    file: StagedFile
    kind: ImportKind
    reading: ReadingHints
    accept_unconfirmed: bool = False
    agreed: bool = False
    complete: Mapping[str, Any] | None = None
    said: Mapping[str, RowChoice] = field(default_factory=dict)


def hand_in(session: Session, *, actor: Actor, given: HandedIn, now: datetime) -> ImportRun:
    """The import of the file: that of an earlier call where it did not end, else a new one. Callers of one actor come in turn.

    A file that waits and is sent to be read otherwise replaces the one that waits. Raises Invalid for what cannot be read (or,
    when `agreed`, taken in), Conflict while the file is being taken in otherwise and when too many of the actor's wait.
    """
    require(actor, IMPORT)
    run = _earlier(session, actor, given, now) or _new(session, actor, given, now)
    if run.state == ImportState.UPLOADED and given.agreed:
        complete = complete_list_of(given.complete, sheets_of(session, run)) if given.complete else None
        start(session, actor=actor, run=run, now=now, accept_unconfirmed=given.accept_unconfirmed, complete=complete)
    return run


def get_own_run(session: Session, actor: Actor, run_id: int) -> ImportRun:
    """An import that the actor handed in; raises NotFound for others'."""
    run = session.get(ImportRun, run_id)
    own = run is not None and (run.by_kind, run.by_id) == (actor.kind, actor.id)
    if run is None or not own or not run.region_prefix.startswith(actor.region_prefix):
        raise NotFound("import.unknown", _("没有这次导入。"))
    return run


def _earlier(session: Session, actor: Actor, given: HandedIn, now: datetime) -> ImportRun | None:
    """The import that an earlier call began; one that only waits gives way where its file is to be read otherwise."""
    run = find_unfinished(session, actor=actor, sha256=given.file.sha256, kind=given.kind)
    if run is None:
        return None
    reading = recalling(session, actor, given.kind, given.reading)
    sheets = guess_sheets(open_table(given.file.path), allowed(composition_of(session), given.kind), reading)
    alike = is_read_as(session, run, sheets, accept_unconfirmed=given.accept_unconfirmed)
    if alike and (run.state == ImportState.UPLOADED or is_said(run, given.said)):
        if run.state == ImportState.UPLOADED:
            say_ahead(session, actor=actor, run=run, choices=given.said, now=now)
        _go_on(session, run)
        tell_unit(session, run, given.reading.unit)
        return run
    if run.state == ImportState.STARTED:
        raise Conflict(
            "import.under_way", _("同一文件正按另一种读法导入（第 %(id)s 次导入），请等它结束。") % {"id": run.id}
        )
    abandon(session, actor=actor, run=run, now=now)
    return None


def _go_on(session: Session, run: ImportRun) -> None:
    """An import that stopped on its way goes on."""
    job = session.get(Job, run.job_id) if run.job_id is not None else None
    if job is not None and job.state in (JobState.FAILED, JobState.CANCELLED):
        retry(session, job=job)


def _new(session: Session, actor: Actor, given: HandedIn, now: datetime) -> ImportRun:
    if count_unfinished(session, actor) >= MOST_UNFINISHED:
        message = _("已有 %(n)s 个文件等待核对或正在导入，请先处理完再送交。") % {"n": MOST_UNFINISHED}
        raise Conflict("import.too_many", message)
    run = stage(
        session,
        actor=actor,
        upload=given.file,
        kind=given.kind,
        now=now,
        accept_unconfirmed=given.accept_unconfirmed,
        reading=given.reading,
    )
    say_ahead(session, actor=actor, run=run, choices=given.said, now=now)
    return run
