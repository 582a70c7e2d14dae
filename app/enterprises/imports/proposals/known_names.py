"""Ways in which an office's lists write a firm, kept when a person chose it, so that the next list finds it by itself."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.actions import IMPORT
from app.enterprises.imports import events
from app.enterprises.imports.decisions import Deciding
from app.enterprises.imports.models import ImportRow, ImportRun, KnownName
from app.enterprises.models import Enterprise
from app.enterprises.service.recording import subject_of
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.kit.membership import one_of
from app.kit.permissions import require


def keep_name(desk: Deciding, name: str, firm: Enterprise) -> None:
    """From now on lists of the import's office that write this name mean this firm; who chose last is right."""
    run = desk.run
    kept = find_name(desk.session, run.region_prefix, name)
    before = kept.enterprise_id if kept is not None else None
    if kept is None:
        kept = KnownName(region_prefix=run.region_prefix, name=name)
        desk.session.add(kept)
    kept.enterprise_id, kept.import_id = firm.id, run.id
    kept.by_name, kept.at = desk.actor.name[:120], desk.now
    desk.session.flush()
    if before != firm.id:
        _note(desk.session, desk.actor, desk.now, firm, (None, name))


def find_name(session: Session, region_prefix: str, name: str) -> KnownName | None:
    """What an office's lists mean by a name."""
    wanted = select(KnownName).where(KnownName.region_prefix == region_prefix, KnownName.name == name)
    return session.scalar(wanted.with_for_update())


def forget_name(desk: Deciding) -> None:
    """The name in the row finds its firm no more. Raises NotFound when it does not anyway."""
    require(desk.actor, IMPORT, desk.run)
    kept = find_name(desk.session, desk.run.region_prefix, desk.row.name)
    if kept is None:
        raise NotFound("import.name_unknown", _("没有记住这个写法。"))
    _forget(desk.session, desk.actor, desk.now, [kept])


def forget_of_import(session: Session, *, actor: Actor, run: ImportRun, now: datetime) -> None:
    """An import that is taken back takes back the names that were kept with its rows."""
    _forget(session, actor, now, session.scalars(select(KnownName).where(KnownName.import_id == run.id)).all())


def names_kept(session: Session, rows: Collection[tuple[ImportRow, str]]) -> set[int]:
    """The ids of those of these rows, each with the place of its office, whose name is kept for their firm."""
    names = sorted({row.name for row, _place in rows})
    if not names:
        return set()
    found = session.scalars(select(KnownName).where(one_of(KnownName.name, names)))
    known = {(each.region_prefix, each.name, each.enterprise_id) for each in found}
    return {row.id for row, place in rows if (place, row.name, row.target_id) in known}


def _forget(session: Session, actor: Actor, now: datetime, kept: Collection[KnownName]) -> None:
    for each in kept:
        firm = session.get_one(Enterprise, each.enterprise_id)
        session.delete(each)
        _note(session, actor, now, firm, (each.name, None))
    session.flush()


def _note(
    session: Session, actor: Actor, now: datetime, firm: Enterprise, change: tuple[str | None, str | None]
) -> None:
    type_ = events.NAME_FORGOTTEN if change[1] is None else events.NAME_KEPT
    record(session, actor=actor, now=now, type=type_, subject=subject_of(firm), changes={"known_name": change})
