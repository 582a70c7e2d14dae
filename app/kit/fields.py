"""What the fields of a record are, each told once. Pure: forms, inputs, changes, past, imports, lists and exchange derive from it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Flag, StrEnum, auto
from functools import cached_property

from app.kit.i18n import N_, _

_WEB = re.compile(r"https?://[^\s/?#<>\"]+\.[^\s<>\"]+", re.IGNORECASE)


class FieldKind(StrEnum):
    """What a field holds; amounts are 分 (`…_fen`), averages of people ten-thousandths (`…_e4`)."""

    TEXT = "text"
    LINES = "lines"
    NAME = "name"
    """The firm's own name."""
    KEY = "key"
    """What the record is known by outside: the firm's code."""
    WEB = "web"
    PHONE = "phone"
    EMAIL = "email"
    CODE = "code"
    """A code of a table or vocabulary; empty is not known."""
    DAY = "day"
    YEAR = "year"
    MONEY = "money"
    PEOPLE = "people"
    COUNT = "count"
    FLAG = "flag"
    """Yes, no, or not known."""
    TICK = "tick"
    """Yes or no."""
    LINKS = "links"
    """Other records that belong to this one."""
    KEPT = "kept"
    """What the software keeps as JSON."""
    MOMENT = "moment"


#: Kinds of which unknown is a value of its own; the others are empty.
NULLABLE = frozenset({FieldKind.DAY, FieldKind.MONEY, FieldKind.PEOPLE, FieldKind.FLAG})


class FieldWriter(Flag):
    """Who may write a field; none of them: only the software."""

    NOBODY = 0
    OFFICER = auto()
    FIRM = auto()
    IMPORT = auto()


@dataclass(frozen=True)
class Heading:
    """A column of a list that fills the field. `known_as` holds its names in real files, parted by ` | `, the better known
    first; templates carry the first. `code` is what the import calls it, where that is not the field's name."""

    label: str
    known_as: str
    code: str = ""
    example: str = ""
    required: bool = False
    longest: int = 0

    @property
    def headers(self) -> tuple[str, ...]:
        """Its names in real files."""
        return tuple(self.known_as.split(" | "))


@dataclass(frozen=True)
class Ask:
    """How a form asks for the field: in which group, how wide, with which words. `once`: only for a new record."""

    group: str
    hint: str = ""
    blank: str = ""
    wide: bool = False
    once: bool = False


@dataclass(frozen=True)
class FormGroup:
    """Fields that a form asks for together, in so many columns."""

    code: str
    legend: str
    columns: int = 3
    note: str = ""


@dataclass(frozen=True)
class ListColumn:
    """The field as a column of its list: the code in the address, its head, the name of its order, whether it shows unasked.

    What the page says by a badge shows unasked in the export alone (`badge`).
    """

    code: str
    label: str = ""
    export_label: str = ""
    sort: str = ""
    default: bool = False
    badge: bool = False


@dataclass(frozen=True)
class Field:
    """One field. `bundle`: fields that stand and fall together; `stored`: whether it is a column of the record's own table.

    `tracked` are noted when they change, `past` are shown as of a past day, `exchanged` are given to partners, `personal`
    values stay out of the open journal.
    """

    name: str
    kind: FieldKind
    label: str = ""
    writers: FieldWriter = FieldWriter.OFFICER
    length: int = 0
    vocabulary: str = ""
    answers: tuple[str, str] = (N_("是"), N_("否"))
    required: bool = False
    signed: bool = False
    ask: Ask | None = None
    headings: tuple[Heading, ...] = ()
    column: ListColumn | None = None
    bundle: str = ""
    stored: bool = True
    tracked: bool = True
    past: bool = False
    exchanged: bool = False
    personal: bool = False

    @property
    def form_name(self) -> str:
        """What its form calls it: an amount is asked for in 元 or 万元, not in 分."""
        return self.name.removesuffix("_fen").removesuffix("_e4")

    @property
    def is_key(self) -> bool:
        """Whether the record is known by it outside."""
        return self.kind is FieldKind.KEY

    @property
    def unknown(self) -> object:
        """What stands in a new record for which nothing was said."""
        if self.kind is FieldKind.KEPT:
            return {}
        return None if self.kind in NULLABLE else {FieldKind.COUNT: 0, FieldKind.TICK: False}.get(self.kind, "")

    @property
    def by_hand(self) -> bool:
        """Whether an officer fills it in, time and again."""
        return FieldWriter.OFFICER in self.writers and not (self.ask and self.ask.once)


@dataclass(frozen=True)
class FieldTable:
    """The fields of one kind of record, in the order in which forms, templates and events tell them.

    `code` stands before their names in the journal.
    """

    code: str
    fields: tuple[Field, ...]
    groups: tuple[FormGroup, ...] = ()

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields)

    def __getitem__(self, name: str) -> Field:
        return self._by_name[name]

    def names(self, chosen: Callable[[Field], bool]) -> tuple[str, ...]:
        """The names of the chosen fields."""
        return tuple(field.name for field in self.fields if chosen(field))

    @property
    def labels(self) -> dict[str, str]:
        """The words of each field, by its name in the journal."""
        return {f"{self.code}.{field.name}": field.label for field in self.fields if field.label}

    @property
    def vocabularies(self) -> dict[str, str]:
        """Where the codes of each field are explained, by its name in the journal."""
        return {f"{self.code}.{field.name}": field.vocabulary for field in self.fields if field.vocabulary}

    @cached_property
    def _by_name(self) -> dict[str, Field]:
        return {field.name: field for field in self.fields}


def is_web_address(text: str) -> bool:
    """Whether `text` is an http(s) address of a host."""
    return _WEB.fullmatch(text) is not None


def web_address(text: str) -> str:
    """`text` when it is empty or an http(s) address. Raises `ValueError` otherwise."""
    if text and not is_web_address(text):
        raise ValueError(_("请填写以 http:// 或 https:// 开头的网址。"))
    return text
