"""Foreseeing an order for many cases, placing it, and running it in batches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from app.cases.bulk.actions import BULK
from app.cases.bulk.operations import OPERATIONS, BulkContext
from app.cases.bulk.schemas import MOST, ORDER, Order
from app.cases.models import CaseFile
from app.cases.queries import find_visible_to, scope
from app.jobs.items import do_each
from app.jobs.models import Job
from app.jobs.run import Run
from app.jobs.service import enqueue
from app.kit.actor import Actor
from app.kit.errors import DomainError, Invalid, NotFound
from app.kit.i18n import _
from app.kit.permissions import require

JOB_KIND = "bulk-cases"
BATCH = 50
#: So many cases are looked at one by one before an order; of a longer one the rest is looked at when it is done.
MOST_CHECKED = 1_000


@dataclass(frozen=True)
class CaseCheck:
    """A case and why the order cannot be carried out for it now; "" when it can. `fields` names what its form lacks."""

    case: CaseFile
    refusal: str
    fields: Mapping[str, str]


def check_order(
    session: Session, *, actor: Actor, now: datetime, order: Order, cases: Sequence[CaseFile]
) -> list[CaseCheck]:
    """What the order would bring for each case, by the same rules; writes nothing."""
    check = OPERATIONS[order.operation].checking(BulkContext(session, actor, now, order), cases)

    def prospect(case: CaseFile) -> CaseCheck:
        try:
            check(case)
        except DomainError as error:
            return CaseCheck(case, _reported(error), error.fields)
        return CaseCheck(case, "", {})

    return [prospect(case) for case in cases]


def list_ordered(session: Session, actor: Actor, numbers: Sequence[str]) -> list[CaseFile]:
    """The cases of these numbers that the actor sees, with their firms, in the order of the numbers."""
    wanted = select(CaseFile).join(CaseFile.enterprise).options(contains_eager(CaseFile.enterprise))
    found = {row.number: row for row in session.scalars(wanted.where(CaseFile.number.in_(numbers), scope(actor)))}
    return [found[number] for number in dict.fromkeys(numbers) if number in found]


def place_order(
    session: Session, *, actor: Actor, now: datetime, order: Order, numbers: Sequence[str], title: str
) -> Job:
    """Put the order into the queue. Raises `Invalid` for none or too many cases."""
    require(actor, BULK)
    wanted = list(dict.fromkeys(numbers))
    if not wanted:
        raise Invalid("bulk.none", _("没有可以办理的件。"))
    if len(wanted) > MOST:
        raise Invalid("bulk.too_many", _("一次最多办理 %(n)s 件，请先用筛选缩小范围。") % {"n": MOST})
    params = {"bulk": order.model_dump(mode="json"), "numbers": wanted}
    return enqueue(session, actor=actor, now=now, kind=JOB_KIND, title=title, params=params)


def carry_out(run: Run) -> Mapping[str, Any]:
    """The job: each case by its usual use case with its own event."""
    order = ORDER.validate_python(run.params["bulk"])

    def do(session: Session, number: str) -> None:
        around = BulkContext(session, run.actor, run.now(), order)
        OPERATIONS[order.operation].do(around, _fresh(around, number))

    return do_each(run, run.params["numbers"], do, batch=BATCH, reason=_reported)


def _reported(error: DomainError) -> str:
    """What is wrong with each field says more than that something is."""
    return "".join(dict.fromkeys(error.fields.values())) or error.message


def _fresh(around: BulkContext, number: str) -> CaseFile:
    row = find_visible_to(around.session, around.actor, number)
    if row is None:
        raise NotFound("case.unknown", _("没有编号为“%(number)s”的件。") % {"number": number})
    return row
