"""Which template a paper is made from: the bureau's own for the programme, else its general one, else the shipped one."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.printouts import events
from app.cases.printouts.actions import KEEP_TEMPLATES
from app.cases.printouts.letters import check_letter, render_letter
from app.cases.printouts.models import PaperTemplate
from app.cases.printouts.placeholders import PAPER_LABELS, Paper, PaperKind
from app.cases.printouts.refusals import damaged, refuse
from app.cases.printouts.workbooks import check_table, render_table
from app.files.models import StoredFile
from app.files.service.storing import keep_file
from app.files.vault import Upload, Vault
from app.journal.domain import SubjectKey
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.i18n import _, use_locale
from app.kit.permissions import require
from app.kit.storage.blobs import BlobStore
from app.programmes.queries import load_catalogue

MAX_BYTES = 5 * 1024 * 1024
MAX_UNPACKED = 40 * 1024 * 1024
SHIPPED = {PaperKind.LETTER: "recommendation-letter.docx", PaperKind.TABLE: "summary-table.xlsx"}
_CHECKS: dict[PaperKind, Callable[[bytes], None]] = {PaperKind.LETTER: check_letter, PaperKind.TABLE: check_table}
_RENDERERS: dict[PaperKind, Callable[[bytes, Paper], bytes]] = {
    PaperKind.LETTER: render_letter,
    PaperKind.TABLE: render_table,
}


@dataclass(frozen=True)
class Shelf:
    """Where templates lie: the shipped ones in a folder of the seeds, the bureau's own among the stored files."""

    shipped: Path
    blobs: BlobStore


def find_own(session: Session, kind: PaperKind, programme: str) -> PaperTemplate | None:
    """The bureau's template in use for exactly this programme ("": for all)."""
    return session.scalars(
        select(PaperTemplate)
        .where(
            PaperTemplate.kind == kind,
            PaperTemplate.programme_code == programme,
            PaperTemplate.withdrawn_at.is_(None),
        )
        .order_by(PaperTemplate.id.desc())
        .limit(1)
    ).one_or_none()


def list_own(session: Session) -> list[tuple[PaperTemplate, StoredFile]]:
    """The bureau's templates in use, general ones first; of each kind and programme the newest."""
    rows = session.execute(
        select(PaperTemplate, StoredFile)
        .join(StoredFile, StoredFile.id == PaperTemplate.file_id)
        .where(PaperTemplate.withdrawn_at.is_(None))
        .order_by(PaperTemplate.kind, PaperTemplate.programme_code, PaperTemplate.id)
    )
    newest = {(template.kind, template.programme_code): (template, file) for template, file in rows}
    return list(newest.values())


def template_for(session: Session, shelf: Shelf, kind: PaperKind, programme: str) -> bytes:
    """The template that papers of this kind and programme are made from."""
    own = find_own(session, kind, programme) or find_own(session, kind, "")
    return template_bytes(session, shelf, kind, own)


def template_bytes(session: Session, shelf: Shelf, kind: PaperKind, own: PaperTemplate | None) -> bytes:
    """The bytes of the bureau's template, or of the shipped one for None."""
    if own is None:
        return (shelf.shipped / SHIPPED[kind]).read_bytes()
    stored = session.get_one(StoredFile, own.file_id)
    return b"".join(shelf.blobs.stream(stored.sha256))


def render(kind: PaperKind, template: bytes, paper: Paper) -> bytes:
    """The paper. Raises `Invalid` when the template cannot be filled."""
    return _RENDERERS[kind](template, paper)


def check_template(kind: PaperKind, template: bytes) -> None:
    """Raise `Invalid`, saying why, for a template that cannot be used."""
    if len(template) > MAX_BYTES:
        raise refuse(_("模板超过 %(limit)s MB，请压缩其中的图片。") % {"limit": MAX_BYTES // 1024 // 1024})
    try:
        with zipfile.ZipFile(io.BytesIO(template)) as archive:
            unpacked = sum(info.file_size for info in archive.infolist())
    except zipfile.BadZipFile as error:
        raise damaged() from error
    if unpacked > MAX_UNPACKED:
        raise damaged()
    _CHECKS[kind](template)


def upload_template(
    session: Session, vault: Vault, *, actor: Actor, now: datetime, kind: PaperKind, programme: str, upload: Upload
) -> PaperTemplate:
    """Use the bureau's own template from now on, for one programme or ("") for all. One event.

    It is tried out with sample values first. Raises `Forbidden`, `NotFound` (programme) and `Invalid` (the file).
    """
    require(actor, KEEP_TEMPLATES)
    if programme and programme not in load_catalogue(session).known():
        raise NotFound("programme.unknown", _("没有编码为“%(code)s”的培育通道。") % {"code": programme})
    body = upload.source.read(MAX_BYTES + 1)
    if not upload.name.lower().endswith(kind.extension):
        raise refuse(_("请选择 %(ending)s 文件。") % {"ending": kind.extension})
    check_template(kind, body)
    stored = keep_file(session, vault, Upload(io.BytesIO(body), upload.name), actor=actor, now=now)
    row = PaperTemplate(kind=kind, programme_code=programme, file_id=stored.id, by_name=actor.name, at=now)
    session.add(row)
    session.flush()
    data = {"programme": programme, "file": stored.name, "sha256": stored.sha256, "note": stored.name}
    record(session, actor=actor, now=now, type=events.TEMPLATE_UPLOADED, subject=_subject(row), data=data)
    return row


def withdraw_template(session: Session, *, actor: Actor, now: datetime, template_id: int) -> PaperTemplate:
    """Go back to the general or shipped template; the withdrawn one is kept. One event. Raises `NotFound`."""
    require(actor, KEEP_TEMPLATES)
    row = session.get(PaperTemplate, template_id, with_for_update=True)
    if row is None or row.withdrawn_at is not None:
        raise NotFound("paper.template_unknown", _("没有这份模板，或它已经停用。"))
    same = (PaperTemplate.kind == row.kind, PaperTemplate.programme_code == row.programme_code)
    for each in session.scalars(select(PaperTemplate).where(*same, PaperTemplate.withdrawn_at.is_(None))):
        each.withdrawn_at = now
    data = {"programme": row.programme_code}
    record(session, actor=actor, now=now, type=events.TEMPLATE_WITHDRAWN, subject=_subject(row), data=data)
    return row


def _subject(row: PaperTemplate) -> SubjectKey:
    with use_locale("zh"):
        label = _(PAPER_LABELS[PaperKind(row.kind)])
    return SubjectKey("paper_template", str(row.id), label)
