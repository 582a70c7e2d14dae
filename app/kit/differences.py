"""What changed between two versions of something written in elements: added, removed, or another word in a field.

An element is known by what never changes about it (its code); its words are compared field by field.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from app.kit.i18n import N_

Fields = Mapping[str, str]
"""The words of one element: what a field is called, and what it says."""

KINDS = {"added": N_("新增"), "removed": N_("删去"), "changed": N_("改动")}


@dataclass(frozen=True)
class Element:
    """One element in words."""

    title: str
    fields: Fields


Elements = Mapping[str, Element]
"""The elements of one section, by what never changes about each."""


@dataclass(frozen=True)
class FieldChange:
    """One field of an element, before and after; "" where there is none."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class ElementChange:
    """An element that was added, removed or changed; `fields` are those that differ."""

    id: str
    title: str
    kind: str
    fields: tuple[FieldChange, ...]
    cites_only: bool = False
    """Whether nothing but the document it rests on, or how sure we are of it, is another."""


@dataclass(frozen=True)
class SectionChanges:
    """What changed in one section, and how many of its elements stayed as they were."""

    name: str
    title: str
    changes: tuple[ElementChange, ...]
    unchanged: int

    @property
    def substantial(self) -> tuple[ElementChange, ...]:
        """What says something else."""
        return tuple(change for change in self.changes if not change.cites_only)

    @property
    def cited(self) -> tuple[ElementChange, ...]:
        """What says the same by another document."""
        return tuple(change for change in self.changes if change.cites_only)


def compare_sections(name: str, title: str, old: Elements, new: Elements, cites: Collection[str]) -> SectionChanges:
    """One section of two versions; `cites` are the labels of the fields that only say what an element rests on."""
    ids = [*old, *(id_ for id_ in new if id_ not in old)]
    found = [change for id_ in ids if (change := _change(id_, old.get(id_), new.get(id_), cites))]
    return SectionChanges(name, title, tuple(found), len(ids) - len(found))


def _change(id_: str, old: Element | None, new: Element | None, cites: Collection[str]) -> ElementChange | None:
    before, after = (old.fields if old else {}), (new.fields if new else {})
    labels = dict.fromkeys([*before, *after])
    differing = tuple(
        FieldChange(label, before.get(label, ""), after.get(label, ""))
        for label in labels
        if before.get(label, "") != after.get(label, "")
    )
    if not differing and old is not None and new is not None:
        return None
    kind = "added" if old is None else "removed" if new is None else "changed"
    shown = new or old
    cites_only = kind == "changed" and {field.label for field in differing} <= set(cites)
    return ElementChange(id_, shown.title if shown else id_, kind, differing, cites_only)
