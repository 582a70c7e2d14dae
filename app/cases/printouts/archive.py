"""The dossier as one ZIP, written as it is read: however large the evidence is, little of it is in memory at a time."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from app.cases.printouts.dossier import Dossier
from app.cases.printouts.dossier_evidence import Evidence
from app.cases.printouts.file_names import file_name
from app.cases.printouts.pdf import print_dossier
from app.kit.clock import shanghai
from app.kit.errors import NotFound
from app.kit.pdf.typeset import NotPrinted
from app.kit.storage.blobs import BlobStore
from app.kit.tabular.writer import write_csv

_BLOCK = 256 * 1024
_INDEX = ("序号", "用于", "材料", "文件", "大小（字节）", "SHA-256", "状态", "有效期至")


class _Outlet(io.RawIOBase):
    """What the archive was written so far, to be taken away; the archive never asks to go back."""

    def __init__(self) -> None:
        self._written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._written += data
        return len(data)

    def take(self, at_least: int = 1) -> bytes:
        """What is there, once it is `at_least` so much; "" before."""
        if len(self._written) < at_least:
            return b""
        taken = bytes(self._written)
        self._written.clear()
        return taken


def archive_name(dossier: Dossier) -> str:
    """The name of the archive, without its ending."""
    return file_name(f"{dossier.cover.number}_{dossier.cover.firm}_卷宗_{dossier.on:%Y%m%d}")


def pack_dossier(dossier: Dossier, blobs: BlobStore) -> Iterator[tuple[int, bytes]]:
    """The archive in blocks, each with the number of evidence files that are done.

    A file whose bytes are not in the store is told in `缺失文件.txt`; a PDF that cannot be printed in `说明.txt`.
    """
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED) as archive:
        packer = _Packer(archive, outlet, archive_name(dossier), dossier.made_at)
        for name, body in _papers(dossier):
            packer.add_text(name, body)
        for done, evidence in enumerate(dossier.evidence):
            for block in packer.add_evidence(evidence, blobs):
                yield done, block
        if packer.missing:
            packer.add_text("缺失文件.txt", _text(packer.missing))
    yield len(dossier.evidence), outlet.take()


def _papers(dossier: Dossier) -> Iterator[tuple[str, bytes]]:
    """What is made here: the record itself, and the list of the evidence for people and for checking."""
    try:
        yield "卷宗.pdf", print_dossier(dossier)
    except NotPrinted as error:
        yield "说明.txt", _text([error.message])
    rows = (
        (each.ordinal, each.serves, each.title, each.path, each.size, each.sha256, each.state, each.valid_until)
        for each in dossier.evidence
    )
    yield "证据目录.csv", b"".join(write_csv(rows, _INDEX))
    yield "SHA256SUMS", "".join(f"{each.sha256}  {each.path}\n" for each in dossier.evidence).encode()


@dataclass
class _Packer:
    """Puts one thing after another into the archive, all in one folder; `missing` are files without their bytes."""

    archive: zipfile.ZipFile
    outlet: _Outlet
    folder: str
    made_at: datetime
    missing: list[str] = field(default_factory=list)

    def add_text(self, name: str, body: bytes) -> None:
        """A small member."""
        self.archive.writestr(self._entry(name), body)

    def add_evidence(self, evidence: Evidence, blobs: BlobStore) -> Iterator[bytes]:
        """One file as it lies in the store; scans and PDF are compressed already, so nothing is compressed again."""
        try:
            chunks = blobs.stream(evidence.sha256)
        except NotFound:
            self.missing.append(f"{evidence.path}  {evidence.sha256}")
            return
        entry = self._entry(evidence.path)
        entry.compress_type = zipfile.ZIP_STORED
        with self.archive.open(entry, "w", force_zip64=True) as target:
            for chunk in chunks:
                target.write(chunk)
                if block := self.outlet.take(_BLOCK):
                    yield block
        yield self.outlet.take()

    def _entry(self, name: str) -> zipfile.ZipInfo:
        made = zipfile.ZipInfo(f"{self.folder}/{name}", shanghai(self.made_at).timetuple()[:6])
        made.compress_type = zipfile.ZIP_DEFLATED
        made.external_attr = 0o644 << 16
        return made


def _text(lines: list[str]) -> bytes:
    """Lines as Windows shows them."""
    return "\ufeff".encode() + "\r\n".join(lines).encode() + b"\r\n"
