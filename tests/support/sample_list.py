"""A whole list, as docs/how-to/add-a-list.md explains it: the products of all firms, with three filters, two orders and an export.

In the house the first half stands in `app/enterprises/lists.py`, the second in `app/web/enterprises/products.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from sqlalchemy import select

from app.doors.calls.router import GuardedRouter
from app.doors.lists import controls
from app.doors.lists.columns import TableColumn
from app.doors.lists.routes import serve
from app.doors.lists.view import ListView
from app.enterprises import actions
from app.enterprises.models import Enterprise, Product
from app.enterprises.queries import visible_to
from app.enterprises.search_index import matching
from app.kit.i18n import N_
from app.kit.lists import filters
from app.kit.lists.source import ListSource, both_ways
from app.kit.lists.viewer import Viewer
from app.kit.money import in_wan

Row = tuple[Product, Enterprise]


# -- what the list is: app/<slice>/lists.py ------------------------------------------------------------------------------


@dataclass(frozen=True)
class ProductFilter:
    """Which products; an empty field narrows nothing."""

    q: Annotated[str, filters.search(matching)] = ""
    year: Annotated[int | None, filters.number(Product.year)] = None
    high_tech: Annotated[bool | None, filters.Filter(filters.yes_or_no, filters.equal(Product.is_high_tech))] = None


PRODUCTS: ListSource[Row, ProductFilter] = ListSource(
    kind=ProductFilter,
    visible=lambda viewer: (
        select(Product, Enterprise)
        .join(Enterprise, Enterprise.id == Product.enterprise_id)
        .where(visible_to(viewer.actor))
    ),
    id=Product.id,
    orders=both_ways("year", Product.year, Product.id) | both_ways("firm", Enterprise.name_pinyin, Product.id),
)


# -- how it looks: app/web/<slice>/<list>.py -----------------------------------------------------------------------------


@dataclass(frozen=True)
class ProductLine:
    """One product."""

    product: Product
    firm: Enterprise


def _lines(_viewer: Viewer, rows: Sequence[Row]) -> Sequence[ProductLine]:
    return [ProductLine(product, firm) for product, firm in rows]


LIST = ListView(
    base="/sample/products",
    source=PRODUCTS,
    lines=_lines,
    title=N_("产品"),
    sort="-year",
    saved=True,
    controls=(
        controls.search("q", N_("企业")),
        controls.select("year", N_("年度"), {2021: "2021", 2020: "2020"}),
        controls.select("high_tech", N_("高新技术产品"), {"yes": N_("是"), "no": N_("否")}, more=True),
    ),
    columns=(
        TableColumn[ProductLine](
            N_("企业"),
            lambda line: line.firm.name,
            sort="firm",
            link=lambda line: f"/enterprises/{line.firm.uscc}",
            note=lambda line: line.firm.uscc,
        ),
        TableColumn[ProductLine](N_("统一社会信用代码"), lambda line: line.firm.uscc, on_page=False),
        TableColumn[ProductLine](N_("名称"), lambda line: line.product.name),
        TableColumn[ProductLine](N_("年度"), lambda line: line.product.year, sort="-year", number=True),
        TableColumn[ProductLine](
            N_("营业收入（万元）"),
            lambda line: None if line.product.revenue_fen is None else in_wan(line.product.revenue_fen),
            number=True,
        ),
    ),
)

router = GuardedRouter(door="web", prefix="/sample")
serve(router, LIST, action=actions.LIST, export=actions.EXPORT)
