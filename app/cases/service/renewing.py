"""Beginning from the last time: a case, open or just being opened, takes over last year's answers and documents.

Answers become drafts that name the case they come from until somebody confirms them; documents stay in the vault and
serve once more. Nothing is taken over that is about another year or has expired.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.models import Officer
from app.cases import actions as case_actions
from app.cases.domain.needs import years_of
from app.cases.domain.state import CaseState
from app.cases.loaded import LoadedCase, load_case
from app.cases.models import CaseFile
from app.cases.schemas import OpenCase
from app.cases.service.opening import OpenedCase, begin_case, record_opening, why_gone
from app.cases.supply import actions, events
from app.cases.supply.domain import MaterialState
from app.cases.supply.models import CaseMaterial
from app.cases.supply.queries import find_earlier, list_materials
from app.cases.supply.schemas import RenewCase
from app.cases.supply.service.answers import take_answers
from app.files.domain.documents import may_serve
from app.files.queries import yearly_kinds
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import _
from app.programmes.domain.supplied import MaterialTemplate


@dataclass(frozen=True)
class Renewed:
    """What a case began with: the earlier case, the questions filled, the documents that serve again."""

    number: str
    questions: tuple[str, ...] = ()
    documents: tuple[int, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there was nothing to take over."""
        return not self.questions and not self.documents

    def reported(self) -> dict[str, object]:
        """What the event says of it."""
        return {"renewed_from": self.number, "questions": list(self.questions), "documents": list(self.documents)}


def renew_supplies(session: Session, *, actor: Actor, now: datetime, number: str) -> Renewed:
    """Let an open case begin with what the firm supplied to its last one in the programme. One event.

    Raises `Conflict` when there is nothing to begin with, or the case is closed.
    """
    case = load_case(session, actor=actor, action=actions.SUPPLY, number=number)
    if case.row.state != CaseState.OPEN:
        raise Conflict("case.closed", _("该件已办结，不能再改动。"))
    found = _take_over(case, actor, now)
    if found.empty:
        raise Conflict("case.answers.nothing_to_renew", _("没有可以沿用的上次填报内容。"))
    case.touched(now, bump=False)
    case.record(actor=actor, now=now, type=events.ANSWERS_RENEWED, data=found.reported())
    return found


def open_renewed(session: Session, *, actor: Actor, now: datetime, command: OpenCase) -> OpenedCase:
    """Like `open_case`, and the new case begins with what the firm supplied to its last one. One event."""
    case, query_code = begin_case(session, actor=actor, now=now, command=command, action=case_actions.OPEN)
    found = _take_over(case, actor, now)
    record_opening(case, actor=actor, now=now, data=({} if found.empty else found.reported()) | why_gone(command))
    return OpenedCase(case.row, query_code)


def renew_case(session: Session, *, actor: Actor, now: datetime, number: str, command: RenewCase) -> OpenedCase:
    """The firm begins the preparation of a later year from a case that is over, in the hands of the same officer. One event.

    Raises `Conflict` while the earlier case is open and like `open_case`, `Invalid` for a year that is not later.
    """
    earlier = load_case(session, actor=actor, action=actions.RENEW, number=number).row
    if earlier.state == CaseState.OPEN:
        raise Conflict("case.renew.open", _("%(number)s 还在办理，办结后才能开始下一次。") % {"number": earlier.number})
    if command.year <= earlier.year:
        message = _("请选择 %(year)s 年以后的年度。") % {"year": earlier.year}
        raise Invalid("case.renew.year", message, {"year": message})
    opening = OpenCase(enterprise_id=earlier.enterprise_id, programme=earlier.programme_code, year=command.year)
    case, query_code = begin_case(session, actor=actor, now=now, command=opening, action=actions.RENEW)
    case.row.officer_id = _officer_of(session, earlier)
    found = _take_over(case, actor, now)
    session.flush()
    record_opening(case, actor=actor, now=now, data=found.reported() | {"renewed_from": earlier.number})
    return OpenedCase(case.row, query_code)


def _officer_of(session: Session, earlier: CaseFile) -> int | None:
    """Whoever led the earlier case, while still in office; else somebody has to be found."""
    officer = session.get(Officer, earlier.officer_id) if earlier.officer_id else None
    return officer.id if officer is not None and officer.disabled_on is None else None


def _take_over(case: LoadedCase, actor: Actor, now: datetime) -> Renewed:
    earlier = find_earlier(case.session, case.row)
    if earlier is None:
        return Renewed("")
    questions = take_answers(case, earlier, actor=actor, now=now)
    return Renewed(earlier.number, tuple(questions), tuple(_take_documents(case, earlier, actor, now)))


def _take_documents(case: LoadedCase, earlier: CaseFile, actor: Actor, now: datetime) -> list[int]:
    """Let what served the earlier case and is still true of this one serve again; the ids of the documents."""
    yearly = yearly_kinds(case.session)
    held = {(row.material, row.year) for row in list_materials(case.session, case.row.id)}
    before = list_materials(case.session, earlier.id)
    taken = []
    for template in case.programme.materials:
        if template.supplied_by != "enterprise":
            continue
        for row in before:
            fits = row.material == template.code and row.state != MaterialState.RETURNED
            if fits and (row.material, row.year) not in held and _still_true(case, template, row, yearly, now):
                taken.append(row)
    case.session.add_all(_serving(case, row, actor, now) for row in taken)
    return [row.document_id for row in taken]


def _still_true(
    case: LoadedCase, template: MaterialTemplate, row: CaseMaterial, yearly: frozenset[str], now: datetime
) -> bool:
    """Of a fiscal year that is asked for again; else of a kind that is not about a year at all. On file, not expired."""
    asked_years = years_of(template, case.row.year)
    of_this_time = row.year in asked_years if template.years else row.document.kind not in yearly
    return of_this_time and may_serve(row.document, today(now))


def _serving(case: LoadedCase, row: CaseMaterial, actor: Actor, now: datetime) -> CaseMaterial:
    return CaseMaterial(
        case_id=case.row.id,
        material=row.material,
        year=row.year,
        document_id=row.document_id,
        state=MaterialState.SUPPLIED,
        by_kind=actor.kind,
        by_id=actor.id,
        by_name=actor.name,
        at=now,
    )
