"""Visits and calls: written down in two fields from the firm, a case or a round; the list of them, mine first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from starlette.responses import Response

from app.accounts.queries import list_active_officers
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, bind, empty
from app.doors.lists import controls
from app.doors.lists.controls import Choices
from app.doors.lists.listed import Listed
from app.doors.lists.query import ListQuery
from app.doors.lists.view import ListView
from app.doors.pages.render import safe_next
from app.engagement import actions
from app.engagement.domain.visits import ContactMethod
from app.engagement.lists import VISITS, VisitRow
from app.engagement.queries.visits import get_of_firm
from app.engagement.schemas import LogVisit
from app.engagement.service.logging_visits import log_visit
from app.enterprises.models import Enterprise
from app.kit.i18n import N_, _
from app.kit.lists.filters import number_in
from app.kit.lists.viewer import Viewer
from app.kit.permissions import READERS, can
from app.web.enterprises.head import EnterpriseHead, head_of, open_firm
from app.web.shared.engagement_words import MANNERS, VisitLine, pairs, visit_line

router = GuardedRouter(door="web")

PAGE_SIZE = 50
LABELS: dict[str, str] = {
    "manner": N_("方式"),
    "text": N_("谈了什么、结果如何"),
    "happened_on": N_("日期"),
    "people": N_("参加人"),
    "call_back_on": N_("回访日期"),
}


@dataclass(frozen=True)
class LogPage:
    """The form by which a contact is written down; `before` is the one whose call-back this is."""

    head: EnterpriseHead
    form: Bound[LogVisit]
    manners: Choices
    labels: dict[str, str]
    before: VisitLine | None
    case_number: str
    back: str
    may_log: bool

    @property
    def details_open(self) -> bool:
        """Whether day, people and call-back are in sight: something was written there, is wrong, or has no day yet."""
        raw, wrong = self.form.raw, self.form.errors
        written = raw.get("people") or raw.get("call_back_on") or raw.get("happened_on") is None
        return bool(written or {"happened_on", "call_back_on"} & wrong.keys())


def _lines(viewer: Viewer, rows: Sequence[VisitRow]) -> Sequence[tuple[VisitLine, Enterprise]]:
    return [(visit_line(row, viewer.on), firm) for row, firm in rows]


def _officers(viewer: Viewer, _query: ListQuery) -> Choices:
    return (
        ("all", _("所有人")),
        *((str(one.id), one.name) for one in list_active_officers(viewer.session, READERS)),
    )


LIST = ListView(
    base="/visits",
    source=VISITS,
    lines=_lines,
    controls=(
        controls.search("q", N_("企业"), maxlength=60),
        controls.select("officer", N_("谁"), _officers, blank=N_("我的")),
        controls.select("manner", N_("方式"), MANNERS),
        controls.day("since", N_("自"), N_("自 %(day)s")),
        controls.day("until", N_("至"), N_("至 %(day)s")),
        controls.tick("waiting", N_("待回访")),
    ),
)


@dataclass(frozen=True)
class VisitsPage:
    """The contacts."""

    list: Listed[VisitRow, tuple[VisitLine, Enterprise]]


@router.get("/visits", action=actions.READ)
def visits_page(call: Call, query: Annotated[ListQuery, LIST.asked]) -> Response:
    """Mine, unless somebody else's or everybody's are asked for."""
    return call.render("web/engagement/visits.html", VisitsPage(LIST.listed(query, call.viewer)))


@router.get("/enterprises/{uscc}/visits/new", action=actions.LOG)
def new_visit(call: Call, uscc: str, case: str = "", manner: str = ContactMethod.CALL, back: str = "") -> Response:
    """The two fields; as a fragment for a page that has a place for them."""
    firm = open_firm(call.session, call.actor, uscc)
    raw = {"manner": manner if manner in set(ContactMethod) else ContactMethod.CALL, "happened_on": call.on.isoformat()}
    page = _log_page(call, firm, empty(raw | {"case_number": case[:24], "back": back[:200]}))
    return call.render("web/engagement/log.html", page)


@router.get("/enterprises/{uscc}/visits/{visit_id:int}", action=actions.READ)
def visit_page(call: Call, uscc: str, visit_id: int) -> Response:
    """One contact, and the form for the call-back that it promised."""
    firm = open_firm(call.session, call.actor, uscc)
    row = get_of_firm(call.session, firm.id, visit_id)
    raw = {"manner": ContactMethod.CALL, "happened_on": call.on.isoformat(), "case_number": row.case_number or ""}
    page = _log_page(call, firm, empty(raw | {"answers": str(row.id)}))
    return call.render("web/engagement/log.html", page)


@router.post("/enterprises/{uscc}/visits", action=actions.LOG)
def log(call: Call, uscc: str) -> Response:
    """Write the contact down."""
    firm = open_firm(call.session, call.actor, uscc)
    bound = bind(LogVisit, call.form)
    return call.submit(
        bound,
        lambda given: log_visit(call.session, **call.by, enterprise=firm, given=given),
        done=lambda _done: call.redirect(_back(firm, bound), good=_("已登记。")),
        again=lambda bound: call.render("web/engagement/log.html", _log_page(call, firm, bound)),
    )


def _log_page(call: Call, firm: Enterprise, form: Bound[LogVisit]) -> LogPage:
    answers = str(form.raw.get("answers") or "")
    before = get_of_firm(call.session, firm.id, given) if (given := number_in(answers)) is not None else None
    return LogPage(
        head=head_of(call.session, call.actor, firm, call.now, "requests"),
        form=form,
        manners=pairs(MANNERS),
        labels={name: _(label) for name, label in LABELS.items()},
        before=visit_line(before, call.on) if before is not None else None,
        case_number=str(form.raw.get("case_number") or ""),
        back=_back(firm, form),
        may_log=firm.disabled_on is None and can(call.actor, actions.LOG, firm),
    )


def _back(firm: Enterprise, form: Bound[LogVisit]) -> str:
    number = str(form.raw.get("case_number") or "")
    usual = f"/cases/{number}" if number else f"/enterprises/{firm.uscc}/requests"
    return safe_next(str(form.raw.get("back") or ""), usual)
