"""证据库 of the firm: what is on file and till when, put on file, replaced by a newer one, taken down. One upload serves every programme."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, bind, empty
from app.doors.lists.listed import Listed
from app.doors.lists.query import ListQuery
from app.doors.lists.view import ListView
from app.doors.pages.document_words import chosen_files, kind_choices, taken
from app.doors.pages.documents import send_file
from app.doors.pages.render import safe_next
from app.files import queries
from app.files.domain.documents import document_state
from app.files.lists import OWN_DOCUMENTS
from app.files.models import Document
from app.files.schemas import DocumentInput
from app.files.service.documents import put_on_file, replace_document
from app.kit.clock import today
from app.kit.i18n import _
from app.kit.permissions import can
from app.portal.actions import SEE_OWN, SUPPLY_OWN
from app.portal.cases.materials import ACCEPT
from app.portal.documents.pages import PortalDocumentLine, document_lines
from app.portal.shared.own import own_enterprise

router = GuardedRouter(door="portal", prefix="/portal/documents")

ADDRESS = "/portal/documents"


@dataclass(frozen=True)
class PortalVaultPage:
    """What is on file, of one kind when chosen."""

    enterprise: str
    kind: str
    kinds: tuple[tuple[str, str], ...]
    list: Listed[Document, PortalDocumentLine]
    may_keep: bool


@dataclass(frozen=True)
class PortalDocumentPage:
    """One document; `newer_url` leads to the one that took its place."""

    enterprise: str
    line: PortalDocumentLine
    older: tuple[PortalDocumentLine, ...]
    newer_url: str
    may_replace: bool


@dataclass(frozen=True)
class PortalUploadPage:
    """Putting a document on file; `line` is the one that it replaces. `next` is where the person came from."""

    enterprise: str
    line: PortalDocumentLine | None
    action: str
    back: str
    form: Bound[DocumentInput]
    kinds: tuple[tuple[str, str], ...]
    accept: str
    limit: int
    next: str


LIST = ListView(
    base=ADDRESS,
    source=OWN_DOCUMENTS,
    lines=lambda viewer, rows: document_lines(viewer.session, rows, viewer.on),
    counted=False,
)


@router.get("", action=SEE_OWN)
def vault_page(call: Call, query: Annotated[ListQuery, LIST.asked]) -> Response:
    """What is on file."""
    firm = own_enterprise(call.session, call.actor)
    kinds = kind_choices(call.session)
    known = query["kind"] if query["kind"] in dict(kinds) else ""
    page = PortalVaultPage(
        enterprise=firm.name,
        kind=known,
        kinds=kinds,
        list=LIST.listed(query.changed(kind=known), call.viewer, enterprise_id=firm.id),
        may_keep=can(call.actor, SUPPLY_OWN),
    )
    return call.render("portal/documents.html", page)


@router.get("/new", action=SUPPLY_OWN)
def new_page(call: Call, kind: str = "", next: str = ADDRESS) -> Response:
    """Put a document on file."""
    form: Bound[DocumentInput] = empty({"kind": kind, "next": safe_next(next, ADDRESS)})
    return call.render("portal/document_new.html", _upload_page(call, form))


@router.post("/new", action=SUPPLY_OWN)
def add(call: Call) -> Response:
    """Put a document on file."""
    bound = bind(DocumentInput, call.form)
    files = chosen_files(call.form, bound)
    firm = own_enterprise(call.session, call.actor)
    return call.submit(
        bound,
        lambda given: put_on_file(
            call.session, call.vault, **call.by, enterprise=firm, upload=taken(files[0]), given=given
        ),
        done=lambda _done: call.redirect(
            safe_next(str(call.form.get("next") or ""), ADDRESS), good=_("已存入证据库。")
        ),
        again=lambda bound: call.render("portal/document_new.html", _upload_page(call, bound)),
    )


@router.get("/{document_id:int}", action=SEE_OWN)
def document_page(call: Call, document_id: int) -> Response:
    """One document."""
    row, on = queries.get_visible_to(call.session, call.actor, document_id), call.on
    line, *older = document_lines(call.session, [row, *queries.list_versions(call.session, row)], on)
    page = PortalDocumentPage(
        enterprise=row.enterprise.name,
        line=line,
        older=tuple(older),
        newer_url=f"{ADDRESS}/{row.replaced_by}" if row.replaced_by else "",
        may_replace=can(call.actor, SUPPLY_OWN) and document_state(row, on).on_file,
    )
    return call.render("portal/document.html", page)


@router.get("/{document_id:int}/file", action=SEE_OWN)
def download(call: Call, document_id: int) -> Response:
    """The file itself."""
    return send_file(call.vault, queries.get_visible_to(call.session, call.actor, document_id).file)


@router.get("/{document_id:int}/preview", action=SEE_OWN)
def preview(call: Call, document_id: int) -> Response:
    """The file in place, where a browser may show it."""
    return send_file(call.vault, queries.get_visible_to(call.session, call.actor, document_id).file, inline=True)


@router.get("/{document_id:int}/replace", action=SUPPLY_OWN)
def replace_page(call: Call, document_id: int) -> Response:
    """Put a newer document in its place."""
    row = queries.get_visible_to(call.session, call.actor, document_id)
    form: Bound[DocumentInput] = empty({"kind": row.kind, "year": str(row.year or ""), "next": ADDRESS})
    page = _upload_page(call, form, row, call.now)
    return call.render("portal/document_new.html", page)


@router.post("/{document_id:int}/replace", action=SUPPLY_OWN)
def replace(call: Call, document_id: int) -> Response:
    """Put a newer document in its place; the older one stays on record and with the cases it served."""
    row = queries.get_visible_to(call.session, call.actor, document_id, lock=True)
    bound = bind(DocumentInput, call.form)
    files = chosen_files(call.form, bound)
    return call.submit(
        bound,
        lambda given: replace_document(
            call.session, call.vault, **call.by, document=row, upload=taken(files[0]), given=given
        ),
        done=lambda newer: call.redirect(f"{ADDRESS}/{newer.id}", good=_("已替换；原来的材料保留在下方。")),
        again=lambda bound: call.render("portal/document_new.html", _upload_page(call, bound, row, call.now)),
    )


def _upload_page(
    call: Call, form: Bound[DocumentInput], row: Document | None = None, now: datetime | None = None
) -> PortalUploadPage:
    line = document_lines(call.session, [row], today(now))[0] if row is not None and now is not None else None
    return PortalUploadPage(
        enterprise=own_enterprise(call.session, call.actor).name,
        line=line,
        action=f"{line.url}/replace" if line else f"{ADDRESS}/new",
        back=line.url if line else safe_next(str(form.raw.get("next") or ""), ADDRESS),
        form=form,
        kinds=kind_choices(call.session),
        accept=ACCEPT,
        limit=call.vault.max_file_mb,
        next=safe_next(str(form.raw.get("next") or ""), ADDRESS),
    )
