"""Making papers from templates; each one that leaves the house is journalled: who, what, which cases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.cases.models import CaseFile
from app.cases.printouts import events
from app.cases.printouts.actions import EXPORT
from app.cases.printouts.file_names import file_name
from app.cases.printouts.paper_values import gather_paper, list_cases
from app.cases.printouts.placeholders import PAPER_LABELS, PaperKind
from app.cases.printouts.templates import Shelf, render, template_for
from app.journal.domain import SubjectKey
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.i18n import _, use_locale
from app.kit.permissions import require


@dataclass(frozen=True)
class MadePaper:
    """A paper as it goes out: its bytes, its file name, and the cases it is about."""

    kind: PaperKind
    body: bytes
    name: str
    numbers: tuple[str, ...]


def make_paper(
    session: Session, shelf: Shelf, *, actor: Actor, now: datetime, office: str, kind: PaperKind, numbers: Sequence[str]
) -> MadePaper:
    """A letter or table about the cases `numbers`, in Chinese whoever asks. Writes nothing: see `note_paper`.

    Raises `Forbidden`, `NotFound` (a case outside the actor's reach) and `Invalid` (none, too many, a broken template).
    """
    require(actor, EXPORT)
    cases = list_cases(session, actor, numbers)
    programmes = {case.programme_code for case in cases}
    template = template_for(session, shelf, kind, programmes.pop() if len(programmes) == 1 else "")
    with use_locale("zh"):
        paper = gather_paper(session, cases, actor=actor, office=office, now=now)
        label = _(PAPER_LABELS[kind])
    body = render(kind, template, paper)
    name = file_name(f"{label}-{_about(cases)}-{today(now):%Y%m%d}") + kind.extension
    return MadePaper(kind, body, name, tuple(case.number for case in cases))


def note_paper(session: Session, *, actor: Actor, now: datetime, made: MadePaper) -> None:
    """Journal that a paper was handed out. One event."""
    subject = SubjectKey("paper", made.kind, made.name, region_code=actor.region_prefix)
    data = {"cases": made.numbers, "rows": len(made.numbers), "note": made.name}
    record(session, actor=actor, now=now, type=events.MADE, subject=subject, data=data)


def _about(cases: Sequence[CaseFile]) -> str:
    return cases[0].enterprise.name if len(cases) == 1 else f"{len(cases)}家企业"
