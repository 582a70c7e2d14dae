"""批量请求: the same asked of many firms of a list; who has it on file or was asked lately is seen before anything is sent."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, bind, empty
from app.engagement import actions
from app.engagement.queries.periods import repeat_months
from app.engagement.queries.rounds import list_firms_visible_to
from app.engagement.schemas import MOST_AT_ONCE, AskFirms
from app.engagement.service.asking_many import (
    JOB_KIND,
    RequestCheck,
    check_requests,
    order_requests,
)
from app.enterprises.models import Enterprise
from app.enterprises.queries import list_by_ids
from app.jobs.items import ItemResult, results_of
from app.jobs.models import Job
from app.jobs.queries import get_ordered_visible_to
from app.kit.actor import Actor
from app.kit.errors import DomainError
from app.kit.i18n import _
from app.web.bulk.firms import ChosenFirms, chosen_firms
from app.web.shared.engagement_words import AskChoices, AskForm, ask_choices, fields_on_form, first_values, vocabulary

router = GuardedRouter(door="web", prefix="/requests/bulk")


@dataclass(frozen=True)
class BulkPage:
    """What is asked of the chosen firms; once that is said, of whom and of whom not."""

    chosen: ChosenFirms
    form: Bound[AskForm]
    choices: AskChoices
    months: int
    ready: tuple[RequestCheck, ...]
    known: tuple[RequestCheck, ...]
    refused: tuple[RequestCheck, ...]
    foreseen: bool

    @property
    def asked(self) -> tuple[RequestCheck, ...]:
        """Those who will be asked: with a reason also those of whom it is known."""
        return (*self.ready, *self.known) if self.form.raw.get("reason") else self.ready


@dataclass(frozen=True)
class BulkRequestLine:
    """What became of one firm."""

    name: str
    uscc: str
    asked: bool
    refusal: str


@dataclass(frozen=True)
class BulkRequestsPage:
    """The order under way or done, firm by firm."""

    job: Job
    running: bool
    text: str
    asked: tuple[BulkRequestLine, ...]
    refused: tuple[BulkRequestLine, ...]
    left: int


@router.post("", action=actions.ASK, reads_only=True)
def choose(call: Call) -> Response:
    """What to ask of the ticked firms, or of all of the filter."""
    chosen = chosen_firms(call.session, call.actor, call.now, call.form)
    if not chosen.ids:
        return call.redirect(chosen.back, bad=_("请先勾选企业，再批量提出请求。"))
    if len(chosen.ids) > MOST_AT_ONCE:
        text = _("一次最多向 %(n)s 家企业提出请求，请先用筛选缩小范围。") % {"n": MOST_AT_ONCE}
        return call.redirect(chosen.back, bad=text)
    raw = first_values(call.on)
    return _page(call, chosen, empty(raw))


@router.post("/preview", action=actions.ASK, reads_only=True)
def preview(call: Call) -> Response:
    """Who would be asked and who not; nothing is written."""
    chosen = chosen_firms(call.session, call.actor, call.now, call.form)
    return _page(call, chosen, bind(AskForm, call.form))


@router.post("/order", action=actions.ASK)
def order(call: Call) -> Response:
    """Hand exactly the firms that were shown to the background work."""
    chosen, bound = chosen_firms(call.session, call.actor, call.now, call.form), bind(AskForm, call.form)
    if not chosen.ids:
        return _page(call, chosen, bound, status=422)

    def work(given: AskForm) -> Job:
        command = AskFirms(**given.asked().model_dump(), enterprise_ids=list(chosen.ids))
        return order_requests(call.session, **call.by, command=command)

    return call.submit(
        bound,
        work,
        done=lambda job: call.redirect(f"/requests/bulk/{job.id}"),
        again=lambda bound: _page(call, chosen, bound),
        heed=fields_on_form,
    )


@router.get("/{job_id:int}", action=actions.ASK)
def result(call: Call, job_id: int) -> Response:
    """What became of each firm."""
    return call.render("web/engagement/bulk_result.html", _result(call.session, call.actor, job_id))


@router.get("/{job_id:int}/progress", action=actions.ASK)
def progress(call: Call, job_id: int) -> Response:
    """The bar alone, asked for every second."""
    return call.bar("web/engagement/bulk_progress.html", _result(call.session, call.actor, job_id))


def _page(call: Call, chosen: ChosenFirms, form: Bound[AskForm], status: int = 200) -> Response:
    firms = list_firms_visible_to(call.session, call.actor, list(chosen.ids))
    prospects = _prospects(call, firms, form)
    page = BulkPage(
        chosen=chosen,
        form=form,
        choices=ask_choices(vocabulary(call.session), call.on),
        months=repeat_months(call.session),
        ready=tuple(one for one in prospects if not one.refusal and not one.findings),
        known=tuple(one for one in prospects if not one.refusal and one.findings),
        refused=tuple(one for one in prospects if one.refusal),
        foreseen=bool(prospects),
    )
    return call.render("web/engagement/bulk.html", page, status=status)


def _prospects(call: Call, firms: Sequence[Enterprise], form: Bound[AskForm]) -> list[RequestCheck]:
    given = form.model
    if given is None or not form.valid:
        return []

    def refused(refusal: DomainError) -> list[RequestCheck]:
        form.add(fields_on_form(refusal))
        return []

    return call.attempt(
        lambda: check_requests(call.session, **call.by, command=given.asked(), firms=firms),
        done=list,
        refused=refused,
        only=DomainError,
    )


def _result(session: Session, actor: Actor, job_id: int) -> BulkRequestsPage:
    job = get_ordered_visible_to(session, actor, JOB_KIND, job_id)
    found = results_of(job)
    firms = list_by_ids(session, [one.key for one in found])
    total = len(job.params["order"]["enterprise_ids"])
    lines = [_line(one, firms[one.key]) for one in found]
    return BulkRequestsPage(
        job=job,
        running=job.running,
        text=_("已处理 %(done)s / %(total)s 家") % {"done": len(found), "total": total},
        asked=tuple(line for line in lines if line.asked),
        refused=tuple(line for line in lines if not line.asked),
        left=total - len(found),
    )


def _line(one: ItemResult, firm: Enterprise) -> BulkRequestLine:
    return BulkRequestLine(firm.name, firm.uscc, one.done, one.reason)
