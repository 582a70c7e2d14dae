"""Reading cases. `scope` says which cases an actor sees; every list (`lists`), count, board, export and feed goes through it."""

import re
from collections.abc import Collection, Iterable
from datetime import date
from typing import TypeVarTuple

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session, contains_eager

from app.accounts.models import Officer
from app.accounts.queries import list_active_officers
from app.cases.domain.numbers import normalise_number, query_code_matches
from app.cases.domain.progress import Passage
from app.cases.domain.rights import Right
from app.cases.domain.state import CaseState
from app.cases.models import Approval, CaseFile, CaseMarker, ClassTwoUse, Milestone, StageEntry
from app.enterprises.domain.patents import LAPSED
from app.enterprises.models import IntellectualProperty
from app.enterprises.queries import visible_to as enterprises_visible_to
from app.kit.actor import Actor, ActorKind
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.kit.permissions import EDITORS
from app.programmes.domain.definition import Programme
from app.programmes.queries import Catalogue, get_version

Columns = TypeVarTuple("Columns")

FAR = date(9999, 12, 31)
_NUMBER_BEGUN = re.compile(r"[A-Z]{2,4}-")
BATCH = 1_000


def scope(actor: Actor) -> ColumnElement[bool]:
    """The cases that `actor` sees, as a condition on `CaseFile` joined with its `Enterprise`: those of the firms it sees."""
    if actor.kind is ActorKind.ENTERPRISE:
        return CaseFile.enterprise_id == actor.enterprise_id
    return enterprises_visible_to(actor)


def overdue(on: date) -> ColumnElement[bool]:
    """Open cases whose next day is over: what "overdue" says of a case, on every page and in every count."""
    return and_(CaseFile.state == CaseState.OPEN, CaseFile.next_due_on < on)


def due_within(first: date, last: date) -> ColumnElement[bool]:
    """Open cases whose next day is one of these."""
    return and_(CaseFile.state == CaseState.OPEN, CaseFile.next_due_on.between(first, last))


def visible_to(actor: Actor) -> Select[CaseFile]:
    """All cases that `actor` sees, each with its firm loaded."""
    return select(CaseFile).join(CaseFile.enterprise).options(contains_eager(CaseFile.enterprise)).where(scope(actor))


def marked_in(year: int) -> ColumnElement[bool]:
    """Markers reached on a day of the calendar year `year`."""
    return CaseMarker.reached_on.between(date(year, 1, 1), date(year, 12, 31))


def find_visible_to(session: Session, actor: Actor, number: str) -> CaseFile | None:
    """The case `number` with its firm, or None when there is none within the actor's reach."""
    return session.scalars(visible_to(actor).where(CaseFile.number == number)).one_or_none()


def get_visible_to(session: Session, actor: Actor, number: str) -> CaseFile:
    """Like `find_visible_to`; raises `NotFound`."""
    found = find_visible_to(session, actor, number)
    if found is None:
        raise NotFound("case.unknown", _("没有编号为“%(number)s”的件。") % {"number": number})
    return found


def list_by_ids(session: Session, ids: Collection[int]) -> dict[int, CaseFile]:
    """These cases with their firms, by id; for rows that a scoped list has found."""
    wanted = select(CaseFile).join(CaseFile.enterprise).options(contains_eager(CaseFile.enterprise))
    return {case.id: case for case in session.scalars(wanted.where(CaseFile.id.in_(ids)))}


def list_versions_by_number(session: Session, numbers: Collection[str]) -> dict[str, tuple[str, str]]:
    """The programme and its version of each of these cases, by number."""
    columns = (CaseFile.number, CaseFile.programme_code, CaseFile.programme_version)
    rows = session.execute(select(*columns).where(CaseFile.number.in_(numbers)))
    return {number: (code, version) for number, code, version in rows}


def list_of_enterprise_visible_to(session: Session, actor: Actor, enterprise_id: int) -> list[CaseFile]:
    """A firm's cases, newest first."""
    statement = visible_to(actor).where(CaseFile.enterprise_id == enterprise_id)
    return list(session.scalars(statement.order_by(CaseFile.opened_on.desc(), CaseFile.number.desc())))


def policies_in_hand(catalogue: Catalogue, cases: Iterable[CaseFile]) -> frozenset[str]:
    """The policies of the programmes of those `cases` that are open."""
    held = [
        catalogue.get(case.programme_code, case.programme_version) for case in cases if case.state == CaseState.OPEN
    ]
    return frozenset(code for programme in held for code in programme.policies)


# -- parts of one case -------------------------------------------------------------------------------------------------


def programme_of(session: Session, case: CaseFile) -> Programme:
    """The programme version that the case began under."""
    return get_version(session, case.programme_code, case.programme_version)


def list_milestones(session: Session, case: CaseFile) -> list[Milestone]:
    """A case's milestones in the order they were made."""
    return list(session.scalars(select(Milestone).where(Milestone.case_id == case.id).order_by(Milestone.id)))


def list_approvals(session: Session, case_id: int) -> list[Approval]:
    """The approvals of a case, in force and lapsed, in the order they were given."""
    return list(session.scalars(select(Approval).where(Approval.case_id == case_id).order_by(Approval.id)))


def list_entries(session: Session, case_id: int) -> list[StageEntry]:
    """Every entry of a case into a stage, in order; those taken back are among them."""
    entries = select(StageEntry).where(StageEntry.case_id == case_id)
    return list(session.scalars(entries.order_by(StageEntry.ordinal)))


def list_passages(session: Session, case: CaseFile) -> list[Passage]:
    """The stages that the case went through, in order; the last one is the present. Steps taken back are left out."""
    went = select(StageEntry).where(StageEntry.case_id == case.id, StageEntry.taken_back_at.is_(None))
    return passages_of(session.scalars(went.order_by(StageEntry.ordinal)))


def passages_of(entries: Iterable[StageEntry]) -> list[Passage]:
    """Entries into stages, in order, as passages."""
    return [Passage(row.stage, row.entered_on, row.left_on) for row in entries]


def list_rights(session: Session, enterprise_id: int) -> list[Right]:
    """A firm's properties of both classes, with the case that a class II one serves."""
    statement = (
        select(IntellectualProperty, CaseFile.number)
        .outerjoin(ClassTwoUse, and_(ClassTwoUse.ip_id == IntellectualProperty.id, ClassTwoUse.released_on.is_(None)))
        .outerjoin(CaseFile, CaseFile.id == ClassTwoUse.case_id)
        .where(IntellectualProperty.enterprise_id == enterprise_id)
        .order_by(IntellectualProperty.ip_class, IntellectualProperty.id)
    )
    return [
        Right(
            id=row.id,
            name=row.name,
            ip_class=row.ip_class,
            expires_on=row.expires_on,
            used_before=row.used_before,
            used_by_number=number,
            lapsed=row.state == LAPSED,
        )
        for row, number in session.execute(statement)
    ]


def find_by_query_code(session: Session, number: str, query_code: str) -> CaseFile | None:
    """The case whose receipt bears this number and code, or None; both failures take equally long."""
    wanted = normalise_number(number)
    case = session.scalars(select(CaseFile).where(CaseFile.number == wanted)).one_or_none() if wanted else None
    return case if query_code_matches(query_code, case.query_code_hash if case else None) else None


def list_officers_for(session: Session, region_code: str) -> list[Officer]:
    """The active officers who may lead a case of a firm in `region_code`, by name."""
    return list_active_officers(session, EDITORS, [region_code])
