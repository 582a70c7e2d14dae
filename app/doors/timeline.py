"""Journal events as lines that people read."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from fastapi import Request

from app.journal.domain import EventType
from app.journal.models import JournalEvent
from app.kit.i18n import N_, _
from app.kit.money import format_yuan

#: How a field without a value reads.
NOTHING = "—"

#: Where the bureau's pages show a subject by the identifier that its events carry.
_ADDRESSES = {
    "enterprise": "/subjects/enterprise",
    "case": "/cases",
    "commissioner": "/commissioners",
    "incentive": "/incentives",
    "visit_round": "/visits/rounds",
}

_ACTORS = {
    "system": N_("系统"),
    "anonymous": N_("访客"),
}


@dataclass(frozen=True)
class ChangeLine:
    """One changed field, from what to what."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class TimelineLine:
    """One event: when, who, what was done to whom (`url` is where the bureau shows it, "" for nowhere), and the changed fields."""

    position: int
    at: datetime
    actor: str
    text: str
    subject_kind: str
    subject_id: str
    subject_label: str
    url: str
    note: str
    changes: tuple[ChangeLine, ...]


@dataclass(frozen=True)
class Wording:
    """The display texts of all slices' events, merged by the composition root."""

    types: dict[str, EventType]
    fields: dict[str, str]
    values: dict[str, dict[str, str]] = field(default_factory=dict)

    def line(self, event: JournalEvent) -> TimelineLine:
        """`event` in the current language."""
        known = self.types.get(event.type)
        prefix = event.type.partition(".")[0]
        return TimelineLine(
            position=event.position,
            at=event.at,
            actor=_(_ACTORS[event.actor_kind]) if event.actor_kind in _ACTORS else event.actor_name,
            text=_(known.label) if known else event.type,
            subject_kind=event.subject_kind,
            subject_id=event.subject_id,
            subject_label=event.subject_label,
            url=_address(event.subject_kind, event.subject_id),
            note=str(event.data.get("note") or event.data.get("reason") or ""),
            changes=tuple(
                line
                for name, (before, after) in event.changes.items()
                if (line := self._change((f"{prefix}.{name}", f"{event.subject_kind}.{name}", name), before, after))
            ),
        )

    def _change(self, keys: tuple[str, ...], before: Any, after: Any) -> ChangeLine | None:
        """One changed field, known under one of `keys`; None where a reader sees no difference (nothing and empty)."""
        label = next((_(self.fields[key]) for key in keys if key in self.fields), keys[-1])
        values = next((self.values[key] for key in keys if key in self.values), {})
        shown = [
            _(values[item]) if isinstance(item, str) and item in values else _show_field(keys[-1], item)
            for item in (before, after)
        ]
        return ChangeLine(label, shown[0], shown[1]) if shown[0] != shown[1] else None


def _address(kind: str, key: str) -> str:
    base = _ADDRESSES.get(kind)
    return f"{base}/{quote(key)}" if base else ""


def _show_field(name: str, value: Any) -> str:
    if name.endswith("_fen") and isinstance(value, int):
        return _("%(amount)s 元") % {"amount": format_yuan(value)}
    return _show(value)


def _show(value: Any) -> str:
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, list):
        return "、".join(_show(item) for item in value) or NOTHING
    if isinstance(value, dict):
        return "；".join(f"{key} {_show(item)}" for key, item in value.items()) or NOTHING
    return str(value)


def timeline_lines(request: Request, events: Iterable[JournalEvent]) -> tuple[TimelineLine, ...]:
    """Events as lines for the timeline component."""
    wording: Wording = request.app.state.wording
    return tuple(wording.line(event) for event in events)
