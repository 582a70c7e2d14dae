"""Names of files that every system takes. Pure."""

import re

_FORBIDDEN = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')
_LONGEST = 80


def file_name(text: str) -> str:
    """`text` as (part of) a file name: no separators, no signs that a system reserves, not too long."""
    return _FORBIDDEN.sub("_", text).strip(" .")[:_LONGEST] or "_"
