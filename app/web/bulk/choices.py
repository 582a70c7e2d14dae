"""What can be done with many cases at once: the steps and rounds that at least one of them can take."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.cases.domain.steps import available
from app.cases.models import CaseFile
from app.kit.actor import Actor
from app.kit.i18n import _, ngettext
from app.programmes.domain.definition import StageAction
from app.programmes.queries import Catalogue, list_rounds
from app.programmes.words import round_title

#: What is grave stands last, so that nobody takes it for the first choice.
_ORDER = {"main": 0, "other": 1, "grave": 2}


@dataclass(frozen=True)
class BulkChoice:
    """One choice: its value in the form, what it is called, and for how many of the cases it comes into question."""

    value: str
    label: str
    note: str


def choices_of(catalogue: Catalogue, cases: Sequence[CaseFile], actor: Actor) -> tuple[BulkChoice, ...]:
    """The steps out of the stages in which the cases stand; certificates are issued one by one and are not among them."""
    found: Counter[tuple[str, str]] = Counter()
    labels: dict[tuple[str, str], str] = {}
    weights: dict[tuple[str, str], int] = {}
    for case in cases:
        programme = catalogue.get(case.programme_code, case.programme_version)
        for action in _alike(available(programme, case, actor)):
            key = (programme.code, action.code)
            found[key] += 1
            weights[key] = _ORDER[action.weight]
            labels[key] = _("%(step)s（%(programme)s）") % {"step": action.label, "programme": programme.title}
    return tuple(
        BulkChoice(f"{programme}:{action}", labels[programme, action], _for_so_many(n))
        for (programme, action), n in sorted(found.items(), key=lambda item: (weights[item[0]], -item[1], item[0]))
    )


def _alike(steps: Iterable[StageAction]) -> Iterable[StageAction]:
    return (action for action in steps if "certify" not in action.effects)


def round_choices(session: Session, catalogue: Catalogue, cases: Sequence[CaseFile]) -> tuple[BulkChoice, ...]:
    """The rounds of the programmes and years of the cases."""
    found = Counter((case.programme_code, case.year) for case in cases)
    known = catalogue.known()
    return tuple(
        BulkChoice(f"{code}:{row.code}", f"{known[code].title} {round_title(row)}", _for_so_many(n))
        for (code, year), n in sorted(found.items())
        for row in list_rounds(session, code, year)
    )


def _for_so_many(n: int) -> str:
    return ngettext("%(n)s 件", "%(n)s 件", n) % {"n": n}
