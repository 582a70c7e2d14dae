"""To-dos as the desk shows them: until when, about whom, what it is, and the one thing to do about it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from app.accounts.queries import officer_names
from app.cases import turns
from app.cases.domain.supplies import Supplies
from app.cases.models import CaseFile, Milestone
from app.cases.opinions.queries import department_names
from app.cases.queries import list_by_ids
from app.cases.supplies import load_supplies
from app.cases.todo.port import Provider, Todo, TodoGroup, TodoQuery
from app.enterprises.models import Enterprise
from app.enterprises.queries import list_by_ids as list_firms
from app.kit.actor import Actor
from app.kit.i18n import N_, Bilingual, _, ngettext
from app.kit.slices import Port
from app.programmes.domain.definition import Programme
from app.programmes.queries import Catalogue
from app.reference.calendar import WorkCalendar
from app.reference.queries import work_calendar
from app.web.shared.case_lines import Badge

SOON_WORKING_DAYS = 3

GROUPS = {
    TodoGroup.DECIDE: N_("该办理"),
    TodoGroup.CHECK: N_("该核对"),
    TodoGroup.CORRECT: N_("补正复核"),
    TodoGroup.CALL: N_("该联系"),
    TodoGroup.REMIND: N_("该提醒"),
    TodoGroup.SUPERVISE: N_("督办"),
    TodoGroup.FOLLOW_UP: N_("差评整改"),
    TodoGroup.HAND_OVER: N_("待移交"),
    TodoGroup.EXCHANGE: N_("数据交换"),
}


@dataclass(frozen=True)
class TodoWords:
    """What a to-do says: its text, a note, and the one action that the reader can take at `url`: a link, or a form of one
    button when it has `fields`. Where there is none, `action` is empty and `url` the matter itself."""

    text: str
    note: str
    action: str
    url: str
    fields: tuple[tuple[str, str], ...] = ()
    undated: str = ""


@dataclass(frozen=True)
class TodoContext:
    """What the words of a page of to-dos are made from, loaded for all of them at once."""

    actor: Actor
    on: date
    catalogue: Catalogue
    cases: Mapping[int, CaseFile]
    firms: Mapping[int, Enterprise]
    departments: Mapping[str, str]
    supplies: Mapping[int, Supplies]
    milestones: Mapping[int, Milestone]

    def case(self, todo: Todo) -> CaseFile:
        """The case that the to-do is about."""
        return self.cases[todo.case_id or 0]

    def firm(self, todo: Todo) -> Enterprise:
        """The firm that the to-do is about."""
        return self.firms[todo.firm_id or 0]

    def programme(self, todo: Todo) -> Programme:
        """The programme version of the to-do's case."""
        case = self.case(todo)
        return self.catalogue.get(case.programme_code, case.programme_version)

    def stage(self, todo: Todo) -> str:
        """Where the to-do's case stands."""
        return str(self.programme(todo).stage(self.case(todo).stage).name)


@dataclass(frozen=True)
class Kind:
    """One kind of to-do on the desk: where it is found, what it says, and whether its words look at what is supplied."""

    provider: Provider
    describe: Callable[[Todo, TodoContext], TodoWords]
    looks_at_needs: bool = False


#: Every kind that the desk shows, with its words.
TODO_KINDS: Port[Kind] = Port("kind of to-do", Kind, keys=lambda kind: (kind.provider.code,))


@dataclass(frozen=True)
class TodoLine:
    """One thing to do."""

    due: Badge
    group: str
    subject: str
    subject_url: str
    programme: str
    words: TodoWords
    officer: str
    label: str = field(default="")


def todo_lines(
    session: Session, kinds: Sequence[Kind], asked: TodoQuery, todos: Sequence[Todo]
) -> tuple[TodoLine, ...]:
    """The lines of `todos`; the number of queries does not depend on how many there are."""
    by_code = {kind.provider.code: kind for kind in kinds}
    around = _around(session, by_code, asked, todos)
    names = officer_names(session, {todo.officer_id for todo in todos if todo.officer_id is not None})
    calendar = work_calendar(session)
    return tuple(_line(todo, by_code[todo.provider], around, names, calendar) for todo in todos)


def _around(session: Session, kinds: Mapping[str, Kind], asked: TodoQuery, todos: Sequence[Todo]) -> TodoContext:
    cases = list_by_ids(session, _ids(todo.case_id for todo in todos))
    looked_at = [cases[todo.case_id] for todo in todos if todo.case_id and kinds[todo.provider].looks_at_needs]
    return TodoContext(
        actor=asked.actor,
        on=asked.on,
        catalogue=asked.catalogue,
        cases=cases,
        firms=list_firms(session, _ids(todo.firm_id for todo in todos)),
        departments=department_names(session),
        supplies=load_supplies(session, looked_at, asked.on),
        milestones=turns.next_milestones(session, list(cases)),
    )


def _ids(found: Iterable[int | None]) -> set[int]:
    return {key for key in found if key is not None}


def _line(todo: Todo, kind: Kind, around: TodoContext, names: Mapping[int, str], calendar: WorkCalendar) -> TodoLine:
    words = kind.describe(todo, around)
    firm = around.firms.get(todo.firm_id or 0)
    case = around.cases.get(todo.case_id or 0)
    due = due_words(todo.due, around.on, calendar) if todo.due else ("idle", words.undated or _("无期限"))
    subject = firm.name if firm else names.get(todo.officer_id or 0, "")
    return TodoLine(
        due=due,
        group=_(GROUPS[kind.provider.group]),
        subject=subject,
        subject_url=f"/cases/{case.number}" if case else f"/enterprises/{firm.uscc}" if firm else words.url,
        programme=str(around.programme(todo).title) if case else "",
        words=words,
        officer=names.get(todo.officer_id or 0, ""),
        label=f"{words.action or _('查看')} {subject}",
    )


def reported(todo: Todo) -> str:
    """The title that the to-do carries, in the current language."""
    return str(Bilingual(zh=todo.about, en=todo.about_en or todo.about))


def due_words(due_on: date, on: date, calendar: WorkCalendar) -> Badge:
    """How long there is, in words: a day near by name, a later one in working days."""
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
