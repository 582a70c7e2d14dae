"""导入: upload a list, check how it is understood, take it in, decide what waits."""

from typing import Annotated, Any

from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response, StreamingResponse

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, at_field, bind, empty
from app.doors.lists.query import ListQuery
from app.doors.pages.documents import content_disposition
from app.enterprises.actions import IMPORT
from app.enterprises.complete_lists.schemas import CompleteListInput
from app.enterprises.imports.blank_lists import blank_list
from app.enterprises.imports.domain import ImportKind, ImportState, RowOutcome
from app.enterprises.imports.fields import FIELDS
from app.enterprises.imports.models import ImportRun
from app.enterprises.imports.queries import get_run_visible_to
from app.enterprises.imports.remembered.service import guess_again
from app.enterprises.imports.returned.rows import hand_back
from app.enterprises.imports.staging import SheetChoice, StagedFile, abandon, change_reading, sheets_of, stage, start
from app.files.service.storing import store
from app.jobs import service as jobs
from app.jobs.domain import JobState
from app.jobs.queries import get_job
from app.kit.errors import Invalid, NotFound
from app.kit.i18n import _
from app.kit.lists.filters import number_in
from app.kit.tabular import open_table
from app.kit.tabular.reader import MAX_BYTES
from app.web.imports import pages, row_pages
from app.web.imports.blank_lines import told_blanks
from app.web.imports.complete_form import refused_with
from app.web.imports.sheet_page import LookedAt, RefusedReading, sheet_page

_FIRST = LookedAt()
router = GuardedRouter(door="web", prefix="/imports")

_LAST_ROW = 1_048_577
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ImportForm(BaseModel):
    """A list to be taken in: of what; the file comes beside it."""

    kind: str = ImportKind.WORKBOOK


@router.get("", action=IMPORT)
def list_page(call: Call, query: Annotated[ListQuery, pages.LIST.asked]) -> Response:
    page = pages.ListPage(pages.LIST.listed(query, call.viewer), row_pages.count_waiting(call.viewer))
    return call.render("web/imports/list.html", page)


@router.get("/new", action=IMPORT)
def new_page(call: Call, kind: str = ImportKind.WORKBOOK) -> Response:
    return call.render("web/imports/new.html", pages.new_page(empty(), kind))


@router.get("/templates/{kind}.{ending}", action=IMPORT)
def template(call: Call, kind: str, ending: str) -> Response:
    if kind not in FIELDS or ending not in {"csv", "xlsx"}:
        raise NotFound("import.template_unknown", _("没有这个模板。"))
    body = blank_list(ImportKind(kind), xlsx=ending == "xlsx")
    return _download(f"yumiao-{kind}.{ending}", _XLSX if ending == "xlsx" else "text/csv; charset=utf-8", body)


@router.post("", action=IMPORT)
def upload(call: Call) -> Response:
    return call.submit(
        ImportForm,
        lambda given: _staged(call, given.kind),
        done=lambda run: call.redirect(f"/imports/{run.id}", good=_("文件已上传，请核对列的对应关系，然后开始导入。")),
        again=lambda bound: call.render(
            "web/imports/new.html",
            pages.new_page(bound, bound.raw.get("kind") or ImportKind.WORKBOOK),
        ),
        heed=at_field("file"),
    )


def _staged(call: Call, kind: str) -> ImportRun:
    """The list of the form, kept and looked at."""
    given = call.form.get("file")
    if kind not in set(ImportKind):
        raise Invalid("import.kind", _("请选择名单的种类。"), {"kind": _("请选择名单的种类。")})
    if not isinstance(given, UploadFile) or not given.filename:
        raise Invalid("import.no_file", _("请选择要导入的文件。"), {"file": _("请选择要导入的文件。")})
    if given.size is not None and given.size > MAX_BYTES:
        raise Invalid("files.too_large", _too_large(given.size))
    stored = store(call.session, call.vault, **call.by, source=given.file, name=given.filename)
    file = StagedFile(stored.sha256, call.vault.blobs.path(stored.sha256), stored.name)
    return stage(call.session, **call.by, upload=file, kind=ImportKind(kind))


@router.get("/{import_id:int}", action=IMPORT)
def run_page(call: Call, import_id: int, query: Annotated[ListQuery, row_pages.ROWS.asked]) -> Response:
    outcome = query["outcome"]
    run = get_run_visible_to(call.session, call.actor, import_id)
    if run.state == ImportState.UPLOADED:
        return _mapping(call, run, looked_at=LookedAt(number_in(query["sheet"]), number_in(query["part"]) or 0))
    if run.state == ImportState.STARTED and run.job_id is not None:
        job = get_job(call.session, run.job_id)
        if job.state != JobState.DONE:
            return call.render("web/imports/progress.html", pages.progress_page(run, job))
    if run.state == ImportState.UNDOING:
        return call.redirect(f"/imports/{run.id}/undo")
    if outcome and outcome not in set(RowOutcome):
        raise NotFound("import.outcome_unknown", _("没有这个结果类别。"))
    page = row_pages.result_page(call.viewer, run, query.changed(outcome=outcome or _first_open(run)))
    return call.render("web/imports/result.html", page)


@router.get("/{import_id:int}/progress", action=IMPORT)
def progress(call: Call, import_id: int) -> Response:
    run = get_run_visible_to(call.session, call.actor, import_id)
    if run.job_id is None:
        raise NotFound("import.not_started", _("该导入尚未开始。"))
    return call.bar("web/imports/progress_fragment.html", pages.progress_page(run, get_job(call.session, run.job_id)))


@router.post("/{import_id:int}/mapping", action=IMPORT)
def save_mapping(call: Call, import_id: int) -> Response:
    run = get_run_visible_to(call.session, call.actor, import_id, lock=True)
    position, part = (number_in(str(call.form.get(name) or "")) or 0 for name in ("sheet", "part"))
    table = open_table(call.settings.vault.blobs.path(run.file_sha256))
    choices = {position: _choice(call.form)}
    return call.attempt(
        lambda: change_reading(call.session, **call.by, run=run, table=table, choices=choices),
        done=lambda _done: call.redirect(
            f"/imports/{run.id}?sheet={position}" + (f"&part={part}" if part else ""),
            good=_("列的对应关系已更新，下面的预览按新的对应重新计算。"),
        ),
        refused=lambda refusal: _mapping(call, run, refusal.message, looked_at=LookedAt(position, part)),
        only=Invalid,
    )


@router.post("/{import_id:int}/sheets/{position:int}/guess", action=IMPORT)
def guess(call: Call, import_id: int, position: int) -> Response:
    run = get_run_visible_to(call.session, call.actor, import_id, lock=True)
    table = open_table(call.settings.vault.blobs.path(run.file_sha256))
    place = guess_again(call.session, actor=call.actor, run=run, position=position, table=table)
    return call.redirect(f"/imports/{import_id}?sheet={place}", good=_("已改为按表头猜的对应；记住的仍保留。"))


@router.post("/{import_id:int}/start", action=IMPORT)
def begin(call: Call, import_id: int) -> Response:
    run = get_run_visible_to(call.session, call.actor, import_id, lock=True)
    accept, said = call.form.get("accept_unconfirmed") == "1", call.form.get("complete") == "1"
    bound = bind(CompleteListInput, call.form) if said else None
    if bound is not None and bound.model is None:
        return _mapping(call, run, _("请补全完整名单的说明。"), complete=bound)
    complete = bound.model if bound else None
    return call.attempt(
        lambda: start(call.session, **call.by, run=run, accept_unconfirmed=accept, complete=complete),
        done=lambda _done: call.redirect(f"/imports/{run.id}"),
        refused=lambda refusal: _mapping(call, run, refusal.message, complete=refused_with(bound, refusal)),
        only=Invalid,
    )


@router.post("/{import_id:int}/stop", action=IMPORT)
def stop(call: Call, import_id: int) -> Response:
    run = get_run_visible_to(call.session, call.actor, import_id, lock=True)
    jobs.cancel(call.session, job=_job_of(call.session, run), now=call.now)
    return call.redirect(f"/imports/{run.id}", info=_("将在当前批次结束后停止，已导入的部分保留。"))


@router.post("/{import_id:int}/resume", action=IMPORT)
def resume(call: Call, import_id: int) -> Response:
    run = get_run_visible_to(call.session, call.actor, import_id, lock=True)
    jobs.retry(call.session, job=_job_of(call.session, run))
    return call.redirect(f"/imports/{run.id}", good=_("从上次停下的地方继续。"))


@router.post("/{import_id:int}/abandon", action=IMPORT)
def drop(call: Call, import_id: int) -> Response:
    run = get_run_visible_to(call.session, call.actor, import_id, lock=True)
    abandon(call.session, **call.by, run=run)
    return call.redirect("/imports", info=_("已放弃这次导入。"))


@router.get("/{import_id:int}/rejected", action=IMPORT)
def rejected(call: Call, import_id: int, sheet: int | None = None) -> Response:
    run = get_run_visible_to(call.session, call.actor, import_id)
    sheets = sheets_of(call.session, run)
    wanted = next((each for each in sheets if (each.rejected if sheet is None else each.position == sheet)), None)
    if wanted is None:
        raise NotFound("import.nothing_rejected", _("没有未导入的行。"))
    found = hand_back(call.session, run, call.settings.vault.blobs.path(run.file_sha256), wanted)
    return _download(found.name, found.media_type, found.body)


@router.get("/{import_id:int}/original", action=IMPORT)
def original(call: Call, import_id: int) -> Response:
    run = get_run_visible_to(call.session, call.actor, import_id)
    blobs = call.settings.vault.blobs
    blobs.path(run.file_sha256)
    headers = {"content-disposition": content_disposition(run.file_name)}
    return StreamingResponse(blobs.stream(run.file_sha256), media_type="application/octet-stream", headers=headers)


def _mapping(
    call: Call,
    run: ImportRun,
    *errors: str,
    looked_at: LookedAt = _FIRST,
    complete: Bound[CompleteListInput] | None = None,
) -> Response:
    path, refused = call.settings.vault.blobs.path(run.file_sha256), RefusedReading(errors, complete)
    page = sheet_page(call.session, call.actor, run, path, now=call.now, looked_at=looked_at, refused=refused)
    return call.render("web/imports/mapping.html", page, status=422 if errors else 200)


def _choice(form: FormData) -> SheetChoice:
    """What the form says about one sheet."""
    header = number_in(str(form.get("header_row") or ""))
    return SheetChoice(
        chosen=form.get("chosen") == "1",
        register=str(form.get("register") or ""),
        columns=_indexed(form, "field"),
        units=_indexed(form, "unit"),
        given={key.removeprefix("given-"): str(value) for key, value in form.items() if key.startswith("given-")},
        other_unit=str(form.get("other_unit") or ""),
        header_row=header if header and header < _LAST_ROW else None,
        above=told_blanks(form),
        tables=str(form.get("tables") or ""),
    )


def _first_open(run: ImportRun) -> str:
    """Which rows a result opens with: what waits for a person, else what was handed back, else what is new."""
    for outcome in (RowOutcome.DIFFERS, RowOutcome.QUEUED, RowOutcome.REJECTED, RowOutcome.CREATED, RowOutcome.CHANGED):
        if getattr(run, outcome.value):
            return outcome.value
    return RowOutcome.UNCHANGED.value


def _job_of(session: Session, run: ImportRun) -> Any:
    if run.job_id is None:
        raise NotFound("import.not_started", _("该导入尚未开始。"))
    return get_job(session, run.job_id)


def _indexed(form: FormData, name: str) -> dict[int, str]:
    """The fields `name-0`, `name-1` … by their number."""
    found = {}
    for key, value in form.items():
        prefix, _dash, number = key.rpartition("-")
        place = number_in(number)
        if prefix == name and place is not None and isinstance(value, str):
            found[place] = value
    return found


def _too_large(size: int) -> str:
    return _("文件有 %(size)s MB，超过上限 %(limit)s MB。请按乡镇或年份拆成几个文件再导入。") % {
        "size": -(-size // 1024 // 1024),
        "limit": MAX_BYTES // 1024 // 1024,
    }


def _download(name: str, media_type: str, body: bytes) -> Response:
    return Response(body, media_type=media_type, headers={"content-disposition": content_disposition(name)})
