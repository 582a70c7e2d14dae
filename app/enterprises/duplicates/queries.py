"""Reading firms to compare them: all of a region, or those that a candidate may be."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from app.enterprises.domain.names import pinyin_of
from app.enterprises.domain.search import fold
from app.enterprises.domain.uscc import normalise
from app.enterprises.duplicates.domain.comparison import Likeness
from app.enterprises.duplicates.domain.pairs import likely_among
from app.enterprises.duplicates.domain.parts import NameParts, part_name
from app.enterprises.duplicates.domain.places import PlaceNames
from app.enterprises.duplicates.domain.records import StatedFirm, record_of
from app.enterprises.likely import likely_within
from app.enterprises.models import Contact, Enterprise, FormerCode, FormerName
from app.enterprises.search_index import matching
from app.kit.membership import one_of
from app.reference.published import kept
from app.reference.queries import list_regions

#: How many firms that share a brand, a sound or a piece of the code are compared with a candidate, and how many are told.
LOOKED_AT = 200
TOLD = 5

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


class LikelyFirm(NamedTuple):
    """A firm of the register that is likely the one somebody means, and why."""

    firm: StatedFirm
    likeness: Likeness


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
    rows = session.execute(select(*_READ).where(which).order_by(Enterprise.id))
    return [
        StatedFirm(
            key=row.id,
            name=row.name,
            code=row.uscc,
            former_names=names.get(row.id, ()),
            former_codes=codes.get(row.id, ()),
            registered_on=row.registered_on,
            kind=row.kind,
            representative=row.legal_representative,
            capital_fen=row.capital_fen,
            region_code=row.region_code,
            address=row.address,
            phones=phones.get(row.id, ()),
        )
        for row in rows
    ]


def _grouped(session: Session, owner: Any, value: Any, which: ColumnElement[bool]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    statement = select(owner, value).join(Enterprise, Enterprise.id == owner).where(which).order_by(owner, value)
    for key, text in session.execute(statement):
        found[key].append(text)
    return found


def within(prefix: str) -> ColumnElement[bool]:
    """The firms of a region, all with the empty prefix."""
    return likely_within(Enterprise.region_code, prefix)


def find_likely(session: Session, candidate: StatedFirm, *, prefix: str = "", limit: int = TOLD) -> list[LikelyFirm]:
    """The firms of the region `prefix` that `candidate` likely is, the likeliest first; its own id is `candidate.key`, 0 for a new one.

    Whoever shares its code, a piece of its code, its brand or the sound of its brand or trade is compared.
    """
    places = place_names(session)
    parts = part_name(candidate.name, places, candidate.region_code[:2] or prefix[:2])
    ids: set[int] = set()
    for condition in _conditions(session, candidate, parts):
        statement = select(Enterprise.id).where(condition, within(prefix), Enterprise.disabled_on.is_(None))
        ids.update(session.scalars(statement.limit(LOOKED_AT)))
    ids.discard(candidate.key)
    if not ids:
        return []
    stated = {firm.key: firm for firm in list_stated(session, one_of(Enterprise.id, ids))}
    likely = likely_among(record_of(candidate, places), (record_of(firm, places) for firm in stated.values()))
    return [LikelyFirm(stated[record.key], likeness) for record, likeness in likely[:limit]]


def _conditions(session: Session, candidate: StatedFirm, parts: NameParts) -> Iterable[ColumnElement[bool]]:
    code = normalise(candidate.code)
    if code:
        bore = select(FormerCode.enterprise_id).where(FormerCode.uscc == code)
        yield or_(Enterprise.uscc == code, Enterprise.id.in_(bore))
    words = [code[8:13], code[13:18]] if len(code) >= 15 else []
    words += _name_words(parts)
    words += [fold(name) for name in candidate.former_names]
    for word in dict.fromkeys(words):
        condition = matching(session, word) if len(word) > 1 else None
        if condition is not None:
            yield condition


def _name_words(parts: NameParts) -> list[str]:
    """Its brand as written and as spoken, and what follows it as spoken: one of them is right when the other is mistyped."""
    brand, rest = parts.core[:2], parts.core[2:]
    spoken = [fold(pinyin_of(brand))] if len(brand) == 2 else []
    return [brand, *spoken, *([fold(pinyin_of(rest))] if len(rest) > 2 else [])]
