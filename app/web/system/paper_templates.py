"""系统 → 文书模板: the templates of papers, the bureau's own and the shipped ones, and what they may name."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, Field
from sqlalchemy.orm import Session
from starlette.datastructures import UploadFile
from starlette.responses import Response

from app.cases.printouts.actions import KEEP_TEMPLATES
from app.cases.printouts.file_names import file_name
from app.cases.printouts.models import PaperTemplate
from app.cases.printouts.placeholders import OF_CASE, OF_PAPER, PAPER_LABELS, SYNTAX, PaperKind, Value
from app.cases.printouts.refusals import FIELD
from app.cases.printouts.templates import Shelf, list_own, template_bytes, upload_template, withdraw_template
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, bind, empty
from app.doors.pages.documents import content_disposition
from app.files.domain.kinds import HANDLING, FileKind
from app.files.models import StoredFile
from app.files.vault import Upload
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.programmes.queries import load_catalogue

router = GuardedRouter(door="web", prefix="/system/papers")

MEDIA = {
    PaperKind.LETTER: HANDLING[FileKind.DOCX].media_type,
    PaperKind.TABLE: HANDLING[FileKind.XLSX].media_type,
}


class TemplateForm(BaseModel):
    """Which paper of which programme ("": all) the uploaded template is for."""

    kind: PaperKind
    programme: str = Field(default="", max_length=48)


@dataclass(frozen=True)
class TemplateLine:
    """A template: for which programme, from whom, where it is downloaded and set aside."""

    id: int
    programme: str
    name: str
    url: str
    by: str
    at: datetime | None
    in_use: bool
    withdraw_url: str
    then: str


@dataclass(frozen=True)
class TemplateCard:
    """The templates of one kind of paper."""

    kind: str
    title: str
    lines: tuple[TemplateLine, ...]


@dataclass(frozen=True)
class PlaceholderLine:
    """A placeholder as the list shows it."""

    name: str
    meaning: str
    sample: Value


@dataclass(frozen=True)
class TemplatesPage:
    """All templates, the upload form and the list of placeholders."""

    cards: tuple[TemplateCard, ...]
    form: Bound[TemplateForm]
    kinds: tuple[tuple[str, str], ...]
    programmes: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    placeholders: tuple[tuple[str, tuple[PlaceholderLine, ...]], ...]


def shelf_of(call: Call) -> Shelf:
    """Where this deployment's templates lie."""
    return Shelf(call.settings.seeds_dir / "papers", call.vault.blobs)


@router.get("", action=KEEP_TEMPLATES)
def templates_page(call: Call) -> Response:
    """All templates."""
    return call.render("web/system/papers.html", _page(call.session, empty()))


@router.post("", action=KEEP_TEMPLATES)
def upload(call: Call) -> Response:
    """Try a template out and use it."""
    bound = bind(TemplateForm, call.form)
    given = call.form.get(FIELD)
    if not isinstance(given, UploadFile) or not given.filename:
        bound.errors[FIELD] = [_("请选择模板文件。")]
        return call.render("web/system/papers.html", _page(call.session, bound), status=422)
    file = Upload(given.file, given.filename)
    return call.submit(
        bound,
        lambda data: upload_template(
            call.session, call.settings.vault, **call.by, kind=data.kind, programme=data.programme, upload=file
        ),
        done=lambda _done: call.redirect("/system/papers", good=_("模板已启用。")),
        again=lambda bound: call.render("web/system/papers.html", _page(call.session, bound)),
    )


@router.get("/{kind}/shipped", action=KEEP_TEMPLATES)
def download_shipped(call: Call, kind: str) -> Response:
    """The shipped template of a kind."""
    known = _kind(kind)
    return _sent(known, template_bytes(call.session, shelf_of(call), known, None), _shipped_name(known))


@router.get("/own/{template_id:int}", action=KEEP_TEMPLATES)
def download_own(call: Call, template_id: int) -> Response:
    """A template that the bureau uploaded, one set aside included."""
    row = call.session.get(PaperTemplate, template_id)
    if row is None:
        raise NotFound("paper.template_unknown", _("没有这份模板，或它已经停用。"))
    kind = PaperKind(row.kind)
    stored = call.session.get_one(StoredFile, row.file_id)
    return _sent(kind, template_bytes(call.session, shelf_of(call), kind, row), stored.name)


@router.post("/own/{template_id:int}/withdraw", action=KEEP_TEMPLATES)
def withdraw(call: Call, template_id: int) -> Response:
    """Set a template aside."""
    withdraw_template(call.session, **call.by, template_id=template_id)
    return call.redirect("/system/papers", good=_("已停用该模板。"))


def _sent(kind: PaperKind, body: bytes, name: str) -> Response:
    headers = {"content-disposition": content_disposition(name), "cache-control": "no-store"}
    return Response(body, media_type=MEDIA[kind], headers=headers)


def _kind(code: str) -> PaperKind:
    if code not in set(PaperKind):
        raise NotFound("paper.kind_unknown", _("没有这种文书。"))
    return PaperKind(code)


def _shipped_name(kind: PaperKind) -> str:
    return file_name(_("%(paper)s模板") % {"paper": _(PAPER_LABELS[kind])}) + kind.extension


def _page(session: Session, form: Bound[TemplateForm]) -> TemplatesPage:
    programmes = {code: str(programme.title) for code, programme in load_catalogue(session).known().items()}
    own = list_own(session)
    return TemplatesPage(
        cards=tuple(
            TemplateCard(
                kind, _(PAPER_LABELS[kind]), _lines(kind, [pair for pair in own if pair[0].kind == kind], programmes)
            )
            for kind in PaperKind
        ),
        form=form,
        kinds=tuple((str(kind), _(PAPER_LABELS[kind])) for kind in PaperKind),
        programmes=tuple(programmes.items()),
        notes=(
            _("占位符写在双大括号里，如 %(value)s；名称须与下表一字不差。") % SYNTAX,
            _(
                "推荐函里直接写每一件的占位符时，指的是第一件。要列出各件，在表格里用一行“%(begin)s”开始、"
                "一行“%(end)s”结束，中间一行写“%(each)s”等。"
            )
            % SYNTAX,
            _("推荐汇总表里写有每一件占位符的那一行按件重复，表头、表尾写整份文书的占位符。模板里不能有公式。"),
        ),
        placeholders=(
            (_("整份文书"), tuple(PlaceholderLine(each.name, _(each.meaning), each.sample) for each in OF_PAPER)),
            (_("每一件"), tuple(PlaceholderLine(each.name, _(each.meaning), each.sample) for each in OF_CASE)),
        ),
    )


def _lines(
    kind: PaperKind, own: list[tuple[PaperTemplate, StoredFile]], programmes: dict[str, str]
) -> tuple[TemplateLine, ...]:
    general = any(not template.programme_code for template, _file in own)
    shipped = TemplateLine(
        id=0,
        programme=_("所有通道"),
        name=_shipped_name(kind),
        url=f"/system/papers/{kind}/shipped",
        by="",
        at=None,
        in_use=not general,
        withdraw_url="",
        then="",
    )
    return (*(_own_line(template, file, programmes, general) for template, file in own), shipped)


def _own_line(template: PaperTemplate, file: StoredFile, programmes: dict[str, str], general: bool) -> TemplateLine:
    code = template.programme_code
    back = _("改用所有通道共用的模板。") if code and general else _("改用系统自带的模板。")
    return TemplateLine(
        id=template.id,
        programme=programmes.get(code, code) if code else _("所有通道"),
        name=file.name,
        url=f"/system/papers/own/{template.id}",
        by=template.by_name,
        at=template.at,
        in_use=True,
        withdraw_url=f"/system/papers/own/{template.id}/withdraw",
        then=back,
    )
