"""Deciding many rows of an import at once: each by the same rules as alone, those of a batch together, what was refused told."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from app.enterprises.imports import decisions
from app.enterprises.imports.decisions import OURS, THEIRS, Deciding
from app.enterprises.imports.domain import OPEN, RowDecision, RowOutcome
from app.enterprises.imports.models import ImportRow, ImportRun
from app.enterprises.imports.proposals.domain import CHOOSABLE
from app.enterprises.imports.proposals.service import take_proposed
from app.enterprises.imports.reasons import CONTRADICTED
from app.enterprises.imports.row_groups.domain import KEEP, LEAVE, PROPOSED, TAKE, UNDO, RowChoice
from app.enterprises.queries import list_by_ids
from app.kit.actor import Actor
from app.kit.errors import Conflict, DomainError
from app.kit.i18n import LOCALES, _, use_locale

#: By row number what speaks against taking a row.
Refusals = Mapping[int, Callable[[], DomainError]]


@dataclass(frozen=True)
class RowRefusal:
    """A row that could not be decided so, and why, in both languages."""

    sheet: int
    row: int
    text: str
    text_en: str


@dataclass
class DecidedRows:
    """What became of the rows of a batch."""

    decided: int = 0
    refusals: list[RowRefusal] = field(default_factory=list)

    def refuse(self, row: ImportRow, texts: Sequence[str]) -> None:
        """Note why a row was not decided."""
        self.refusals.append(RowRefusal(row.sheet, row.row_number, texts[0], texts[1]))


@dataclass(frozen=True)
class RowOrder:
    """Who decides what, by main reason, and with which word about rows that are taken as a whole."""

    actor: Actor
    choices: Mapping[str, RowChoice]
    note: str
    now: datetime


def decide_rows(session: Session, run: ImportRun, rows: Sequence[ImportRow], order: RowOrder) -> DecidedRows:
    """Decide these rows, which are locked. Rows that somebody decided meanwhile, or that cannot be decided so, are told and stay.

    Raises `Forbidden`, or `Conflict` when the import was taken back.
    """
    decisions.require_decidable(order.actor, run)
    known = list_by_ids(session, {row.target_id for row in rows if row.target_id is not None})
    found, readings = DecidedRows(), {}  # type: ignore[var-annotated]
    waiting: dict[tuple[int, int, RowChoice], list[Deciding]] = {}
    for row in rows:
        desk = Deciding(session, order.actor, run, row, order.now, readings)
        choice = order.choices.get(row.main_reason)
        if choice is None:
            continue
        if row.decision == RowDecision.NONE and (
            choice is PROPOSED or (choice is TAKE and row.outcome == RowOutcome.QUEUED)
        ):
            waiting.setdefault((row.sheet, row.block, choice), []).append(desk)
        else:
            _decide(desk, choice, found)
    for (_sheet, _block, choice), desks in waiting.items():
        _tell(desks, take_proposed(desks) if choice is PROPOSED else _confirm(desks, order.note), found)
    del known  # until here the session keeps them, so that they are not read one by one
    return found


def _decide(desk: Deciding, choice: RowChoice, found: DecidedRows) -> None:
    row = desk.row
    if choice is not UNDO and row.decision != RowDecision.NONE:
        found.refuse(row, _both(lambda: _decided_before(row)))
        return
    writes = choice in (TAKE, UNDO) or any(kept["code"] == CONTRADICTED for kept in row.reasons)
    texts = _attempt(lambda: _STEPS[choice](desk), desk.session.begin_nested if writes else nullcontext)
    if texts:
        found.refuse(row, texts)
    else:
        found.decided += 1


def _confirm(desks: Sequence[Deciding], reason: str) -> Refusals:
    rows = {desk.row.row_number: desk.row for desk in desks}
    return {
        result.row.number: lambda row=rows[result.row.number], result=result: decisions.objection(row, result)  # type: ignore[misc]
        for result in decisions.confirm_all(desks, reason)
    }


def _tell(desks: Sequence[Deciding], refused: Refusals, found: DecidedRows) -> None:
    """Note which of the rows were taken, and why the others were not."""
    for desk in desks:
        if desk.row.row_number in refused:
            found.refuse(desk.row, _both(lambda why=refused[desk.row.row_number]: why().message))  # type: ignore[misc]
    found.decided += len(desks) - len(refused)


def _settle(desk: Deciding, choice: str) -> None:
    """Decide what is not decided yet of a row that differs."""
    decisions.require_open(desk, RowOutcome.DIFFERS)
    for name in [name for name in desk.row.differences if name not in desk.row.choices]:
        decisions.choose(desk, name, choice)


def _undo(desk: Deciding) -> None:
    """Take back what was decided about a row, but for its having been taken in."""
    row = desk.row
    if row.decision == RowDecision.REFUSED:
        decisions.reopen(desk)
    elif row.outcome == RowOutcome.DIFFERS and row.choices:
        for name in list(row.choices):
            decisions.undo(desk, name)
    elif row.decision == RowDecision.CONFIRMED:
        raise Conflict("import.taken", _("这一行已经导入，只能用“撤销导入”整批撤销。"))
    else:
        raise Conflict("import.undecided", _("这一行还没有决定。"))


_STEPS: Mapping[RowChoice, Callable[[Deciding], None]] = {
    TAKE: lambda desk: _settle(desk, THEIRS),
    KEEP: lambda desk: _settle(desk, OURS),
    LEAVE: lambda desk: decisions.refuse(desk, ""),
    UNDO: _undo,
}


def _attempt(step: Callable[[], None], around: Callable[[], AbstractContextManager[object]]) -> list[str]:
    """Take the step; what speaks against it in both languages: it is asked once more for the words in the other one."""
    texts: list[str] = []
    for locale in LOCALES:
        try:
            with use_locale(locale), around():
                step()
                return []
        except DomainError as refusal:
            texts.append(refusal.message)
    return texts


def _both(words: Callable[[], str]) -> list[str]:
    texts = []
    for locale in LOCALES:
        with use_locale(locale):
            texts.append(words())
    return texts


def _decided_before(row: ImportRow) -> str:
    if row.outcome not in OPEN and row.main_reason not in CHOOSABLE:
        return _("这一行不需要决定。")
    if row.decision == RowDecision.SUPERSEDED:
        return _("已由后来导入的同一行取代。")
    return _("%(by)s 已经决定了这一行。") % {"by": row.decided_by}
