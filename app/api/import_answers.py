"""What is told to a program of its import: how the file is understood, how far it is, what became of its rows."""

from typing import Any

from sqlalchemy.orm import Session

from app.enterprises.imports.domain import KEPT_RAW, ImportKind, ImportState
from app.enterprises.imports.mapping import IGNORED, REASON, Registers, SheetMapping
from app.enterprises.imports.models import ImportRow, ImportRun, ImportSheet
from app.enterprises.imports.queries import count_open_by_run
from app.enterprises.imports.reasons import RowReason
from app.enterprises.imports.runner import counts_of
from app.enterprises.imports.sheets import allowed
from app.enterprises.imports.staging import sheets_of
from app.jobs.domain import JobState
from app.jobs.models import Job
from app.kit.db import composition_of
from app.kit.i18n import use_locale

#: Rows that wait for a person, and those that were refused.
GIVEN_BACK = KEPT_RAW
#: Where an import stands: as it is kept, or stopped before its end.
STATES = (*(str(state) for state in ImportState), "stopped")


def described(session: Session, run: ImportRun) -> dict[str, Any]:
    """An import as the API tells it."""
    registers = allowed(composition_of(session), ImportKind(run.kind))
    sheets = sheets_of(session, run)
    lines = [_sheet(sheet, registers) for sheet in sheets]
    taken = [line for line in lines if line["taken"]]
    job = session.get(Job, run.job_id) if run.job_id is not None else None
    return {
        "id": run.id,
        "state": _state(run, job),
        "kind": run.kind,
        "file": {"name": run.file_name, "sha256": run.file_sha256},
        "ready": bool(taken)
        and not any(line["missing"] or line["without_unit"] for line in taken)
        and not any(sheet.chosen and _asks(_layout(sheet)) for sheet in sheets),
        "progress": {"done": job.done, "total": job.total} if job is not None else None,
        "counts": counts_of(run),
        "waiting": count_open_by_run(session, [run.id]).get(run.id, 0),
        "decided_beforehand": {code: made["choice"] for code, made in sorted(run.decisions.items())},
        "sheets": lines,
        "handed_in_at": run.at,
        "finished_at": run.finished_at,
        "rows": f"/api/v1/imports/{run.id}/rows",
        "page": f"/imports/{run.id}",
    }


def row_line(row: ImportRow) -> dict[str, Any]:
    """A row as the API tells it. Of what stands in the register only the names of the fields that differ are told."""
    return {
        "sheet": row.sheet,
        "row": row.row_number,
        "outcome": row.outcome,
        "key": row.key,
        "name": row.name,
        "reasons": [_reason(kept) for kept in row.reasons],
        "differs_in": sorted(row.differences),
        "decision": row.decision,
    }


def _state(run: ImportRun, job: Job | None) -> str:
    if run.state == ImportState.STARTED and job is not None and job.state in (JobState.FAILED, JobState.CANCELLED):
        return "stopped"
    return run.state


def _layout(sheet: ImportSheet) -> SheetMapping:
    return SheetMapping.from_json(sheet.name, sheet.register, sheet.mapping)


def _sheet(sheet: ImportSheet, registers: Registers) -> dict[str, Any]:
    layout = _layout(sheet)
    known = layout.register in registers
    return {
        "position": sheet.position,
        "name": sheet.name,
        "hidden": sheet.hidden,
        "taken": sheet.chosen,
        "register": layout.register or None,
        "header_row": layout.header[1],
        "columns": [
            {
                "header": column.header,
                "fills": None if column.fills in (IGNORED, REASON) else column.fills,
                "unit": column.unit or None,
            }
            for column in layout.columns
        ],
        "given": dict(layout.given),
        "missing": list(layout.missing(registers)) if known else ["name"],
        "without_unit": list(layout.without_unit(registers)) if known else [],
        "remembered": _remembered(layout),
        "unlike": list(layout.unlike),
        "total": sheet.total,
        "counts": counts_of(sheet),
        "left_out": [{"row": number, "kind": kind} for number, kind in sheet.left_out],
    }


def _asks(layout: SheetMapping) -> bool:
    """Whether the sheet cannot be taken in as it stands, whatever its columns fill."""
    return layout.asks_for_tables or bool(layout.uncalculated)


def _remembered(layout: SheetMapping) -> dict[str, Any] | None:
    """Whose earlier choice for these headings the reading follows."""
    said = layout.remembered
    return {"by": said["by"], "on": said["on"], "ignored": [*said["gone"], *said["otherwise"]]} if said else None


def _reason(kept: dict[str, Any]) -> dict[str, str]:
    reason = RowReason.from_json(kept)
    with use_locale("zh"):
        text = str(reason)
    with use_locale("en"):
        text_en = str(reason)
    return {"code": reason.code, "text": text, "text_en": text_en}
