"""A message to the firms of a list: written, counted beforehand, sent as a job, reported."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.cases.selection import firms_of_cases_visible_to, firms_visible_to, list_firm_ids
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, bind, empty
from app.enterprises.models import Enterprise
from app.enterprises.queries import gone, list_by_ids
from app.jobs.models import Job
from app.jobs.queries import get_ordered_visible_to
from app.journal.tallies import count_rows, kept_total
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.notices.actions import SEND
from app.notices.domain.delivery import CHANNELS
from app.notices.maker import Ways
from app.notices.messages import JOB_KIND, NAMED, MessageReach, order_message, reach_of_message
from app.notices.schemas import FirmMessage
from app.web.cases.list import LIST as LISTED_CASES
from app.web.enterprises.list import LIST as LISTED_FIRMS

router = GuardedRouter(door="web", prefix="/messages")

ENTERPRISES, CASES = "enterprises", "cases"


@dataclass(frozen=True)
class MessagePage:
    """The message, whom it reaches, and, once it was looked at, the button that sends it."""

    form: Bound[FirmMessage]
    of: str
    query: str
    back: str
    reach: MessageReach
    channels: tuple[tuple[str, int], ...]
    without: tuple[Enterprise, ...]
    gone: int
    first_gone: tuple[Enterprise, ...]
    previewed: bool


@dataclass(frozen=True)
class MessageReportPage:
    """What became of it."""

    job: Job
    running: bool
    text: str
    title: str
    body: str
    without: tuple[Enterprise, ...]


@router.get("/new", action=SEND)
def write(call: Call, of: str = ENTERPRISES, query: str = "") -> Response:
    """The empty message, with how many it would reach."""
    return _shown(call, _page(call, (of, query), empty()))


@router.post("/new", action=SEND)
def preview_or_send(call: Call) -> Response:
    """Look at it first; send what was looked at, to as many firms as were counted."""
    of, query = str(call.form.get("of") or ""), str(call.form.get("query") or "")[:2000]
    bound = bind(FirmMessage, call.form)

    def shown(bound: Bound[FirmMessage]) -> Response:
        return _shown(call, _page(call, (of, query), bound), 200 if bound.valid else 422)

    if call.form.get("step") != "send":
        return shown(bound)
    firms = list_firm_ids(call.session, _firms(call, of, query))
    if str(call.form.get("expected")) != str(len(firms)):
        bound.summary.append(_("名单刚有变化，请重新核对后发送。"))
        return shown(bound)
    return call.submit(
        bound,
        lambda given: order_message(call.session, **call.by, firm_ids=firms, message=given, ways=_ways(call)),
        done=lambda job: call.redirect(f"/messages/{job.id}"),
        again=shown,
    )


@router.get("/{job_id:int}", action=SEND)
def report(call: Call, job_id: int) -> Response:
    """How far it is, and in which firms nobody could be told."""
    return call.render("web/messages/report.html", _report(call.session, call.actor, job_id))


@router.get("/{job_id:int}/progress", action=SEND)
def progress(call: Call, job_id: int) -> Response:
    """The bar alone."""
    return call.bar("web/messages/progress.html", _report(call.session, call.actor, job_id))


def _firms(call: Call, of: str, query: str) -> Any:
    """What reads the ids of the list's firms that are told, each once."""
    firms = _listed(call, of, query)
    return firms if _asks_for_a_state(of, query) else firms.where(~gone())


def _asks_for_a_state(of: str, query: str) -> bool:
    """Whether the list is one of firms in a state of business: then also those that are gone are meant."""
    return of == ENTERPRISES and bool(LISTED_FIRMS.model.of(query)["status"])


def _left_out(call: Call, of: str, query: str) -> tuple[int, tuple[Enterprise, ...]]:
    """How many of the list's firms are not told because they are gone, and the first of them by name."""
    if _asks_for_a_state(of, query):
        return 0, ()
    firms, kept = _listed(call, of, query).where(gone()), ("gone", *_key(call, of))
    number = count_rows(call.session, firms) if query else kept_total(call.session, kept, firms, Enterprise.id)
    return number, _named(call.session, list_firm_ids(call.session, firms, NAMED)) if number else ()


def _key(call: Call, of: str) -> tuple[str, ...]:
    """Under which the number of firms of a whole list is kept."""
    return "message", of, call.actor.region_prefix


def _listed(call: Call, of: str, query: str) -> Any:
    """What reads the ids of all firms of the list, by the list's own filter."""
    viewer = call.viewer
    if of == CASES:
        return firms_of_cases_visible_to(viewer, LISTED_CASES.wanted(LISTED_CASES.model.of(query), viewer))
    if of == ENTERPRISES:
        return firms_visible_to(viewer, LISTED_FIRMS.wanted(LISTED_FIRMS.model.of(query), viewer))
    raise NotFound("notices.list", _("没有这个名单。"))


def _ways(call: Call) -> Ways:
    return Ways(tuple(way.channel for way in call.settings.notice_ways), call.settings.notices_digest_hour)


def _page(call: Call, chosen: tuple[str, str], form: Bound[FirmMessage]) -> MessagePage:
    of, query = chosen
    everybody = None if query else _key(call, of)
    firms = _firms(call, of, query)
    reach = reach_of_message(call.session, actor=call.actor, firms=firms, ways=_ways(call), kept=everybody)
    left_out, first_gone = _left_out(call, of, query)
    return MessagePage(
        form=form,
        of=of,
        query=query,
        back=f"/{of}?{query}" if query else f"/{of}",
        reach=reach,
        channels=tuple((_(CHANNELS[channel].label), n) for channel, n in reach.by_channel.items() if n),
        without=reach.first_without,
        gone=left_out,
        first_gone=first_gone,
        previewed=form.valid,
    )


def _shown(call: Call, page: MessagePage, status: int = 200) -> Response:
    return call.render("web/messages/write.html", page, status=status)


def _report(session: Session, actor: Actor, job_id: int) -> MessageReportPage:
    job = get_ordered_visible_to(session, actor, JOB_KIND, job_id)
    alone = (job.result or {}).get("without_account", [])[:NAMED]
    return MessageReportPage(
        job=job,
        running=job.running,
        text=_("已处理 %(done)s / %(total)s 家") % {"done": job.done, "total": len(job.params["firms"])},
        title=job.params["message"]["title"],
        body=job.params["message"]["text"],
        without=_named(session, alone),
    )


def _named(session: Session, firm_ids: Sequence[int]) -> tuple[Enterprise, ...]:
    """The firms, by name."""
    return tuple(sorted(list_by_ids(session, firm_ids).values(), key=lambda firm: (firm.name_pinyin, firm.id)))
