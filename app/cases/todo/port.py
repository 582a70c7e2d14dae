"""The port of to-dos: a provider says where one kind is found, and all kinds are merged, counted and paged here.

Every provider answers with the first rows after the place where the page begins, in the order of its own index; so a
page costs one statement and about the same whether ten things wait or ten thousand.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnClause,
    ColumnElement,
    Date,
    Integer,
    Select,
    String,
    and_,
    case,
    column,
    func,
    literal,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from app.journal.tallies import keeps, kept_groups
from app.kit.actor import Actor
from app.kit.db import BigId
from app.kit.errors import Invalid
from app.kit.i18n import _
from app.kit.paging import Count, Page, bounded, decode_cursor, encode_cursor
from app.programmes.queries import Catalogue

FAR = date(9999, 12, 31)
BOUND = 1_000
_SIGNATURE = "todo:due,rank,key"
#: The columns that every piece has, by name alone: SQLAlchemy would make each of them anew for each piece and each time.
_PLACE: tuple[ColumnClause[Any], ...] = (column("due", Date()), column("rank", Integer()), column("key", BigId))
_NUMBERS = ("case_id", "firm_id", "officer_id", "n", "version")
_TEXTS = ("about", "about_en")
_FOUND = (*_PLACE, *(column(name, BigId) for name in _NUMBERS), *(column(name, String()) for name in _TEXTS))


class TodoGroup(StrEnum):
    """What is to be done, in the order of a day's work."""

    DECIDE = "decide"
    CHECK = "check"
    CORRECT = "correct"
    CALL = "call"
    REMIND = "remind"
    SUPERVISE = "supervise"
    FOLLOW_UP = "follow_up"
    HAND_OVER = "hand_over"
    EXCHANGE = "exchange"


@dataclass(frozen=True)
class TodoQuery:
    """Whose to-dos of which day: of one officer, or (`officer_id` empty) of all that the actor sees; of one programme if
    given, only what is `overdue` if wanted."""

    actor: Actor
    now: datetime
    on: date
    catalogue: Catalogue
    officer_id: int | None = None
    programme: str = ""
    overdue: bool = False
    _sources: dict[str, "TodoSource | None"] = field(default_factory=dict, init=False, compare=False, repr=False)

    def source(self, provider: "Provider") -> "TodoSource | None":
        """Where one kind of them is found: its statement is made once, for the numbers and for the rows."""
        if provider.code not in self._sources:
            self._sources[provider.code] = provider.find(self)
        return self._sources[provider.code]


@dataclass(frozen=True)
class TodoSource:
    """Where to-dos of one kind are found: `rows` without columns, and what each row says.

    `key` is the id of what asks to be done and is unique in its kind; `due` None means that none has a day, `dated` that each has
    one, by what is asked of the rows: none are looked for without. `about` and `about_en` are a code or a title in both languages,
    `n` how many there are, `version` that of the row for its form.
    """

    rows: Select[Any]
    key: Any
    due: Any = None
    case_id: Any = None
    firm_id: Any = None
    officer_id: Any = None
    about: Any = ""
    about_en: Any = ""
    n: Any = 1
    version: Any = 0
    dated: bool = False


@dataclass(frozen=True)
class Provider:
    """One kind of to-do; `find` answers None where the kind does not concern the actor.

    A kind of which there is much in a large office says in `kept_for` what its rows depend on besides region, programme, day
    and whose they are (unless one's own desk shows `everyones`): they are counted once for all officers, firm by firm, and kept.
    Nothing of it may depend on the hour.
    """

    code: str
    group: TodoGroup
    find: Callable[[TodoQuery], TodoSource | None]
    kept_for: Callable[[TodoQuery], Hashable] | None = None
    everyones: bool = False


@dataclass(frozen=True)
class Todo:
    """One thing to do; `provider` says what it is, `due` is empty without a day."""

    provider: str
    due: date | None
    key: int
    case_id: int | None
    firm_id: int | None
    officer_id: int | None
    about: str
    about_en: str
    n: int
    version: int
    place: tuple[Any, ...] = field(compare=False)


@dataclass(frozen=True)
class TodoCount:
    """How many things of one kind wait, and how many of them are overdue; exactly up to a thousand."""

    all: Count
    overdue: Count


def page_todos(
    session: Session,
    providers: Sequence[Provider],
    asked: TodoQuery,
    cursor: str | None,
    limit: int,
    waiting: Collection[str] | None = None,
) -> Page[Todo]:
    """One page of everything that `providers` find, the earliest day first, without a day last; one statement.

    Where it is known of which kinds something waits (`waiting`, by their codes), the others are not looked for.
    """
    values, backwards = _place(cursor)
    pieces = [
        piece
        for rank, provider in enumerate(providers)
        if waiting is None or provider.code in waiting
        for piece in _pieces(_wanted(provider, asked), rank, values, backwards, limit + 1)
    ]
    found = _rows(session, providers, pieces, backwards, limit + 1)
    more, found = len(found) > limit, found[:limit]
    if backwards:
        found.reverse()
    ahead, behind = (bool(found), more) if backwards else (more, bool(cursor) and bool(found))
    return Page(
        items=found,
        next=encode_cursor(_SIGNATURE, found[-1].place) if found and ahead else None,
        previous=encode_cursor(_SIGNATURE, found[0].place, backwards=True) if found and behind else None,
    )


def tally_todos(session: Session, providers: Sequence[Provider], asked: TodoQuery) -> dict[str, TodoCount]:
    """How many of each kind wait, by the provider's code; one statement, and one more where there are more than a thousand."""
    kept = {one: one.kept_for(asked) for one in providers if one.kept_for is not None and keeps(session)}
    tallies = ((provider.code, _kept_count(session, provider, key, asked)) for provider, key in kept.items())
    found = {code: n for code, n in tallies if n is not None}
    return found | _counted(session, [provider for provider in providers if provider not in kept], asked)


def _kept_count(session: Session, provider: Provider, kept_for: Hashable, asked: TodoQuery) -> TodoCount | None:
    """Of what is counted for all officers together, the part of the one who is asked for, or all."""
    source = (asked if asked.officer_id is None else replace(asked, officer_id=None)).source(provider)
    whose = None if provider.everyones else asked.officer_id
    if source is not None and source.officer_id is None:  # what is nobody's is counted for each desk
        source, kept_for, whose = asked.source(provider), (kept_for, asked.officer_id), None
    if source is None:
        return None
    late = case((source.due < asked.on, 1), else_=0)
    key = ("todo", provider.code, asked.actor.region_prefix, asked.programme, asked.on, kept_for)
    officer = _number_column(source.officer_id, "officer_id")
    groups = kept_groups(session, key, source.rows, source.firm_id, (officer, late))
    own = {group: n for group, n in groups.items() if whose in (None, group[0])}
    overdue = sum(n for (_officer, is_late), n in own.items() if is_late)
    return TodoCount(bounded(sum(own.values()), BOUND), bounded(overdue, BOUND))


def _counted(session: Session, providers: Sequence[Provider], asked: TodoQuery) -> dict[str, TodoCount]:
    sources = {provider.code: source for provider in providers if (source := asked.source(provider)) is not None}
    if not sources:
        return {}
    pieces = [_both_numbers(rank, source, asked.on) for rank, source in enumerate(sources.values())]
    found = {rank: (n, late) for rank, n, late in session.execute(union_all(*pieces))}
    numbers = {code: found[rank] for rank, code in enumerate(sources)}
    many = {code: source for code, source in sources.items() if numbers[code][0] > BOUND and source.due is not None}
    numbers |= {code: (numbers[code][0], late) for code, late in _late(session, many, asked.on).items()}
    return {code: TodoCount(bounded(n, BOUND), bounded(late, BOUND)) for code, (n, late) in numbers.items()}


def total(tallies: Iterable[Count]) -> Count:
    """Several counts together; honest about what was not counted to its end."""
    counts = list(tallies)
    return Count(sum(count.n for count in counts), more=any(count.more for count in counts))


def _wanted(provider: Provider, asked: TodoQuery) -> TodoSource | None:
    source = asked.source(provider)
    if source is None or not asked.overdue:
        return source
    return None if source.due is None else replace(source, rows=source.rows.where(source.due < asked.on))


def _place(cursor: str | None) -> tuple[list[Any], bool]:
    if not cursor:
        return [], False
    values, backwards = decode_cursor(_SIGNATURE, cursor)
    if [type(value) for value in values] != [date, int, int]:
        raise Invalid("paging.cursor", _("翻页标记无效，请从第一页重新开始。"))
    return values, backwards


def _both_numbers(rank: int, source: TodoSource, on: date) -> Any:
    """How many rows, and how many of them are overdue; the latter holds while all of them were counted."""
    late = literal(0) if source.due is None else case((source.due < on, 1))
    found = source.rows.with_only_columns(late.label("late"), maintain_column_froms=True).limit(BOUND + 1).subquery()
    overdue = literal(0) if source.due is None else func.count(found.c.late)
    return select(literal(rank, Integer()).label("rank"), func.count().label("n"), overdue.label("late")).select_from(
        found
    )


def _late(session: Session, sources: Mapping[str, TodoSource], on: date) -> dict[str, int]:
    """How many are overdue of the kinds of which there are too many to look at all of them."""
    if not sources:
        return {}
    numbers = [_number(source.rows.where(source.due < on)) for source in sources.values()]
    return dict(zip(sources, session.execute(select(*numbers)).one(), strict=True))


def _number(rows: Select[Any]) -> Any:
    limited = rows.with_only_columns(literal(1).label("one"), maintain_column_froms=True).limit(BOUND + 1).subquery()
    return select(func.count()).select_from(limited).scalar_subquery()


def _pieces(source: TodoSource | None, rank: int, values: list[Any], backwards: bool, limit: int) -> list[Any]:
    """The rows with a day and those without one, each in an order that an index can serve."""
    if source is None:
        return []
    far = literal(FAR, Date())
    if source.due is None:
        return [_piece(source, source.rows, far, rank, values, backwards, limit)]
    with_day = source.rows if source.dated else source.rows.where(source.due.is_not(None))
    dated = _piece(source, with_day, source.due, rank, values, backwards, limit)
    if source.dated:
        return [dated]
    return [
        dated,
        _piece(source, source.rows.where(source.due.is_(None)), far, rank, values, backwards, limit),
    ]


def _piece(
    source: TodoSource, rows: Select[Any], due: Any, rank: int, values: list[Any], backwards: bool, limit: int
) -> Any:
    if values:
        rows = rows.where(_beyond(due, rank, source.key, values, backwards))
    order = [due.desc(), source.key.desc()] if backwards else [due, source.key]
    if due is not source.due:
        order = order[1:]
    columns = (
        due.label("due"),
        literal(rank, Integer()).label("rank"),
        source.key.label("key"),
        *(_number_column(getattr(source, name), name) for name in _NUMBERS),
        *(_text_column(getattr(source, name), name) for name in _TEXTS),
    )
    found = rows.with_only_columns(*columns, maintain_column_froms=True).order_by(*order).limit(limit).subquery()
    return select(literal_column("*")).select_from(found)


def _number_column(value: Any, name: str) -> Any:
    return (literal(value, BigId) if value is None or isinstance(value, int) else value).label(name)


def _text_column(value: Any, name: str) -> Any:
    return (literal(value, String()) if isinstance(value, str) else value).label(name)


def _beyond(due: Any, rank: int, key: Any, values: list[Any], backwards: bool) -> ColumnElement[bool]:
    """Rows of the provider at `rank` that come after the place (day, rank, key), or before it."""
    day, at_rank, at_key = values
    past_day, past_key = (due < day, key < at_key) if backwards else (due > day, key > at_key)
    if rank == at_rank:
        return or_(past_day, and_(due == day, past_key))
    on_the_far_side = rank < at_rank if backwards else rank > at_rank
    return or_(past_day, due == day) if on_the_far_side else past_day


def _rows(
    session: Session, providers: Sequence[Provider], pieces: list[Any], backwards: bool, limit: int
) -> list[Todo]:
    if not pieces:
        return []
    merged = select(*_FOUND).select_from(union_all(*pieces).subquery())
    statement = merged.order_by(*(one.desc() if backwards else one for one in _PLACE)).limit(limit)
    return [
        Todo(
            provider=providers[row.rank].code,
            due=None if row.due == FAR else row.due,
            key=row.key,
            case_id=row.case_id,
            firm_id=row.firm_id,
            officer_id=row.officer_id,
            about=row.about or "",
            about_en=row.about_en or "",
            n=row.n,
            version=row.version,
            place=(row.due, row.rank, row.key),
        )
        for row in session.execute(statement)
    ]
