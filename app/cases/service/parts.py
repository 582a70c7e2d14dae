"""Writing the parts of a case that several use cases write."""

from collections.abc import Collection, Iterable
from datetime import date

from app.cases.domain.milestones import PlannedMilestone
from app.cases.loaded import LoadedCase
from app.cases.models import Milestone


def add_milestones(case: LoadedCase, planned: Iterable[PlannedMilestone]) -> list[int]:
    """Make the planned milestones, returning their ids; what the rule said first stays in `planned_on`."""
    made = []
    for milestone in planned:
        row = Milestone(
            case_id=case.row.id,
            code=milestone.code,
            ordinal=milestone.ordinal,
            title_zh=milestone.title.zh,
            title_en=milestone.title.en,
            planned_on=milestone.due_on,
            due_on=milestone.due_on,
            version=1,
            note="",
        )
        case.session.add(row)
        case.milestones.append(row)
        made.append(row)
    case.session.flush()
    return [row.id for row in made]


def lapse_milestones(case: LoadedCase, on: date) -> list[int]:
    """What was not done when a case ends lapses: nobody is late with it any more. Returns the ids."""
    lapsed = [row for row in case.milestones if row.done_on is None and row.lapsed_on is None]
    for row in lapsed:
        row.lapsed_on = on
    return [row.id for row in lapsed]


def reported_milestones(case: LoadedCase, ids: Collection[int]) -> list[list[str | int]]:
    """Those milestones as an event names them, for those who follow: code and ordinal, which stay known when a row is gone."""
    return [[row.code, row.ordinal] for row in case.milestones if row.id in ids]
