"""What must not leave inside a text that somebody wrote: mobile, identity and landline numbers, e-mail addresses. Pure.

Fields that are such numbers are not in any mapping at all; this is for the ones typed into an address or a remark. The patterns
are written so that Python and PostgreSQL read them alike.
"""

import re

#: A text without this holds none of them: most texts are done after one look.
SUSPECT = r"[0-9]{4}|@"

#: (pattern, replacement): identity number (GB 11643, 18 characters), mobile number, landline number with its area, e-mail address.
MASKS = (
    (
        r"(?<![0-9])([1-8][0-9]{2})[0-9]{3}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])[0-3][0-9]([0-9]{3}[0-9Xx])(?![0-9])",
        r"\1***********\2",
    ),
    (r"(?<![0-9])((?:86[- ]?)?1[3-9][0-9])[- ]?[0-9]{4}[- ]?([0-9]{4})(?![0-9])", r"\1****\2"),
    (r"(?<![0-9])(0[0-9]{2,3}[-－ ])[0-9]{3,4}([0-9]{4})(?![0-9])", r"\1****\2"),
    (r"[A-Za-z0-9._%+-]+@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)", r"***@\1"),
)

_suspect = re.compile(SUSPECT).search
_masks = tuple((re.compile(pattern), replacement) for pattern, replacement in MASKS)


def masked(text: str) -> str:
    """`text` with the middle of such numbers hidden: 13871231234 becomes 138****1234."""
    if _suspect(text) is None:
        return text
    for pattern, replacement in _masks:
        text = pattern.sub(replacement, text)
    return text
