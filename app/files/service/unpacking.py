"""What a ZIP holds: the names inside, and a refusal where one of them is a program."""

import zipfile
import zlib
from pathlib import Path

from app.files.domain.kinds import refuse_members, refuse_programs
from app.kit.errors import Invalid
from app.kit.i18n import _

_SIGNATURE = b"PK\x03\x04"
_HEAD = 16
_ENCRYPTED = 0x1


def members_of(path: Path, head: bytes) -> tuple[str, ...]:
    """The names inside the file when it is a ZIP, else none. Raises Invalid for a damaged one and for programs inside."""
    if not head.startswith(_SIGNATURE):
        return ()
    try:
        with zipfile.ZipFile(path) as archive:
            names = tuple(archive.namelist())
            refuse_members(names)
            for member in archive.infolist():
                if not member.is_dir() and not member.flag_bits & _ENCRYPTED:
                    with archive.open(member) as inside:
                        refuse_programs(inside.read(_HEAD))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError, zlib.error) as error:
        raise Invalid("files.damaged", _("文件已损坏，无法打开。")) from error
    return names
