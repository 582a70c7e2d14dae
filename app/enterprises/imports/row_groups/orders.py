"""Orders to decide many rows: placed on the page after a look, or said before the import begins; carried out batch by batch."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.enterprises.actions import IMPORT
from app.enterprises.imports import events
from app.enterprises.imports.decisions import checked_reason, require_decidable
from app.enterprises.imports.domain import BATCH, ImportState
from app.enterprises.imports.models import ImportRow, ImportRun
from app.enterprises.imports.queries import get_run_visible_to
from app.enterprises.imports.row_groups.domain import (
    DIFFERING,
    MOST_SEEN,
    TAKE,
    TAKING,
    RowChoice,
    check_choice,
    find_rule,
)
from app.enterprises.imports.row_groups.queries import ChosenRows, last_id, list_groups
from app.enterprises.imports.row_groups.service import DecidedRows, RowOrder, RowRefusal, decide_rows
from app.enterprises.imports.sheets import require_uploaded
from app.enterprises.merges.domain import MergedMeanwhile
from app.jobs.models import Job
from app.jobs.run import Run
from app.jobs.service import enqueue
from app.journal.domain import SubjectKey
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.db import read_scope, session_scope
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_, _
from app.kit.permissions import require

JOB_KIND = "import-decisions"
#: So many refusals are kept with their words; all of them are counted, and their rows go on waiting where they can be seen.
MOST_TOLD = 200
MOST_TICKED = 1_000
_SAID = N_("%(by)s 在导入前一起决定")


@dataclass(frozen=True)
class OrderResult:
    """How far an order is: rows decided, rows that could not be, and the first of those with the reason."""

    decided: int = 0
    refused: int = 0
    told: tuple[RowRefusal, ...] = ()

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "OrderResult":
        """As it was kept."""
        return cls(
            kept.get("decided", 0), kept.get("refused", 0), tuple(RowRefusal(*each) for each in kept.get("told", ()))
        )

    def plus(self, batch: DecidedRows) -> "OrderResult":
        """With what became of one more batch."""
        told = (*self.told, *batch.refusals)[:MOST_TOLD]
        return OrderResult(self.decided + batch.decided, self.refused + len(batch.refusals), told)

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        told = [[each.sheet, each.row, each.text, each.text_en] for each in self.told]
        return {"decided": self.decided, "refused": self.refused, "told": told}


def place_order(
    session: Session,
    *,
    actor: Actor,
    run: ImportRun,
    chosen: ChosenRows,
    choices: Mapping[str, str],
    note: str,
    now: datetime,
) -> Job:
    """Hand the decision of the chosen rows, by main reason, to the background work.

    Raises Invalid for a choice that does not fit a reason, for taking rows without a word why, and for more pairs than were
    shown; Conflict when the import was taken back.
    """
    require_decidable(actor, run)
    if run.state == ImportState.UPLOADED:
        raise Conflict("import.not_started", _("该导入尚未开始。"))
    wanted = {code: check_choice(code, choice) for code, choice in choices.items() if choice}
    if not wanted:
        raise Invalid("import.nothing_chosen", _("请至少为一组选择怎样处理。"))
    if len(chosen.ids) > MOST_TICKED:
        raise Invalid("import.too_many_rows", _("一次最多勾选 %(n)s 行。") % {"n": MOST_TICKED})
    total = _count(session, run, chosen, wanted)
    taken = any(choice is TAKE and code not in DIFFERING for code, choice in wanted.items())
    title = _("批量决定 · %(name)s · %(n)s 行") % {"name": run.file_name, "n": total}
    params = {
        "import": run.id,
        "rows": asdict(chosen),
        "choices": wanted,
        "note": checked_reason(note) if taken else "",
        "total": total,
    }
    return enqueue(session, actor=actor, now=now, kind=JOB_KIND, title=title, params=params)


def _count(session: Session, run: ImportRun, chosen: ChosenRows, wanted: Mapping[str, RowChoice]) -> int:
    """How many rows the order is about; every pair of a kind that must be seen was shown."""
    total = 0
    for group in list_groups(session, chosen.of(run.id)):
        choice = wanted.get(group.code)
        rule = find_rule(group.code)
        if choice in TAKING and rule is not None and rule.seen and (group.undecided > MOST_SEEN or not chosen.ids):
            text = _("“%(group)s”要逐对看过才能采用，一次最多 %(n)s 行，请勾选后再决定。")
            raise Invalid("import.pairs_unseen", text % {"group": _(rule.label), "n": MOST_SEEN})
        total += group.rows if choice else 0
    return total


def carry_out(run: Run) -> Mapping[str, Any]:
    """The job: decide the chosen rows; returns how many were decided, how many could not be, and why."""
    chosen, total = ChosenRows(**run.params["rows"]), int(run.params["total"])
    work = _Batches(run, int(run.params["import"]), chosen, run.params["choices"], str(run.params["note"]))
    result, after = OrderResult.of(run.checkpoint), int(run.checkpoint.get("after", 0))
    while True:
        run.between_batches(result.decided + result.refused, total)
        found = work.decide(after, result, total)
        if found is None:
            return result.to_json()
        after, result = found


def decide_as_said(run: Run, import_id: int) -> None:
    """Within the import's own job, once its rows are in: decide those of which something was said before it began."""
    with read_scope(run.around.database) as session:
        imported = session.get_one(ImportRun, import_id)
        said, until = dict(imported.decisions), last_id(session, imported) if imported.decisions else 0
    for code, made in said.items():
        note = _(_SAID) % {"by": made["by"]}
        work = _Batches(run, import_id, ChosenRows(main_reason=code, until=until), {code: made["choice"]}, note)
        found: tuple[int, OrderResult] | None = (0, OrderResult())
        while found is not None:
            found = work.decide(*found)


@dataclass(frozen=True)
class _Batches:
    """The rows of an order, batch by batch; `choices` by main reason."""

    run: Run
    import_id: int
    chosen: ChosenRows
    choices: Mapping[str, str]
    note: str

    def decide(self, after: int, before: OrderResult, total: int | None = None) -> tuple[int, OrderResult] | None:
        """Decide the next rows, in one transaction: the last id, with the result so far; None when there are no more.

        When somebody registered or merged one of the firms in the same moment it is decided once more. With a `total` the job's checkpoint
        is kept.
        """
        try:
            return self._decide(after, before, total)
        except (IntegrityError, MergedMeanwhile):
            return self._decide(after, before, total)

    def _decide(self, after: int, before: OrderResult, total: int | None) -> tuple[int, OrderResult] | None:
        with session_scope(self.run.around.database) as session:
            imported = get_run_visible_to(session, self.run.actor, self.import_id, lock=True)
            rows = self.chosen.of(self.import_id).where(ImportRow.id > after).limit(BATCH)
            batch = session.scalars(rows.with_for_update()).all()
            if not batch:
                return None
            choices = {code: RowChoice(choice) for code, choice in self.choices.items()}
            order = RowOrder(self.run.actor, choices, self.note, self.run.now())
            result, last = before.plus(decide_rows(session, imported, batch, order)), batch[-1].id
            if total is not None:
                session.flush()
                done = result.decided + result.refused
                self.run.save(session, checkpoint={**result.to_json(), "after": last}, done=done, total=total)
            return last, result


def say_ahead(session: Session, *, actor: Actor, run: ImportRun, choices: Mapping[str, str], now: datetime) -> None:
    """Say before an import begins what is decided of rows that will wait for these reasons; "" takes it back, one event each.

    Raises Invalid for a reason or choice that cannot be said unseen, Conflict once the import began.
    """
    require(actor, IMPORT, run)
    require_uploaded(run)
    for code, choice in choices.items():
        made = check_choice(code, choice, ahead=True) if choice else None
        if made == run.decisions.get(code, {}).get("choice"):
            continue
        kept = {name: value for name, value in run.decisions.items() if name != code}
        if made is not None:
            kept[code] = {"choice": made, "by": actor.name, "at": now.isoformat()}
        run.decisions = kept
        subject = SubjectKey("import", str(run.id), run.file_name, region_code=run.region_prefix)
        data = {"reason": code, "choice": made or ""}
        record(session, actor=actor, now=now, type=events.SAID, subject=subject, data=data)
    session.flush()


def is_said(run: ImportRun, choices: Mapping[str, RowChoice]) -> bool:
    """Whether just this was said of the import beforehand; nothing at all goes with anything."""
    return not choices or {code: made["choice"] for code, made in run.decisions.items()} == choices
