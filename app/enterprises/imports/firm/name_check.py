"""Whether the name in a row fits the firm that bears its code: one that contradicts its code waits for a person."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Executable, select
from sqlalchemy.orm import Session

from app.enterprises.domain.names import pinyin_of, same_name
from app.enterprises.imports.models import KnownName
from app.enterprises.imports.reasons import RowReason
from app.enterprises.imports.row_reader import Parsed
from app.enterprises.models import Enterprise, FormerName
from app.enterprises.queries import in_own_right
from app.kit.membership import one_of

#: How codes of companies begin.
COMPANIES = "91"

Row = tuple[Parsed, Enterprise]
#: By name: id, code and region of firms.
Bearers = dict[str, list[tuple[int, str, str]]]


@dataclass(frozen=True)
class NameCheck:
    """By row number: why a row has to wait, and which rows call their firm by a former name, or as the office's lists write it."""

    contradictions: dict[int, RowReason] = field(default_factory=dict)
    former: dict[int, RowReason] = field(default_factory=dict)


def check_names(session: Session, rows: Sequence[Row], *, prefix: str) -> NameCheck:
    """Compare each row's name with the firm of its code; asks the database about names that differ only.

    A mere variant fits, so does a former name, and a new name fits when the row itself says that the present one is its
    former name. The code of another firm that bears the name is told within the region `prefix` only.
    """
    found = NameCheck()
    differing = [(row, firm) for row, firm in rows if row.name and not same_name(row.name, firm.name)]
    if not differing:
        return found
    former = _former_names(session, {firm.id for _row, firm in differing})
    names = {row.name for row, _firm in differing}
    bearers, known = _bearers(session, names), find_known(session, names, prefix)
    for row, firm in differing:
        number, words = row.source.number, {"name": row.name, "ours": firm.name}
        others = [bearer for bearer in bearers.get(row.name, []) if bearer[0] != firm.id]
        if any(same_name(row.name, name) for name in former.get(firm.id, ())):
            found.former[number] = RowReason("name.former", words)
        elif any(key == firm.id for key, _uscc, _region in known.get(row.name, ())):
            found.former[number] = RowReason("name.known", words)
        elif others:
            _id, uscc, region = others[0]
            found.contradictions[number] = RowReason(
                "name.other", words | {"uscc": uscc if region.startswith(prefix) else "—"}
            )
        elif not any(same_name(firm.name, name) for name in row.former_names):
            found.contradictions[number] = RowReason("name.differs", words)
    return found


def check_new_names(session: Session, rows: Sequence[Parsed], *, prefix: str) -> dict[int, RowReason]:
    """By row number: which companies that are not on file bear the very name of one that is, so that one of the codes may be wrong.

    Shops of individual owners (codes of 92) and the like often share a name; companies of one place cannot.
    """
    companies = [row for row in rows if row.name and row.key.startswith(COMPANIES)]
    if not companies:
        return {}
    bearers = _bearers(session, {row.name for row in companies})
    found = {}
    for row in companies:
        if others := [bearer for bearer in bearers.get(row.name, []) if bearer[1] != row.key]:
            _id, uscc, region = others[0]
            words = {"name": row.name, "uscc": uscc if region.startswith(prefix) else "—"}
            found[row.source.number] = RowReason("name.taken", words)
    return found


def _former_names(session: Session, ids: set[int]) -> dict[int, list[str]]:
    names: dict[int, list[str]] = {}
    statement = select(FormerName.enterprise_id, FormerName.name).where(FormerName.enterprise_id.in_(ids))
    for key, name in session.execute(statement):
        names.setdefault(key, []).append(name)
    return names


def find_bearers(session: Session, names: Collection[str]) -> tuple[Bearers, Bearers]:
    """Which firms bear, and which bore, these names: code, id and region, the older first; found by pinyin, which has an index."""
    bear = (
        select(Enterprise.name, Enterprise.id, Enterprise.uscc, Enterprise.region_code)
        .where(
            one_of(Enterprise.name_pinyin, [pinyin_of(name) for name in names]),
            one_of(Enterprise.name, names),
            in_own_right(),
        )
        .order_by(Enterprise.id)
    )
    bore = (
        select(FormerName.name, Enterprise.id, Enterprise.uscc, Enterprise.region_code)
        .join(Enterprise, Enterprise.id == FormerName.enterprise_id)
        .where(one_of(FormerName.name, names))
        .order_by(Enterprise.id)
    )
    present, former = ({}, {}) if not names else (_by_name(session, bear), _by_name(session, bore))
    return present, former


def find_known(session: Session, names: Collection[str], prefix: str) -> Bearers:
    """Which firms the lists of the office of `prefix` mean by these names, as a person chose."""
    known = (
        select(KnownName.name, Enterprise.id, Enterprise.uscc, Enterprise.region_code)
        .join(Enterprise, Enterprise.id == KnownName.enterprise_id)
        .where(KnownName.region_prefix == prefix, one_of(KnownName.name, names))
    )
    return _by_name(session, known) if names else {}


def _by_name(session: Session, statement: Executable) -> Bearers:
    found: Bearers = {}
    for name, key, uscc, region in session.execute(statement):
        found.setdefault(name, []).append((key, uscc, region))
    return found


def _bearers(session: Session, names: Collection[str]) -> Bearers:
    present, former = find_bearers(session, names)
    return {name: [*present.get(name, []), *former.get(name, [])] for name in names}
