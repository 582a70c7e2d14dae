"""Who leads a case, and in which round it runs."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.accounts.models import Officer
from app.cases import actions, events
from app.cases.domain.milestones import newly_datable
from app.cases.domain.state import CaseState
from app.cases.loaded import LoadedCase, cutoffs_of, load_case, shift_in
from app.cases.models import CaseFile
from app.cases.oversight.models import Supervision
from app.cases.schemas import AssignOfficer, SetRound
from app.enterprises.models import Enterprise
from app.kit.actor import Actor
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import _
from app.kit.permissions import EDITORS
from app.programmes.queries import find_round


def get_assignable(session: Session, officer_id: int, enterprise: Enterprise) -> Officer:
    """The officer, when active, leading cases, and responsible for the firm's region; raises `Invalid`."""
    officer = session.get(Officer, officer_id)
    message = ""
    if officer is None or officer.disabled_on is not None:
        message = _("没有这位在岗人员。")
    elif officer.role not in EDITORS:
        message = _("“%(name)s”不是经办人员。") % {"name": officer.name}
    elif not enterprise.region_code.startswith(officer.region_prefix):
        message = _("“%(name)s”的辖区不含该企业。") % {"name": officer.name}
    if officer is None or message:
        raise Invalid("case.officer.unfit", message, {"officer_id": message})
    return officer


def check_assign(session: Session, row: CaseFile, officer_id: int) -> Officer:
    """The officer to whom the case can be handed now; raises `Conflict` or `Invalid`."""
    _check_open(row)
    officer = get_assignable(session, officer_id, row.enterprise)
    if row.officer_id == officer.id:
        message = _("该件已由“%(name)s”经办。") % {"name": officer.name}
        raise Invalid("case.officer.unchanged", message, {"officer_id": message})
    return officer


def assign_officer(session: Session, *, actor: Actor, now: datetime, number: str, command: AssignOfficer) -> CaseFile:
    """Hand an open case, and what is asked about it under supervision, to an officer.

    One event, which tells whoever had it and whoever gets it. Raises `Invalid` or `Conflict`.
    """
    case = load_case(session, actor=actor, action=actions.ASSIGN, number=number)
    case.check_version(command.version)
    officer = check_assign(session, case.row, command.officer_id)
    before = session.get(Officer, case.row.officer_id) if case.row.officer_id else None
    case.row.officer_id = officer.id
    session.execute(
        update(Supervision)
        .where(Supervision.case_id == case.row.id, Supervision.closed_at.is_(None))
        .values(officer_id=officer.id)
    )
    case.touched(now)
    data = {"officer_id": officer.id, "from_officer_id": before.id if before else None}
    reason = {"reason": command.reason.strip()} if command.reason.strip() else {}
    changes = {"officer": (before.name if before else None, officer.name)}
    case.record(actor=actor, now=now, type=events.ASSIGNED, changes=changes, data=data | reason)
    return case.row


def check_round(session: Session, row: CaseFile, round_code: str | None) -> None:
    """Raise `Conflict` or `Invalid` unless the case can be put into the round now."""
    _check_open(row)
    if round_code == row.round:
        message = _("批次没有变化。")
        raise Invalid("case.round.unchanged", message, {"round": message})
    if round_code and find_round(session, row.programme_code, row.year, round_code) is None:
        message = _("该年度没有这个批次，请在培育通道页面先新增批次。")
        raise Invalid("case.round.unknown", message, {"round": message})


def set_case_round(session: Session, *, actor: Actor, now: datetime, number: str, command: SetRound) -> CaseFile:
    """Put an open case into a round; milestones without a day get the round's cut-offs. One event."""
    case = load_case(session, actor=actor, action=actions.ASSIGN, number=number)
    case.check_version(command.version)
    row = case.row
    check_round(session, row, command.round)
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


def _check_open(row: CaseFile) -> None:
    if row.state != CaseState.OPEN:
        raise Conflict("case.closed", _("该件已办结，不能再改动。"))
