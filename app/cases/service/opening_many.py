"""Opening cases for many firms: what would become of each beforehand, the job that opens them, what became of each."""

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
from app.jobs.models import Job
from app.jobs.run import Run
from app.jobs.service import enqueue
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.db import session_scope
from app.kit.errors import DomainError
from app.kit.i18n import _, use_locale
from app.kit.permissions import require
from app.programmes.queries import find_round, get_in_force

JOB_KIND = "open-cases"
BATCH = 20


@dataclass(frozen=True)
class OpeningCheck:
    """A firm and why no case can be opened for it; "" when one can."""

    enterprise: Enterprise
    refusal: str


@dataclass(frozen=True)
class Opened:
    """What became of one firm: the number of its case, or the refusal in both languages."""

    enterprise_id: int
    number: str = ""
    refusal: str = ""
    refusal_en: str = ""

    def to_json(self) -> list[Any]:
        """As kept with the job."""
        return [self.enterprise_id, self.number, self.refusal, self.refusal_en]


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
    """The job: open the cases batch by batch, each case by the usual use case with its own event."""
    order = OpenCases(**run.params["order"])
    results: list[list[Any]] = list(run.checkpoint.get("results", []))
    total = len(order.enterprise_ids)
    run.between_batches(len(results), total)
    while batch := order.enterprise_ids[len(results) : len(results) + BATCH]:
        with session_scope(run.around.database) as session:
            results += [_open_one(session, run, order, key).to_json() for key in batch]
            run.save(session, checkpoint={"results": results}, done=len(results), total=total)
        run.between_batches(len(results), total)
    return {"results": results}


def _open_one(session: Session, run: Run, order: OpenCases, enterprise_id: int) -> Opened:
    command = OpenCase(enterprise_id=enterprise_id, **order.model_dump(exclude={"enterprise_ids"}))
    messages = []
    for locale in ("zh", "en"):
        try:
            with use_locale("zh" if locale == "zh" else "en"), session.begin_nested():
                return Opened(
                    enterprise_id, open_case(session, actor=run.actor, now=run.now(), command=command).row.number
                )
        except DomainError as error:  # refused: asked once more for the same words in the other language
            messages.append(error.message)
    return Opened(enterprise_id, "", *messages)


def opened_of(job: Job) -> list[Opened]:
    """What became of each firm so far."""
    kept = job.result.get("results") or job.checkpoint.get("results", [])
    return [Opened(*row) for row in kept]
