"""What casework tells the policies: how many class II rights an application may still use."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Date, and_, bindparam, case, or_, select
from sqlalchemy.orm import Session

from app.cases.domain.state import CaseState
from app.cases.models import CaseFile, ClassTwoUse
from app.enterprises.domain.patents import LAPSED
from app.enterprises.models import IntellectualProperty
from app.kit.facts.owners import Owners, owned
from app.kit.facts.values import FactTable, FactValues
from app.kit.facts.whole_numbers import NOT_KNOWN
from app.kit.i18n import N_

CLASS_TWO_UNUSED = "ip_class2_unused"
_SOURCE = N_("企业库 知识产权与办件使用记录")


class CaseFacts:
    """A right serving an open case still counts: it is that very application which it serves."""

    codes: Mapping[str, str] = {CLASS_TWO_UNUSED: _SOURCE}

    def provide(self, session: Session, firms: Owners, on: date) -> FactTable:
        """Class II rights valid on `on` and not used up before; unknown while no property at all is on file.

        Not known either when only rights without a grant date could make up the first one (as for class I).
        """
        at, usable, dated = firms.read(session, _RIGHTS, on=on)
        known = firms.counted(at[(usable == 1) & (dated == 1)])
        undated = firms.named(at[(usable == 1) & (dated == 0)])
        unknown = ~firms.named(at) | ((known == 0) & undated)
        return {(CLASS_TWO_UNUSED, None, None): FactValues(np.where(unknown, NOT_KNOWN, known))}


PROVIDER = CaseFacts()

_ON: Any = bindparam("on", type_=Date)


def _used_up() -> ColumnElement[bool]:
    return (
        select(ClassTwoUse.id)
        .join(CaseFile, CaseFile.id == ClassTwoUse.case_id)
        .where(
            ClassTwoUse.ip_id == IntellectualProperty.id,
            ClassTwoUse.released_on.is_(None),
            ClassTwoUse.used_on < _ON,
            CaseFile.state != CaseState.OPEN,
        )
        .exists()
    )


def _valid() -> ColumnElement[bool]:
    granted = or_(IntellectualProperty.granted_on.is_(None), IntellectualProperty.granted_on <= _ON)
    lasting = or_(IntellectualProperty.expires_on.is_(None), IntellectualProperty.expires_on >= _ON)
    return and_(granted, lasting, IntellectualProperty.state != LAPSED)


def _usable() -> ColumnElement[bool]:
    """Of class II, valid on the day and not used up before."""
    unused = IntellectualProperty.used_before == 0
    return and_(IntellectualProperty.ip_class == 2, unused, _valid(), ~_used_up())


_RIGHTS = (
    select(IntellectualProperty.enterprise_id, case((_usable(), 1), else_=0).label("usable"))
    .add_columns(IntellectualProperty.granted_on.is_not(None).label("dated"))
    .where(owned(IntellectualProperty.enterprise_id))
)
