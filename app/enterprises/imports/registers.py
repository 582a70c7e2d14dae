"""What a sheet can hold: the registers that slices offer to imports, each with its columns and with who takes its rows in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from app.enterprises.imports.fields import ImportField
from app.enterprises.imports.undo.reversal import Reversal
from app.enterprises.imports.verdict import Taker
from app.kit.actor import Actor
from app.kit.slices import Composition, Port
from app.reference.queries import list_terms

FIRM = "firm"
FIGURES = "figures"


@dataclass(frozen=True)
class GivenField:
    """A field that a sheet may tell once for all its rows: in its name or title, or chosen by a person.

    `guess` reads the code out of the sheet's name and titles ("" when they say nothing); `choices` are codes with their labels.
    """

    field: str
    choices: Callable[[Session], Sequence[tuple[str, str]]]
    guess: Callable[[str], str] = lambda titles: ""
    default: str = ""


@dataclass(frozen=True)
class IntakeContext:
    """For whom and how rows are taken in: `given` by field, the officer's region, and a person's reason to take a doubtful row.

    `likeliest` tells of names that the file gives to several codes the code that it speaks for, `named` (for rows that have only a
    name) the one code that it gives to a name; both are filled before the first row is taken.
    """

    actor: Actor
    run_id: int
    today: date
    prefix: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
    accept_unconfirmed: bool = False
    confirmation: str = ""
    likeliest: dict[str, str] = field(default_factory=dict)
    named: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ImportedRegister:
    """One kind of record. `words` of a sheet's name or title point at it; `about_firm`: each record belongs to a firm that the
    row names by code or by name, and which is found before `Taker.decide` is asked. `circumstances` are fields that say nothing
    by themselves (a year, a basis): a row that fills only those tells no record. `companion`: its records stand in lists of other
    things too, so that a sheet is about them only where it has little else.
    `reversal` is how its records are taken back.
    """

    code: str
    label: str
    fields: tuple[ImportField, ...]
    words: tuple[str, ...]
    open: Callable[[Session, IntakeContext], Taker]
    given: tuple[GivenField, ...] = ()
    about_firm: bool = True
    circumstances: tuple[str, ...] = ()
    companion: bool = False
    reversal: Reversal | None = None

    @property
    def required(self) -> tuple[str, ...]:
        """The fields without which no row can be read."""
        return tuple(column.code for column in self.fields if column.required)


REGISTERS: Port[ImportedRegister] = Port("imported register", ImportedRegister, keys=lambda register: (register.code,))


def registers_of(composition: Composition) -> Mapping[str, ImportedRegister]:
    """All registers by their code, in the order of the slices."""
    return {register.code: register for register in composition.of(REGISTERS)}


def list_terms_to_choose(vocabulary: str) -> Callable[[Session], Sequence[tuple[str, str]]]:
    """The entries of a vocabulary as choices of a `GivenField`."""

    def choices(session: Session) -> Sequence[tuple[str, str]]:
        return [(term.code, term.label) for term in list_terms(session, vocabulary)[vocabulary]]

    return choices
