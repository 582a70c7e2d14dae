"""The kinds of records below a firm, and what is special about writing each."""

from typing import Any

from sqlalchemy import delete, insert, select, update

from app.enterprises import actions, events, part_fields
from app.enterprises.domain.figures import doubts
from app.enterprises.models import (
    Certificate,
    ComplianceEvent,
    Contact,
    Conversion,
    EnterpriseTag,
    IntellectualProperty,
    Product,
    ProductProperty,
    StandardParticipation,
    YearlyFigures,
)
from app.enterprises.schemas import (
    CertificateInput,
    ComplianceInput,
    ContactInput,
    ConversionInput,
    FiguresInput,
    PartInput,
    ProductInput,
    PropertyInput,
    StandardInput,
    TagInput,
)
from app.enterprises.service.checking import check_codes, check_terms
from app.enterprises.service.parts import Part, PartChange, Row, add_part, change_part
from app.enterprises.service.recording import note, require_change
from app.journal.domain import Change, diff
from app.kit.clock import today
from app.kit.errors import Invalid
from app.kit.i18n import _
from app.reference.models import TechnicalField

CONTACT = Part(part_fields.CONTACT, Contact, lambda row: row.name)
FIGURES = Part(part_fields.FIGURES, YearlyFigures, lambda row: f"{row.year} {row.basis} {row.source}")
PROPERTY = Part(part_fields.PROPERTY, IntellectualProperty, lambda row: f"{row.number} {row.name}")
PRODUCT = Part(part_fields.PRODUCT, Product, lambda row: f"{row.year} {row.name}")
CONVERSION = Part(part_fields.CONVERSION, Conversion, lambda row: f"{row.year} {row.title}")
STANDARD = Part(part_fields.STANDARD, StandardParticipation, lambda row: f"{row.number} {row.title}".strip())
COMPLIANCE = Part(part_fields.COMPLIANCE, ComplianceEvent, lambda row: f"{row.happened_on} {row.summary}"[:120])
CERTIFICATE = Part(part_fields.CERTIFICATE, Certificate, lambda row: row.number)
TAG = Part(part_fields.TAG, EnterpriseTag, lambda row: row.tag)


def put_contact(desk: PartChange, given: ContactInput, row: Contact | None = None) -> Contact:
    """Add or change a contact; a new primary one replaces the primary one of before."""
    if given.is_primary:
        others = update(Contact).where(Contact.enterprise_id == desk.enterprise.id, Contact.is_primary)
        desk.session.execute(others.where(Contact.id != (row.id if row else 0)).values(is_primary=False))
    return _put(desk, CONTACT, given, given.values(), row)


def put_figures(desk: PartChange, given: FiguresInput, row: YearlyFigures | None = None) -> list[str]:
    """Add or change one year's figures on one basis from one source; returns what a careful reader would ask about.

    Raises `Invalid` for an unknown source, a year that has not begun, or a record without a single figure, and
    `Conflict` when figures of that year, basis and source are on file already.
    """
    _check_figures(desk, given)
    _put(desk, FIGURES, given, given.values(), row)
    return doubts(given.figures())


def _check_figures(desk: PartChange, given: FiguresInput) -> None:
    check_terms(desk.session, source=("figure_source", given.source))
    if given.year > today(desk.now).year:
        message = _("该年度尚未开始。")
        raise Invalid("enterprise.figures.year", message, {"year": message})
    if all(value is None for value in given.figures().values()):
        raise Invalid("enterprise.figures.empty", _("请至少填写一项数据；不知道的留空，不要填 0。"))


def put_property(
    desk: PartChange, given: PropertyInput, row: IntellectualProperty | None = None
) -> IntellectualProperty:
    """Add or change a right; its class follows from its kind. A right that ends before it begins is `Invalid`."""
    terms = check_codes(desk.session, part_fields.PROPERTY, given)
    _check_order("expires_on", given.granted_on, given.expires_on)
    values = given.values() | {"ip_class": terms["kind_code"].data["class"]}
    return _put(desk, PROPERTY, given, values, row)


def put_product(desk: PartChange, given: ProductInput, row: Product | None = None) -> Product:
    """Add or change a product with the firm's own rights that support it; `Invalid` for a right of another firm."""
    if given.field_code and desk.session.get(TechnicalField, given.field_code) is None:
        raise Invalid("enterprise.term", _("请从列表中选择。"), {"field_code": _("请从列表中选择。")})
    rights = _own_rights(desk, given.properties)
    before = linked_rights(desk, row.id) if row else {}
    values = given.values()
    values.pop("properties")
    relinked: dict[str, Change] = diff({"properties": sorted(before.values())}, {"properties": sorted(rights.values())})
    product: Product = _put(desk, PRODUCT, given, values, row, relinked)
    if relinked:
        desk.session.execute(delete(ProductProperty).where(ProductProperty.product_id == product.id))
        if rights:
            links = [{"product_id": product.id, "property_id": key} for key in rights]
            desk.session.execute(insert(ProductProperty), links)
    return product


def linked_rights(desk: PartChange, product_id: int) -> dict[int, str]:
    """The rights that support a product: id → number."""
    statement = (
        select(IntellectualProperty.id, IntellectualProperty.number)
        .join(ProductProperty, ProductProperty.property_id == IntellectualProperty.id)
        .where(ProductProperty.product_id == product_id)
    )
    return dict(desk.session.execute(statement).all())


def _own_rights(desk: PartChange, ids: list[int]) -> dict[int, str]:
    statement = select(IntellectualProperty.id, IntellectualProperty.number).where(
        IntellectualProperty.enterprise_id == desk.enterprise.id, IntellectualProperty.id.in_(ids)
    )
    found = dict(desk.session.execute(statement).all())
    if set(ids) - set(found):
        message = _("所选知识产权不属于该企业。")
        raise Invalid("enterprise.product.properties", message, {"properties": message})
    return found


def put_conversion(desk: PartChange, given: ConversionInput, row: Conversion | None = None) -> Conversion:
    """Add or change a conversion; one result counts once, whatever the number of its uses (`Conflict`)."""
    check_codes(desk.session, part_fields.CONVERSION, given)
    return _put(desk, CONVERSION, given, given.values(), row)


def put_standard(
    desk: PartChange, given: StandardInput, row: StandardParticipation | None = None
) -> StandardParticipation:
    """Add or change a standard the firm took part in."""
    check_codes(desk.session, part_fields.STANDARD, given)
    return _put(desk, STANDARD, given, given.values(), row)


def put_compliance(desk: PartChange, given: ComplianceInput, row: ComplianceEvent | None = None) -> ComplianceEvent:
    """Add or change an accident, breach or listing; `Invalid` for a day that has not come."""
    check_codes(desk.session, part_fields.COMPLIANCE, given)
    if given.happened_on > today(desk.now):
        message = _("发生日期不能晚于今天。")
        raise Invalid("enterprise.compliance.future", message, {"happened_on": message})
    return _put(desk, COMPLIANCE, given, given.values(), row)


def put_certificate(desk: PartChange, given: CertificateInput, row: Certificate | None = None) -> Certificate:
    """Add or change a certificate; a number can be on file once for each kind (`Conflict`)."""
    check_codes(desk.session, part_fields.CERTIFICATE, given)
    _check_order("expires_on", given.issued_on, given.expires_on)
    _check_order("revoked_on", given.issued_on, given.revoked_on)
    return _put(desk, CERTIFICATE, given, given.values(), row)


def put_tags(desk: PartChange, given: list[TagInput]) -> bool:
    """Make these the firm's tags, each with its validity; whether anything changed. One tag twice is `Invalid`."""
    require_change(desk.actor, actions.EDIT, desk.enterprise)
    wanted = {tag.tag: tag for tag in given}
    if len(wanted) != len(given):
        raise Invalid("enterprise.tags.repeated", _("同一标签只能填写一次。"))
    for tag in given:
        check_terms(desk.session, tags=("tag", tag.tag))
        _check_order("expires_on", tag.granted_on, tag.expires_on)
    present = {
        row.tag: row
        for row in desk.session.scalars(select(EnterpriseTag).where(EnterpriseTag.enterprise_id == desk.enterprise.id))
    }
    changes = diff({"tags": sorted(map(tag_text, present.values()))}, {"tags": sorted(map(tag_text, given))})
    if not changes:
        return False
    for code in present.keys() - wanted.keys():
        desk.session.delete(present[code])
    for code, tag in wanted.items():
        row = present.get(code) or EnterpriseTag(enterprise_id=desk.enterprise.id, tag=code)
        row.granted_on, row.expires_on = tag.granted_on, tag.expires_on
        desk.session.add(row)
    desk.session.flush()
    note(desk.session, desk.actor, desk.enterprise, events.TAGS_CHANGED, desk.now, changes=changes)
    return True


def tag_text(tag: Any) -> str:
    """A tag with its validity, as the journal tells it."""
    span = f" {tag.granted_on or ''}~{tag.expires_on or ''}" if tag.granted_on or tag.expires_on else ""
    return f"{tag.tag}{span}"


def _put(
    desk: PartChange,
    part: Part[Row],
    given: PartInput,
    values: dict[str, Any],
    row: Row | None,
    extra: dict[str, Change] | None = None,
) -> Row:
    if row is None:
        return add_part(desk, part, values, extra)
    change_part(desk, part, row, values, given.seen, extra)
    return row


def _check_order(field: str, first: Any, second: Any) -> None:
    if first is not None and second is not None and second < first:
        message = _("截止日期不能早于起始日期。")
        raise Invalid("enterprise.order", message, {field: message})
