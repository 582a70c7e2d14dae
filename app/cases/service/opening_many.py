"""Opening cases for many firms: what would become of each beforehand, and the job that opens them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases import actions
from app.cases.domain.opening import OpeningRequest, decide_open
from app.cases.domain.state import CaseState
from app.cases.loaded import cutoffs_of, place_of, shift_in
from app.cases.models import CaseFile
from app.cases.schemas import OpenCase, OpenCases
from app.cases.service.assigning import get_assignable
from app.cases.service.opening import open_case
from app.enterprises.models import Enterprise
from app.enterprises.queries import gone_words
from app.jobs.items import do_each
from app.jobs.models import Job
from app.jobs.run import Run
from app.jobs.service import enqueue
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.errors import DomainError
from app.kit.i18n import _
from app.kit.permissions import require
from app.programmes.queries import find_round, get_in_force

JOB_KIND = "open-cases"


@dataclass(frozen=True)
class OpeningCheck:
    """A firm and why no case can be opened for it; "" when one can."""

    enterprise: Enterprise
    refusal: str


def check_openings(
    session: Session, *, actor: Actor, now: datetime, command: OpenCases, firms: Sequence[Enterprise]
) -> list[OpeningCheck]:
    """What opening would bring for each firm, by the same rules; writes nothing. Raises `NotFound` (programme)."""
    programme = get_in_force(session, command.programme, today(now))
    open_numbers = _open_numbers(session, command, [firm.id for firm in firms])
    round_known = find_round(session, programme.code, command.year, command.round) is not None
    cutoffs, shift = cutoffs_of(session, programme.code, command.year, command.round), shift_in(session)

    def refusal(firm: Enterprise) -> str:
        request = OpeningRequest(
            year=command.year,
            opened_on=today(now),
            enterprise_retired=firm.disabled_on is not None,
            open_case_number=open_numbers.get(firm.id),
            round=command.round,
            round_known=round_known,
            cutoffs=cutoffs,
            gone=gone_words(session, firm),
        )
        try:
            require(actor, actions.OPEN, place_of(firm))
            if command.officer_id is not None:
                get_assignable(session, command.officer_id, firm)
            decide_open(programme, request, shift)
        except DomainError as error:
            return error.message
        return ""

    return [OpeningCheck(firm, refusal(firm)) for firm in firms]


def _open_numbers(session: Session, command: OpenCases, ids: Sequence[int]) -> dict[int, str]:
    statement = select(CaseFile.enterprise_id, CaseFile.number).where(
        CaseFile.enterprise_id.in_(ids),
        CaseFile.programme_code == command.programme,
        CaseFile.year == command.year,
        CaseFile.state == CaseState.OPEN,
    )
    return dict(session.execute(statement).all())


def order_cases(session: Session, *, actor: Actor, now: datetime, command: OpenCases, origin: Mapping[str, Any]) -> Job:
    """Put the opening of these cases into the queue; `origin` says which list they come from. Raises `NotFound`."""
    require(actor, actions.OPEN)
    programme = get_in_force(session, command.programme, today(now))
    title = _("批量立案 · %(programme)s · %(n)s 家") % {"programme": programme.title, "n": len(command.enterprise_ids)}
    params = {"order": command.model_dump(), **origin}
    return enqueue(session, actor=actor, now=now, kind=JOB_KIND, title=title, params=params)


def open_all(run: Run) -> Mapping[str, Any]:
    """The job: open the cases; what is made of each firm is the number of its case."""
    order = OpenCases(**run.params["order"])
    chosen = order.model_dump(exclude={"enterprise_ids"})

    def open_one(session: Session, enterprise_id: int) -> str:
        command = OpenCase(enterprise_id=enterprise_id, **chosen)
        return open_case(session, actor=run.actor, now=run.now(), command=command).row.number

    return do_each(run, order.enterprise_ids, open_one)
