"""记住的列对应: how sheets of which headings are read from now on, by whose choice; each can be forgotten."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.lists.listed import Listed
from app.doors.lists.query import ListQuery
from app.doors.lists.view import ListView
from app.enterprises.actions import IMPORT
from app.enterprises.imports.lists import REMEMBERED
from app.enterprises.imports.models import RememberedMapping
from app.enterprises.imports.registers import registers_of
from app.enterprises.imports.remembered.service import forget
from app.kit.db import composition_of
from app.kit.i18n import N_, _
from app.kit.lists.viewer import Viewer

BASE = "/imports/remembered"
router = GuardedRouter(door="web", prefix=BASE)


@dataclass(frozen=True)
class RememberedLine:
    """One remembered mapping: its headings, what such sheets are."""

    row: RememberedMapping
    register: str


@dataclass(frozen=True)
class RememberedPage:
    """What the office remembers."""

    list: Listed[RememberedMapping, RememberedLine]


def _lines(viewer: Viewer, rows: Sequence[RememberedMapping]) -> Sequence[RememberedLine]:
    registers = registers_of(composition_of(viewer.session))
    names = {code: _(register.label) for code, register in registers.items()}
    return [RememberedLine(row, names.get(row.reading["register"], "")) for row in rows]


LIST = ListView(base=BASE, source=REMEMBERED, lines=_lines, title=N_("记住的列对应"))


@router.get("", action=IMPORT)
def remembered_page(call: Call, query: Annotated[ListQuery, LIST.asked]) -> Response:
    """The mappings that the officer's office remembers, the newest first."""
    return call.render("web/imports/remembered.html", RememberedPage(LIST.listed(query, call.viewer)))


@router.post("/{mapping_id:int}/forget", action=IMPORT)
def forget_mapping(call: Call, mapping_id: int) -> Response:
    """Sheets of these headings are guessed again."""
    return call.act(
        lambda: forget(call.session, **call.by, mapping_id=mapping_id),
        BASE,
        good=_("已删除；下次遇到同样的表头，重新按表头猜。"),
    )
