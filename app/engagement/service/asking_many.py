"""Asking many firms for the same: what would become of each beforehand, the job that asks, what became of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.engagement import actions
from app.engagement.domain.requests import RequestObjection
from app.engagement.schemas import AskFirm, AskFirms
from app.engagement.service.asking import ask_firm, check_asked
from app.engagement.service.objections import find_known
from app.enterprises.models import Enterprise
from app.enterprises.service.recording import require_change
from app.jobs.models import Job
from app.jobs.run import Run
from app.jobs.service import enqueue
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.db import session_scope
from app.kit.errors import DomainError
from app.kit.i18n import _, use_locale
from app.kit.permissions import require

JOB_KIND = "ask-firms"
BATCH = 20


@dataclass(frozen=True)
class RequestCheck:
    """A firm, why it cannot be asked at all ("" when it can), and what speaks against asking it without a reason."""

    enterprise: Enterprise
    refusal: str
    findings: tuple[RequestObjection, ...] = ()


@dataclass(frozen=True)
class RequestResult:
    """What became of one firm: the id of its request, or in both languages why it was left out."""

    enterprise_id: int
    request_id: int | None = None
    refusal: str = ""
    refusal_en: str = ""

    def to_json(self) -> list[Any]:
        """As kept with the job."""
        return [self.enterprise_id, self.request_id, self.refusal, self.refusal_en]


def check_requests(
    session: Session, *, actor: Actor, now: datetime, command: AskFirm, firms: Sequence[Enterprise]
) -> list[RequestCheck]:
    """What asking would bring for each firm, by the same rules; writes nothing. Raises `Invalid` for the request itself."""
    check_asked(session, command)
    known = find_known(session, [firm.id for firm in firms], command.wanted, today(now))
    return [RequestCheck(firm, _refusal(actor, firm), tuple(known.get(firm.id, ()))) for firm in firms]


def order_requests(
    session: Session, *, actor: Actor, now: datetime, command: AskFirms, origin: Mapping[str, Any] | None = None
) -> Job:
    """Put asking these firms into the queue; `origin` says which list they come from. Raises `Invalid` or `Forbidden`."""
    require(actor, actions.ASK)
    what = check_asked(session, command)
    title = _("批量请求 · %(what)s · %(n)s 家") % {"what": what, "n": len(command.enterprise_ids)}
    params = {"order": command.model_dump(mode="json"), **(origin or {})}
    return enqueue(session, actor=actor, now=now, kind=JOB_KIND, title=title, params=params)


def ask_all(run: Run) -> Mapping[str, Any]:
    """The job: ask the firms batch by batch, each by the usual use case with its own event."""
    order = AskFirms.model_validate(run.params["order"])
    results: list[list[Any]] = list(run.checkpoint.get("results", []))
    total = len(order.enterprise_ids)
    run.between_batches(len(results), total)
    while batch := order.enterprise_ids[len(results) : len(results) + BATCH]:
        with session_scope(run.around.database) as session:
            results += [_ask_one(session, run, order, key).to_json() for key in batch]
            run.save(session, checkpoint={"results": results}, done=len(results), total=total)
        run.between_batches(len(results), total)
    return {"results": results}


def asked_of(job: Job) -> list[RequestResult]:
    """What became of each firm so far."""
    return [RequestResult(*row) for row in job.result.get("results") or job.checkpoint.get("results", [])]


def _refusal(actor: Actor, firm: Enterprise) -> str:
    try:
        require_change(actor, actions.ASK, firm)
    except DomainError as error:
        return error.message
    return ""


def _ask_one(session: Session, run: Run, order: AskFirms, enterprise_id: int) -> RequestResult:
    given = AskFirm(**order.model_dump(exclude={"enterprise_ids"}))
    firm = session.get_one(Enterprise, enterprise_id)
    messages = []
    for locale in ("zh", "en"):
        try:
            with use_locale("zh" if locale == "zh" else "en"), session.begin_nested():
                row = ask_firm(session, actor=run.actor, now=run.now(), enterprise=firm, given=given)
                return RequestResult(enterprise_id, row.id)
        except DomainError as error:  # left out: asked once more for the same words in the other language
            messages.append(error.message)
    return RequestResult(enterprise_id, None, *messages)
