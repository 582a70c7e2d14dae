"""What the register states of firms, for comparing them: a few statements, however many."""

from collections import defaultdict
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from app.enterprises.duplicates.domain.places import PlaceNames
from app.enterprises.duplicates.domain.records import StatedFirm
from app.enterprises.likely import likely_within
from app.enterprises.models import Contact, Enterprise, FormerCode, FormerName
from app.reference.published import kept
from app.reference.queries import list_regions

_READ = (
    Enterprise.id,
    Enterprise.name,
    Enterprise.uscc,
    Enterprise.registered_on,
    Enterprise.kind,
    Enterprise.legal_representative,
    Enterprise.capital_fen,
    Enterprise.region_code,
    Enterprise.address,
)


@kept
def place_names(session: Session) -> PlaceNames:
    """What the divisions are called, for parting names."""
    return PlaceNames(list_regions(session))


def list_stated(session: Session, which: ColumnElement[bool]) -> list[StatedFirm]:
    """What the register says of the firms in use that `which` holds for, by id; four statements, however many."""
    which = and_(Enterprise.disabled_on.is_(None), which)
    names = _grouped(session, FormerName.enterprise_id, FormerName.name, which)
    codes = _grouped(session, FormerCode.enterprise_id, FormerCode.uscc, which)
    phones = _grouped(session, Contact.enterprise_id, Contact.phone, which)
    rows = session.connection().execute(select(*_READ).where(which).order_by(Enterprise.id))
    return [
        StatedFirm(
            key,
            name,
            code,
            names.get(key, ()),
            codes.get(key, ()),
            since,
            kind,
            person,
            capital,
            region,
            address,
            phones.get(key, ()),
        )
        for key, name, code, since, kind, person, capital, region, address in rows
    ]


def _grouped(session: Session, owner: Any, value: Any, which: ColumnElement[bool]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    statement = select(owner, value).join(Enterprise, Enterprise.id == owner).where(which).order_by(owner, value)
    session.flush()  # what is asked below the session sees only what is written
    for key, text in session.connection().execute(statement):
        found[key].append(text)
    return found


def within(prefix: str) -> ColumnElement[bool]:
    """The firms of a region, all with the empty prefix."""
    return likely_within(Enterprise.region_code, prefix)
