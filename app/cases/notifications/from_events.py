"""What the journal's events on cases tell, each kind by one function."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases import events
from app.cases.notifications import topics
from app.cases.notifications.cases import NO_DATE, NotifiedCase, doer, of_events
from app.cases.opinions import events as opinion_events
from app.cases.opinions.models import Opinion
from app.cases.oversight import events as oversight_events
from app.cases.oversight.domain.rating import GRADES, is_bad
from app.cases.oversight.models import Supervision
from app.cases.supply import events as supply_events
from app.cases.supply.models import CorrectionItem
from app.journal.models import JournalEvent
from app.kit.i18n import Bilingual
from app.notices.domain.topics import Notification, To, Topic, both, by_whom
from app.policies import events as policy_events
from app.programmes.domain.definition import StageAction
from app.reference.models import Term

_CORRECTIONS = (events.MOVED, supply_events.CORRECTIONS_ASKED, supply_events.CORRECTION_ASKED_AGAIN)
_OPINIONS = (opinion_events.ASKED, opinion_events.REMINDED, opinion_events.ANSWERED)


@dataclass(frozen=True)
class EventBackground:
    """What the events of a batch speak of besides their cases."""

    items: Mapping[int, list[CorrectionItem]]
    opinions: Mapping[int, Opinion]
    supervisions: Mapping[int, Supervision]
    departments: Mapping[str, Bilingual]


@dataclass(frozen=True)
class Happened:
    """One event on a case, and what is known beside it."""

    event: JournalEvent
    case: NotifiedCase
    beside: EventBackground

    @property
    def data(self) -> Mapping[str, Any]:
        """What the event carries."""
        return self.event.data

    @property
    def note(self) -> str:
        """The note or reason that was given with it."""
        return str(self.data.get("note") or self.data.get("reason") or "")

    @property
    def action(self) -> StageAction | None:
        """The step that was taken or taken back."""
        code = str(self.data.get("action") or self.data.get("taken_back") or "")
        return self.case.programme.find_action(code)

    @property
    def reached(self) -> str:
        """The stage in which the event left the case; it may stand elsewhere by the time this is told."""
        return str(self.event.changes.get("stage", ["", self.case.row.stage])[1])

    def notification(self, topic: Topic, to: To, **words: str | int | Bilingual | None) -> Notification:
        """A telling of the case, once for this event."""
        given = {
            "by": by_whom(self.event.actor_kind, self.event.actor_name),
            "note": self.note,
            "reason": self.note,
        } | words
        return Notification(
            topic,
            subject_kind="case",
            subject_id=self.case.row.number,
            to=to,
            period=str(self.event.position),
            words=self.case.and_words(**given),
            position=self.event.position,
        )


def notifications_of_events(session: Session, journal: Sequence[JournalEvent]) -> Iterator[Notification]:
    """What a batch of events on cases tells; the number of queries does not grow with the batch."""
    found = of_events(session, [event for event in journal if event.type in _TELLERS])
    if not found:
        return
    beside = _background(session, found)
    for event, case in found:
        for teller in _TELLERS[event.type]:
            yield from teller(Happened(event, case, beside))


def _stepped(one: Happened) -> Iterable[Notification]:
    action, to = one.action, one.case.to_notified(one.action, one.event)
    if _items(one) or (action is not None and "send-back" in action.effects):
        yield one.notification(topics.SENT_BACK, To(firm=to.firm, but=to.but), **_asked(one))
        to = To(officers=to.officers, heads_of=to.heads_of, but=to.but)
    label = action.label if action else "—"
    yield one.notification(topics.STEP, to, action=label, **one.case.words_at(one.reached))


def _approval_wanted(one: Happened) -> Iterable[Notification]:
    """The next steps that need a section head's approval; a caseworker's own approval is no news to the one in charge."""
    for action in one.case.programme.actions_from(one.reached):
        guard = action.needs.approvals
        if guard is not None and any(role.traits.notified_as_head for role in guard.roles):
            notified = one.notification(topics.APPROVAL_WANTED, one.case.to_heads(one.event), action=action.label)
            yield Notification(**{**vars(notified), "period": f"{one.event.position}:{action.code}"})


def _taken_back(one: Happened) -> Iterable[Notification]:
    label = one.action.label if one.action else "—"
    to = one.case.to_notified(one.action, one.event)
    yield one.notification(topics.TAKEN_BACK, to, action=label, **one.case.words_at(one.reached))


def _corrections_asked(one: Happened) -> Iterable[Notification]:
    yield one.notification(topics.SENT_BACK, one.case.to_firm(one.event), **_asked(one))


def _correction_answered(one: Happened) -> Iterable[Notification]:
    yield one.notification(topics.CORRECTION_ANSWERED, one.case.to_officer(one.event))


def _material_returned(one: Happened) -> Iterable[Notification]:
    yield one.notification(topics.MATERIAL_RETURNED, one.case.to_firm(one.event))


def _approved(one: Happened) -> Iterable[Notification]:
    yield one.notification(topics.APPROVED, one.case.to_officer(one.event))


def _assigned(one: Happened) -> Iterable[Notification]:
    before = one.event.changes.get("officer", [None, None])[0]
    to = To(officers=(int(one.data["officer_id"]),), but=doer(one.event))
    yield one.notification(topics.ASSIGNED, to, before=before)


def _opinions_asked(one: Happened) -> Iterable[Notification]:
    for opinion in _opinions(one):
        n = opinion.reminders if one.event.type == opinion_events.REMINDED else 0
        reminded: str | Bilingual = Bilingual(zh=f"（第 {n} 次催办）", en=f" (reminder {n})") if n else ""
        notified = one.notification(
            topics.OPINION_ASKED,
            To(department=opinion.department, region=one.case.region, but=doer(one.event)),
            question=opinion.question,
            opinion=opinion.id,
            due_on=opinion.due_on.isoformat() if opinion.due_on else NO_DATE,
            reminded=reminded,
        )
        yield Notification(**{**vars(notified), "subject_kind": "opinion", "subject_id": str(opinion.id)})


def _opinion_answered(one: Happened) -> Iterable[Notification]:
    for opinion in _opinions(one):
        name = one.beside.departments.get(opinion.department, opinion.department)
        yield one.notification(topics.OPINION_ANSWERED, one.case.to_officer(one.event), department=name)


def _supervised(one: Happened) -> Iterable[Notification]:
    row = one.beside.supervisions.get(one.data.get("supervision", 0))
    if row is not None:
        to = To(officers=(row.officer_id,), but=doer(one.event))
        yield one.notification(topics.SUPERVISION_ASKED, to, due_on=row.due_on.isoformat())


def _supervision_answered(one: Happened) -> Iterable[Notification]:
    row = one.beside.supervisions.get(one.data.get("supervision", 0))
    if row is not None and row.asked_by is not None:
        yield one.notification(topics.SUPERVISION_ANSWERED, To(officers=(row.asked_by,), but=doer(one.event)))


def _overridden(one: Happened) -> Iterable[Notification]:
    to = To(officers=one.case.officers, heads_of=one.case.region, but=doer(one.event))
    yield one.notification(topics.VERDICT_OVERRIDDEN, to)


def _rated(one: Happened) -> Iterable[Notification]:
    grade = int(one.data["grade"])
    if is_bad(grade):
        to = To(officers=one.case.officers, heads_of=one.case.region)
        yield one.notification(topics.RATED_BADLY, to, grade=both(GRADES[grade]), remark=one.note.partition("：")[2])


Teller = Callable[[Happened], Iterable[Notification]]
_TELLERS: dict[str, tuple[Teller, ...]] = {
    events.MOVED: (_stepped, _approval_wanted),
    events.TAKEN_BACK: (_taken_back,),
    events.APPROVED: (_approved,),
    events.APPROVAL_WITHDRAWN: (_approval_wanted,),
    events.ASSIGNED: (_assigned,),
    supply_events.CORRECTIONS_ASKED: (_corrections_asked,),
    supply_events.CORRECTION_ASKED_AGAIN: (_corrections_asked,),
    supply_events.CORRECTION_ANSWERED: (_correction_answered,),
    supply_events.MATERIAL_RETURNED: (_material_returned,),
    opinion_events.ASKED: (_opinions_asked,),
    opinion_events.REMINDED: (_opinions_asked,),
    opinion_events.ANSWERED: (_opinion_answered,),
    policy_events.OVERRIDDEN: (_overridden,),
    oversight_events.RATED: (_rated,),
    oversight_events.SUPERVISED: (_supervised,),
    oversight_events.SUPERVISED_AGAIN: (_supervised,),
    oversight_events.SUPERVISION_ANSWERED: (_supervision_answered,),
}


def _background(session: Session, found: Sequence[tuple[JournalEvent, NotifiedCase]]) -> EventBackground:
    corrected = sorted({case.row.id for event, case in found if event.type in _CORRECTIONS})
    asked = sorted({key for event, _case in found if event.type in _OPINIONS for key in _opinion_ids(event)})
    items: dict[int, list[CorrectionItem]] = {}
    statement = select(CorrectionItem).where(CorrectionItem.case_id.in_(corrected)).order_by(CorrectionItem.id)
    for item in session.scalars(statement) if corrected else ():
        items.setdefault(item.case_id, []).append(item)
    return EventBackground(
        items,
        _rows(session, Opinion, asked),
        _rows(session, Supervision, {event.data.get("supervision") for event, _case in found} - {None}),
        department_titles(session) if asked else {},
    )


def _rows(session: Session, table: Any, ids: Iterable[Any]) -> dict[int, Any]:
    wanted = sorted(ids)
    return {row.id: row for row in session.scalars(select(table).where(table.id.in_(wanted)))} if wanted else {}


def department_titles(session: Session) -> dict[str, Bilingual]:
    """The departments' names in both languages; one query."""
    rows = session.scalars(select(Term).where(Term.vocabulary == "department"))
    return {row.code: Bilingual(zh=row.name_zh, en=row.name_en) for row in rows}


def _opinion_ids(event: JournalEvent) -> list[int]:
    named = event.data.get("opinion")
    return [named] if named else list(event.data.get("opinions") or ())


def _opinions(one: Happened) -> list[Opinion]:
    return [one.beside.opinions[key] for key in _opinion_ids(one.event) if key in one.beside.opinions]


def _items(one: Happened) -> list[CorrectionItem]:
    """The items that were asked by this very event: named by it, or written at its instant."""
    rows = one.beside.items.get(one.case.row.id, [])
    named = one.data.get("items") or ([one.data["item"]] if "item" in one.data else [])
    return [row for row in rows if row.id in named or (not named and row.asked_at == one.event.at)]


def _asked(one: Happened) -> dict[str, str | Bilingual | None]:
    rows = _items(one)
    days = [row.due_on for row in rows if row.due_on]
    return {
        "items": "\n".join(f"{number}. {row.remark}" for number, row in enumerate(rows, 1)) or one.note,
        "due_on": min(days).isoformat() if days else NO_DATE,
    }
