"""Where the deadlines of casework stand: one query a kind, used by the day's reminders and by the calendars."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session, contains_eager

from app.cases.duties.models import CaseDuty
from app.cases.models import CaseClock, CaseFile, Milestone
from app.cases.notifications.cases import NotifiedCase, notified_case
from app.cases.opinions.models import Opinion
from app.cases.oversight.models import Supervision
from app.cases.supply.models import CorrectionItem
from app.kit.i18n import Bilingual
from app.programmes.domain.duties import BeforeExpiry
from app.programmes.queries import Catalogue, load_catalogue

FIRM, OFFICER = "enterprise", "bureau"


@dataclass(frozen=True)
class Deadline:
    """Something due on a legal day in a case: `kind` and `id` name its row for ever, `by` says who has to act."""

    kind: str
    id: int
    on: date
    case: NotifiedCase
    title: Bilingual
    text: str = ""
    by: str = OFFICER
    officer_id: int | None = None
    department: str = ""

    @property
    def subject_id(self) -> str:
        """As notices know it."""
        return str(self.id)


@dataclass(frozen=True)
class DeadlinePeriod:
    """Deadlines from the day `since` to the day `until`, in cases under a condition."""

    since: date
    until: date
    condition: ColumnElement[bool]


def milestones(session: Session, span: DeadlinePeriod) -> Iterator[Deadline]:
    """Open milestones; the firm has to act where the stage is its turn."""
    open_ones = and_(Milestone.done_on.is_(None), Milestone.lapsed_on.is_(None), CaseFile.state == "open")
    for row, case in _rows(session, Milestone, span, open_ones):
        by = FIRM if _turn(case) == "enterprise" else OFFICER
        yield Deadline("milestone", row.id, row.due_on, case, Bilingual(zh=row.title_zh, en=row.title_en), row.note, by)


def clocks(session: Session, span: DeadlinePeriod) -> Iterator[Deadline]:
    """Running time limits of the bureau."""
    running = and_(CaseClock.ended_on.is_(None), CaseClock.running_since.is_not(None))
    for row, case in _rows(session, CaseClock, span, running):
        titles = {clock.code: clock.title for clock in case.programme.clocks}
        title = titles.get(row.code, Bilingual(zh=row.code, en=row.code))
        yield Deadline("clock", row.id, row.due_on, case, title)


def duties(session: Session, span: DeadlinePeriod) -> Iterator[Deadline]:
    """Open duties, but for reminders of a certificate's end, which are told by the certificate itself."""
    open_ones = and_(CaseDuty.done_on.is_(None), CaseDuty.waived_on.is_(None))
    for row, case in _rows(session, CaseDuty, span, open_ones):
        template = next((duty for duty in case.programme.duties if duty.code == row.code), None)
        if template is None or not isinstance(template.due, BeforeExpiry):
            title = Bilingual(zh=row.title_zh, en=row.title_en)
            yield Deadline("duty", row.id, row.due_on, case, title, by=FIRM if row.by == FIRM else OFFICER)


def corrections(session: Session, span: DeadlinePeriod) -> Iterator[Deadline]:
    """Items that the firm has not answered."""
    title = Bilingual(zh="补正", en="Correction")
    waiting = and_(CorrectionItem.settled_on.is_(None), CorrectionItem.answered_at.is_(None), CaseFile.state == "open")
    for row, case in _rows(session, CorrectionItem, span, waiting):
        yield Deadline("correction", row.id, row.due_on, case, title, row.remark, by=FIRM)


def opinions(session: Session, span: DeadlinePeriod) -> Iterator[Deadline]:
    """Questions that a department has not answered."""
    title = Bilingual(zh="部门意见", en="Departmental opinion")
    waiting = and_(Opinion.outcome == "", Opinion.withdrawn_at.is_(None), CaseFile.state == "open")
    for row, case in _rows(session, Opinion, span, waiting):
        yield Deadline("opinion", row.id, row.due_on, case, title, row.question, department=row.department)


def supervisions(session: Session, span: DeadlinePeriod) -> Iterator[Deadline]:
    """Supervisions that are not answered."""
    title = Bilingual(zh="督办", en="Supervision")
    waiting = and_(Supervision.answered_at.is_(None), Supervision.closed_at.is_(None))
    for row, case in _rows(session, Supervision, span, waiting):
        yield Deadline("supervision", row.id, row.due_on, case, title, row.request, officer_id=row.officer_id)


def _rows(
    session: Session, table: Any, span: DeadlinePeriod, waiting: ColumnElement[bool]
) -> Iterator[tuple[Any, NotifiedCase]]:
    """The table's rows in the span, each with its case and firm; one query."""
    catalogue: Catalogue = load_catalogue(session)
    joined = (
        select(table, CaseFile)
        .join(CaseFile, CaseFile.id == table.case_id)
        .join(CaseFile.enterprise)
        .options(contains_eager(CaseFile.enterprise))
        .where(table.due_on.between(span.since, span.until), waiting, span.condition)
        .order_by(table.due_on, table.id)
    )
    for row, case in session.execute(joined):
        yield row, notified_case(case, catalogue)


def _turn(case: NotifiedCase) -> str:
    stage = case.find_stage(case.row.stage)
    return stage.turn if stage else "none"
