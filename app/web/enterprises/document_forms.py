"""Putting documents on file (several at once), registering one anew, replacing it, taking it off file."""

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session
from starlette.datastructures import UploadFile
from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, bind, empty
from app.doors.forms.merges import JointForm, Together, began_with, was_as
from app.doors.pages.document_words import FRAGMENT, chosen_files, kind_choices, taken
from app.enterprises.models import Enterprise
from app.files import actions, queries
from app.files.domain.kinds import ACCEPTED
from app.files.events import FIELD_LABELS
from app.files.models import Document
from app.files.schemas import DocumentInput, Withdrawal
from app.files.service.documents import change_document, put_on_file, replace_document, withdraw_document
from app.kit.actor import Actor
from app.kit.errors import DomainError, NotFound
from app.kit.i18n import _
from app.web.enterprises.documents import may_keep
from app.web.enterprises.head import EnterpriseHead, head_of, open_firm
from app.web.shared.document_lines import DocumentLine, document_lines
from app.web.shared.enterprise_words import Choices

router = GuardedRouter(door="web")

_YEAR = re.compile(r"(?<!\d)(19[89]\d|20\d\d)(?!\d)")
_EDIT, _REPLACE, _WITHDRAW = "web/documents/edit.html", "web/documents/replace.html", "web/documents/withdraw.html"


@dataclass(frozen=True)
class UploadOutcome:
    """What became of one file of an upload: the document, or why it was refused."""

    name: str
    url: str = ""
    refusal: str = ""


@dataclass(frozen=True)
class DocumentUploadPage:
    """The form that puts documents on file, and what became of the files sent with it."""

    head: EnterpriseHead
    form: Bound[Any]
    labels: dict[str, str]
    kinds: Choices
    accept: str
    limit: int
    outcomes: tuple[UploadOutcome, ...] = ()


@dataclass(frozen=True)
class DocumentFormPage:
    """A form about one document: `kind` edit, replace or withdraw."""

    head: EnterpriseHead
    line: DocumentLine
    form: Bound[Any]
    labels: dict[str, str]
    kinds: Choices
    accept: str
    limit: int
    together: Together | None = None


# -- several at once ---------------------------------------------------------------------------------------------------------


@router.get("/enterprises/{uscc}/documents/new", action=actions.KEEP)
def upload_page(call: Call, uscc: str, kind: str = "") -> Response:
    firm = _open(call.session, call.actor, uscc)
    return call.render("web/documents/upload.html", _upload_page(call, firm, empty({"kind": kind[:40]})))


@router.post("/enterprises/{uscc}/documents/new", action=actions.KEEP)
def upload(call: Call, uscc: str) -> Response:
    firm, bound = _open(call.session, call.actor, uscc), bind(DocumentInput, call.form)
    files = chosen_files(call.form, bound)
    outcomes: tuple[UploadOutcome, ...] = ()
    if bound.valid and bound.model is not None:
        given = bound.model
        outcomes = tuple(_take_in(call, firm, file, given) for file in files)
    refused = not bound.valid or any(outcome.refusal for outcome in outcomes)
    if FRAGMENT not in call.request.headers and not refused:
        return call.redirect(f"/enterprises/{firm.uscc}/documents", good=_stored(len(outcomes)))
    page = _upload_page(call, firm, bound, outcomes)
    template = "web/documents/_outcomes.html" if FRAGMENT in call.request.headers else "web/documents/upload.html"
    return call.render(template, page, status=422 if refused else 200)


def _take_in(call: Call, firm: Enterprise, file: UploadFile, given: DocumentInput) -> UploadOutcome:
    """Put one file on file; a refused one keeps the others."""
    name = file.filename or ""
    several = given.model_copy(update={"title": "", "year": given.year or _year_in(name)})
    return call.attempt(
        lambda: put_on_file(call.session, call.vault, **call.by, enterprise=firm, upload=taken(file), given=several),
        done=lambda row: UploadOutcome(name, url=f"/documents/{row.id}"),
        refused=lambda refusal: UploadOutcome(name, refusal=refusal.message),
        only=DomainError,
    )


def _year_in(name: str) -> int | None:
    """The one year that a file's name tells, if it tells one."""
    years = set(_YEAR.findall(name))
    return int(years.pop()) if len(years) == 1 else None


def _stored(n: int) -> str:
    return _("%(n)s 份材料已入库。") % {"n": n}


def _upload_page(
    call: Call, firm: Enterprise, form: Bound[Any], outcomes: tuple[UploadOutcome, ...] = ()
) -> DocumentUploadPage:
    return DocumentUploadPage(
        head=head_of(call.session, call.actor, firm, call.now, "documents"),
        form=form,
        labels=_labels(),
        kinds=kind_choices(call.session),
        accept=ACCEPTED,
        limit=call.vault.max_file_mb,
        outcomes=outcomes,
    )


# -- one document --------------------------------------------------------------------------------------------------------------


@router.get("/documents/{document_id:int}/edit", action=actions.KEEP)
def edit_page(call: Call, document_id: int) -> Response:
    row = _kept(call.session, call.actor, document_id)
    raw = _raw(row)
    return _form_page(call, row, _EDIT, empty(raw), Together(began_with(raw)))


@router.post("/documents/{document_id:int}/edit", action=actions.KEEP)
def save(call: Call, document_id: int) -> Response:
    row = _kept(call.session, call.actor, document_id, lock=True)
    joint = JointForm(call.form, _raw(row), _labels())
    bound, was = joint.decided(bind(DocumentInput, joint.sent)), was_as(DocumentInput, joint.sent)

    def again(bound: Bound[DocumentInput]) -> Response:
        kinds = dict(kind_choices(call.session))
        together = joint.shown_again(bound, lambda name, text: _shown(kinds, name, text))
        return _form_page(call, row, _EDIT, bound, together)

    return call.submit(
        bound,
        lambda given: change_document(call.session, **call.by, document=row, given=given, was=was),
        done=lambda changed: call.redirect(f"/documents/{row.id}", good=_("已保存。") if changed else _("没有改动。")),
        again=again,
        heed=joint.heed,
    )


@router.get("/documents/{document_id:int}/replace", action=actions.KEEP)
def replace_page(call: Call, document_id: int) -> Response:
    row = _kept(call.session, call.actor, document_id)
    raw = _raw(row) | {"title": "", "issued_on": "", "valid_until": "", "note": ""}
    return _form_page(call, row, _REPLACE, empty(raw))


@router.post("/documents/{document_id:int}/replace", action=actions.KEEP)
def replace(call: Call, document_id: int) -> Response:
    row, bound = _kept(call.session, call.actor, document_id, lock=True), bind(DocumentInput, call.form)
    files = chosen_files(call.form, bound)

    return call.submit(
        bound,
        lambda given: replace_document(
            call.session,
            call.vault,
            **call.by,
            document=row,
            upload=taken(files[0]),
            given=given,
        ),
        done=lambda newer: call.redirect(f"/documents/{newer.id}", good=_("已替换；原来的材料保留在下方。")),
        again=lambda bound: _form_page(call, row, _REPLACE, bound),
    )


@router.get("/documents/{document_id:int}/withdraw", action=actions.KEEP)
def withdraw_page(call: Call, document_id: int) -> Response:
    row = _kept(call.session, call.actor, document_id)
    return _form_page(call, row, _WITHDRAW, empty())


@router.post("/documents/{document_id:int}/withdraw", action=actions.KEEP)
def withdraw(call: Call, document_id: int) -> Response:
    row = _kept(call.session, call.actor, document_id, lock=True)

    return call.submit(
        Withdrawal,
        lambda given: withdraw_document(call.session, **call.by, document=row, given=given),
        done=lambda _done: call.redirect(f"/documents/{row.id}", good=_("已撤下。")),
        again=lambda bound: _form_page(call, row, _WITHDRAW, bound),
    )


def _form_page(
    call: Call, row: Document, template: str, form: Bound[Any], together: Together | None = None
) -> Response:
    page = DocumentFormPage(
        head=head_of(call.session, call.actor, row.enterprise, call.now, "documents"),
        line=document_lines(call.session, [row], call.on)[0],
        form=form,
        labels=_labels(),
        kinds=kind_choices(call.session),
        accept=ACCEPTED,
        limit=call.vault.max_file_mb,
        together=together,
    )
    return call.render(template, page)


def _open(session: Session, actor: Actor, uscc: str) -> Enterprise:
    firm = open_firm(session, actor, uscc)
    if not may_keep(actor, firm):
        raise NotFound("enterprise.not_found", _("没有找到该企业，或它不在您的辖区内。"))
    return firm


def _kept(session: Session, actor: Actor, document_id: int, *, lock: bool = False) -> Document:
    return queries.get_visible_to(session, actor, document_id, lock=lock)


def _labels() -> dict[str, str]:
    labels = {name.removeprefix("document."): _(label) for name, label in FIELD_LABELS.items()}
    return labels | {"files": labels["file"], "reason": _("撤下的理由")}


def _raw(row: Document) -> dict[str, Any]:
    """A document as the texts of its form."""
    return {
        "kind": row.kind,
        "title": row.title,
        "year": str(row.year or ""),
        "issued_on": row.issued_on.isoformat() if row.issued_on else "",
        "valid_until": row.valid_until.isoformat() if row.valid_until else "",
        "note": row.note,
    }


def _shown(kinds: dict[str, str], name: str, text: Any) -> str:
    return kinds.get(str(text), str(text or "")) if name == "kind" else str(text or "")
