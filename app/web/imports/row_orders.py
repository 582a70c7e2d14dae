"""导入: many rows that wait decided at once: what can be decided of those chosen, the order, what became of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.pages.render import safe_next
from app.enterprises.actions import IMPORT
from app.enterprises.imports.models import ImportRun
from app.enterprises.imports.queries import get_run_visible_to
from app.enterprises.imports.row_groups.domain import CHOICE_LABELS, MOST_SEEN, TAKING, UNDO, RowGroupRule, rule_of
from app.enterprises.imports.row_groups.orders import (
    JOB_KIND,
    MOST_TICKED,
    OrderResult,
    place_order,
    say_ahead,
)
from app.enterprises.imports.row_groups.queries import ChosenRows, RowGroup, last_id, list_first, list_groups, list_ids
from app.enterprises.imports.runner import chosen_sheets
from app.jobs.models import Job
from app.jobs.queries import get_ordered_visible_to
from app.kit.errors import DomainError, NotFound
from app.kit.i18n import _, current_locale
from app.kit.lists.filters import number_in
from app.web.imports.row_pages import ROWS, DecisionRow, decision_rows

router = GuardedRouter(door="web", prefix="/imports")

_SHOWN = 20
_CHOICE = "choice-"


@dataclass(frozen=True)
class RowGroupLine:
    """The chosen rows of one reason: what can be decided of them, what that does, and the first of them, or all that must be seen."""

    code: str
    label: str
    rows: int
    undecided: int
    choices: tuple[tuple[str, str], ...]
    chosen: str
    notes: tuple[str, ...]
    lines: tuple[DecisionRow, ...]


@dataclass(frozen=True)
class RowOrderPage:
    """What can be decided of the chosen rows, by reason; nothing is written yet."""

    run: ImportRun
    groups: tuple[RowGroupLine, ...]
    total: int
    ids: str
    filter: str
    until: int
    note: str
    back: str
    error: str


@dataclass(frozen=True)
class OrderResultPage:
    """An order under way or done."""

    run: ImportRun
    job: Job
    running: bool
    text: str
    result: OrderResult
    told: tuple[tuple[int, str, str], ...]


@router.post("/{import_id:int}/rows/decide", action=IMPORT, reads_only=True)
def choose(call: Call, import_id: int) -> Response:
    """What can be decided of the ticked rows, or of all of the filter that wait."""
    run = get_run_visible_to(call.session, call.actor, import_id)
    chosen = _chosen(call, run)
    if not chosen.ids and not chosen.until:
        return call.redirect(_back(call, run), bad=_("请先勾选行，再一起决定。"))
    return _page(call, run, chosen)


@router.post("/{import_id:int}/rows/order", action=IMPORT)
def order(call: Call, import_id: int) -> Response:
    """Hand exactly the rows that were looked at to the background work."""
    run = get_run_visible_to(call.session, call.actor, import_id, lock=True)
    chosen, note = _chosen(call, run), str(call.form.get("note") or "")
    choices = _choices(call.form)
    return call.attempt(
        lambda: place_order(call.session, **call.by, run=run, chosen=chosen, choices=choices, note=note),
        done=lambda job: call.redirect(f"/imports/{run.id}/orders/{job.id}"),
        refused=lambda refusal: _page(call, run, chosen, refusal.message),
        only=DomainError,
    )


@router.get("/{import_id:int}/orders/{job_id:int}", action=IMPORT)
def result(call: Call, import_id: int, job_id: int) -> Response:
    """What became of the rows of an order."""
    return call.render("web/imports/row_order_result.html", _result(call, import_id, job_id))


@router.get("/{import_id:int}/orders/{job_id:int}/progress", action=IMPORT)
def progress(call: Call, import_id: int, job_id: int) -> Response:
    """The bar alone, asked for every second."""
    return call.bar("web/imports/row_order_progress.html", _result(call, import_id, job_id))


@router.post("/{import_id:int}/beforehand", action=IMPORT)
def beforehand(call: Call, import_id: int) -> Response:
    """Say what is decided of rows that will wait, before the import begins."""
    run = get_run_visible_to(call.session, call.actor, import_id, lock=True)
    return call.act(
        lambda: say_ahead(call.session, **call.by, run=run, choices=_choices(call.form)),
        f"/imports/{run.id}#beforehand",
        good=_("已记下，导入时照此处理；开始导入之前可以改回。"),
    )


def _choices(form: FormData) -> Mapping[str, str]:
    return {name.removeprefix(_CHOICE): str(value) for name, value in form.items() if name.startswith(_CHOICE)}


def _chosen(call: Call, run: ImportRun) -> ChosenRows:
    """The ticked rows and those kept from other pages, or those of the filter that wait: by their ids where these are few."""
    if call.form.get("which") != "all":
        texts = (*str(call.form.get("rows") or "").split(), *map(str, call.form.getlist("row")))
        ticked = (number_in(text) for text in texts)
        return ChosenRows(ids=tuple(dict.fromkeys(each for each in ticked if each is not None)))
    query = ROWS.model.of(str(call.form.get("filter") or ""))
    every = ChosenRows(
        outcome=query["outcome"],
        main_reason=query["reason"],
        sheet=number_in(query["sheet"]),
        until=number_in(str(call.form.get("until") or "")) or last_id(call.session, run),
    )
    ids = list_ids(call.session, run, every, MOST_TICKED + 1)
    return every if len(ids) > MOST_TICKED else ChosenRows(ids=tuple(ids))


def _back(call: Call, run: ImportRun) -> str:
    return safe_next(str(call.form.get("back") or ""), f"/imports/{run.id}")


def _page(call: Call, run: ImportRun, chosen: ChosenRows, error: str = "") -> Response:
    groups = list_groups(call.session, chosen.of(run.id))
    if not groups:
        return call.redirect(_back(call, run), bad=_("这些行已经决定，或不需要决定。"))
    given = _choices(call.form)
    page = RowOrderPage(
        run=run,
        groups=tuple(_group(call, run, chosen, group, given.get(group.code, "")) for group in groups),
        total=sum(group.rows for group in groups),
        ids=" ".join(map(str, chosen.ids)),
        filter="" if chosen.ids else str(call.form.get("filter") or ""),
        until=chosen.until,
        note=str(call.form.get("note") or ""),
        back=_back(call, run),
        error=error,
    )
    return call.render("web/imports/row_order.html", page, status=422 if error else 200)


def _group(call: Call, run: ImportRun, chosen: ChosenRows, group: RowGroup, given: str) -> RowGroupLine:
    rule = rule_of(group.outcome, group.code)
    sheets = {sheet.position: sheet for sheet in chosen_sheets(call.session, run.id)}
    seen = rule.seen and group.undecided <= MOST_SEEN
    rows = list_first(call.session, run, chosen, group, MOST_SEEN if seen else _SHOWN)
    offered = [each for each in rule.choices if group.undecided and (each not in TAKING or not rule.seen or seen)]
    if group.undecided < group.rows:
        offered.append(UNDO)
    return RowGroupLine(
        code=group.code,
        label=_(rule.label),
        rows=group.rows,
        undecided=group.undecided,
        choices=tuple((each.value, _(CHOICE_LABELS[each])) for each in offered),
        chosen=given,
        notes=tuple(_notes(rule, group)),
        lines=tuple(decision_rows(call.viewer, [(row, run, sheets[row.sheet]) for row in rows])),
    )


def _notes(rule: RowGroupRule, group: RowGroup) -> Iterator[str]:
    if rule.taken:
        yield _(rule.taken)
    if rule.alone:
        yield _(rule.alone)
    if rule.seen and group.undecided > MOST_SEEN:
        yield _("采用之前每一对都要看过：请用勾选，一次最多 %(n)s 行。") % {"n": MOST_SEEN}


def _result(call: Call, import_id: int, job_id: int) -> OrderResultPage:
    run = get_run_visible_to(call.session, call.actor, import_id)
    job = get_ordered_visible_to(call.session, call.actor, JOB_KIND, job_id)
    if job.params["import"] != run.id:
        raise NotFound("job.unknown", _("没有这项任务。"))
    found = OrderResult.of(job.result or job.checkpoint)
    sheets = {sheet.position: sheet.name for sheet in chosen_sheets(call.session, run.id)}
    zh = current_locale() == "zh"
    told = tuple((each.row, sheets.get(each.sheet, ""), each.text if zh else each.text_en) for each in found.told)
    done = {"done": f"{found.decided + found.refused:,}", "total": f"{job.params['total']:,}"}
    return OrderResultPage(run, job, job.running, _("已处理 %(done)s / %(total)s 行") % done, found, told)
