"""Two people edit the same thing: what each changed is kept, and only a field that both changed differently is asked about."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.kit.errors import Conflict
from app.kit.i18n import _


@dataclass(frozen=True)
class Clash:
    """A field that both changed: what it was when the second began, what the first made of it, what the second wants."""

    name: str
    was: Any
    theirs: Any
    yours: Any


class Clashing(Conflict):
    """Both changed the same fields differently; nothing was written, and the second chooses."""

    def __init__(self, clashes: tuple[Clash, ...]) -> None:
        super().__init__(
            "edit.clash", _("在您填写期间，他人也改动了同样的内容。请对下列各项选择保留哪一个，您填写的其他内容都在。")
        )
        self.clashes = clashes


def merge(was: Mapping[str, Any], theirs: Mapping[str, Any], yours: Mapping[str, Any]) -> dict[str, Any]:
    """`theirs` with what `yours` changed against `was`: different fields are both kept.

    `theirs` is what stands now, `was` what stood when the second began; a field that `was` does not tell counts as
    changed by both. Raises `Clashing` with every field that both changed to different values.
    """
    unknown = object()
    merged, clashes = dict(theirs), []
    for name, wanted in yours.items():
        before, now = was.get(name, unknown), theirs.get(name)
        if wanted in (now, before):
            continue
        if now == before:
            merged[name] = wanted
        else:
            clashes.append(Clash(name, None if before is unknown else before, now, wanted))
    if clashes:
        raise Clashing(tuple(clashes))
    return merged
