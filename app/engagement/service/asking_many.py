"""Asking many firms for the same: what would become of each beforehand, and the job that asks."""

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
from app.jobs.items import do_each
from app.jobs.models import Job
from app.jobs.run import Run
from app.jobs.service import enqueue
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.errors import DomainError
from app.kit.i18n import _
from app.kit.permissions import require

JOB_KIND = "ask-firms"


@dataclass(frozen=True)
class RequestCheck:
    """A firm, why it cannot be asked at all ("" when it can), and what speaks against asking it without a reason."""

    enterprise: Enterprise
    refusal: str
    findings: tuple[RequestObjection, ...] = ()


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
    """The job: ask the firms; what is made of each is the id of its request."""
    order = AskFirms.model_validate(run.params["order"])
    given = AskFirm(**order.model_dump(exclude={"enterprise_ids"}))

    def ask(session: Session, enterprise_id: int) -> int:
        firm = session.get_one(Enterprise, enterprise_id)
        return ask_firm(session, actor=run.actor, now=run.now(), enterprise=firm, given=given).id

    return do_each(run, order.enterprise_ids, ask)


def _refusal(actor: Actor, firm: Enterprise) -> str:
    try:
        require_change(actor, actions.ASK, firm)
    except DomainError as error:
        return error.message
    return ""
