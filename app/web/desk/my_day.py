"""工作台: the day's work on one page: goals, what waits, who is one step short, what changed."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from babel.dates import format_date
from starlette.responses import Response

from app.cases import actions as case_actions
from app.cases.loads import list_loads_visible_to
from app.cases.oversight.actions import OVERSEE
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.pages.timeline import TimelineLine, wording_of
from app.enterprises import actions as enterprise_actions
from app.journal.queries import TimelineFilter, list_events
from app.kit.clock import shanghai, today
from app.kit.db import composition_of
from app.kit.i18n import N_, _, current_locale
from app.kit.paging import Count
from app.kit.permissions import can
from app.programmes.queries import Catalogue, load_catalogue
from app.targets.queries import find_plan
from app.web.desk.near import LOOKED_AT, NearLine, near_lines
from app.web.desk.section import OfficerLine, officer_lines
from app.web.desk.tasks import LIST, MINE, OFFICE, Tasks, load_tasks, other_view, whose
from app.web.shared.case_events import KnownCases, named_lines
from app.web.shared.gone_firms import GoneFirms, gone_firms
from app.web.targets.list import GoalCard, borrowed_notice, goal_cards

router = GuardedRouter(door="web")

TASKS = 8
EVENTS = 7
#: Changes that belong to the day's work; sign-ins and settings are in the journal.
_WATCHED = ("enterprise.", "case.", "commissioner.", "incentive.")
_WEEKDAYS = (N_("星期一"), N_("星期二"), N_("星期三"), N_("星期四"), N_("星期五"), N_("星期六"), N_("星期日"))
_QUARTERS = (N_("第一季度"), N_("第二季度"), N_("第三季度"), N_("第四季度"))


@dataclass(frozen=True)
class DayChangeLine:
    """One change: when in a few characters, of what, and what was done."""

    at: datetime
    when: str
    label: str
    url: str
    text: str
    actor: str


@dataclass(frozen=True)
class DeskPage:
    """The desk of one officer, or of the whole office."""

    headline: str
    date_line: str
    view: str
    other_view: tuple[str, str]
    goals: tuple[GoalCard, ...]
    borrowed: str
    tasks: Tasks
    tasks_url: str
    overdue_url: str
    near_url: str
    near_note: str
    loads: tuple[OfficerLine, ...]
    section_url: str
    changes: tuple[DayChangeLine, ...]
    may_import: bool
    may_create: bool


@dataclass(frozen=True)
class NearFragment:
    """The card of those who are one step short, filled after the desk has come up."""

    lines: tuple[NearLine, ...]
    note: str
    gone: GoneFirms


@router.get("/", action=case_actions.LIST)
def desk_page(call: Call, view: str = "") -> Response:
    on, chosen, viewer = call.on, whose(view, call.actor), call.viewer
    query, office = LIST.query(view=chosen), chosen == OFFICE
    tasks = load_tasks(viewer, call.now, query, TASKS)
    plan = find_plan(call.session, call.actor, on.year, on)
    page = DeskPage(
        headline=_headline(tasks.list.count or Count(0)),
        date_line=date_line(on),
        view=chosen,
        other_view=other_view(chosen, f"/?view={OFFICE}", f"/?view={MINE}"),
        goals=goal_cards(call.session, plan) if plan else (),
        borrowed=borrowed_notice(plan),
        tasks=tasks,
        tasks_url=query.address(),
        overdue_url=query.address(overdue="1"),
        near_url=f"/desk/near?view={chosen}",
        near_note=_near_note(),
        loads=officer_lines(call.session, list_loads_visible_to(call.session, call.actor, on)) if office else (),
        section_url="/desk/section" if office and can(call.actor, OVERSEE) else "",
        changes=_changes(call, viewer.once(load_catalogue)),
        may_import=can(call.actor, enterprise_actions.IMPORT),
        may_create=can(call.actor, enterprise_actions.CREATE),
    )
    return call.render("web/desk/index.html", page)


@router.get("/desk/near", action=case_actions.LIST)
def near_fragment(call: Call, view: str = "") -> Response:
    officer_id = call.actor.id if whose(view, call.actor) == MINE else None
    lines = near_lines(call.session, call.actor, load_catalogue(call.session), officer_id, call.on)
    template = "web/desk/_near.html" if call.request.headers.get("hx-request") else "web/desk/near.html"
    return call.render(template, NearFragment(lines, _near_note(), gone_firms(call.session, call.actor, "")))


# -- parts ---------------------------------------------------------------------------------------------------------------------


def _headline(count: Count) -> str:
    if count.n == 0:
        return _("今天没有待办的事")
    if count.more:
        return _("今天有 %(n)s 件以上的事") % {"n": count.n}
    return _("今天有 %(n)s 件事") % {"n": count.n}


def date_line(on: date) -> str:
    """The day as it stands under the headline: date, weekday and quarter."""
    return _("%(date)s %(weekday)s · %(quarter)s") % {
        "date": format_date(on, "long", locale="zh_CN" if current_locale() == "zh" else "en"),
        "weekday": _(_WEEKDAYS[on.weekday()]),
        "quarter": _(_QUARTERS[(on.month - 1) // 3]),
    }


def _near_note() -> str:
    return _("在办未申报、期限最近的 %(n)s 件") % {"n": LOOKED_AT}


def _changes(call: Call, catalogue: Catalogue) -> tuple[DayChangeLine, ...]:
    types = tuple(code for code in composition_of(call.session).made(wording_of).types if code.startswith(_WATCHED))
    wanted = TimelineFilter(region_prefix=call.actor.region_prefix, types=types)
    events = list_events(call.session, wanted, limit=EVENTS)
    lines = named_lines(call, events, changes=False, known=KnownCases(catalogue))
    return tuple(_change(line, call.now) for line in lines)


def _change(line: TimelineLine, now: datetime) -> DayChangeLine:
    return DayChangeLine(
        at=line.at,
        when=when_words(line.at, now),
        label=line.subject_label,
        url=line.url,
        text=line.text,
        actor=line.actor,
    )


def when_words(at: datetime, now: datetime) -> str:
    """`10:42` today, `昨天`, else `10-08`."""
    day, here = shanghai(at).date(), today(now)
    if day == here:
        return shanghai(at).strftime("%H:%M")
    if day == here - timedelta(days=1):
        return _("昨天")
    return day.strftime("%m-%d") if day.year == here.year else day.isoformat()
