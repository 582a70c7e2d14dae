"""What became of the rows of an import, for the terminal."""

from collections.abc import Mapping

import typer
from sqlalchemy.orm import Session

from app.config import Settings
from app.enterprises.imports.domain import KEPT_RAW, OUTCOME_LABELS, ImportKind, RowOutcome
from app.enterprises.imports.likely_rows import count_likely, not_compared
from app.enterprises.imports.models import ImportRow, ImportRun, ImportSheet
from app.enterprises.imports.queries import count_texts_and_unplaced, list_rows
from app.enterprises.imports.reasons import RowReason
from app.enterprises.imports.returned.rows import hand_back
from app.enterprises.imports.row_groups.domain import CHOICE_LABELS, DIFFERING, WAITING, RowChoice, rule_of
from app.enterprises.imports.row_groups.queries import count_decided_as_said, list_groups, rows_of_outcome
from app.kit.i18n import _

_LISTED = 50


def tell_rows(session: Session, found: ImportRun, sheet: ImportSheet) -> None:
    """The rows of a sheet that were not simply taken."""
    open_ones = (RowOutcome.REJECTED, RowOutcome.QUEUED, RowOutcome.DIFFERS)
    for row in list_rows(session, found, open_ones, sheet=sheet.position, limit=_LISTED):
        typer.echo((f"{sheet.name}: " if sheet.name and found.kind == ImportKind.WORKBOOK else "") + _line(row))
    number = sheet.rejected + sheet.queued + sheet.differs
    if (more := number - min(number, _LISTED)) > 0:
        typer.echo(_("另有 %(n)s 行，见导入页面。") % {"n": more})
    if sheet.left_out:
        typer.echo(
            _("不是数据的行（合计、附注等）：%(rows)s")
            % {"rows": "，".join(str(number) for number, _kind in sheet.left_out)}
        )


def tell_groups(session: Session, found: ImportRun, sheet: ImportSheet) -> None:
    """How many rows of a sheet wait or are handed back for which reason."""
    place = f"{sheet.name}: " if sheet.name and found.kind == ImportKind.WORKBOOK else ""
    for outcome in KEPT_RAW:
        for group in list_groups(session, rows_of_outcome(found, outcome, sheet.position)):
            words = {"outcome": _(OUTCOME_LABELS[outcome]), "reason": _(rule_of(outcome, group.code).label)}
            text = _("%(outcome)s · %(reason)s（%(code)s）：%(n)s 行") % {**words, "code": group.code, "n": group.rows}
            typer.echo(place + text)


def hand_rows_back(session: Session, settings: Settings, found: ImportRun, sheet: ImportSheet) -> None:
    """The file of the rows of a sheet that were handed back."""
    if sheet.rejected:
        body = hand_back(session, found, settings.vault.blobs.path(found.file_sha256), sheet)
        folder = settings.data_dir / "rejected"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{found.id}-{body.name}"
        path.write_bytes(body.body)
        typer.echo(_("未导入的行（附原因，改好后可再导入）：%(path)s") % {"path": path})


def tell_gaps(session: Session, found: ImportRun) -> None:
    """What came in only half: nobody who works in one region sees a firm without one."""
    texts, unplaced = count_texts_and_unplaced(session, found)
    if texts:
        typer.echo(_("有 %(n)s 个单元格无法识别，原文已保留。") % {"n": texts})
    if unplaced and found.kind != ImportKind.FIGURES:
        typer.echo(_("有 %(n)s 家企业认不出所在区域，只有不限区域的人员看得到。") % {"n": unplaced})
    if not_compared(found):
        typer.echo(_("新建的企业太多，没有逐家查重：请到“疑似重复”页开始查重。"))
    elif likely := count_likely(session, found) if found.created else 0:
        typer.echo(_("新建的企业里有 %(n)s 对疑似重复，见“疑似重复”页。") % {"n": likely})


def result_line(counts: Mapping[str, int]) -> str:
    """The six counts in their order: the last line of the output."""
    return " ".join(f"{outcome.value}={counts.get(outcome.value, 0)}" for outcome in RowOutcome)


def _line(row: ImportRow) -> str:
    """One row for the terminal; `row N`, outcome and `repeats row N` read the same in every language."""
    reasons = [RowReason.from_json(kept) for kept in row.reasons]
    codes = [f"repeats row {reason.params['row']}" if "row" in reason.params else reason.code for reason in reasons]
    words = " ".join(str(reason) for reason in reasons) or "，".join(row.differences)
    return f"row {row.row_number} {row.outcome} [{', '.join(codes)}] {row.key} {row.name}: {words}"


def tell_decided(session: Session, found: ImportRun) -> None:
    """How many rows were decided as was said beforehand, reason by reason."""
    for code, number in count_decided_as_said(session, found).items():
        choice = RowChoice(found.decisions[code]["choice"])
        label = _((WAITING.get(code) or DIFFERING[code]).label)
        words = {"label": label, "code": code, "choice": _(CHOICE_LABELS[choice]), "n": number}
        typer.echo(_("事先说定：%(label)s（%(code)s）→ %(choice)s，%(n)s 行") % words)
