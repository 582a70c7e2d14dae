"""What the providers of casework begin with: the cases and firms that a desk is about."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, select, true

from app.cases.domain.state import CaseState
from app.cases.models import CaseFile, StageEntry
from app.cases.queries import scope
from app.cases.todo.port import TodoQuery
from app.cases.turns import bureau_stages, in_stages
from app.enterprises.models import Enterprise
from app.enterprises.queries import candidates
from app.enterprises.queries import visible_to as enterprises_visible_to

Rows = Select[Any]

#: Something with a day is shown this many days ahead.
AHEAD = 7
#: What firms report stays in sight this many days; nobody has to tick it off.
FRESH = 7


def cases(
    asked: TodoQuery,
    *joined: tuple[Any, ColumnElement[bool]],
    open: bool = True,
    everyones: bool = False,
    few: bool = False,
) -> Rows:
    """The cases of the desk, each with its firm, joined with further tables by their condition.

    `everyones` looks at every officer's cases although the desk is one officer's; `few` are found by their ids.
    """
    rows: Rows = select(CaseFile.id).join(CaseFile.enterprise)
    for table, condition in joined:
        rows = rows.join(table, condition)
    state, officer = (_unhinted(CaseFile.state, ""), _unhinted(CaseFile.officer_id, 0)) if joined or few else _PLAIN
    if open:
        rows = rows.where(state == CaseState.OPEN)
    if not everyones and asked.officer_id is not None:
        rows = rows.where(officer == asked.officer_id)
    if asked.programme:
        rows = rows.where(CaseFile.programme_code == asked.programme)
    return rows.where(scope(asked.actor))


_PLAIN: tuple[Any, Any] = (CaseFile.state, CaseFile.officer_id)


def _unhinted(column: Any, none: Any) -> Any:
    """A column without its index: the joined table's own index finds the few rows that ask, walking all cases would not."""
    return func.coalesce(column, none)


def firms(asked: TodoQuery) -> Rows:
    """The firms of the desk that are not gone: all that the actor sees, or those of whose cases the officer leads an open one."""
    rows: Rows = select(Enterprise.id).where(enterprises_visible_to(asked.actor), candidates())
    if asked.officer_id is None and not asked.programme:
        return rows
    return rows.where(exists().where(CaseFile.enterprise_id == Enterprise.id, *_of_desk(asked)))


def _of_desk(asked: TodoQuery) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [CaseFile.state == CaseState.OPEN]
    if asked.officer_id is not None:
        found.append(CaseFile.officer_id == asked.officer_id)
    if asked.programme:
        found.append(CaseFile.programme_code == asked.programme)
    return found


def of_desk(asked: TodoQuery) -> ColumnElement[bool]:
    """An open case of the desk, as a condition on `CaseFile` for a subquery of its own."""
    return and_(true(), *_of_desk(asked))


def bureaus_turn(asked: TodoQuery) -> ColumnElement[bool]:
    """Cases whose stage is the bureau's turn."""
    return in_stages(bureau_stages(asked.catalogue))


def since_entry(case_id: Any, instant: Any) -> ColumnElement[bool]:
    """Whether it happened after the case came into its present stage: nobody has taken a step on it yet.

    `case_id` is that of the row itself: the few rows lead to their cases' entries, not all cases to theirs.
    """
    return exists().where(
        StageEntry.case_id == case_id,
        StageEntry.left_on.is_(None),
        StageEntry.taken_back_at.is_(None),
        StageEntry.at < instant,
    )


def led(asked: TodoQuery) -> ColumnElement[bool]:
    """Cases that somebody leads; whoever may assign an officer is told of the others once, under their own kind."""
    return CaseFile.officer_id.is_not(None) if asked.actor.traits.heads else true()
