"""Rounds and their cut-offs."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.journal.domain import SubjectKey, diff
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.i18n import _
from app.kit.permissions import require
from app.programmes import actions, events
from app.programmes.models import ProgrammeRound
from app.programmes.queries import find_round, load_catalogue
from app.programmes.schemas import NewRoundInput, RoundInput


def set_round(
    session: Session, *, actor: Actor, now: datetime, code: str, year: int, round_code: str, values: RoundInput
) -> ProgrammeRound:
    """Set the cut-offs of a round; from then on the bureau owns it. One event.

    Raises `NotFound`, `Conflict` (someone else set it meanwhile), `Invalid` (nothing changed, or wrong order).
    """
    require(actor, actions.SET_ROUND)
    row = session.scalars(
        select(ProgrammeRound)
        .where(ProgrammeRound.programme_code == code, ProgrammeRound.year == year, ProgrammeRound.code == round_code)
        .with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound("programme.round.unknown", _("没有这个批次。"))
    if row.version != values.version:
        raise Conflict("programme.round.stale", _("该批次刚被他人修改，请核对后重新提交。"))
    _check_order(values)
    before = {"bureau_cutoff_on": row.bureau_cutoff_on, "province_cutoff_on": row.province_cutoff_on}
    after = {"bureau_cutoff_on": values.bureau_cutoff_on, "province_cutoff_on": values.province_cutoff_on}
    changes = diff(before, after)
    if not changes:
        raise Invalid("programme.round.unchanged", _("截止日没有变化。"))
    row.bureau_cutoff_on, row.province_cutoff_on = values.bureau_cutoff_on, values.province_cutoff_on
    row.origin, row.version = "bureau", row.version + 1
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        type=events.ROUND_SET,
        subject=SubjectKey("programme", code, row.title_zh, region_code=actor.region_prefix),
        changes=changes,
        data={"year": year, "round": round_code},
    )
    return row


def _check_order(values: RoundInput) -> None:
    bureau, province = values.bureau_cutoff_on, values.province_cutoff_on
    if bureau and province and bureau > province:
        message = _("市局截止日不能晚于省厅截止日。")
        raise Invalid("programme.round.order", message, {"bureau_cutoff_on": message})


def add_round(session: Session, *, actor: Actor, now: datetime, code: str, values: NewRoundInput) -> ProgrammeRound:
    """Announce a round that the files do not know. One event; raises `NotFound`, `Conflict` when it exists."""
    require(actor, actions.SET_ROUND)
    load_catalogue(session).versions_of(code)
    if find_round(session, code, values.year, values.code) is not None:
        message = _("该年度已有编码为“%(code)s”的批次。") % {"code": values.code}
        raise Conflict("programme.round.exists", message, {"code": message})
    row = ProgrammeRound(
        programme_code=code,
        year=values.year,
        code=values.code,
        title_zh=values.title_zh,
        title_en=values.title_en or values.title_zh,
        origin="bureau",
        version=1,
    )
    session.add(row)
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        type=events.ROUND_ADDED,
        subject=SubjectKey("programme", code, row.title_zh, region_code=actor.region_prefix),
        data={"year": row.year, "round": row.code},
    )
    return row
