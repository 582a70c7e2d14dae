"""Which kinds of file the vault takes, told by their content, and how each is handed out again."""

import enum
from dataclasses import dataclass
from pathlib import PurePath

from app.kit.errors import Invalid
from app.kit.i18n import N_, _
from app.kit.tabular.file_kind import describe, is_executable

MAX_FILE_BYTES = 100 * 1024 * 1024
MAX_NAME = 200
MAX_MEMBERS = 2_000


class FileKind(enum.StrEnum):
    """The kinds that are taken."""

    PDF = "pdf"
    OFD = "ofd"
    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    HEIC = "heic"
    XLSX = "xlsx"
    DOCX = "docx"
    OFFICE_97 = "office97"
    ZIP = "zip"
    TEXT = "text"


_OPEN_XML = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True)
class Handling:
    """How a kind is called, which endings it may bear, as what it is sent, whether a browser may show it in place.

    What is no evidence may still be a list that is imported.
    """

    label: str
    endings: tuple[str, ...]
    media_type: str
    shown_inline: bool = False
    is_evidence: bool = True


HANDLING: dict[FileKind, Handling] = {
    FileKind.PDF: Handling("PDF", (".pdf",), "application/pdf", shown_inline=True),
    FileKind.OFD: Handling("OFD", (".ofd",), "application/ofd"),
    FileKind.JPEG: Handling(N_("JPEG 图片"), (".jpg", ".jpeg"), "image/jpeg", shown_inline=True),
    FileKind.PNG: Handling(N_("PNG 图片"), (".png",), "image/png", shown_inline=True),
    FileKind.WEBP: Handling(N_("WebP 图片"), (".webp",), "image/webp", shown_inline=True),
    FileKind.HEIC: Handling(N_("HEIC 图片"), (".heic", ".heif"), "image/heic"),
    FileKind.XLSX: Handling(N_("Excel 工作簿"), (".xlsx",), f"{_OPEN_XML}.spreadsheetml.sheet"),
    FileKind.DOCX: Handling(N_("Word 文档"), (".docx",), f"{_OPEN_XML}.wordprocessingml.document"),
    FileKind.OFFICE_97: Handling(
        N_("Office 97-2003 文档"), (".doc", ".xls", ".ppt", ".wps", ".et"), "application/octet-stream"
    ),
    FileKind.ZIP: Handling(N_("ZIP 压缩包"), (".zip",), "application/zip"),
    FileKind.TEXT: Handling(N_("文本文件"), (".txt", ".csv"), "text/plain; charset=utf-8", is_evidence=False),
}
ACCEPTED = ",".join(ending for handling in HANDLING.values() if handling.is_evidence for ending in handling.endings)
"""Every ending that is taken as evidence, for the file picker of a form."""

_PROGRAM_ENDINGS = frozenset(
    [
        ".exe",
        ".dll",
        ".com",
        ".scr",
        ".msi",
        ".bat",
        ".cmd",
        ".ps1",
        ".vbs",
        ".vbe",
        ".js",
        ".jse",
        ".wsf",
        ".hta",
        ".jar",
        ".lnk",
        ".sh",
        ".apk",
        ".app",
        ".reg",
        ".cpl",
    ]
)
_MACROS = "vbaproject.bin"
_SIGNATURES = (
    (b"%PDF-", FileKind.PDF),
    (b"\xff\xd8\xff", FileKind.JPEG),
    (b"\x89PNG\r\n\x1a\n", FileKind.PNG),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FileKind.OFFICE_97),
)
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"})
"""What a photograph of a phone calls itself, or says that it can be read as (ISO/IEC 23008-12)."""
_BRAND = 4
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
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return FileKind.WEBP
    if _is_heic(head):
        return FileKind.HEIC
    if head.startswith(_ZIP):
        return next((kind for prefix, kind in _ZIP_MEMBERS if any(m.startswith(prefix) for m in members)), FileKind.ZIP)
    if _is_text(head):
        return FileKind.TEXT
    raise Invalid("files.kind", _("不接受这种文件（识别为：%(kind)s）。") % {"kind": describe(head)})


def refuse_programs(head: bytes) -> None:
    """Raise Invalid when a file beginning with `head` could be run."""
    if is_executable(head):
        raise Invalid("files.executable", _("这是一个程序或脚本文件，已拒绝。"))


def refuse_members(names: tuple[str, ...]) -> None:
    """Raise Invalid when a ZIP of these names holds a program, or more files than anybody looks through."""
    if len(names) > MAX_MEMBERS:
        raise Invalid("files.members", _("压缩包内的文件超过 %(n)s 个，请拆开后再传。") % {"n": MAX_MEMBERS})
    for name in names:
        if PurePath(name.lower()).suffix in _PROGRAM_ENDINGS:
            raise Invalid("files.executable", _("压缩包内有程序或脚本“%(name)s”，已拒绝。") % {"name": name[-60:]})


def check_evidence(name: str, kind: FileKind, members: tuple[str, ...] = ()) -> None:
    """Raise Invalid for evidence that is called what it is not, or that carries macros; the message says what it is."""
    if any(PurePath(member.lower()).name == _MACROS for member in members):
        raise Invalid("files.macros", _("文档带有宏（可执行代码），已拒绝。请另存为不带宏的文档后再传。"))
    ending, handling = PurePath(name).suffix.lower(), HANDLING[kind]
    if ending in handling.endings and handling.is_evidence:
        return
    if ending in handling.endings:
        raise Invalid("files.text", _("不接受纯文本文件。请用 PDF、图片、Word 或 Excel 再传。"))
    values = {"ending": ending or _("（无后缀）"), "kind": _(handling.label), "endings": _("、").join(handling.endings)}
    message = _("文件名以“%(ending)s”结尾，内容却是%(kind)s（应为 %(endings)s），已拒绝。请核对是否选错文件。")
    raise Invalid("files.lying", message % values)


def plain_name(name: str) -> str:
    """A file's name without folders and control characters, short enough to keep, its ending kept."""
    base = PurePath(name.replace("\\", "/")).name
    shown = "".join(character for character in base if character.isprintable()) or "file"
    if len(shown) <= MAX_NAME:
        return shown
    suffix = PurePath(shown).suffix[:12]
    return shown[: MAX_NAME - len(suffix)] + suffix


def _is_heic(head: bytes) -> bool:
    """A box `ftyp` at the beginning names the brand, then (after four bytes of version) all that it is compatible with."""
    size = int.from_bytes(head[:_BRAND])
    brands = head[8:12], *(head[place : place + _BRAND] for place in range(16, min(size, len(head)), _BRAND))
    return head[4:8] == b"ftyp" and not _HEIC_BRANDS.isdisjoint(brands)


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return not any(byte < 32 and byte not in b"\t\n\r\f\x1a\x1b" for byte in head)
