"""Documents of the vault in words, the same at both doors: kind, state, size, and what came in with a form."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session
from starlette.datastructures import FormData, UploadFile

from app.doors.forms.bound import Bound
from app.files.domain.documents import DocumentState, document_state
from app.files.domain.kinds import HANDLING, FileKind
from app.files.models import Document, StoredFile
from app.files.vault import Upload
from app.kit.errors import Invalid
from app.kit.i18n import N_, _
from app.reference.queries import list_terms

Badge = tuple[str, str]
FRAGMENT = "x-yumiao-fragment"
"""The header of a request by script that wants a part of a page, or a short answer, instead of the page."""
KINDS = "document_kind"
STATE_LABELS = {
    DocumentState.CURRENT: N_("有效"),
    DocumentState.EXPIRING: N_("即将到期"),
    DocumentState.EXPIRED: N_("已过期"),
    DocumentState.REPLACED: N_("已替换"),
    DocumentState.WITHDRAWN: N_("已撤下"),
}
_TONES = {DocumentState.CURRENT: "good", DocumentState.EXPIRING: "wait", DocumentState.EXPIRED: "late"}
_UNITS = ("B", "KB", "MB", "GB")
_STEP = 1024


def kind_choices(session: Session) -> tuple[tuple[str, str], ...]:
    """The kinds of document to choose from."""
    return tuple((choice.code, choice.label) for choice in list_terms(session, KINDS)[KINDS])


def state_badge(row: Document, on: date) -> Badge:
    """How a document stands, with its last day where it has one."""
    state = document_state(row, on)
    text = _(STATE_LABELS[state])
    if state.on_file and row.valid_until:
        text = _("%(state)s，至 %(day)s") % {"state": text, "day": row.valid_until.isoformat()}
    return _TONES.get(state, "idle"), text


def file_text(file: StoredFile, title: str = "") -> str:
    """A file as `审计报告.pdf · PDF · 1.2 MB`; its name is left out where the title beside it says it."""
    name = () if file.name == title else (file.name,)
    return " · ".join((*name, _(HANDLING[FileKind(file.kind)].label), size_text(file.size)))


def size_text(size: int) -> str:
    """A size of bytes as `812 B`, `1.2 MB`."""
    value, unit = size, 0
    tenths = size * 10
    while value >= _STEP and unit < len(_UNITS) - 1:
        value, tenths, unit = value // _STEP, tenths // _STEP, unit + 1
    return f"{tenths // 10}.{tenths % 10} {_UNITS[unit]}" if unit else f"{size} B"


def uploads_of(form: FormData, name: str = "files") -> list[UploadFile]:
    """The files of a form that were really chosen."""
    return [item for item in form.getlist(name) if isinstance(item, UploadFile) and item.filename]


def chosen_files(form: FormData, bound: Bound[Any], name: str = "files") -> list[UploadFile]:
    """The files of a form that cannot do without one."""
    files = uploads_of(form, name)
    if not files:
        bound.add(Invalid("files.none", _("请选择文件。"), {name: _("请选择文件。")}))
    return files


def taken(file: UploadFile) -> Upload:
    """A file of a form as the vault takes it."""
    return Upload(file.file, file.filename or "")
