"""粘贴表格: a block copied from a spreadsheet, read and looked at like a file; also what the page of one firm's figures shares."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

from pydantic import BaseModel, Field
from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, bind, empty
from app.enterprises.actions import IMPORT
from app.enterprises.imports.domain import ImportKind
from app.enterprises.imports.fields import UNIT_LABELS, YEARLY_FIELDS
from app.enterprises.imports.mapping import Registers
from app.enterprises.imports.models import ImportRun
from app.enterprises.imports.pasted.cells import MAX_COLUMNS, MAX_ROWS, read_cells
from app.enterprises.imports.pasted.table import PastedTable, StatedFigure, figures_of_many
from app.enterprises.imports.sheets import allowed
from app.enterprises.imports.staging import StagedFile, stage
from app.files.service.storing import store
from app.files.vault import Vault
from app.kit.db import composition_of
from app.kit.errors import Invalid
from app.kit.i18n import _
from app.web.imports.paste_grid import PasteGrid, grid_of

router = GuardedRouter(door="web", prefix="/imports/paste")

_FIRST_YEAR, _LAST_YEAR = 2000, 2099


class PasteForm(BaseModel):
    """A pasted block, and what its numbers are where it has no heads."""

    block: str = ""
    figure: str = ""
    year: int | None = Field(default=None, ge=_FIRST_YEAR, le=_LAST_YEAR)
    unit: str = ""

    def told(self) -> StatedFigure | None:
        """What was told of the numbers; None for nothing, Invalid for half of it."""
        if not self.figure:
            return None
        if self.figure not in {field.code for field in YEARLY_FIELDS if field.yearly}:
            raise Invalid("paste.figure", _("没有这个项目。"), {"figure": _("没有这个项目。")})
        if self.unit and self.unit not in UNIT_LABELS:
            raise Invalid("import.mapping.unit", _("没有这个单位。"), {"unit": _("没有这个单位。")})
        if self.year is None:
            raise Invalid("paste.year", _("请填写这些数是哪一年的。"), {"year": _("请填写这些数是哪一年的。")})
        return StatedFigure(self.figure, self.year, self.unit)


@dataclass(frozen=True)
class PastePage:
    """The form, and what has been pasted so far."""

    form: Bound[Any]
    grid: PasteGrid
    figures: tuple[tuple[str, str], ...]
    units: tuple[tuple[str, str], ...]
    most_rows: int = MAX_ROWS
    most_columns: int = MAX_COLUMNS


@router.get("", action=IMPORT)
def paste_page(call: Call) -> Response:
    return call.render("web/imports/paste.html", _page(empty()))


@router.post("/grid", action=IMPORT, reads_only=True)
def show_grid(call: Call) -> Response:
    bound = bound_block(call)
    given = bound.model
    if given is None:
        return call.render("web/imports/paste_grid.html", PasteGrid())
    return shown_grid(call, ImportKind.WORKBOOK, lambda registers: _table(given, registers))


@router.post("", action=IMPORT)
def paste(call: Call) -> Response:
    return call.submit(
        bound_block(call),
        lambda given: _staged(call, given),
        done=lambda run: call.redirect(
            f"/imports/{run.id}", good=_("已读取粘贴的表格，请核对将写入什么，然后开始导入。")
        ),
        again=lambda bound: call.render("web/imports/paste.html", _page(bound)),
    )


def bound_block(call: Call) -> Bound[PasteForm]:
    """The form, its block as it was pasted: a blank at its beginning is an empty cell."""
    bound = bind(PasteForm, call.form)
    block = str(call.form.get("block") or "").replace("\x00", "").rstrip()
    bound.raw["block"] = block
    if bound.model is not None:
        bound.model.block = block
    return bound


def shown_grid(call: Call, kind: ImportKind, arrange: Any) -> Response:
    """The block as it is understood so far, or why it cannot be; `arrange` makes the table of it by the registers."""
    registers = allowed(composition_of(call.session), kind)
    grid = call.attempt(
        lambda: grid_of(arrange(registers), registers),
        done=lambda found: found,
        refused=lambda refusal: PasteGrid(refusal="" if refusal.code == "paste.empty" else refusal.message),
        only=Invalid,
    )
    return call.render("web/imports/paste_grid.html", grid)


def stage_table(call: Call, table: PastedTable, kind: ImportKind, name: str) -> ImportRun:
    """Keep the table as a file and look at it as an import of that file."""
    blobs = call.settings.vault.blobs
    stored = store(call.session, Vault(blobs), **call.by, source=BytesIO(table.csv()), name=name)
    file = StagedFile(stored.sha256, blobs.path(stored.sha256), stored.name)
    return stage(call.session, **call.by, upload=file, kind=kind)


def _staged(call: Call, given: PasteForm) -> ImportRun:
    registers = allowed(composition_of(call.session), ImportKind.WORKBOOK)
    return stage_table(
        call, _table(given, registers), ImportKind.WORKBOOK, _("粘贴的表格 %(day)s.csv") % {"day": call.on}
    )


def _table(given: PasteForm, registers: Registers) -> PastedTable:
    return figures_of_many(read_cells(given.block), registers, given.told())


def _page(form: Bound[Any]) -> PastePage:
    figures = tuple((field.code, _(field.label)) for field in YEARLY_FIELDS if field.yearly)
    return PastePage(form, PasteGrid(), figures, tuple((unit, _(label)) for unit, label in UNIT_LABELS.items()))
