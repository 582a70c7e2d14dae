"""Who leads a case, and in which round it runs."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.models import Officer
from app.cases import actions, events
from app.cases.domain.milestones import newly_datable
from app.cases.domain.state import CaseState
from app.cases.models import CaseFile
from app.cases.schemas import AssignOfficer, SetRound
from app.cases.service.loading import LoadedCase, cutoffs_of, load_case, shift_in
from app.enterprises.models import Enterprise
from app.kit.actor import Actor, Role
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import _
from app.programmes.queries import find_round


def get_assignable(session: Session, officer_id: int, enterprise: Enterprise) -> Officer:
    """The officer, when active, leading cases, and responsible for the firm's region; raises `Invalid`."""
    officer = session.get(Officer, officer_id)
    message = ""
    if officer is None or officer.disabled_on is not None:
        message = _("没有这位在岗人员。")
    elif officer.role == Role.LEADER:
        message = _("“%(name)s”只查看，不经办。") % {"name": officer.name}
    elif not enterprise.region_code.startswith(officer.region_prefix):
        message = _("“%(name)s”的辖区不含该企业。") % {"name": officer.name}
    if officer is None or message:
        raise Invalid("case.officer.unfit", message, {"officer_id": message})
    return officer


def assign_officer(session: Session, *, actor: Actor, now: datetime, number: str, command: AssignOfficer) -> CaseFile:
    """Hand an open case to an officer. One event; raises `Invalid` or `Conflict`."""
    case = load_case(session, actor=actor, action=actions.ASSIGN, number=number)
    _check_open(case)
    case.check_version(command.version)
    officer = get_assignable(session, command.officer_id, case.row.enterprise)
    if case.row.officer_id == officer.id:
        message = _("该件已由“%(name)s”经办。") % {"name": officer.name}
        raise Invalid("case.officer.unchanged", message, {"officer_id": message})
    before = session.get(Officer, case.row.officer_id) if case.row.officer_id else None
    case.row.officer_id = officer.id
    case.touched(now)
    case.record(
        actor=actor,
        now=now,
        type=events.ASSIGNED,
        changes={"officer": (before.name if before else None, officer.name)},
        data={"officer_id": officer.id},
    )
    return case.row


def set_case_round(session: Session, *, actor: Actor, now: datetime, number: str, command: SetRound) -> CaseFile:
    """Put an open case into a round; milestones without a day get the round's cut-offs. One event."""
    case = load_case(session, actor=actor, action=actions.ASSIGN, number=number)
    _check_open(case)
    case.check_version(command.version)
    row = case.row
    if command.round == row.round:
        message = _("批次没有变化。")
        raise Invalid("case.round.unchanged", message, {"round": message})
    if command.round and find_round(session, row.programme_code, row.year, command.round) is None:
        message = _("该年度没有这个批次，请在培育通道页面先新增批次。")
        raise Invalid("case.round.unknown", message, {"round": message})
    before, row.round = row.round, command.round
    case.cutoffs = cutoffs_of(session, row.programme_code, row.year, row.round)
    dated = date_milestones(case)
    case.touched(now)
    case.record(
        actor=actor, now=now, type=events.ROUND_SET, changes={"round": (before, row.round)}, data={"dated": dated}
    )
    return row


def date_milestones(case: LoadedCase) -> dict[str, str]:
    """Give open milestones without a day the one that their rule yields now; what was dated, by code."""
    days = newly_datable(case.programme, case.snapshot, shift_in(case.session))
    for milestone in case.milestones:
        day = days.get((milestone.code, milestone.ordinal))
        if day is not None:
            milestone.planned_on = milestone.planned_on or day
            milestone.due_on = day
            milestone.version += 1
    return {code: day.isoformat() for (code, _ordinal), day in sorted(days.items())}


def _check_open(case: LoadedCase) -> None:
    if case.row.state != CaseState.OPEN:
        raise Conflict("case.closed", _("该件已办结，不能再改动。"))
