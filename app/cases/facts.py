"""What casework tells the policies: how many class II rights an application may still use."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from app.cases.domain.state import CaseState
from app.cases.models import CaseFile, ClassTwoUse
from app.enterprises.models import IntellectualProperty
from app.kit.facts import FactValue
from app.kit.i18n import N_

CLASS_TWO_UNUSED = "ip_class2_unused"


class CaseFacts:
    """A right serving an open case still counts: it is that very application which it serves."""

    codes = frozenset({CLASS_TWO_UNUSED})

    def provide(self, session: Session, enterprise_id: int, on: date) -> Mapping[str, FactValue]:
        """Class II rights valid on `on` and not used up before; unknown while no property at all is on file."""
        on_file = session.scalar(
            select(func.count())
            .select_from(IntellectualProperty)
            .where(IntellectualProperty.enterprise_id == enterprise_id)
        )
        if not on_file:
            return {}
        return {CLASS_TWO_UNUSED: FactValue(_unused(session, enterprise_id, on), N_("企业库 知识产权与办件使用记录"))}


def _unused(session: Session, enterprise_id: int, on: date) -> int | None:
    """How many; None when only rights without a grant date could make up the first one (as for class I)."""
    used_up = (
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
    dated = func.count(IntellectualProperty.granted_on)
    statement = select(dated, func.count() - dated).where(
        IntellectualProperty.enterprise_id == enterprise_id,
        IntellectualProperty.ip_class == 2,
        IntellectualProperty.used_before == 0,
        _valid(on),
        ~used_up,
    )
    known, undated = session.execute(statement).one()
    return None if not known and undated else int(known)


def _valid(on: date) -> ColumnElement[bool]:
    granted = or_(IntellectualProperty.granted_on.is_(None), IntellectualProperty.granted_on <= on)
    return and_(granted, or_(IntellectualProperty.expires_on.is_(None), IntellectualProperty.expires_on >= on))


PROVIDER = CaseFacts()
