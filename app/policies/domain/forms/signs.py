"""In which direction each fact moves a form.

Where every fact moves a form in one direction only, the form's tightest bounds over any box of facts are two
evaluations at opposite corners: `is_definite` says whether that holds. The few forms for which it does not are left to
the explaining interpreter, whose linear forms follow the figures.
"""

from collections.abc import Iterator
from enum import Enum

from app.policies.domain.forms.forms import Atom, Form, Least, Slot, inner_forms


class Sign(Enum):
    """In which direction a fact moves a quantity."""

    RISING = 1
    FALLING = -1
    MIXED = 0

    def times(self, other: "Sign") -> "Sign":
        """The direction of a movement inside a movement."""
        return Sign(self.value * other.value)


def is_definite(form: Form) -> bool:
    """Whether two opposite corners give the tightest bounds: every fact rises or falls throughout, or stands once."""
    seen: dict[Slot, list[Sign]] = {}
    for atom, coefficient in form.terms.items():
        for slot, sign in _occurrences(atom, Sign.RISING if coefficient > 0 else Sign.FALLING):
            seen.setdefault(slot, []).append(sign)
    return all(len(signs) == 1 or (len(set(signs)) == 1 and signs[0] is not Sign.MIXED) for signs in seen.values())


def _occurrences(atom: Atom, sign: Sign) -> Iterator[tuple[Slot, Sign]]:
    match atom:
        case Slot():
            yield atom, sign
        case Least():
            for option in atom.options:
                yield from _inside(option, sign)
        case _:  # in a product, the other factor's sign decides; in a growth, the neighbouring years
            for inner in inner_forms(atom):
                yield from _inside(inner, Sign.MIXED)


def _inside(form: Form, sign: Sign) -> Iterator[tuple[Slot, Sign]]:
    for atom, coefficient in form.terms.items():
        yield from _occurrences(atom, sign.times(Sign.RISING if coefficient > 0 else Sign.FALLING))
