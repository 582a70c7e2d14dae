"""证据库: what a firm has on file, found by kind, year and validity, each document with the cases it serves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.lists import controls
from app.doors.lists.controls import Choices
from app.doors.lists.listed import Listed
from app.doors.lists.query import ListQuery
from app.doors.lists.view import ListView
from app.doors.pages.document_words import STATE_LABELS, kind_choices
from app.doors.pages.documents import send_file
from app.enterprises.models import Enterprise
from app.files import actions, queries
from app.files.lists import DOCUMENTS, EVERYTHING, LONGEST_SEARCH
from app.files.models import Document
from app.kit.actor import Actor
from app.kit.i18n import N_, _
from app.kit.lists.viewer import Viewer
from app.kit.permissions import can
from app.web.enterprises.head import EnterpriseHead, head_of, open_firm
from app.web.shared.document_lines import DocumentLine, document_lines

router = GuardedRouter(door="web")


def _lines(viewer: Viewer, rows: Sequence[Document]) -> Sequence[DocumentLine]:
    return document_lines(viewer.session, rows, viewer.on)


def _kinds(viewer: Viewer, _query: ListQuery) -> Choices:
    return kind_choices(viewer.session)


LIST = ListView(
    base="/documents",
    source=DOCUMENTS,
    lines=_lines,
    controls=(
        controls.search("q", N_("名称或说明"), maxlength=LONGEST_SEARCH),
        controls.select("kind", N_("材料种类"), _kinds, wide=True),
        controls.select("year", N_("所属年度")),
        controls.select(
            "state", N_("状态"), STATE_LABELS | {EVERYTHING: N_("全部（含已替换、撤下）")}, blank=N_("在库")
        ),
    ),
)


@dataclass(frozen=True)
class VaultPage:
    """The vault of one firm."""

    head: EnterpriseHead
    base: str
    list: Listed[Document, DocumentLine]
    may_keep: bool


@dataclass(frozen=True)
class DocumentPage:
    """One document: what it is, how it stands, what it serves, what it replaced, and how it looks."""

    head: EnterpriseHead
    line: DocumentLine
    older: tuple[DocumentLine, ...]
    newer_url: str
    may_keep: bool


@router.get("/enterprises/{uscc}/documents", action=actions.READ)
def vault_page(call: Call, uscc: str, query: Annotated[ListQuery, LIST.asked]) -> Response:
    firm = open_firm(call.session, call.actor, uscc)
    head = head_of(call.session, call.actor, firm, call.now, "documents")
    base, years = f"{head.url}/documents", queries.list_years(call.session, firm.id)
    offers = {"year": tuple((str(year), _("%(year)s 年") % {"year": year}) for year in years)}
    page = VaultPage(
        head=head,
        base=base,
        list=LIST.listed(query, call.viewer, base, offers, enterprise_id=firm.id),
        may_keep=may_keep(call.actor, firm),
    )
    return call.render("web/documents/vault.html", page)


@router.get("/documents/{document_id:int}", action=actions.READ)
def document_page(call: Call, document_id: int) -> Response:
    row, on = queries.get_visible_to(call.session, call.actor, document_id), call.on
    line, *older = document_lines(call.session, [row, *queries.list_versions(call.session, row)], on)
    page = DocumentPage(
        head=head_of(call.session, call.actor, row.enterprise, call.now, "documents"),
        line=line,
        older=tuple(older),
        newer_url=f"/documents/{row.replaced_by}" if row.replaced_by else "",
        may_keep=may_keep(call.actor, row.enterprise) and row.replaced_by is None and row.withdrawn_at is None,
    )
    return call.render("web/documents/document.html", page)


@router.get("/documents/{document_id:int}/file", action=actions.READ)
def download(call: Call, document_id: int) -> Response:
    return send_file(call.vault, queries.get_visible_to(call.session, call.actor, document_id).file)


@router.get("/documents/{document_id:int}/preview", action=actions.READ)
def preview(call: Call, document_id: int) -> Response:
    return send_file(call.vault, queries.get_visible_to(call.session, call.actor, document_id).file, inline=True)


def may_keep(actor: Actor, firm: Enterprise) -> bool:
    """Whether the officer may change what the firm has on file."""
    return firm.disabled_on is None and can(actor, actions.KEEP, firm)
