"""证据库: what a firm has on file, found by kind, year and validity, each document with the cases it serves."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from starlette.responses import Response

from app.doors.call import Call
from app.doors.document_words import STATE_LABELS, kind_choices
from app.doors.documents import send_file
from app.doors.lists.query import ListQuery, asked, list_query
from app.doors.router import GuardedRouter
from app.enterprises.models import Enterprise
from app.files import actions, queries
from app.files.domain.documents import DocumentState
from app.files.models import Document
from app.files.queries import DocumentFilter
from app.kit.actor import Actor
from app.kit.i18n import _
from app.kit.lists import filters
from app.kit.paging import Count, Page
from app.kit.permissions import can
from app.web.enterprises.head import EnterpriseHead, head_of, open_firm
from app.web.shared.document_lines import DocumentLine, document_lines
from app.web.shared.enterprise_words import Choices

router = GuardedRouter(door="web")

PAGE_SIZE = 50


QUERY = list_query("/documents", ("kind", "year", "state", "q"))


def _wanted(query: ListQuery, enterprise_id: int, on: date) -> DocumentFilter:
    """As a filter of one firm's documents; what is no year or state narrows nothing."""
    return DocumentFilter(
        enterprise_id=enterprise_id,
        kind=query["kind"],
        year=filters.year_in(query["year"]),
        state=query["state"] if query["state"] in set(DocumentState) else "",
        on=on,
        q=query["q"],
        everything=query["state"] == "all",
    )


@dataclass(frozen=True)
class VaultPage:
    """The vault of one firm."""

    head: EnterpriseHead
    base: str
    query: ListQuery
    chips: tuple[tuple[str, str], ...]
    kinds: Choices
    years: Choices
    states: Choices
    lines: tuple[DocumentLine, ...]
    page: Page[Document]
    count: Count
    url: str
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
def vault_page(call: Call, uscc: str, query: Annotated[ListQuery, asked(QUERY)]) -> Response:
    firm, on = open_firm(call.session, call.actor, uscc), call.on
    head, wanted = head_of(call.session, call.actor, firm, call.now, "documents"), _wanted(query, firm.id, on)
    found = queries.page_visible_to(call.session, call.actor, wanted, cursor=query.cursor or None, limit=PAGE_SIZE)
    base, kinds = f"{head.url}/documents", kind_choices(call.session)
    states = tuple((state.value, _(label)) for state, label in STATE_LABELS.items())
    page = VaultPage(
        head=head,
        base=base,
        query=query,
        chips=_chips(query, base, dict(kinds), dict(states)),
        kinds=kinds,
        years=tuple(
            (str(year), _("%(year)s 年") % {"year": year}) for year in queries.list_years(call.session, firm.id)
        ),
        states=(*states, ("all", _("全部（含已替换、撤下）"))),
        lines=document_lines(call.session, found.items, on),
        page=found,
        count=queries.count_visible_to(call.session, call.actor, wanted),
        url=query.address(base),
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


def _chips(query: ListQuery, base: str, kinds: dict[str, str], states: dict[str, str]) -> tuple[tuple[str, str], ...]:
    texts = {
        "q": f"“{query['q']}”" if query["q"].strip() else "",
        "kind": kinds.get(query["kind"], query["kind"]),
        "year": query["year"],
        "state": _("含已替换、撤下") if query["state"] == "all" else states.get(query["state"], ""),
    }
    return tuple((text, query.address(base, **{name: ""})) for name, text in texts.items() if text)
