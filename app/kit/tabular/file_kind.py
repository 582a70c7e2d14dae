"""What a file really is, judged by its first bytes and, for a ZIP, by what it contains."""

import enum
import mmap
import zipfile
from pathlib import Path

import puremagic

from app.kit.errors import Invalid
from app.kit.i18n import N_, _
from app.kit.tabular.archive_guard import locked

HEAD_BYTES = 4096
_STRAY_CONTROLS = 3
#: The stream in which Excel keeps a workbook that has a password.
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_EXECUTABLE = (b"MZ", b"\x7fELF", b"\xfe\xed\xfa", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"#!")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_FAMILIES = {"image": N_("图片"), "video": N_("视频"), "audio": N_("音频")}
_MARKUP = (b"<!doctype html", b"<html", b"<table", b"<?xml", b"<meta", b"<head")


class TableKind(enum.StrEnum):
    """The table formats that can be read."""

    CSV = "csv"
    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"


def sniff_table(path: Path) -> TableKind:
    """The kind of table `path` holds.

    Raises Invalid, naming what the file is instead, when it is no table.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head.strip(b"\xef\xbb\xbf \t\r\n"):
        raise Invalid("tabular.empty", _("文件是空的，没有可以读取的内容。"))
    if is_executable(head):
        raise Invalid("tabular.executable", _("这是一个程序文件，只是换了名字，已拒绝。请上传 CSV 或 XLSX 表格。"))
    if head.startswith(_ZIP):
        return _sniff_zip(path)
    if head.startswith(_OLE):
        return _sniff_ole(path)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_MARKUP):
        raise Invalid("tabular.markup", _("这是网页（HTML/XML）文件，不是表格。请用 Excel 或 WPS 打开后另存为 XLSX。"))
    if _is_binary(head):
        raise Invalid(
            "tabular.binary",
            _("这不是表格文件（识别为：%(kind)s）。请上传 CSV 或 XLSX 表格。") % {"kind": describe(head)},
        )
    return TableKind.CSV


def is_executable(head: bytes) -> bool:
    """Whether a file beginning with `head` is a program or a script, whatever it is called."""
    return head.startswith(_EXECUTABLE)


def describe(head: bytes) -> str:
    """What the format beginning with `head` is called in the reader's language, for a message."""
    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return _("未知格式")
    best = max(found, key=lambda match: match.confidence)
    label, ending = _FAMILIES.get(best.mime_type.partition("/")[0]), best.extension.lstrip(".").upper()
    if label is None:
        return ending or _("未知格式")
    return _("%(ending)s %(family)s") % {"ending": ending, "family": _(label)} if ending else _(label)


def _sniff_ole(path: Path) -> TableKind:
    """A workbook of Excel 97; a newer one with a password lies in such a file too."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if content.find(_ENCRYPTED) >= 0:
            raise locked()
    return TableKind.XLS


def _sniff_zip(path: Path) -> TableKind:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if "xl/workbook.xml" in names:
                return TableKind.XLSX
            if "mimetype" in names and _stated_type(archive) == _ODS:
                return TableKind.ODS
    except (zipfile.BadZipFile, OSError, RuntimeError, ValueError) as error:
        raise Invalid("tabular.damaged", _("文件已损坏，无法打开。请用 Excel 或 WPS 重新另存为 XLSX。")) from error
    raise Invalid("tabular.archive", _("这是压缩包或其他文档，不是 XLSX 或 ODS 表格。"))


def _stated_type(archive: zipfile.ZipFile) -> bytes:
    """What an OpenDocument file says that it is, in an entry that is never packed."""
    if archive.getinfo("mimetype").compress_type != zipfile.ZIP_STORED:
        return b""
    with archive.open("mimetype") as stream:
        return stream.read(HEAD_BYTES).strip()


def _is_binary(head: bytes) -> bool:
    """Text holds no NUL and few control characters; UTF-16 text declares itself."""
    if head.startswith(_UTF16):
        return False
    controls = sum(byte < 32 and byte not in b"\t\n\r\f\x1a" for byte in head)
    return b"\x00" in head or controls > max(len(head) // 100, _STRAY_CONTROLS)
