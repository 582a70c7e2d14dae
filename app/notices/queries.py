"""Reading notices: an account's inbox and its unread count; what is on its way out of the house."""

from functools import cache

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.accounts.models import SignInSession
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.i18n import _, current_locale
from app.kit.paging import Count, count_up_to
from app.notices.domain.delivery import UNFINISHED, Channel, DeliveryState
from app.notices.models import CalendarFeed, Notice, NoticeDelivery


def own(actor: Actor) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The notices of this account and of no other."""
    return Notice.account_kind == str(actor.kind), Notice.account_id == actor.id


@cache
def unread_of_session() -> ColumnElement[int]:
    """How many unread notices the account of a `SignInSession` row has: a column of the query that signs in anyway."""
    return (
        select(func.count(Notice.id))
        .where(
            Notice.account_kind == SignInSession.account_kind,
            Notice.account_id == SignInSession.account_id,
            Notice.read_at.is_(None),
        )
        .correlate(SignInSession)
        .scalar_subquery()
    )


def count_unread(session: Session, actor: Actor) -> Count:
    """How many of the account's notices are unread."""
    return count_up_to(session, select(Notice.id).where(*own(actor), Notice.read_at.is_(None)), 1_000)


def get_own(session: Session, actor: Actor, notice_id: int) -> Notice:
    """One notice of the account. Raises `NotFound` for anybody else's."""
    found = session.scalar(select(Notice).where(Notice.id == notice_id, *own(actor)))
    if found is None:
        raise NotFound("notices.unknown", _("没有这条通知。"))
    return found


def title_of(notice: Notice) -> str:
    """Its title in the current language."""
    return notice.title_zh if current_locale() == "zh" else notice.title_en


def body_of(notice: Notice) -> str:
    """Its text in the current language."""
    return notice.body_zh if current_locale() == "zh" else notice.body_en


def find_feed(session: Session, actor: Actor) -> CalendarFeed | None:
    """The account's calendar address, if it has one; the address itself is not kept."""
    return session.get(CalendarFeed, (str(actor.kind), actor.id))


# -- deliveries ----------------------------------------------------------------------------------------------------------


def count_deliveries(session: Session) -> dict[tuple[Channel, DeliveryState], int]:
    """How many deliveries stand in each state, by channel."""
    columns = (NoticeDelivery.channel, NoticeDelivery.state)
    rows = session.execute(select(*columns, func.count()).group_by(*columns))
    return {(Channel(channel), DeliveryState(state)): number for channel, state, number in rows}


def count_waiting(session: Session) -> dict[Channel, int]:
    """How many deliveries still have to go out, by channel."""
    columns = select(NoticeDelivery.channel, func.count()).where(NoticeDelivery.state.in_(UNFINISHED))
    return {Channel(channel): number for channel, number in session.execute(columns.group_by(NoticeDelivery.channel))}
