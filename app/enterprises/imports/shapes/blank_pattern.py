"""Whether the blank cells of a column mean "as above": plainly, perhaps, or not at all."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from app.enterprises.imports.shapes.blank_cells import continues
from app.enterprises.imports.shapes.body import BodyRow
from app.enterprises.imports.shapes.merged_values import cell_at, may_repeat
from app.enterprises.imports.shapes.row_kinds import RowKind
from app.kit.tabular import Row

#: One row in so many at least goes on about the row above, where that is how a table is written; fewer may be slips.
_A_SLIP = 10
_GROUPS = 2


@dataclass(frozen=True, slots=True)
class ColumnRoles:
    """Which columns name what a row is about, which say more of just that, which tell of its records, which group the rows
    (a township), and which only number them.
    """

    naming: tuple[int, ...] = ()
    own: tuple[int, ...] = ()
    telling: tuple[int, ...] = ()
    grouping: tuple[int, ...] = ()
    numbering: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class BlankPattern:
    """Columns whose blank cells plainly mean "as above", those of which a person has to say it, and the rows that have such cells."""

    plain: tuple[int, ...] = ()
    doubtful: tuple[int, ...] = ()
    rows: dict[int, tuple[int, ...]] = field(default_factory=dict)


def blank_pattern(body: Iterable[BodyRow], roles: ColumnRoles) -> BlankPattern:
    """What the first rows of a table show; those of one table only, as they stand with their merged cells filled."""
    parts = _parts(body)
    plain: list[int] = []
    doubtful: list[int] = []
    rows: dict[int, tuple[int, ...]] = {}
    going_on = [row.number for part in parts for row in part[1:] if continues(row, roles.naming)]
    if going_on and roles.telling:
        (plain if _goes_on(parts, roles, len(going_on)) else doubtful).extend(roles.naming)
        rows |= dict.fromkeys(roles.naming, tuple(going_on))
    for column in roles.grouping:
        blank = _blanks(parts, column, roles)
        if blank:
            (plain if _groups(parts, column, roles, len(blank)) else doubtful).append(column)
            rows[column] = blank
    return BlankPattern(tuple(plain), tuple(doubtful), rows)


def _parts(body: Iterable[BodyRow]) -> list[list[Row]]:
    """Rows of data that follow each other without a total, a title or a blank row between them."""
    parts: list[list[Row]] = [[]]
    for each in body:
        if each.kind is RowKind.DATA and not each.row.broken:
            parts[-1].append(each.row)
        elif parts[-1]:
            parts.append([])
    return [part for part in parts if part]


def _goes_on(parts: Sequence[Sequence[Row]], roles: ColumnRoles, count: int) -> bool:
    """Whether rows that name nothing plainly tell more of what the row above names: only records, no number of their own, not by
    a slip, and never beside rows that name the same again.
    """
    total = sum(map(len, parts))
    if count * _A_SLIP < total or continues(parts[0][0], roles.naming):
        return False
    for part in parts:
        for before, row in pairwise(part):
            if continues(row, roles.naming):
                if not _tells_only(row, roles):
                    return False
            elif all(cell_at(row, each) == cell_at(before, each) for each in roles.naming):
                return False
    return True


def _tells_only(row: Row, roles: ColumnRoles) -> bool:
    if any(cell_at(row, each) for each in (*roles.own, *roles.numbering)):
        return False
    return any(cell_at(row, each) for each in roles.telling)


def _blanks(parts: Sequence[Sequence[Row]], column: int, roles: ColumnRoles) -> tuple[int, ...]:
    """The rows that name something and whose cell is blank below one that is not."""
    found = []
    for part in parts:
        below = False
        for row in part:
            text = cell_at(row, column)
            if not text and below and not continues(row, roles.naming):
                found.append(row.number)
            below = may_repeat(text) if text else below
    return tuple(found)


def _groups(parts: Sequence[Sequence[Row]], column: int, roles: ColumnRoles, blanks: int) -> bool:
    """Whether a column left of the names heads groups of rows: the first row has a word, none stands twice, and most have rows below."""
    words = [text for part in parts for row in part if (text := cell_at(row, column))]
    left = not roles.naming or column < min(roles.naming)
    headed = all(cell_at(part[0], column) for part in parts)
    return left and headed and blanks >= len(words) >= _GROUPS and len(set(words)) == len(words)


def unlike_rows(body: Iterable[BodyRow], roles: ColumnRoles, above: Collection[int]) -> Iterator[int]:
    """The rows that are not as those by which the blank cells of the columns `above` were plainly understood: they go on about the row
    above and say more than records, name the same again, or head a group that had one.
    """
    seen: dict[int, set[str]] = {column: set() for column in roles.grouping if column in above}
    naming = any(column in above for column in roles.naming)
    before: Row | None = None
    for each in body:
        row = each.row
        if each.kind is not RowKind.DATA or row.broken or each.block:
            before = None
            continue
        heads = {column: text for column in seen if (text := cell_at(row, column))}
        if (naming and _is_unlike(row, before, roles)) or any(text in seen[column] for column, text in heads.items()):
            yield row.number
        for column, text in heads.items():
            seen[column].add(text)
        before = row


def _is_unlike(row: Row, before: Row | None, roles: ColumnRoles) -> bool:
    if continues(row, roles.naming):
        return not _tells_only(row, roles)
    return before is not None and all(cell_at(row, each) == cell_at(before, each) for each in roles.naming)
