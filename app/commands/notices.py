"""`yumiao notify`: tell what is to be told, once; or count it beforehand."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from app.commands.context import load_settings, open_database
from app.composition.notifications import make_notifier
from app.journal.follower import BATCH, list_following, position_of
from app.kit.clock import today, utc_now
from app.kit.db import read_scope
from app.kit.i18n import _
from app.notices.domain.topics import Notification
from app.notices.maker import plan_notices
from app.notices.notifier import Notifier
from app.notices.queries import count_waiting
from app.notices.sources import Day, batches, follower

INBOX = "inbox"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("notify")(notify)


def notify(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="count what would be told and sent; write nothing")
    ] = False,
) -> None:
    """Make the notices of the journal and the day, and send what is due; the server does the same by itself."""
    settings = load_settings()
    with open_database(settings) as database:
        notifier = make_notifier(settings, database)
        if dry_run:
            with read_scope(database) as session:
                _tell_counts(session, notifier, utc_now())
            return
        reported = notifier.run_once()
        sent = " ".join(f"{channel}={number}" for channel, number in reported.sent.items())
        typer.echo(f"events={reported.events} day={reported.of_day} {sent}".strip())


def _tell_counts(session: Session, notifier: Notifier, now: datetime) -> None:
    """A line a topic and channel, then what waits already; the same notice of two batches counts once."""
    counts, seen = Counter[tuple[str, str]](), set[tuple[object, ...]]()
    for notifications in _batches(session, notifier, now):
        for one in plan_notices(session, notifications, notifier.open_ways):
            if one.key in seen:
                continue
            seen.add(one.key)
            counts[one.notification.topic.code, INBOX] += 1
            counts.update((one.notification.topic.code, f"{channel}:{manner}") for channel, manner in one.manners)
    for topic in notifier.sources.topics:
        reported = " ".join(f"{way}={counts[code, way]}" for code, way in sorted(counts) if code == topic.code)
        if reported:
            typer.echo(f"{topic.code}: {reported}")
    waiting = " ".join(f"{channel}={n}" for channel, n in sorted(count_waiting(session).items()))
    if waiting:
        typer.echo(_("已在等待发送：%(counts)s") % {"counts": waiting})
    typer.echo(f"notices={len(seen)}")


def _batches(session: Session, notifier: Notifier, now: datetime) -> Iterator[list[Notification]]:
    """What the journal tells that nobody followed yet, then what the day tells."""
    position = position_of(session, follower(notifier.sources, notifier.open_ways), now)
    while events := list_following(session, position, BATCH):
        yield notifier.sources.notified_by(session, events)
        position = events[-1].position
    day = Day(today(now), notifier.days_before)
    yield from batches(notifier.sources.notified_on(session, day))
