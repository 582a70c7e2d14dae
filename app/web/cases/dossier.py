"""卷宗: a case on paper as it stood on any day, as PDF or with its evidence as one ZIP."""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import date, datetime

from fastapi import Request
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.cases import queries
from app.cases.models import CaseFile
from app.cases.printouts.actions import DOSSIER
from app.cases.printouts.archive import archive_name, pack_dossier
from app.cases.printouts.dossier import Dossier, collect_dossier, official_dossier
from app.cases.printouts.dossier_job import JOB_KIND, is_big, note_dossier, order_dossier
from app.cases.printouts.pdf import print_dossier
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, empty
from app.doors.pages.documents import content_disposition, send_file
from app.doors.requests.deps import noting
from app.doors.requests.streams import DatabaseStream
from app.files.models import StoredFile
from app.jobs.domain import JobState
from app.jobs.models import Job
from app.jobs.queries import get_job, list_about
from app.kit.actor import Actor
from app.kit.clock import today, utc_now
from app.kit.errors import Invalid, NotFound
from app.kit.i18n import _
from app.kit.storage.blobs import BlobStore

router = GuardedRouter(door="web", prefix="/cases")


class DayForm(BaseModel):
    """As of the end of which day."""

    model_config = ConfigDict(extra="ignore")

    on: date


@dataclass(frozen=True)
class ArchiveLine:
    """An archive made in the background: as of which day, by whom, how far it is, where it is taken."""

    job: Job
    on: str
    running: bool
    done: bool
    text: str
    url: str


@dataclass(frozen=True)
class DossierPage:
    """The day, and what the dossier of that day holds; None where there is none of that day."""

    case: CaseFile
    form: Bound[DayForm]
    dossier: Dossier | None
    size: int
    big: bool
    archives: tuple[ArchiveLine, ...]


@router.get("/{number}/dossier", action=DOSSIER)
def dossier_page(call: Call, number: str, on: str = "") -> Response:
    """What the dossier holds as of `on` (today when it says nothing), and how it is taken."""
    case = queries.get_visible_to(call.session, call.actor, number)
    form: Bound[DayForm] = empty({"on": on or call.on.isoformat()})
    return _page(call, case, form, call.settings.office)


@router.post("/{number}/dossier", action=DOSSIER)
def order(call: Call, number: str) -> Response:
    """Have the archive made in the background."""
    return call.submit(
        DayForm,
        lambda given: order_dossier(call.session, **call.by, number=number, on=given.on, office=call.settings.office),
        done=lambda job: call.redirect(
            f"/cases/{number}/dossier?on={job.params['on']}", info=_("正在生成压缩包，完成后在下面下载。")
        ),
        again=lambda bound: _page(
            call, queries.get_visible_to(call.session, call.actor, number), bound, call.settings.office
        ),
    )


@router.get("/{number}/dossier.pdf", action=DOSSIER, slow=True)
def take_pdf(call: Call, number: str, on: str = "") -> Response:
    """The record as PDF."""
    case = queries.get_visible_to(call.session, call.actor, number)
    dossier = official_dossier(call.session, case, **call.by, on=_day(on, call.now), office=call.settings.office)
    body = print_dossier(dossier)
    _note(call.request, case, call.actor, call.now, dossier, "pdf", complete=True)
    return Response(body, media_type="application/pdf", headers=_headers(f"{archive_name(dossier)}.pdf"))


@router.get("/{number}/dossier.zip", action=DOSSIER, slow=True)
def take_zip(call: Call, number: str, on: str = "") -> Response:
    """Everything in one archive, sent while it is written."""
    case = queries.get_visible_to(call.session, call.actor, number)
    dossier = official_dossier(call.session, case, **call.by, on=_day(on, call.now), office=call.settings.office)
    blocks = _streamed(call, call.vault.blobs, case, dossier)
    return DatabaseStream(
        call.request, blocks, media_type="application/zip", headers=_headers(f"{archive_name(dossier)}.zip")
    )


@router.get("/{number}/dossier/{job_id:int}.zip", action=DOSSIER, slow=True)
def take_archive(call: Call, number: str, job_id: int) -> Response:
    """An archive that was made in the background."""
    case, job = _job(call.session, call.actor, number, job_id)
    if job.state != JobState.DONE:
        raise _unknown()
    response = send_file(call.vault, call.session.get_one(StoredFile, job.result["file"]))
    with noting(call.request) as writing:
        note_dossier(writing, case, **call.by, on=job.params["on"], form="zip")
    return response


@router.get("/{number}/dossier/{job_id:int}/progress", action=DOSSIER)
def progress(call: Call, number: str, job_id: int) -> Response:
    """The bar alone, asked for every second."""
    return call.bar("web/cases/_dossier_progress.html", _archive(*_job(call.session, call.actor, number, job_id)))


# -- parts -------------------------------------------------------------------------------------------------------------


def _page(call: Call, case: CaseFile, form: Bound[DayForm], office: str) -> Response:
    dossier = None
    try:
        on = _day(str(form.raw.get("on", "")), call.now)
        dossier = collect_dossier(call.session, case, **call.by, on=on, office=office)
    except Invalid as error:
        if not form.errors:
            form.add(error)
    page = DossierPage(
        case=case,
        form=form,
        dossier=dossier,
        size=sum(each.size for each in dossier.evidence) if dossier else 0,
        big=dossier is not None and is_big(dossier),
        archives=tuple(_archive(case, job) for job in list_about(call.session, JOB_KIND, "case", case.id)),
    )
    return call.render("web/cases/dossier.html", page, status=422 if form.errors and dossier is None else 200)


def _job(session: Session, actor: Actor, number: str, job_id: int) -> tuple[CaseFile, Job]:
    """An archive of this case that was ordered; raises `NotFound` for any other work."""
    case, job = queries.get_visible_to(session, actor, number), get_job(session, job_id)
    if job.kind != JOB_KIND or job.params["case"] != case.id:
        raise _unknown()
    return case, job


def _unknown() -> NotFound:
    return NotFound("dossier.archive_unknown", _("没有这份卷宗压缩包，或它还没有生成。"))


def _archive(case: CaseFile, job: Job) -> ArchiveLine:
    return ArchiveLine(
        job=job,
        on=job.params["on"],
        running=job.running,
        done=job.state == JobState.DONE,
        text=_("%(done)s / %(total)s 份") % {"done": job.done, "total": job.total} if job.total else _("等待开始"),
        url=f"/cases/{case.number}/dossier/{job.id}",
    )


def _day(text: str, now: datetime) -> date:
    """The day of an address; today when it says nothing. Raises `Invalid`."""
    if not text:
        return today(now)
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = _("日期不存在或格式不正确，请按 2021-06-30 填写。")
        raise Invalid("dossier.day", message, {"on": message}) from None


def _streamed(call: Call, blobs: BlobStore, case: CaseFile, dossier: Dossier) -> Generator[bytes]:
    complete = False
    try:
        for _done, block in pack_dossier(dossier, blobs):
            if block:
                yield block
        complete = True
    finally:
        _note(call.request, case, call.actor, utc_now(), dossier, "zip", complete=complete)


def _note(
    request: Request, case: CaseFile, actor: Actor, now: datetime, dossier: Dossier, form: str, *, complete: bool
) -> None:
    with noting(request) as writing:
        row = queries.get_visible_to(writing, actor, case.number)
        note_dossier(writing, row, actor=actor, now=now, on=dossier.on.isoformat(), form=form, complete=complete)


def _headers(name: str) -> dict[str, str]:
    return {"content-disposition": content_disposition(name), "cache-control": "no-store"}
