"""The form of each kind of record below a firm: how it is called, what writes it. Its fields are told in enterprises/part_fields."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.cases.past_cases import service as past_cases
from app.cases.past_cases.schemas import PastCaseInput
from app.doors.forms.fields import Choices, answers, texts_of
from app.enterprises import schemas
from app.enterprises.models import IntellectualProperty
from app.enterprises.service import records
from app.enterprises.service.parts import Part, PartChange, fingerprint, list_parts
from app.kit.fields import FieldKind
from app.kit.i18n import N_, _
from app.web.shared.enterprise_words import EnterpriseWords


@dataclass(frozen=True)
class PartForm:
    """One kind of record as a form: how it is called, which tab shows it, what writes it."""

    part: Part[Any]
    schema: type[schemas.PartInput]
    put: Callable[..., Any]
    new_title: str
    edit_title: str
    tab: str
    unit: str = ""


_WAN = N_("万元")

PART_FORMS: dict[str, PartForm] = {
    "figures": PartForm(
        records.FIGURES,
        schemas.FiguresInput,
        records.put_figures,
        N_("登记年度数据"),
        N_("修改年度数据"),
        "figures",
        unit=_WAN,
    ),
    "properties": PartForm(
        records.PROPERTY,
        schemas.PropertyInput,
        records.put_property,
        N_("登记知识产权"),
        N_("修改知识产权"),
        "properties",
    ),
    "products": PartForm(
        records.PRODUCT,
        schemas.ProductInput,
        records.put_product,
        N_("登记产品（服务）"),
        N_("修改产品（服务）"),
        "products",
        unit=_WAN,
    ),
    "conversions": PartForm(
        records.CONVERSION,
        schemas.ConversionInput,
        records.put_conversion,
        N_("登记成果转化"),
        N_("修改成果转化"),
        "conversions",
    ),
    "standards": PartForm(
        records.STANDARD,
        schemas.StandardInput,
        records.put_standard,
        N_("登记标准"),
        N_("修改标准"),
        "conversions#standards",
    ),
    "compliance": PartForm(
        records.COMPLIANCE,
        schemas.ComplianceInput,
        records.put_compliance,
        N_("登记合规事件"),
        N_("修改合规事件"),
        "compliance#events",
    ),
    "certificates": PartForm(
        records.CERTIFICATE,
        schemas.CertificateInput,
        records.put_certificate,
        N_("登记证书"),
        N_("修改证书"),
        "compliance",
    ),
    "contacts": PartForm(
        records.CONTACT,
        schemas.ContactInput,
        records.put_contact,
        N_("登记联系人"),
        N_("修改联系人"),
        "contacts",
    ),
    "past-cases": PartForm(
        past_cases.PART,
        PastCaseInput,
        past_cases.put_past_case,
        N_("登记历年申报"),
        N_("修改历年申报"),
        "#past-cases",
    ),
}


def labels_of(form: PartForm) -> dict[str, str]:
    """The words of the form's fields, the same that the timeline uses."""
    return {field.form_name: _(field.label) for field in form.part.fields if field.label}


def choices_for(session: Session, form: PartForm, enterprise_id: int, known: EnterpriseWords) -> dict[str, Choices]:
    """The choices of every select and list of checks, by the field's name."""
    found: dict[str, Choices] = {}
    for field in form.part.fields:
        if field.kind is FieldKind.LINKS:
            rights = list_parts(session, records.PROPERTY, enterprise_id, IntellectualProperty.number)
            found[field.name] = tuple((str(right.id), f"{right.name}（{right.number}）") for right in rights)
        elif field.kind is FieldKind.FLAG:
            found[field.name] = answers(field)
        elif field.vocabulary:
            found[field.name] = known.choices_of(field.vocabulary)
    return found


def raw_of(form: PartForm, row: Any, desk: PartChange) -> dict[str, Any]:
    """A record as the texts of its form, with the fingerprint of what is shown."""
    values = form.part.values_of(row)
    raw = texts_of(form.part.fields, values, in_wan=bool(form.unit))
    if form.part is records.PRODUCT:
        raw["properties"] = [str(key) for key in records.linked_rights(desk, row.id)]
    return raw | {"seen": fingerprint(values), "unit": form.unit}
