"""Reading supervision and ratings. Whoever may see a case sees what was asked about it and how it was rated."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from app.cases.models import CaseFile
from app.cases.oversight.domain.rating import GRADES
from app.cases.oversight.lists import RATINGS, RatingFilter
from app.cases.oversight.models import ServiceRating, Supervision
from app.kit.lists.viewer import Viewer


@dataclass(frozen=True)
class Distribution:
    """How the cases of one programme were rated: how many of each grade."""

    programme: str
    grades: dict[int, int]

    @property
    def number(self) -> int:
        """How many ratings there are."""
        return sum(self.grades.values())

    @property
    def points(self) -> int:
        """All grades together; the average is this by `number`."""
        return sum(grade * n for grade, n in self.grades.items())


def find_rating(session: Session, case_id: int) -> ServiceRating | None:
    """What the firm said of the service in this case, if it did."""
    return session.get(ServiceRating, case_id)


# -- supervision -----------------------------------------------------------------------------------------------------------


def list_supervisions(session: Session, case_id: int) -> list[Supervision]:
    """What was asked about a case under supervision, the newest first."""
    return list(
        session.scalars(select(Supervision).where(Supervision.case_id == case_id).order_by(Supervision.id.desc()))
    )


# -- ratings ---------------------------------------------------------------------------------------------------------------


def list_distributions_visible_to(viewer: Viewer, wanted: RatingFilter) -> list[Distribution]:
    """How each programme was rated, by its code; one query."""
    numbers: list[Any] = [func.sum(case((ServiceRating.grade == grade, 1), else_=0)) for grade in GRADES]
    statement = (
        RATINGS.select(viewer, wanted)
        .with_only_columns(CaseFile.programme_code, *numbers)
        .group_by(CaseFile.programme_code)
        .order_by(CaseFile.programme_code)
    )
    return [
        Distribution(programme, {grade: int(n) for grade, n in zip(GRADES, told, strict=True)})
        for programme, *told in viewer.session.execute(statement)
    ]
