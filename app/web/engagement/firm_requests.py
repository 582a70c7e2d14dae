"""联系与请求: what a firm was asked for and who spoke with it; asking it, with the warning before anything is sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import Query
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.cases import queries as cases
from app.cases.burden import YEAR, list_departments_of
from app.cases.models import CaseFile
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, bind, empty
from app.doors.pages.render import safe_next
from app.engagement import actions
from app.engagement.domain.requests import RequestKind, RequestObjection, months_before
from app.engagement.queries.periods import repeat_months
from app.engagement.queries.requests import get_visible_to, list_of_firm
from app.engagement.queries.visits import list_of_firm as list_visits_of_firm
from app.engagement.schemas import SettleRequest, WithdrawRequest
from app.engagement.service.asking import ask_firm, settle_request, withdraw_request
from app.engagement.service.objections import find_known
from app.enterprises.models import Enterprise
from app.kit.actor import Actor
from app.kit.i18n import _
from app.kit.permissions import can
from app.web.enterprises.head import EnterpriseHead, head_of, open_firm
from app.web.shared.engagement_words import (
    AskChoices,
    AskForm,
    RequestLine,
    VisitLine,
    ask_choices,
    fields_on_form,
    first_values,
    reason_wanted,
    request_line,
    visit_line,
    vocabulary,
)

router = GuardedRouter(door="web")

SHOWN = 50


@dataclass(frozen=True)
class BurdenLine:
    """How often a department asked the firm in the last twelve months, beside the twelve before; the rows behind each."""

    department: str
    n: int
    before: int
    url: str
    before_url: str


@dataclass(frozen=True)
class ContactPage:
    """The tab of a firm."""

    head: EnterpriseHead
    requests: tuple[RequestLine, ...]
    visits: tuple[VisitLine, ...]
    burden: tuple[BurdenLine, ...]
    more_url: str
    may_ask: bool
    may_log: bool


@dataclass(frozen=True)
class AskFirmPage:
    """The form that asks a firm, with what speaks against it."""

    head: EnterpriseHead
    form: Bound[AskForm]
    choices: AskChoices
    findings: tuple[RequestObjection, ...]
    reason_wanted: bool
    months: int
    case_number: str
    back: str


@dataclass(frozen=True)
class CheckFragment:
    """What speaks against asking, while the form is filled in."""

    findings: tuple[RequestObjection, ...]


@dataclass(frozen=True)
class WithdrawRequestPage:
    """Why a request is taken back."""

    head: EnterpriseHead
    line: RequestLine
    form: Bound[Any]


@router.get("/enterprises/{uscc}/requests", action=actions.READ)
def contact_page(call: Call, uscc: str) -> Response:
    firm, on, words = open_firm(call.session, call.actor, uscc), call.on, vocabulary(call.session)
    in_use = firm.disabled_on is None
    page = ContactPage(
        head=head_of(call.session, call.actor, firm, call.now, "requests"),
        requests=tuple(request_line(row, words, on) for row in list_of_firm(call.session, firm.id, SHOWN)),
        visits=tuple(visit_line(row, on) for row in list_visits_of_firm(call.session, firm.id, SHOWN)),
        burden=_burden(call.session, firm, on, words.departments),
        more_url=f"/requests?firm={firm.uscc}",
        may_ask=in_use and can(call.actor, actions.ASK, firm),
        may_log=in_use and can(call.actor, actions.LOG, firm),
    )
    return call.render("web/engagement/firm.html", page)


def _burden(session: Session, firm: Enterprise, on: date, names: Mapping[str, str]) -> tuple[BurdenLine, ...]:
    middle = months_before(on, YEAR)
    first = months_before(middle, YEAR)
    rows = f"/requests/burden/rows?firm={firm.uscc}&department="

    def line(code: str, n: int, before: int) -> BurdenLine:
        return BurdenLine(
            department=names.get(code, code),
            n=n,
            before=before,
            url=f"{rows}{code}&since={_after(middle)}&until={on}",
            before_url=f"{rows}{code}&since={first}&until={middle}",
        )

    return tuple(line(one.department, one.n, one.before) for one in list_departments_of(session, firm.id, on))


def _after(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)


# -- asking --------------------------------------------------------------------------------------------------------------


@router.get("/enterprises/{uscc}/requests/new", action=actions.ASK)
def ask_page(call: Call, uscc: str, case: str = "", wanted: str = "") -> Response:
    """The form; from a case it offers the questions of the case too."""
    firm = open_firm(call.session, call.actor, uscc)
    raw = first_values(call.on, case_number=case[:24], wanted=wanted[:80])
    return call.render("web/engagement/ask.html", _ask_page(call, firm, empty(raw)))


@router.get("/enterprises/{uscc}/requests/check", action=actions.ASK)
def check(
    call: Call,
    uscc: str,
    wanted: Annotated[str, Query(max_length=80)] = "",
    year: Annotated[str, Query(max_length=4)] = "",
    title: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """What speaks against asking for this, beside the form while it is filled in."""
    firm = open_firm(call.session, call.actor, uscc)
    form: Bound[AskForm] = empty({"wanted": wanted, "year": year, "title": title})
    page = CheckFragment(_findings(call.session, firm, form, call.on))
    return call.render("web/engagement/_findings.html", page)


@router.post("/enterprises/{uscc}/requests", action=actions.ASK)
def ask(call: Call, uscc: str) -> Response:
    """Ask the firm; what is on file or was asked lately is shown first, and needs a reason."""
    firm = open_firm(call.session, call.actor, uscc)
    bound = bind(AskForm, call.form)
    questions = dict(_questions(call.session, _case(call.session, call.actor, firm, bound)))

    return call.submit(
        bound,
        lambda given: ask_firm(call.session, **call.by, enterprise=firm, given=given.asked(questions)),
        done=lambda _done: call.redirect(_back(firm, bound), good=_("已向企业提出，并计入请求次数。")),
        again=lambda bound: call.render("web/engagement/ask.html", _ask_page(call, firm, bound)),
        heed=fields_on_form,
    )


def _ask_page(call: Call, firm: Enterprise, form: Bound[AskForm]) -> AskFirmPage:
    case, on = _case(call.session, call.actor, firm, form), call.on
    return AskFirmPage(
        head=head_of(call.session, call.actor, firm, call.now, "requests"),
        form=form,
        choices=ask_choices(vocabulary(call.session), on, _questions(call.session, case)),
        findings=_findings(call.session, firm, form, on),
        reason_wanted=reason_wanted(form),
        months=repeat_months(call.session),
        case_number=case.number if case else "",
        back=_back(firm, form),
    )


def _findings(session: Session, firm: Enterprise, form: Bound[AskForm], on: date) -> tuple[RequestObjection, ...]:
    """What speaks against it as far as the form is filled in; nothing before it can be read."""
    raw = {name: value for name, value in form.raw.items() if value}
    kind, _colon, what = str(raw.get("wanted", "")).partition(":")
    if kind not in set(RequestKind) or (kind != RequestKind.VISIT and not what and not raw.get("title")):
        return ()
    year = str(raw.get("year", ""))
    given = AskForm(
        wanted=f"{kind}:{what}", title=str(raw.get("title", "")), year=int(year) if _is_year(year) else None
    )
    return tuple(find_known(session, [firm.id], given.asked().wanted, on).get(firm.id, ()))


def _is_year(text: str) -> bool:
    return text.isascii() and text.isdigit() and 1980 <= int(text) <= 2100


def _case(session: Session, actor: Actor, firm: Enterprise, form: Bound[AskForm]) -> CaseFile | None:
    """The case that the form was opened from, when it is the firm's."""
    number = str(form.raw.get("case_number") or "")
    found = cases.find_visible_to(session, actor, number) if number else None
    return found if found is not None and found.enterprise_id == firm.id else None


def _questions(session: Session, case: CaseFile | None) -> list[tuple[str, str]]:
    if case is None:
        return []
    return [(one.code, str(one.label)) for one in cases.programme_of(session, case).questions]


def _back(firm: Enterprise, form: Bound[AskForm]) -> str:
    number = str(form.raw.get("case_number") or "")
    return f"/cases/{number}" if number else f"/enterprises/{firm.uscc}/requests"


# -- how a request ends ----------------------------------------------------------------------------------------------------


@router.post("/requests/{request_id:int}/settle", action=actions.SETTLE)
def settle(call: Call, request_id: int) -> Response:
    """The firm has answered."""
    row, firm = get_visible_to(call.session, call.actor, request_id)
    given = SettleRequest(version=_number(call.form.get("version")))
    settle_request(call.session, **call.by, request=row, enterprise=firm, given=given)
    back = safe_next(str(call.form.get("back") or ""), f"/enterprises/{firm.uscc}/requests")
    return call.redirect(back, good=_("已登记企业回应。"))


@router.get("/requests/{request_id:int}/withdraw", action=actions.ASK)
def withdraw_page(call: Call, request_id: int) -> Response:
    """Asks for the reason."""
    return _withdraw(call, request_id, empty())


@router.post("/requests/{request_id:int}/withdraw", action=actions.ASK)
def withdraw(call: Call, request_id: int) -> Response:
    """Take the request back."""
    row, firm = get_visible_to(call.session, call.actor, request_id)

    return call.submit(
        WithdrawRequest,
        lambda given: withdraw_request(call.session, **call.by, request=row, enterprise=firm, given=given),
        done=lambda _done: call.redirect(f"/enterprises/{firm.uscc}/requests", good=_("请求已撤回，不再计数。")),
        again=lambda bound: _withdraw(call, request_id, bound),
    )


def _withdraw(call: Call, request_id: int, form: Bound[Any]) -> Response:
    row, firm = get_visible_to(call.session, call.actor, request_id)
    line = request_line(row, vocabulary(call.session), call.on)
    page = WithdrawRequestPage(head_of(call.session, call.actor, firm, call.now, "requests"), line, form)
    return call.render("web/engagement/withdraw.html", page)


def _number(value: Any) -> int:
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
