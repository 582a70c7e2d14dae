"""How the work lies: what each officer carries, where cases are late, which stand longest in their stage."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import and_, case, func, literal, select
from sqlalchemy.orm import Session

from app.cases.domain.state import CaseState
from app.cases.models import CaseFile
from app.cases.queries import due_within, overdue, scope, visible_to
from app.journal.tallies import kept_groups
from app.kit.actor import Actor

#: What counts as coming up: due within so many days from today on.
SOON_DAYS = 7


@dataclass(frozen=True)
class Load:
    """What one officer carries (None: cases that nobody leads): open cases, those overdue, those due within a week."""

    officer_id: int | None
    open: int
    overdue: int
    soon: int


@dataclass(frozen=True)
class StageLoad:
    """How many open cases of a programme stand in a stage past their day."""

    programme: str
    version: str
    stage: str
    overdue: int


@dataclass(frozen=True)
class Lying:
    """What cases have in common by which they are counted; `due` says of open ones how near their day is."""

    programme: str
    version: str
    stage: str
    state: str
    year: int
    officer_id: int | None
    due: str

    @property
    def open(self) -> bool:
        """Whether they are."""
        return self.state == CaseState.OPEN


#: How near the next day of an open case is; of others, and of those without a day, nothing is said.
OVERDUE, SOON, LATER, UNDATED = "overdue", "soon", "later", ""


def lying_visible_to(session: Session, actor: Actor, on: date) -> Mapping[Lying, int]:
    """How many cases lie where, with whom, and how near their day is; kept for all numbers of cases together."""
    rows = select(CaseFile.id).join(CaseFile.enterprise).where(scope(actor))
    near = due_within(on, on + timedelta(days=SOON_DAYS))
    later = and_(CaseFile.state == CaseState.OPEN, CaseFile.next_due_on.is_not(None))
    due = case((overdue(on), literal(OVERDUE)), (near, literal(SOON)), (later, literal(LATER)), else_=literal(UNDATED))
    place = (CaseFile.programme_code, CaseFile.programme_version, CaseFile.stage, CaseFile.state, CaseFile.year)
    key = ("cases", actor.kind, actor.region_prefix, actor.enterprise_id, on)
    groups = kept_groups(session, key, rows, CaseFile.enterprise_id, (*place, CaseFile.officer_id, due))
    return {Lying(*group): n for group, n in groups.items()}


def _open_visible_to(session: Session, actor: Actor, on: date) -> Iterator[tuple[Lying, int]]:
    return ((lying, n) for lying, n in lying_visible_to(session, actor, on).items() if lying.open)


def list_loads_visible_to(session: Session, actor: Actor, on: date) -> list[Load]:
    """What each officer carries, the heaviest first."""
    found: defaultdict[int | None, Counter[str]] = defaultdict(Counter)
    for lying, n in _open_visible_to(session, actor, on):
        found[lying.officer_id][lying.due] += n
    loads = [Load(officer, due.total(), due[OVERDUE], due[SOON]) for officer, due in found.items()]
    return sorted(loads, key=lambda load: (-load.open, load.officer_id or 0))


def list_late_stages_visible_to(session: Session, actor: Actor, on: date) -> list[StageLoad]:
    """Where cases are past their day, the most first; the versions of a programme each for themselves."""
    found: Counter[tuple[str, str, str]] = Counter()
    for lying, n in _open_visible_to(session, actor, on):
        if lying.due == OVERDUE:
            found[lying.programme, lying.version, lying.stage] += n
    return [StageLoad(*place, n) for place, n in sorted(found.items(), key=lambda one: (-one[1], one[0]))]


def count_open_visible_to(session: Session, actor: Actor, on: date) -> Counter[tuple[str, str]]:
    """How many open cases stand in each stage of each programme, whatever its version."""
    found: Counter[tuple[str, str]] = Counter()
    for lying, n in _open_visible_to(session, actor, on):
        found[lying.programme, lying.stage] += n
    return found


def list_longest_visible_to(session: Session, actor: Actor, limit: int) -> list[CaseFile]:
    """The open cases that stand longest in their stage, at most `limit`."""
    open_cases = visible_to(actor).where(CaseFile.state == CaseState.OPEN)
    return list(session.scalars(open_cases.order_by(CaseFile.stage_entered_on, CaseFile.number).limit(limit)))


def count_held(session: Session, officer_id: int) -> dict[str, int]:
    """How many open cases an officer leads, by programme; all of them, wherever they lie."""
    held = and_(CaseFile.officer_id == officer_id, CaseFile.state == CaseState.OPEN)
    rows = session.execute(
        select(CaseFile.programme_code, func.count())
        .where(held)
        .group_by(CaseFile.programme_code)
        .order_by(CaseFile.programme_code)
    )
    return dict(rows.all())
