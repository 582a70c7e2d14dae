"""How things stood at an instant, told by the journal: what changed since is undone, what was done until then replayed. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from app.cases.supply import events as supply
from app.cases.supply.domain import MaterialState


class EventContent(Protocol):
    """What is read of an event."""

    @property
    def type(self) -> str:
        """Its kind."""
        ...

    @property
    def changes(self) -> Mapping[str, Any]:
        """Field → (before, after)."""
        ...

    @property
    def data(self) -> Mapping[str, Any]:
        """What else it says."""
        ...


@dataclass(frozen=True)
class Served:
    """A document as it served a material of a case."""

    material: str
    year: int | None
    document_id: int
    state: str
    remark: str = ""


_STATES: dict[str, MaterialState] = {
    supply.MATERIAL_SUPPLIED: MaterialState.SUPPLIED,
    supply.MATERIAL_ACCEPTED: MaterialState.ACCEPTED,
    supply.MATERIAL_RETURNED: MaterialState.RETURNED,
}


def value_before(name: str, present: Any, since: Iterable[EventContent]) -> Any:
    """The value of a field before the events `since` (in their order): what the first of them that changed it found."""
    for event in since:
        if name in event.changes:
            return event.changes[name][0]
    return present


def materials_after(until: Iterable[EventContent]) -> list[Served]:
    """Which documents served which material after these events of a case, in the order in which they came."""
    held: dict[tuple[str, int | None, int], Served] = {}
    for event in until:
        if event.type == supply.MATERIAL_SUPPLIED:
            _give_way(held, event)
        for document_id in event.data.get("documents", ()):
            key = (str(event.data.get("material")), event.data.get("year"), int(document_id))
            if event.type == supply.MATERIAL_REMOVED:
                held.pop(key, None)
            elif event.type in _STATES:
                held[key] = Served(*key, _STATES[event.type], str(event.data.get("remark", "")))
    return list(held.values())


def _give_way(held: dict[tuple[str, int | None, int], Served], event: EventContent) -> None:
    """What was returned leaves the case when something else is supplied in its place."""
    slot = (event.data.get("material"), event.data.get("year"))
    for key, served in list(held.items()):
        if key[:2] == slot and served.state == MaterialState.RETURNED:
            del held[key]
