"""The groups of an import's rows above their table, and the bar that decides many of them."""

from collections.abc import Iterator, Sequence

from app.doors.lists.bulk import BulkButton, BulkForm
from app.doors.lists.query import ListQuery
from app.enterprises.imports.domain import ImportState
from app.enterprises.imports.models import ImportRun
from app.enterprises.imports.row_groups.domain import rule_of
from app.enterprises.imports.row_groups.queries import RowGroup
from app.kit.i18n import N_, _
from app.web.shared.tabs import Tab


def group_tabs(run: ImportRun, query: ListQuery, groups: Sequence[RowGroup]) -> Iterator[Tab]:
    """One tab a reason, with how many of its rows still wait, or how many there are; none where all rows have one reason."""
    if len(groups) < 2 and not query["reason"]:
        return
    base = f"/imports/{run.id}"
    yield Tab(_("全部原因"), query.address(base, reason=""), not query["reason"])
    for group in groups:
        label, active = _(rule_of(group.outcome, group.code).label), query["reason"] == group.code
        waits = f"{group.undecided:,} / {group.rows:,}" if group.asks else f"{group.rows:,}"
        yield Tab(label, query.address(base, reason=group.code), active, waits)


def bulk_form(run: ImportRun, reason: str, groups: Sequence[RowGroup]) -> BulkForm | None:
    """The bar over rows that wait; None where nothing can be decided."""
    shown = [group for group in groups if group.asks and reason in ("", group.code)]
    if not shown or run.state in (ImportState.UNDOING, ImportState.UNDONE):
        return None
    undecided = sum(group.undecided for group in shown)
    buttons = [BulkButton(N_("决定勾选的行"))]
    if undecided:
        buttons.append(BulkButton(_("决定全部待定的 %(n)s 行") % {"n": f"{undecided:,}"}, every=True))
    hint = N_("勾选后一起决定（按住 Shift 选一段），先看清再写入")
    return BulkForm(f"/imports/{run.id}/rows/decide", f"import-{run.id}", hint, tuple(buttons))
