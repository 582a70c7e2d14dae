"""知识产权 and 产品: the rights of a firm, its products, and which right supports which product."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.enterprises import actions
from app.enterprises.domain.patents import LAPSED
from app.enterprises.linked_rights import list_products_by_right, list_rights_by_product
from app.enterprises.models import IntellectualProperty, Product
from app.enterprises.service.parts import list_parts
from app.enterprises.service.records import PRODUCT, PROPERTY
from app.kit.i18n import _
from app.web.enterprises.head import EnterpriseHead, head_of, open_firm
from app.web.shared.enterprise_words import Badge

router = GuardedRouter(door="web", prefix="/enterprises")


@dataclass(frozen=True)
class RightRow:
    """One right as it stands today."""

    right: IntellectualProperty
    kind: str
    acquired_by: str
    state: Badge
    products: tuple[str, ...]


@dataclass(frozen=True)
class PropertiesPage:
    """知识产权."""

    head: EnterpriseHead
    rows: tuple[RightRow, ...]
    summary: str


@dataclass(frozen=True)
class ProductRow:
    """One product with the rights that support it."""

    product: Product
    field: str
    rights: tuple[str, ...]


@dataclass(frozen=True)
class ProductsPage:
    """产品（服务）."""

    head: EnterpriseHead
    rows: tuple[ProductRow, ...]
    doubts: tuple[str, ...]


@router.get("/{uscc}/properties", action=actions.READ)
def properties_page(call: Call, uscc: str) -> Response:
    firm = open_firm(call.session, call.actor, uscc)
    head, on = head_of(call.session, call.actor, firm, call.now, "properties"), call.on
    rights = list_parts(
        call.session, PROPERTY, firm.id, IntellectualProperty.ip_class, IntellectualProperty.granted_on.desc()
    )
    products = list_products_by_right(call.session, firm.id)
    rows = tuple(
        RightRow(
            right=right,
            kind=head.words.label("property_kind", right.kind_code),
            acquired_by=head.words.label("acquisition", right.acquired_by),
            state=_right_state(right, on),
            products=tuple(products.get(right.id, ())),
        )
        for right in rights
    )
    valid = [row.right for row in rows if row.state[0] == _IN_FORCE]
    unused = sum(right.ip_class == 2 and right.used_before == 0 for right in valid)
    summary = _("有效Ⅰ类 %(one)s 项，有效Ⅱ类 %(two)s 项，其中本系统之前未用于高企认定 %(unused)s 项") % {
        "one": sum(right.ip_class == 1 for right in valid),
        "two": sum(right.ip_class == 2 for right in valid),
        "unused": unused,
    }
    return call.render("web/enterprises/properties.html", PropertiesPage(head, rows, summary))


_IN_FORCE = "good"


def _right_state(right: IntellectualProperty, on: date) -> Badge:
    if right.state == LAPSED:
        return "late", _("已失效")
    if right.granted_on is None:
        return "wait", _("缺授权日期")
    if right.granted_on > on:
        return "idle", _("未授权")
    if right.expires_on is not None and right.expires_on < on:
        return "late", _("已失效")
    return _IN_FORCE, _("有效")


@router.get("/{uscc}/products", action=actions.READ)
def products_page(call: Call, uscc: str) -> Response:
    firm = open_firm(call.session, call.actor, uscc)
    head = head_of(call.session, call.actor, firm, call.now, "products")
    products = list_parts(call.session, PRODUCT, firm.id, Product.year.desc(), Product.is_main.desc(), Product.name)
    rights = list_rights_by_product(call.session, firm.id)
    rows = tuple(
        ProductRow(product, head.words.field_label(product.field_code), tuple(rights.get(product.id, ())))
        for product in products
    )
    return call.render("web/enterprises/products.html", ProductsPage(head, rows, tuple(_product_doubts(rows))))


def _product_doubts(rows: Sequence[ProductRow]) -> list[str]:
    found = []
    if any(row.product.is_main and not row.product.is_high_tech for row in rows):
        found.append(_("主要产品（服务）应是高新技术产品（服务），请核对。"))
    if any(row.product.is_main and not row.rights for row in rows):
        found.append(_("有主要产品（服务）尚未关联知识产权，“核心知识产权”一条暂时无法判断。"))
    return found
