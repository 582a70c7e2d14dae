"""Opening a case: the number, the first stage, the first milestones, the query code."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Officer
from app.cases import actions, events
from app.cases.domain.numbers import hash_query_code, new_query_code, number_in, series_of
from app.cases.domain.opening import Opening, OpeningRequest, decide_open
from app.cases.domain.state import CaseState
from app.cases.duties.creation import keep_duties
from app.cases.loaded import LoadedCase, cutoffs_of, is_visible, place_of, shift_in, with_parts
from app.cases.models import CaseFile, CaseMarker, CaseSeries, StageEntry
from app.cases.schemas import OpenCase
from app.cases.service.assigning import get_assignable
from app.cases.service.clocks import keep_clocks
from app.cases.service.entering import signed
from app.cases.service.parts import add_milestones
from app.cases.traces import Traces
from app.enterprises.models import Enterprise
from app.enterprises.queries import gone_words
from app.kit.actor import Actor, ActorKind
from app.kit.clock import today
from app.kit.db import insert_into
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.kit.permissions import Action, require
from app.programmes.domain.definition import Programme
from app.programmes.queries import find_round, get_in_force
from app.reference.queries import work_calendar


@dataclass(frozen=True)
class OpenedCase:
    """A new case and its query code, which is known only now."""

    row: CaseFile
    query_code: str


def open_case(session: Session, *, actor: Actor, now: datetime, command: OpenCase) -> OpenedCase:
    """Open a case in the programme's version in force today. One event.

    Raises `NotFound` (firm or programme), `Conflict` (already open, firm retired or gone), `Invalid` (year, round, officer).
    """
    case, query_code = begin_case(session, actor=actor, now=now, command=command, action=actions.OPEN)
    record_opening(case, actor=actor, now=now, data=why_gone(command))
    return OpenedCase(case.row, query_code)


def begin_case(
    session: Session, *, actor: Actor, now: datetime, command: OpenCase, action: Action
) -> tuple[LoadedCase, str]:
    """Like `open_case`, for a use case that asks for another right and goes on before `record_opening`: the query code too."""
    enterprise = _enterprise(session, actor, command.enterprise_id)
    require(actor, action, place_of(enterprise))
    programme = get_in_force(session, command.programme, today(now))
    officer = _officer(session, actor, command, enterprise)
    series = series_of(programme.bureau_mark, programme.mark, command.year)
    number = number_in(series, _next_serial(session, series))
    opening = _decide(session, programme, enterprise, command, now)
    query_code = new_query_code()
    row = CaseFile(
        number=number,
        enterprise=enterprise,
        programme_code=programme.code,
        programme_version=programme.version,
        year=command.year,
        round=command.round,
        officer_id=officer.id if officer else None,
        query_code_hash=hash_query_code(query_code),
    )
    _begin(session, row, opening, actor, now)
    loaded = with_parts(session, row)
    add_milestones(loaded, opening.milestones)
    keep_clocks(loaded, programme.start, row.opened_on, Traces({}), work_calendar(session))
    keep_duties(loaded, programme.start, row.opened_on, None, Traces({}))
    loaded.touched(now, bump=False)
    return loaded, query_code


def why_gone(command: OpenCase) -> dict[str, str]:
    """The reason for a case of a firm that is gone, as the event bears it."""
    return {"reason": command.gone_reason} if command.gone_reason else {}


def record_opening(case: LoadedCase, *, actor: Actor, now: datetime, data: Mapping[str, Any] | None = None) -> None:
    """The one event of a case just begun; `data` says what it began with."""
    row = case.row
    officer = case.session.get(Officer, row.officer_id) if row.officer_id else None
    case.record(
        actor=actor,
        now=now,
        type=events.OPENED,
        changes={
            "number": (None, row.number),
            "year": (None, row.year),
            "round": (None, row.round),
            "stage": (None, row.stage),
            "officer": (None, officer.name if officer else None),
        },
        data={"programme": row.programme_code, "programme_version": row.programme_version, **(data or {})},
    )


def _enterprise(session: Session, actor: Actor, enterprise_id: int) -> Enterprise:
    """The firm, held against being retired meanwhile."""
    found = session.scalars(
        select(Enterprise).where(Enterprise.id == enterprise_id).with_for_update(read=True)
    ).one_or_none()
    if found is None or not is_visible(actor, found):
        raise NotFound("enterprise.unknown", _("没有这家企业。"))
    return found


def _officer(session: Session, actor: Actor, command: OpenCase, enterprise: Enterprise) -> Officer | None:
    officer_id = command.officer_id or (actor.id if actor.kind is ActorKind.OFFICER else None)
    return get_assignable(session, officer_id, enterprise) if officer_id is not None else None


def _next_serial(session: Session, series: str) -> int:
    """The next serial of `series`. Its row stays locked until the end, so numbers are gapless and in order."""
    statement = (
        insert_into(session, CaseSeries)
        .values(series=series, last=1)
        .on_conflict_do_update(index_elements=["series"], set_={"last": CaseSeries.last + 1})
        .returning(CaseSeries.last)
    )
    return int(session.execute(statement).scalar_one())


def _decide(
    session: Session, programme: Programme, enterprise: Enterprise, command: OpenCase, now: datetime
) -> Opening:
    already_open = session.scalar(
        select(CaseFile.number).where(
            CaseFile.enterprise_id == enterprise.id,
            CaseFile.programme_code == programme.code,
            CaseFile.year == command.year,
            CaseFile.state == CaseState.OPEN,
        )
    )
    request = OpeningRequest(
        year=command.year,
        opened_on=today(now),
        enterprise_retired=enterprise.disabled_on is not None,
        open_case_number=already_open,
        round=command.round,
        round_known=find_round(session, programme.code, command.year, command.round) is not None,
        cutoffs=cutoffs_of(session, programme.code, command.year, command.round),
        gone=gone_words(session, enterprise),
        gone_reason=command.gone_reason,
    )
    return decide_open(programme, request, shift_in(session))


def _begin(session: Session, row: CaseFile, opening: Opening, actor: Actor, now: datetime) -> None:
    """Put the new case into its first stage, today."""
    day = today(now)
    row.stage, row.stage_entered_on, row.opened_on = opening.stage, day, day
    row.state, row.version = CaseState.OPEN, 1
    row.created_at = row.updated_at = now
    session.add(row)
    session.flush()
    entry = StageEntry(
        case_id=row.id, ordinal=1, stage=opening.stage, action="open", entered_on=day, **signed(actor, now)
    )
    session.add(entry)
    session.add_all(CaseMarker(case_id=row.id, marker=marker, reached_on=day) for marker in opening.markers)
    session.flush()
