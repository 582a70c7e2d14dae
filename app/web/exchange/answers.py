"""回执表: a partner's answer is handed in, looked at row by row, and registered in the background."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, at_field, empty
from app.doors.lists.listed import Listed
from app.doors.lists.query import ListQuery
from app.doors.lists.view import ListView
from app.exchange.actions import HAND_OVER
from app.exchange.handovers.domain import ITEM_LABELS
from app.exchange.lists import ANSWERS, AnswerFilter
from app.exchange.partners.models import Partner
from app.exchange.sheets.answers import ReadAnswer, judge, read_answer
from app.exchange.sheets.domain import BADGES, FINDING_LABELS, REGISTERED, JudgedRow, RowFinding
from app.exchange.sheets.registration import JOB_KIND, get_answer, order_answer, receive_answer
from app.exchange.sheets.service import SheetBatch, get_batch
from app.files.models import StoredFile
from app.files.vault import Upload
from app.jobs.models import Job
from app.jobs.queries import get_job
from app.kit.actor import Actor
from app.kit.errors import Invalid, NotFound
from app.kit.i18n import _, ngettext
from app.kit.lists.viewer import Viewer
from app.kit.tabular.reader import MAX_BYTES
from app.web.exchange.lines import Badge
from app.web.exchange.tabs import ExchangeTab, exchange_tabs

router = GuardedRouter(door="web", prefix="/exchange/handovers")


class AnswerForm(BaseModel):
    """An answer handed in: the file, and no field besides."""


@dataclass(frozen=True)
class AnswerUploadPage:
    """Where an answer is handed in."""

    tabs: tuple[ExchangeTab, ...]
    base: str
    number: str
    partner: Partner
    form: Bound[Any]
    limit_mb: int


@dataclass(frozen=True)
class PartnerAnswerLine:
    """One row of the answer."""

    place: str
    label: str
    identity: str
    result: str
    finding: Badge
    note: str


@dataclass(frozen=True)
class AnswerPage:
    """What registering the answer would change."""

    tabs: tuple[ExchangeTab, ...]
    base: str
    number: str
    partner: Partner
    file: StoredFile
    ready: int
    ready_text: str
    views: tuple[ExchangeTab, ...]
    list: Listed[JudgedRow, PartnerAnswerLine]
    without_reason: bool
    unread_sheets: tuple[str, ...]


@dataclass(frozen=True)
class RegisteredPage:
    """The registration, under way or done."""

    tabs: tuple[ExchangeTab, ...]
    number: str
    partner: Partner
    base: str
    job: Job
    running: bool
    text: str
    counts: tuple[tuple[str, int], ...]
    rows_url: str


@router.get("/{number}/answer", action=HAND_OVER)
def upload_page(call: Call, number: str) -> Response:
    """Where the answer is handed in."""
    batch = get_batch(call.session, call.actor, number)
    return call.render("web/exchange/answer_new.html", _upload_page(batch, empty()))


@router.post("/{number}/answer", action=HAND_OVER)
def upload(call: Call, number: str) -> Response:
    """Keep the file; what is no answer is refused with what is wrong with it."""
    batch = get_batch(call.session, call.actor, number)
    return call.submit(
        AnswerForm,
        lambda _given: receive_answer(call.session, call.vault, **call.by, batch=batch, upload=uploaded(call.form)),
        done=lambda file: call.redirect(f"{_base(batch)}/{file.id}"),
        again=lambda bound: call.render("web/exchange/answer_new.html", _upload_page(batch, bound)),
        heed=at_field("file"),
    )


def uploaded(form: FormData) -> Upload:
    """The file of a form. Raises `Invalid` beside the field for none, or one that is too large."""
    given = form.get("file")
    if not isinstance(given, UploadFile) or not given.filename:
        message = _("请选择文件。")
        raise Invalid("upload.no_file", message, {"file": message})
    if given.size is not None and given.size > MAX_BYTES:
        message = _("文件超过上限 %(n)s MB。") % {"n": MAX_BYTES // 1024 // 1024}
        raise Invalid("upload.too_large", message, {"file": message})
    return Upload(given.file, given.filename)


LIST: ListView[JudgedRow, AnswerFilter, PartnerAnswerLine] = ListView(
    base="/exchange/handovers", source=ANSWERS, lines=lambda _viewer, _rows: (), size=100
)


@router.get("/{number}/answer/{file_id:int}", action=HAND_OVER)
def answer_page(call: Call, number: str, file_id: int, query: Annotated[ListQuery, LIST.asked]) -> Response:
    """Row by row, what would be registered and what not; nothing is written."""
    batch = get_batch(call.session, call.actor, number)
    file = get_answer(call.session, call.actor, file_id)
    read = read_answer(call.vault.blobs.path(file.sha256))
    judged = judge(call.session, batch.partner, read.answers)
    return call.render("web/exchange/answer.html", _answer_page(call.viewer, (batch, file), read, judged, query))


@router.post("/{number}/answer/{file_id:int}", action=HAND_OVER)
def confirm(call: Call, number: str, file_id: int) -> Response:
    """Register it in the background."""
    batch = get_batch(call.session, call.actor, number)
    file = get_answer(call.session, call.actor, file_id)
    job = order_answer(call.session, **call.by, batch=batch, file=file)
    return call.redirect(f"/exchange/handovers/{batch.row.number}/answers/{job.id}")


@router.get("/{number}/answers/{job_id:int}", action=HAND_OVER)
def registered_page(call: Call, number: str, job_id: int) -> Response:
    """How far the registration is, and what it brought."""
    page = _registered_page(call.session, call.actor, number, job_id)
    return call.render("web/exchange/answer_registered.html", page)


@router.get("/{number}/answers/{job_id:int}/progress", action=HAND_OVER)
def progress(call: Call, number: str, job_id: int) -> Response:
    """The bar alone, asked for every second."""
    return call.bar("web/exchange/_answer_progress.html", _registered_page(call.session, call.actor, number, job_id))


def _base(batch: SheetBatch) -> str:
    return f"/exchange/handovers/{batch.row.number}/answer"


def _upload_page(batch: SheetBatch, form: Bound[Any]) -> AnswerUploadPage:
    limit = MAX_BYTES // 1024 // 1024
    return AnswerUploadPage(exchange_tabs("handovers"), _base(batch), batch.row.number, batch.partner, form, limit)


def _answer_page(
    viewer: Viewer,
    given: tuple[SheetBatch, StoredFile],
    read: ReadAnswer,
    judged: Sequence[JudgedRow],
    query: ListQuery,
) -> AnswerPage:
    (batch, file), counts = given, Counter(each.finding for each in judged)
    ready, number = sum(counts[finding] for finding in REGISTERED), batch.row.number
    base = f"{_base(batch)}/{file.id}"
    view = replace(LIST, lines=lambda _viewer, rows: [_line(each, number) for each in rows])
    return AnswerPage(
        tabs=exchange_tabs("handovers"),
        base=base,
        number=number,
        partner=batch.partner,
        file=file,
        ready=ready,
        ready_text=ngettext("登记 %(num)s 条", "登记 %(num)s 条", ready) % {"num": f"{ready:,}"},
        views=_views(base, counts, query["only"]),
        list=view.listed(query, viewer, base, rows=judged),
        without_reason=read.without_reason and bool(counts[RowFinding.REJECTED]),
        unread_sheets=read.unread_sheets,
    )


def _views(base: str, counts: Counter[RowFinding], only: str) -> tuple[ExchangeTab, ...]:
    """All rows, and those of each finding that there is."""
    found = [(finding, _(FINDING_LABELS[finding]), counts[finding]) for finding in RowFinding if counts[finding]]
    tabs = [ExchangeTab(_("全部"), base, not only, f"{sum(counts.values()):,}")]
    tabs += [ExchangeTab(label, f"{base}?only={code}", only == code, f"{n:,}") for code, label, n in found]
    return tuple(tabs)


def _line(judged: JudgedRow, number: str) -> PartnerAnswerLine:
    answer = judged.answer
    return PartnerAnswerLine(
        place=" ".join((answer.sheet, _("第 %(n)s 行") % {"n": answer.row})).strip(),
        label=judged.known.label if judged.known else "",
        identity=answer.identity,
        result=answer.result,
        finding=(BADGES.get(judged.finding, "idle"), _(FINDING_LABELS[judged.finding])),
        note=_("；").join(_notes(judged, number)),
    )


def _notes(judged: JudgedRow, number: str) -> list[str]:
    """What the row says besides, or why it is not registered."""
    answer, known = judged.answer, judged.known
    match judged.finding:
        case RowFinding.UNREADABLE:
            return [_unreadable(judged)]
        case RowFinding.UNKNOWN:
            return [_("没有向对方报送过这个标识")]
        case RowFinding.OTHER_VERSION:
            return [_("报送过的版本：%(versions)s") % {"versions": "、".join(judged.versions)}]
        case RowFinding.CONTRADICTORY:
            return [_("同一记录在第 %(n)s 行另有结果，都不登记") % {"n": judged.other}]
        case RowFinding.REPEATED:
            return [_("与第 %(n)s 行相同，只登记一次") % {"n": judged.other}]
        case RowFinding.SAME | RowFinding.LATE if known is not None:
            return [_("该记录现为：%(state)s") % {"state": _(ITEM_LABELS[known.state])}]
    notes = [answer.reason] if answer.reason else []
    if judged.finding is RowFinding.REJECTED and not answer.reason:
        notes.append(_("没有写明原因"))
    if known is not None and known.number != number:
        notes.append(_("属于批次 %(number)s") % {"number": known.number})
    return notes


def _unreadable(judged: JudgedRow) -> str:
    if judged.answer.broken:
        return _("这一行已损坏，读不出各列")
    if not judged.answer.identity:
        return _("没有报送标识")
    return _("“%(text)s”不是 接收、退回 或 处理中") % {"text": judged.answer.result[:40]}


def _registered_page(session: Session, actor: Actor, number: str, job_id: int) -> RegisteredPage:
    batch = get_batch(session, actor, number)
    job = get_job(session, job_id)
    if job.kind != JOB_KIND or job.params.get("answer") != batch.row.number:
        raise NotFound("job.unknown", _("没有这项任务。"))
    counts = job.result.get("counts") or job.checkpoint.get("counts") or {}
    labels = {"accepted": _("接收"), "rejected": _("退回"), "pending": _("处理中")}
    return RegisteredPage(
        tabs=exchange_tabs("handovers"),
        number=batch.row.number,
        partner=batch.partner,
        base=f"/exchange/handovers/{batch.row.number}/answers/{job.id}",
        job=job,
        running=job.running,
        text=_("已登记 %(done)s / %(total)s 条") % {"done": f"{job.done:,}", "total": f"{job.total:,}"},
        counts=tuple((label, counts.get(code, 0)) for code, label in labels.items()),
        rows_url=f"{_base(batch)}/{job.params['file']}",
    )
