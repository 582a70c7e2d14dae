"""What is told besides casework: the people of a firm change; and the messages that officers write themselves."""

from collections.abc import Iterator, Sequence

from sqlalchemy.orm import Session

from app.journal.models import JournalEvent
from app.kit.i18n import N_
from app.notices.domain.topics import Audience, Notification, Text, To, Topic, TopicGroup, both, by_whom
from app.notices.messages import MESSAGE
from app.notices.sources import NoticeSources

PEOPLE_CHANGED = Topic(
    code="people-changed",
    label=N_("邀请与开通"),
    group=TopicGroup.PEOPLE,
    events=("invitation.created", "invitation.accepted"),
    texts={Audience.FIRM: Text("%(title)s", N_("操作人：%(by)s。%(note)s"), "/portal/people")},
)
_TITLES = {
    "invitation.created": N_("有人被邀请加入本企业的账号"),
    "invitation.accepted": N_("有新的人开通了本企业的账号"),
}


def tell_people(session: Session, journal: Sequence[JournalEvent]) -> Iterator[Notification]:
    """A firm's people hear who was invited and who joined, but for whoever did it."""
    for event in journal:
        if event.type in PEOPLE_CHANGED.events and event.enterprise_id is not None:
            yield Notification(
                PEOPLE_CHANGED,
                event.subject_kind,
                event.subject_id,
                To(firm=event.enterprise_id, but=(event.actor_kind, event.actor_id)),
                str(event.position),
                {
                    "title": both(_TITLES[event.type]),
                    "by": by_whom(event.actor_kind, event.actor_name),
                    "note": str(event.data.get("note") or ""),
                },
                event.position,
            )


SOURCES = NoticeSources((PEOPLE_CHANGED, MESSAGE), (tell_people,))
