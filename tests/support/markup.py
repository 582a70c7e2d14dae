"""Pages as a test looks for pieces of them: how a template's lines are broken is not what a page says."""

import re

_TAG = re.compile(r"<[^>]*>")
_AROUND = re.compile(r"\s*(<[^>]*>)\s*")


def flat(html: str) -> str:
    """`html` without the blanks around its tags, and with single ones inside of them."""
    return _AROUND.sub(r"\1", _TAG.sub(lambda tag: " ".join(tag[0].split()), html))
