"""What the form of each kind of record asks, declared once: its fields, their words, how a row fills them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy.orm import Session

from app.enterprises import schemas
from app.enterprises.domain.figures import BALANCE, RD_INTERNAL, RD_OUTSOURCED, STAFF
from app.enterprises.events import FIELD_LABELS
from app.enterprises.models import IntellectualProperty
from app.enterprises.service import records
from app.enterprises.service.parts import Desk, Part, fingerprint, list_parts
from app.kit.i18n import N_, _
from app.kit.money import format_wan, format_yuan
from app.web.shared.enterprise_words import Choices, Words

Kind = Literal["text", "area", "date", "year", "number", "money", "people", "select", "check", "checks", "tel", "email"]


@dataclass(frozen=True)
class Ask:
    """One field of a form; `vocabulary` names where the choices of a select come from."""

    name: str
    kind: Kind = "text"
    vocabulary: str = ""
    required: bool = False
    wide: bool = False
    hint: str = ""
    maxlength: int = 200


@dataclass(frozen=True)
class Group:
    """Fields that belong together, in so many columns."""

    legend: str
    asks: tuple[Ask, ...]
    columns: int = 3
    note: str = ""


@dataclass(frozen=True)
class PartForm:
    """One kind of record as a form: how it is called, which tab shows it, what writes it."""

    part: Part[Any]
    schema: type[schemas.PartInput]
    put: Callable[..., Any]
    new_title: str
    edit_title: str
    tab: str
    groups: tuple[Group, ...]
    unit: str = ""


def _amounts(names: tuple[str, ...]) -> tuple[Ask, ...]:
    return tuple(Ask(name.removesuffix("_fen"), "money") for name in names)


_UNKNOWN = N_("不知道的留空，系统按“未知”处理；确实为零才填 0。")

PART_FORMS: dict[str, PartForm] = {
    "figures": PartForm(
        records.FIGURES,
        schemas.FiguresInput,
        records.put_figures,
        N_("登记年度数据"),
        N_("修改年度数据"),
        "figures",
        (
            Group(
                N_("年度与口径"),
                (
                    Ask("year", "year", required=True),
                    Ask(
                        "basis",
                        "select",
                        "figure_basis",
                        required=True,
                        hint=N_("三种口径的研发费用不是同一个数，请勿混填"),
                    ),
                    Ask("source", "select", "figure_source", required=True),
                    Ask("note", wide=True, maxlength=300),
                ),
            ),
            Group(N_("收入与资产"), _amounts(BALANCE), note=_UNKNOWN),
            Group(
                N_("研发费用（实际发生额）"),
                _amounts((*RD_INTERNAL, *RD_OUTSOURCED)),
                note=N_("按工作指引三（六）分项填写，不折算、不封顶。"),
            ),
            Group(N_("人员（全年月平均数）"), tuple(Ask(name.removesuffix("_e4"), "people") for name in STAFF), 2),
        ),
        unit=N_("万元"),
    ),
    "properties": PartForm(
        records.PROPERTY,
        schemas.PropertyInput,
        records.put_property,
        N_("登记知识产权"),
        N_("修改知识产权"),
        "properties",
        (
            Group(
                N_("知识产权"),
                (
                    Ask("kind_code", "select", "property_kind", required=True, hint=N_("Ⅰ、Ⅱ类由类别决定")),
                    Ask("number", required=True, maxlength=60),
                    Ask("acquired_by", "select", "acquisition"),
                    Ask("name", required=True, wide=True),
                    Ask("granted_on", "date"),
                    Ask("expires_on", "date"),
                    Ask("used_before", "number", hint=N_("Ⅱ类用过一次后不能再用；本系统内的使用由办件记录")),
                ),
            ),
        ),
    ),
    "products": PartForm(
        records.PRODUCT,
        schemas.ProductInput,
        records.put_product,
        N_("登记产品（服务）"),
        N_("修改产品（服务）"),
        "products",
        (
            Group(
                N_("产品（服务）"),
                (
                    Ask("name", required=True, wide=True),
                    Ask("year", "year", required=True),
                    Ask("revenue", "money"),
                    Ask("field_code", "select", "field"),
                    Ask("is_high_tech", "check"),
                    Ask("is_main", "check", hint=N_("主要产品收入之和须超过高新产品收入的 50%")),
                ),
            ),
            Group(N_("对其起核心支持作用的知识产权"), (Ask("properties", "checks", "rights"),), 1),
        ),
        unit=N_("万元"),
    ),
    "conversions": PartForm(
        records.CONVERSION,
        schemas.ConversionInput,
        records.put_conversion,
        N_("登记成果转化"),
        N_("修改成果转化"),
        "conversions",
        (
            Group(
                N_("成果转化"),
                (
                    Ask("title", required=True, wide=True, hint=N_("同一成果转化为多个产品、服务的，只计一项")),
                    Ask("year", "year", required=True),
                    Ask("result_kind", "select", "result_kind"),
                    Ask("origin", "select", "result_origin"),
                    Ask("outcome", "select", "result_outcome"),
                    Ask("form", "select", "conversion_form"),
                ),
            ),
        ),
    ),
    "standards": PartForm(
        records.STANDARD,
        schemas.StandardInput,
        records.put_standard,
        N_("登记标准"),
        N_("修改标准"),
        "conversions#standards",
        (
            Group(
                N_("标准、检测方法或技术规范"),
                (
                    Ask("title", required=True, wide=True),
                    Ask("number", maxlength=60),
                    Ask("level", "select", "standard_level", required=True),
                    Ask("year", "year", required=True),
                    Ask("role", "select", "standard_role", hint=N_("主导制定才可直接确认科技型中小企业；不清楚的留空")),
                    Ask(
                        "recognised",
                        "select",
                        "yes_no",
                        hint=N_("认定高企时参与编制即可加分，须经认定认可；国家标准、行业标准可留空"),
                    ),
                ),
            ),
        ),
    ),
    "compliance": PartForm(
        records.COMPLIANCE,
        schemas.ComplianceInput,
        records.put_compliance,
        N_("登记合规事件"),
        N_("修改合规事件"),
        "compliance#events",
        (
            Group(
                N_("事件"),
                (
                    Ask("happened_on", "date", required=True),
                    Ask("kind", "select", "compliance_kind", required=True),
                    Ask("severity", "select", "compliance_severity", required=True),
                    Ask("source", hint=N_("如 应急管理局来函")),
                    Ask("summary", "area", required=True, wide=True, maxlength=400),
                ),
            ),
        ),
    ),
    "certificates": PartForm(
        records.CERTIFICATE,
        schemas.CertificateInput,
        records.put_certificate,
        N_("登记证书"),
        N_("修改证书"),
        "compliance",
        (
            Group(
                N_("证书或备案"),
                (
                    Ask("kind", "select", "certificate_kind", required=True),
                    Ask("number", required=True, maxlength=60),
                    Ask("issued_on", "date", required=True),
                    Ask("expires_on", "date", hint=N_("高企证书自发证之日起三年有效")),
                    Ask("revoked_on", "date"),
                ),
            ),
        ),
    ),
    "contacts": PartForm(
        records.CONTACT,
        schemas.ContactInput,
        records.put_contact,
        N_("登记联系人"),
        N_("修改联系人"),
        "contacts",
        (
            Group(
                N_("联系人"),
                (
                    Ask("name", required=True, maxlength=80),
                    Ask("title", maxlength=80),
                    Ask("phone", "tel", maxlength=40),
                    Ask("email", "email", maxlength=120),
                    Ask("is_primary", "check"),
                    Ask("note", wide=True, maxlength=300),
                ),
            ),
        ),
    ),
}


def label_of(form: PartForm, name: str) -> str:
    """The words of a field, the same that the timeline uses."""
    for column in (name, f"{name}_fen", f"{name}_e4"):
        label = FIELD_LABELS.get(f"enterprise.{form.part.code}.{column}")
        if label:
            return _(label)
    raise KeyError(f"{form.part.code}.{name} has no label in enterprises/events.py")


def choices_for(session: Session, form: PartForm, enterprise_id: int, known: Words) -> dict[str, Choices]:
    """The choices of every select and list of checks, by the field's name."""
    found: dict[str, Choices] = {}
    for ask in (ask for group in form.groups for ask in group.asks if ask.vocabulary):
        if ask.vocabulary == "field":
            found[ask.name] = known.field_choices()
        elif ask.vocabulary == "rights":
            rights = list_parts(session, records.PROPERTY, enterprise_id, IntellectualProperty.number)
            found[ask.name] = tuple((str(right.id), f"{right.name}（{right.number}）") for right in rights)
        elif ask.vocabulary == "yes_no":
            found[ask.name] = (("true", _("是")), ("false", _("否")))
        else:
            found[ask.name] = known.choices(ask.vocabulary)
    return found


def raw_of(form: PartForm, row: Any, desk: Desk) -> dict[str, Any]:
    """A record as the texts of its form, with the fingerprint of what is shown."""
    values = form.part.values_of(row)
    raw = texts_of(form, values)
    if form.part is records.PRODUCT:
        raw["properties"] = [str(key) for key in records.linked_rights(desk, row.id)]
    return raw | {"seen": fingerprint(values), "unit": form.unit}


def texts_of(form: PartForm, values: Mapping[str, Any]) -> dict[str, Any]:
    """Columns as the texts of the form's fields, amounts in its own unit."""
    chosen = {ask.name for group in form.groups for ask in group.asks if ask.vocabulary == "yes_no"}
    texts = {field_of(name): _text(name, value, form.unit) for name, value in values.items()}
    return texts | {name: str(texts[name]).lower() for name in chosen & texts.keys()}


def field_of(column: str) -> str:
    """The form's field of a column."""
    return column.removesuffix("_fen").removesuffix("_e4")


def _text(name: str, value: Any, unit: str) -> Any:
    if value is None:
        return ""
    if name.endswith("_fen"):
        return format_wan(value) if unit else format_yuan(value)
    if name.endswith("_e4"):
        whole, rest = divmod(value, 10_000)
        return f"{whole}.{rest:04d}".rstrip("0") if rest else str(whole)
    return value.isoformat() if isinstance(value, date) else value
