"""Which kinds of document the vault takes, told by their content."""

import enum
from pathlib import PurePath

from app.kit.errors import Invalid
from app.kit.i18n import _
from app.kit.tabular.sniffing import describe, is_executable

MAX_FILE_BYTES = 100 * 1024 * 1024
MAX_NAME = 200


class FileKind(enum.StrEnum):
    """The kinds that are taken."""

    PDF = "pdf"
    OFD = "ofd"
    JPEG = "jpeg"
    PNG = "png"
    XLSX = "xlsx"
    DOCX = "docx"
    OFFICE_97 = "office97"
    ZIP = "zip"
    TEXT = "text"


_SIGNATURES = (
    (b"%PDF-", FileKind.PDF),
    (b"\xff\xd8\xff", FileKind.JPEG),
    (b"\x89PNG\r\n\x1a\n", FileKind.PNG),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FileKind.OFFICE_97),
)
_ZIP = b"PK\x03\x04"
_ZIP_MEMBERS = (("xl/", FileKind.XLSX), ("word/", FileKind.DOCX), ("OFD.xml", FileKind.OFD))


def file_kind(head: bytes, members: tuple[str, ...] = ()) -> FileKind:
    """The kind of a file beginning with `head`; `members` are the names inside it when it is a ZIP.

    Raises Invalid for an empty file, a program or script, and any kind the vault does not take.
    """
    if not head:
        raise Invalid("files.empty", _("文件是空的。"))
    refuse_programs(head)
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    if head.startswith(_ZIP):
        return next((kind for prefix, kind in _ZIP_MEMBERS if any(m.startswith(prefix) for m in members)), FileKind.ZIP)
    if _is_text(head):
        return FileKind.TEXT
    raise Invalid("files.kind", _("不接受这种文件（识别为：%(kind)s）。") % {"kind": describe(head)})


def refuse_programs(head: bytes) -> None:
    """Raise Invalid when a file beginning with `head` could be run."""
    if is_executable(head):
        raise Invalid("files.executable", _("这是一个程序或脚本文件，已拒绝。"))


def plain_name(name: str) -> str:
    """A file's name without folders and control characters, short enough to keep, its ending kept."""
    base = PurePath(name.replace("\\", "/")).name
    shown = "".join(character for character in base if character.isprintable()) or "file"
    if len(shown) <= MAX_NAME:
        return shown
    suffix = PurePath(shown).suffix[:12]
    return shown[: MAX_NAME - len(suffix)] + suffix


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return not any(byte < 32 and byte not in b"\t\n\r\f\x1a\x1b" for byte in head)
