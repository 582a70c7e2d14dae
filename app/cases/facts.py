"""What casework tells the policies: how many class II rights an application may still use."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from app.cases.domain.state import CaseState
from app.cases.models import CaseFile, ClassTwoUse
from app.enterprises.models import IntellectualProperty
from app.kit.facts import FactValue
from app.kit.i18n import N_

CLASS_TWO_UNUSED = "ip_class2_unused"
_SOURCE = N_("企业库 知识产权与办件使用记录")


class CaseFacts:
    """A right serving an open case still counts: it is that very application which it serves."""

    codes = frozenset({CLASS_TWO_UNUSED})

    def provide(
        self, session: Session, enterprise_ids: Sequence[int], on: date
    ) -> Mapping[int, Mapping[str, FactValue]]:
        """Class II rights valid on `on` and not used up before; unknown while no property at all is on file.

        One query: a firm with any property on file has a row.
        """
        usable = and_(
            IntellectualProperty.ip_class == 2, IntellectualProperty.used_before == 0, _valid(on), ~_used_up(on)
        )
        dated = func.count(case((usable, IntellectualProperty.granted_on)))
        statement = (
            select(IntellectualProperty.enterprise_id, dated, func.count(case((usable, 1))) - dated)
            .where(IntellectualProperty.enterprise_id.in_(enterprise_ids))
            .group_by(IntellectualProperty.enterprise_id)
        )
        found = {key: _reported(known, undated) for key, known, undated in session.execute(statement)}
        return {key: found.get(key, {}) for key in enterprise_ids}


def _reported(known: int, undated: int) -> Mapping[str, FactValue]:
    """How many; not known when only rights without a grant date could make up the first one (as for class I)."""
    return {CLASS_TWO_UNUSED: FactValue(None if not known and undated else known, _SOURCE)}


def _used_up(on: date) -> ColumnElement[bool]:
    return (
        select(ClassTwoUse.id)
        .join(CaseFile, CaseFile.id == ClassTwoUse.case_id)
        .where(
            ClassTwoUse.ip_id == IntellectualProperty.id,
            ClassTwoUse.released_on.is_(None),
            ClassTwoUse.used_on < on,
            CaseFile.state != CaseState.OPEN,
        )
        .exists()
    )


def _valid(on: date) -> ColumnElement[bool]:
    granted = or_(IntellectualProperty.granted_on.is_(None), IntellectualProperty.granted_on <= on)
    return and_(granted, or_(IntellectualProperty.expires_on.is_(None), IntellectualProperty.expires_on >= on))


PROVIDER = CaseFacts()
