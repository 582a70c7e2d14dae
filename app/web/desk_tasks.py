"""Lines of the desk: cases that wait, with how long they have and the one thing to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from app.accounts.queries import officer_names
from app.cases import waiting
from app.cases.actions import KEEP_MILESTONES
from app.cases.domain.moving import may_act
from app.cases.domain.needs import next_action
from app.cases.models import CaseFile, Milestone
from app.cases.waiting import Load, Waiting
from app.kit.actor import Actor
from app.kit.i18n import Bilingual, _, ngettext
from app.kit.paging import Page
from app.kit.permissions import Place, can
from app.programmes.domain.definition import Programme, StageAction
from app.programmes.queries import Catalogue
from app.reference.calendar import WorkCalendar
from app.reference.queries import work_calendar
from app.web.case_lines import Badge

#: A case is a task once it is the bureau's turn, or once a day of it lies this near.
NEAR_DAYS = 7
SOON_WORKING_DAYS = 3


@dataclass(frozen=True)
class TaskLine:
    """One case that waits: until when, for what, and the address of the one thing to do."""

    number: str
    due: Badge
    firm: str
    programme: str
    stage: str
    note: str
    officer: str
    action: str
    url: str


@dataclass(frozen=True)
class OfficerLoad:
    """What one officer carries, with the list that shows it."""

    name: str
    open: int
    overdue: int
    url: str
    overdue_url: str


def wanted_tasks(catalogue: Catalogue, on: date, officer_id: int | None) -> Waiting:
    """What counts as a task on that day."""
    return Waiting(waiting.bureau_stages(catalogue), on + timedelta(days=NEAR_DAYS), officer_id)


def page_tasks(
    session: Session, actor: Actor, catalogue: Catalogue, wanted: Waiting, on: date, cursor: str | None, limit: int
) -> tuple[Page[CaseFile], tuple[TaskLine, ...]]:
    """One page of tasks; the number of queries does not depend on how many there are."""
    found = waiting.page_waiting_visible_to(session, actor, wanted, cursor, limit)
    milestones = waiting.next_milestones(session, [case.id for case in found.items])
    names = officer_names(session, {case.officer_id for case in found.items if case.officer_id is not None})
    calendar = work_calendar(session)
    lines = tuple(
        _line(actor, catalogue.get(case.programme_code, case.programme_version), case, milestones.get(case.id), names,
              calendar, on)
        for case in found.items
    )  # fmt: skip
    return found, lines


def _line(
    actor: Actor,
    programme: Programme,
    case: CaseFile,
    milestone: Milestone | None,
    names: dict[int, str],
    calendar: WorkCalendar,
    on: date,
) -> TaskLine:
    stage = programme.stage(case.stage)
    action = next_action(programme, case.stage) if stage.turn == "bureau" else None
    near = milestone if milestone is not None and _is_near(milestone, on) else None
    label, url = _to_do(actor, case, action, near)
    return TaskLine(
        number=case.number,
        due=due_words(case.next_due_on, on, calendar, stage.turn),
        firm=case.enterprise.name,
        programme=str(programme.title),
        stage=str(stage.name),
        note=str(Bilingual(zh=near.title_zh, en=near.title_en)) if near else "",
        officer=names.get(case.officer_id or 0, ""),
        action=label,
        url=url,
    )


def _to_do(actor: Actor, case: CaseFile, action: StageAction | None, near: Milestone | None) -> tuple[str, str]:
    """The one thing to do: the bureau's step, else the milestone that is near, else a look at the case."""
    address = f"/cases/{case.number}"
    if action is not None and may_act(actor, action):
        return str(action.label), f"{address}/steps/{action.code}"
    if near is not None and can(actor, KEEP_MILESTONES, Place(case.enterprise.region_code, case.enterprise_id)):
        return _("办理节点"), f"{address}/milestones/{near.id}"
    return _("查看"), address


def _is_near(milestone: Milestone, on: date) -> bool:
    return milestone.due_on is not None and milestone.due_on <= on + timedelta(days=NEAR_DAYS)


def due_words(due_on: date | None, on: date, calendar: WorkCalendar, turn: str) -> Badge:
    """How long there is, in words: a day near by name, a later one in working days."""
    if due_on is None:
        return "idle", {"bureau": _("待本局办理"), "province": _("省厅办理中")}.get(turn, _("无期限"))
    days = (due_on - on).days
    if days < 0:
        return "late", ngettext("已逾期 %(n)s 天", "已逾期 %(n)s 天", -days) % {"n": -days}
    if days == 0:
        return "late", _("今天 24:00")
    if days == 1:
        return "wait", _("明天")
    working = calendar.between(on, due_on)
    state = "wait" if working <= SOON_WORKING_DAYS else "info"
    return state, ngettext("还有 %(n)s 个工作日", "还有 %(n)s 个工作日", working) % {"n": working}


def officer_lines(session: Session, loads: Sequence[Load]) -> tuple[OfficerLoad, ...]:
    """What each officer carries, in the order given; cases that nobody leads are a line of their own."""
    names = officer_names(session, {load.officer_id for load in loads if load.officer_id is not None})
    return tuple(
        OfficerLoad(
            name=names.get(load.officer_id, "") if load.officer_id else _("未指定经办人"),
            open=load.open,
            overdue=load.overdue,
            url=f"/cases?state=open&officer={load.officer_id or 'none'}",
            overdue_url=f"/cases?state=open&overdue=1&officer={load.officer_id or 'none'}",
        )
        for load in loads
    )
