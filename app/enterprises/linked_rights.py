"""Which rights protect which products of a firm."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.models import IntellectualProperty, Product, ProductProperty


def list_products_by_right(session: Session, enterprise_id: int) -> dict[int, list[str]]:
    """The names of the products that each of a firm's rights protects, by the right's id."""
    return _linked(session, enterprise_id, Product.name, IntellectualProperty.id)


def list_rights_by_product(session: Session, enterprise_id: int) -> dict[int, list[str]]:
    """The numbers of the rights that protect each of a firm's products, by the product's id."""
    return _linked(session, enterprise_id, IntellectualProperty.number, Product.id)


def _linked(session: Session, enterprise_id: int, value: Any, key: Any) -> dict[int, list[str]]:
    statement = (
        select(key, value)
        .select_from(ProductProperty)
        .join(Product, Product.id == ProductProperty.product_id)
        .join(IntellectualProperty, IntellectualProperty.id == ProductProperty.property_id)
        .where(Product.enterprise_id == enterprise_id)
        .order_by(value)
    )
    found: dict[int, list[str]] = {}
    for owner, text in session.execute(statement):
        found.setdefault(owner, []).append(text)
    return found
