"""办理记录: what happened to the firm's cases, documents and people, in public wording; officers are "科技局"."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from app.cases import events as cases
from app.cases.duties import events as duties
from app.cases.notifications.cases import NotifiedCase, of_events
from app.cases.oversight import events as oversight
from app.cases.supply import events as supply
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.pages.timeline import TimelineLine, timeline_lines
from app.enterprises.merges.queries import list_merged_into
from app.files import events as files
from app.journal.models import JournalEvent
from app.journal.queries import TimelineFilter, list_events
from app.kit.actor import ActorKind
from app.kit.i18n import _
from app.kit.lists.filters import number_in
from app.portal.actions import SEE_OWN
from app.portal.firm.past_cases import PortalPastCase, past_case_lines
from app.portal.shared.own import own_enterprise
from app.programmes.queries import load_catalogue

router = GuardedRouter(door="portal", prefix="/portal/timeline")

PAGE_SIZE = 50
_STEPS = (cases.OPENED, cases.MOVED, cases.TAKEN_BACK)
#: What the firm is told; the bureau's own dealings (approvals, opinions, hand-overs, supervision) are not among it.
TYPES = (
    *_STEPS,
    supply.MATERIAL_SUPPLIED,
    supply.MATERIAL_REMOVED,
    supply.MATERIAL_ACCEPTED,
    supply.MATERIAL_RETURNED,
    supply.ANSWERS_HANDED_IN,
    supply.ANSWERS_REOPENED,
    supply.ANSWERS_RENEWED,
    supply.CORRECTIONS_ASKED,
    supply.CORRECTION_ANSWERED,
    supply.CORRECTION_SETTLED,
    supply.CORRECTION_ASKED_AGAIN,
    duties.DONE,
    duties.WAIVED,
    duties.DATED,
    duties.REPORTED,
    duties.CERTIFICATE_REVOKED,
    oversight.RATED,
    files.ADDED,
    files.REPLACED,
    files.CHANGED,
    files.WITHDRAWN,
    "invitation.created",
    "invitation.withdrawn",
    "invitation.accepted",
    "enterprise_user.role",
    "enterprise_user.handed_over",
    "enterprise_user.disabled",
)


@dataclass(frozen=True)
class EventLine:
    """Something that happened: when, who, what, in which case."""

    at: datetime
    who: str
    text: str
    note: str
    number: str


@dataclass(frozen=True)
class PortalTimelinePage:
    """The newest first; `older` leads on. `past` are applications of earlier years, beneath the newest."""

    enterprise: str
    lines: tuple[EventLine, ...]
    older: str
    past: tuple[PortalPastCase, ...]


@router.get("", action=SEE_OWN)
def timeline_page(call: Call, before: str = "") -> Response:
    """What happened."""
    firm = own_enterprise(call.session, call.actor)
    also = tuple(each.firm_id for each in list_merged_into(call.session, firm.id))
    wanted = TimelineFilter(enterprise_id=firm.id, also=also, types=TYPES)
    events = list_events(call.session, wanted, before=number_in(before), limit=PAGE_SIZE + 1)
    page = PortalTimelinePage(
        enterprise=firm.name,
        lines=_lines(call, events[:PAGE_SIZE]),
        older=f"/portal/timeline?before={events[PAGE_SIZE - 1].position}" if len(events) > PAGE_SIZE else "",
        past=() if before else past_case_lines(call.session, load_catalogue(call.session), firm.id),
    )
    return call.render("portal/timeline.html", page)


def _lines(call: Call, events: Sequence[JournalEvent]) -> tuple[EventLine, ...]:
    reported = {event.position: case for event, case in of_events(call.session, events)}
    plain = timeline_lines(call.session, events)
    return tuple(_line(event, line, reported.get(event.position)) for event, line in zip(events, plain, strict=True))


def _line(event: JournalEvent, line: TimelineLine, case: NotifiedCase | None) -> EventLine:
    text, note = line.text, line.note
    if case is not None and event.type in _STEPS:
        text, note = _step(event, case)
    return EventLine(
        at=event.at,
        who=event.actor_name if event.actor_kind == ActorKind.ENTERPRISE else _("科技局"),
        text=text,
        note=note,
        number=case.row.number if case else "",
    )


def _step(event: JournalEvent, case: NotifiedCase) -> tuple[str, str]:
    """A step in public wording; its reason only where it asks the firm for something, or was the firm's own."""
    stage = case.find_stage(str(event.changes.get("stage", ("", ""))[1]))
    wording = str(stage.public) if stage else ""
    if event.type == cases.OPENED:
        return _("开始办理%(programme)s") % {"programme": case.programme.title}, wording
    if event.type == cases.TAKEN_BACK:
        return _("上一步已撤回"), wording
    action = case.programme.find_action(str(event.data.get("action", "")))
    sends_back = action is not None and "send-back" in action.effects
    own = event.actor_kind == ActorKind.ENTERPRISE
    return wording, str(event.data.get("reason", "")) if sends_back or own else ""
