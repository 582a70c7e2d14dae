"""A message to chosen firms: counted before it is sent, told as a job, reported firm by firm."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import Session

from app.accounts.models import EnterpriseUser
from app.enterprises.models import Enterprise
from app.jobs.models import Job
from app.jobs.run import Run
from app.jobs.service import enqueue
from app.journal.domain import SubjectKey
from app.journal.service import record
from app.journal.tallies import count_rows, kept_total
from app.kit.actor import Actor
from app.kit.db import read_scope, session_scope
from app.kit.errors import Invalid
from app.kit.i18n import N_, _
from app.kit.membership import one_of
from app.kit.permissions import require
from app.notices import events
from app.notices.actions import SEND
from app.notices.domain.delivery import Channel
from app.notices.domain.topics import Audience, Notification, Text, To, Topic, TopicGroup
from app.notices.maker import Ways, make_notices, plan_notices
from app.notices.schemas import FirmMessage

JOB_KIND = "notices.message"
BATCH = 100
#: So many firms are looked at together before a message is sent.
FORESEEN = 1_000
#: Of the firms without an account so many are named before a message is sent.
NAMED = 200
_BY_NAME = (Enterprise.name_pinyin, Enterprise.id)

MESSAGE = Topic(
    code="message",
    label=N_("市局通知"),
    group=TopicGroup.MESSAGES,
    texts={Audience.FIRM: Text("%(title)s", "%(text)s\n%(by)s", "/portal/notices")},
)


@dataclass(frozen=True)
class MessageReach:
    """Whom a message reaches: firms, people, messages by channel; in how many firms nobody has an account, and the first of these by name."""

    firms: int
    people: int
    by_channel: Mapping[Channel, int]
    without: int
    first_without: tuple[Enterprise, ...]


def reach_of_message(
    session: Session, *, actor: Actor, firms: Select[Any], ways: Ways, kept: Hashable = None
) -> MessageReach:
    """Whom a message to `firms` (a statement that reads their ids) would reach; writes nothing.

    Of firms without an account no more is read than how many there are and the first `NAMED` of them. The number of firms is `kept`
    under that key, if there is one.
    """
    require(actor, SEND)
    message, reached = (
        FirmMessage(title="·", text="·"),
        session.scalars(firms.where(_anybody()).order_by(Enterprise.id)),
    )
    notifications = [_notification(firm_id, "", message, actor.name) for firm_id in reached]
    people, channels = 0, dict.fromkeys(ways.channels, 0)
    for start in range(0, len(notifications), FORESEEN):
        for one in plan_notices(session, notifications[start : start + FORESEEN], ways):
            people += 1
            for channel, _manner in one.manners:
                channels[channel] += 1
    number = count_rows(session, firms) if kept is None else kept_total(session, kept, firms, Enterprise.id)
    return MessageReach(number, people, channels, number - len(notifications), _first_without(session, firms))


def order_message(
    session: Session, *, actor: Actor, now: datetime, firm_ids: Sequence[int], message: FirmMessage, ways: Ways
) -> Job:
    """Queue the message to exactly these firms. One event. Raises `Invalid` without a firm."""
    require(actor, SEND)
    if not firm_ids:
        raise Invalid("notices.no_firms", _("没有选中企业。"))
    params = {
        "message": message.model_dump(),
        "firms": list(firm_ids),
        "ways": {"channels": [str(channel) for channel in ways.channels], "digest_hour": ways.digest_hour},
    }
    job = enqueue(session, actor=actor, now=now, kind=JOB_KIND, title=message.title, params=params)
    record(
        session,
        actor=actor,
        now=now,
        type=events.MESSAGE_SENT,
        subject=SubjectKey("message", str(job.id), message.title),
        data={"note": message.text, "firms": len(firm_ids)},
    )
    return job


def send_message(run: Run) -> Mapping[str, Any]:
    """The job: tell the firms batch by batch; on after a crash from its checkpoint, each person told once."""
    message, firms = FirmMessage.model_validate(run.params["message"]), list(run.params["firms"])
    kept = run.params["ways"]
    ways = Ways(tuple(Channel(code) for code in kept["channels"]), int(kept["digest_hour"]))
    done, notified = int(run.checkpoint.get("done", 0)), int(run.checkpoint.get("told", 0))
    while done < len(firms):
        some = firms[done : done + BATCH]
        with session_scope(run.around.database) as session:
            notifications = [_notification(firm, str(run.job_id), message, run.actor.name) for firm in some]
            notified += make_notices(session, notifications, ways, run.now())
            done += len(some)
            run.save(session, checkpoint={"done": done, "told": notified}, done=done, total=len(firms))
        run.between_batches(done, len(firms))
    with read_scope(run.around.database) as session:
        without = _without(session, firms)
    return {"firms": len(firms), "people": notified, "without_account": without}


def _notification(firm_id: int, job: str, message: FirmMessage, by: str) -> Notification:
    words = {"title": message.title, "text": message.text, "by": by}
    return Notification(MESSAGE, "enterprise", str(firm_id), To(firm=firm_id), job, words)


def _first_without(session: Session, firms: Select[Any]) -> tuple[Enterprise, ...]:
    alone = firms.where(~_anybody()).order_by(*_BY_NAME).limit(NAMED)
    return tuple(session.scalars(select(Enterprise).where(Enterprise.id.in_(alone)).order_by(*_BY_NAME)))


def _without(session: Session, firm_ids: Sequence[int]) -> list[int]:
    """The firms in which nobody has an account, by name: they have to be called. One statement."""
    chosen = select(Enterprise.id).where(one_of(Enterprise.id, firm_ids))
    return list(session.scalars(chosen.where(~_anybody()).order_by(*_BY_NAME)))


def _anybody() -> ColumnElement[bool]:
    """Firms in which somebody has an account."""
    return exists().where(EnterpriseUser.enterprise_id == Enterprise.id, EnterpriseUser.disabled_on.is_(None))
