"""The journal page: who changed what, newest first, with filters that survive a reload."""

from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.responses import Response

from app.accounts.actions import READ_JOURNAL
from app.accounts.queries import list_officers
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.pages.timeline import TimelineLine, wording_of
from app.enterprises.actions import READ
from app.enterprises.queries import get_visible_to
from app.journal.queries import TimelineFilter, list_events
from app.kit.db import composition_of
from app.kit.i18n import _
from app.kit.lists.filters import number_in
from app.web.shared.case_events import named_lines

router = GuardedRouter(door="web")

PAGE_SIZE = 50
PREFIXES = (
    "enterprise",
    "case",
    "commissioner",
    "incentive",
    "import",
    "policy",
    "programme",
    "officer",
    "client",
    "session",
)


@dataclass(frozen=True)
class JournalPage:
    """One page of events and the filters that made it."""

    lines: tuple[TimelineLine, ...]
    kinds: tuple[tuple[str, str], ...]
    officers: tuple[tuple[str, str], ...]
    kind: str
    officer: str
    older: str | None
    newest: str


@router.get("/system/journal", action=READ_JOURNAL)
def journal_page(call: Call, kind: str = "", officer: str = "", before: str = "") -> Response:
    """Events of the actor's region (all events, sign-ins included, for officers of every region)."""
    labels = {
        "enterprise": _("企业"),
        "case": _("办件"),
        "commissioner": _("科技专员"),
        "incentive": _("奖补"),
        "import": _("导入"),
        "policy": _("政策"),
        "programme": _("培育通道"),
        "officer": _("用户"),
        "client": _("接口客户端"),
        "session": _("登录"),
    }
    types = (
        tuple(code for code in composition_of(call.session).made(wording_of).types if code.startswith(f"{kind}."))
        if kind
        else ()
    )
    wanted = TimelineFilter(
        region_prefix=call.actor.region_prefix,
        types=types,
        actor_id=number_in(officer),
    )
    events = list_events(call.session, wanted, before=number_in(before), limit=PAGE_SIZE + 1)
    query = {name: value for name, value in (("kind", kind), ("officer", officer)) if value}
    more = len(events) > PAGE_SIZE
    older = "/system/journal?" + urlencode({**query, "before": events[PAGE_SIZE - 1].position}) if more else None
    lines = named_lines(call, events[:PAGE_SIZE])
    page = JournalPage(
        lines=lines,
        kinds=tuple((code, labels[code]) for code in PREFIXES),
        officers=tuple((str(row.id), row.name) for row in list_officers(call.session)),
        kind=kind,
        officer=officer,
        older=older,
        newest="/system/journal" + (f"?{urlencode(query)}" if query else ""),
    )
    return call.render("web/journal/list.html", page)


@router.get("/subjects/enterprise/{enterprise_id}", action=READ)
def enterprise_of_event(call: Call, enterprise_id: int) -> Response:
    """From the identifier in an event to the firm's page, whatever its code is by now."""
    return call.redirect(f"/enterprises/{get_visible_to(call.session, call.actor, enterprise_id).uscc}")
