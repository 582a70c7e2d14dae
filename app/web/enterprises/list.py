"""企业库: the list with its filters in the address, its export, and the suggestions of pickers."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query
from sqlalchemy import Select
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.cases.queries import enterprise_ids_in_stage
from app.doors.downloads import TableFormat, download_table, stream_table
from app.doors.parameters import PageQuery
from app.doors.past import AsOf, ListCall, list_scope
from app.doors.router import GuardedRouter
from app.engagement.actions import ASK
from app.enterprises import actions, queries
from app.enterprises.models import Enterprise
from app.enterprises.queries import EnterpriseFilter, Sort
from app.kit.actor import Actor
from app.kit.db import Database
from app.kit.i18n import _
from app.kit.paging import Count, Direction, Page
from app.kit.permissions import can
from app.programmes.queries import load_catalogue
from app.reference.queries import find_industry, list_region_names
from app.web.enterprises.columns import COLUMNS, EnterpriseRow, ListColumn, chosen_columns, header_of, rows_of
from app.web.shared.enterprise_words import Choices, Words, region_choices, words
from app.web.shared.message_links import message_address
from app.web.shared.saved_views import Views, views_of

router = GuardedRouter(door="web", prefix="/enterprises")

PAGE_SIZE = 50
_STAGE_SEPARATOR = "/"


class EnterprisesQuery(PageQuery):
    """What the address of the list says; anything it does not understand narrows nothing."""

    q: str = ""
    region: str = ""
    park: str = ""
    field: str = ""
    industry: str = ""
    tag: str = ""
    scale: str = ""
    above_scale: str = ""
    certificate: str = ""
    stage: str = ""
    unconfirmed: str = ""
    retired: str = ""
    as_of: str = ""
    sort: str = "name"
    cols: list[str] = []
    cursor: str = ""

    def order(self) -> Sort:
        """The order; one that does not exist is the order by name."""
        by = self.sort.removeprefix("-")
        direction: Direction = "desc" if self.sort.startswith("-") else "asc"
        return Sort(by, direction) if by in queries.SORTS else Sort()

    def wanted(self, session: Session, actor: Actor, on: date) -> EnterpriseFilter:
        """As a filter of the register."""
        return EnterpriseFilter(
            q=self.q,
            region=self.region,
            park=self.park,
            field=self.field,
            industry=self.industry,
            tag=self.tag,
            scale=self.scale,
            above_scale={"yes": True, "no": False}.get(self.above_scale),
            unconfirmed=bool(self.unconfirmed),
            retired=bool(self.retired),
            certificate=self.certificate,
            certificate_on=on,
            within=_in_stage(session, actor, self.stage),
        )

    def address(self, base: str = "/enterprises", **changes: str) -> str:
        """The list's address with some parameters changed; empty ones and the usual order are left out."""
        values: dict[str, Any] = self.model_dump(exclude={"cursor"}) | changes
        if values["sort"] == "name":
            values.pop("sort")
        given = {name: value for name, value in values.items() if value}
        return f"{base}?{urlencode(given, doseq=True)}" if given else base


ListQuery = Annotated[EnterprisesQuery, Query()]


@dataclass(frozen=True)
class Head:
    """The head of a column."""

    label: str
    url: str = ""
    direction: str = ""
    number: bool = False


@dataclass(frozen=True)
class EnterprisesPage:
    """The list of firms with its filter."""

    rows: tuple[EnterpriseRow, ...]
    page: Page[Enterprise]
    count: Count
    heads: tuple[Head, ...]
    columns: tuple[ListColumn, ...]
    all_columns: tuple[tuple[str, str, bool], ...]
    query: EnterprisesQuery
    url: str
    xlsx_url: str
    csv_url: str
    chips: tuple[tuple[str, str], ...]
    regions: Choices
    region_text: str
    industry_text: str
    words: Words
    stages: Choices
    more_open: bool
    one_county: bool
    may_create: bool
    may_import: bool
    message_url: str
    may_ask: bool
    past: str
    views: Views


@router.get("", action=actions.LIST)
def enterprises_page(call: ListCall, query: ListQuery) -> Response:
    on, known = call.as_of.on, words(call.session)
    wanted = query.wanted(call.session, call.actor, on)
    columns = chosen_columns(query.cols)
    found = queries.page_visible_to(
        call.session, call.actor, wanted, query.order(), cursor=query.cursor or None, limit=PAGE_SIZE
    )
    stages, regions = _stages(call.session), region_choices(call.session, call.actor)
    chips = _chips(call.session, query, known, dict(stages))
    page = EnterprisesPage(
        rows=tuple(rows_of(call.session, found.items, known, on)),
        page=found,
        count=queries.count_visible_to(call.session, call.actor, wanted),
        heads=tuple(_head(query, column.label, column.sort, number=column.number) for column in columns),
        columns=columns,
        all_columns=tuple((column.code, _(column.label), column in columns) for column in COLUMNS[2:]),
        query=query,
        url=query.address(),
        xlsx_url=query.address("/enterprises/export.xlsx"),
        csv_url=query.address("/enterprises/export.csv"),
        chips=chips,
        regions=regions,
        region_text=list_region_names(call.session, [query.region]).get(query.region, ""),
        industry_text=_industry_text(call.session, query.industry),
        words=known,
        stages=stages,
        more_open=any((query.park, query.industry, query.scale, query.above_scale, query.unconfirmed, query.retired)),
        one_county=bool(regions),
        may_create=can(call.actor, actions.CREATE),
        may_import=can(call.actor, actions.IMPORT),
        message_url=message_address(call.actor, query.address()),
        may_ask=not call.as_of.parameter and can(call.actor, ASK),
        past=call.as_of.parameter,
        views=views_of(call.session, call.actor, query.address()),
    )
    return call.render("web/enterprises/list.html", page)


@router.get("/export.{extension}", action=actions.EXPORT)
def export_enterprises(call: ListCall, query: ListQuery, extension: TableFormat) -> Response:
    on, columns = call.as_of.on, chosen_columns(query.cols)
    header, name = header_of(columns), f"{_('企业库')}-{on.isoformat()}"
    if extension == "xlsx":
        return download_table(call.request, name, extension, _cells(call.session, call.actor, query, on), header)
    # A large file goes out while it is read, from a session of its own: the request's is closed by then.
    return stream_table(call.request, name, _cells_from(call.database, call.actor, query, call.as_of), header)


def _cells_from(database: Database, actor: Actor, query: EnterprisesQuery, as_of: AsOf) -> Generator[list[Any]]:
    with list_scope(database, as_of) as session:
        yield from _cells(session, actor, query, as_of.on)


def _cells(session: Session, actor: Actor, query: EnterprisesQuery, on: date) -> Iterator[list[Any]]:
    """Exactly what the list shows, all pages of it."""
    known, columns = words(session), chosen_columns(query.cols)
    wanted = query.wanted(session, actor, on)
    for batch in queries.stream_visible_to(session, actor, wanted, query.order()):
        for row in rows_of(session, batch, known, on):
            yield [column.cell(row) for column in columns]


# -- parts of the page ----------------------------------------------------------------------------------------------------


def _head(query: EnterprisesQuery, label: str, sort: str, *, number: bool) -> Head:
    if not sort:
        return Head(_(label), number=number)
    order = query.order()
    now = order.direction if order.by == sort else ""
    return Head(_(label), query.address(sort=f"-{sort}" if now == "asc" else sort), now, number)


def _stages(session: Session) -> Choices:
    """Every stage of every programme that is known, as `programme/stage`."""
    return tuple(
        (f"{programme.code}{_STAGE_SEPARATOR}{stage.code}", f"{programme.title} · {stage.name}")
        for programme in load_catalogue(session).known().values()
        for stage in programme.stages
    )


def _in_stage(session: Session, actor: Actor, text: str) -> Select[int] | None:
    """The firms with an open case in that stage, of those the actor sees."""
    programme, separator, stage = text.partition(_STAGE_SEPARATOR)
    if not separator:
        return None
    return enterprise_ids_in_stage(session, actor, programme, stage)


def _industry_text(session: Session, code: str) -> str:
    row = find_industry(session, code)
    return f"{row.code} {row.name}" if row else code


def _chips(
    session: Session, query: EnterprisesQuery, known: Words, stages: dict[str, str]
) -> tuple[tuple[str, str], ...]:
    """The conditions in words, each with the address that takes it away."""
    place = (
        _("区域不详")
        if query.region == "unknown"
        else list_region_names(session, [query.region]).get(query.region, query.region)
    )
    texts = {
        "q": f"“{query.q}”" if query.q.strip() else "",
        "region": place,
        "field": known.field_label(query.field),
        "tag": known.label("tag", query.tag),
        "certificate": known.label("certificate_kind", query.certificate),
        "stage": stages.get(query.stage, query.stage),
        "park": known.park_label(query.park),
        "industry": _industry_text(session, query.industry),
        "scale": known.label("scale", query.scale),
        "above_scale": {"yes": _("规上"), "no": _("规下")}.get(query.above_scale, ""),
        "unconfirmed": _("代码待确认") if query.unconfirmed else "",
        "retired": _("已停用") if query.retired else "",
        "as_of": _("截至 %(day)s") % {"day": query.as_of} if query.as_of else "",
    }
    return tuple((text, query.address(**{name: ""})) for name, text in texts.items() if text)
