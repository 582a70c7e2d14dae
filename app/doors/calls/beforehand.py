"""What takes long and needs no transaction comes before it: hashing a password, looking through a file for malware.

Meanwhile the request holds neither a connection nor a place among those who write, and on SQLite nobody's turn.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Literal

from fastapi import Request
from starlette.datastructures import FormData, UploadFile

from app.accounts.passwords import Passwords
from app.doors.requests.deps import get_settings
from app.files.findings import Findings, having_scanned, scan_each, scans
from app.files.vault import Vault

_FINDINGS = "findings"
_PASSWORDS = "passwords"


@dataclass(frozen=True)
class SlowWork:
    """What is to be done, and of which kind: of each only so much is done at a time."""

    kind: Literal["hashing", "scanning"]
    do: Callable[[], None]


def scanning(request: Request, form: FormData) -> SlowWork | None:
    """Looking through the files of a form, where there are any and a scanner."""
    files = [value for _name, value in form.multi_items() if isinstance(value, UploadFile) and value.filename]
    largest = get_settings(request).vault.max_file_bytes
    return scanning_each(request, [file.file for file in files if (file.size or 0) <= largest])


def scanning_each(request: Request, sources: Sequence[BinaryIO]) -> SlowWork | None:
    """Looking through these files, where there are any and a scanner."""
    settings = get_settings(request)
    vault = settings.vault
    if not sources or not scans(vault):
        return None
    return SlowWork("scanning", lambda: setattr(request.state, _FINDINGS, scan_each(vault, sources, settings.data_dir)))


def vault_of(request: Request) -> Vault:
    """Where uploads go; what was looked through beforehand is not looked through again."""
    findings: Findings = getattr(request.state, _FINDINGS, {})
    return having_scanned(get_settings(request).vault, findings)


def hashing(request: Request, work: Callable[[Passwords], Passwords]) -> SlowWork:
    """Trying or making passwords: what `work` finds out is known to the request's passwords afterwards."""
    return SlowWork("hashing", lambda: setattr(request.state, _PASSWORDS, work(passwords_of(request))))


def passwords_of(request: Request) -> Passwords:
    """How passwords are taken; what was tried or made beforehand is neither tried nor made again."""
    found: Passwords = getattr(request.state, _PASSWORDS, get_settings(request).passwords)
    return found
