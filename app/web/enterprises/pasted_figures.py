"""粘贴年度数据: a block of one firm's figures by years, items or years across, read and looked at like a file."""

from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, empty
from app.enterprises.actions import IMPORT
from app.enterprises.imports.domain import ImportKind
from app.enterprises.imports.mapping import Registers
from app.enterprises.imports.models import ImportRun
from app.enterprises.imports.pasted.cells import MAX_COLUMNS, MAX_ROWS, read_cells
from app.enterprises.imports.pasted.table import PastedTable, PastingFirm, figures_of_one
from app.enterprises.imports.sheets import allowed
from app.enterprises.models import Enterprise
from app.kit.db import composition_of
from app.kit.i18n import _
from app.web.enterprises.head import EnterpriseHead, editable_firm, head_of
from app.web.imports.paste import PasteForm, bound_block, shown_grid, stage_table
from app.web.imports.paste_grid import PasteGrid

router = GuardedRouter(door="web", prefix="/enterprises/{uscc}/figures/paste")


@dataclass(frozen=True)
class PastedFiguresPage:
    """The form below the head of the firm."""

    head: EnterpriseHead
    form: Bound[Any]
    grid: PasteGrid
    most_rows: int = MAX_ROWS
    most_columns: int = MAX_COLUMNS


@router.get("", action=IMPORT)
def paste_page(call: Call, uscc: str) -> Response:
    return _shown(call, editable_firm(call.session, call.actor, uscc), empty())


@router.post("/grid", action=IMPORT, reads_only=True)
def show_grid(call: Call, uscc: str) -> Response:
    firm = editable_firm(call.session, call.actor, uscc)
    block = str(bound_block(call).raw["block"])
    return shown_grid(call, ImportKind.FIGURES, lambda registers: _table(block, registers, firm))


@router.post("", action=IMPORT)
def paste(call: Call, uscc: str) -> Response:
    firm = editable_firm(call.session, call.actor, uscc)
    return call.submit(
        bound_block(call),
        lambda given: _staged(call, given, firm),
        done=lambda run: call.redirect(
            f"/imports/{run.id}", good=_("已读取粘贴的表格，请核对将写入什么，然后开始导入。")
        ),
        again=lambda bound: _shown(call, firm, bound),
    )


def _staged(call: Call, given: PasteForm, firm: Enterprise) -> ImportRun:
    registers = allowed(composition_of(call.session), ImportKind.FIGURES)
    name = _("%(name)s 粘贴的年度数据 %(day)s.csv") % {"name": firm.name, "day": call.on}
    return stage_table(call, _table(given.block, registers, firm), ImportKind.FIGURES, name)


def _table(block: str, registers: Registers, firm: Enterprise) -> PastedTable:
    return figures_of_one(read_cells(block), registers, PastingFirm(firm.uscc, firm.name))


def _shown(call: Call, firm: Enterprise, form: Bound[Any]) -> Response:
    head = head_of(call.session, call.actor, firm, call.now, "figures")
    return call.render("web/enterprises/pasted_figures.html", PastedFiguresPage(head, form, PasteGrid()))
