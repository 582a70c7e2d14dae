from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.enterprises import schemas
from app.enterprises.models import (
    Certificate,
    Contact,
    EnterpriseTag,
    IntellectualProperty,
    Product,
    ProductProperty,
    YearlyFigures,
)
from app.enterprises.service import records
from app.enterprises.service.parts import PartChange, find_part, fingerprint, remove_part
from app.journal.domain import PendingEvent
from app.kit.db import notes
from app.kit.errors import Conflict, Forbidden, Invalid, NotFound
from tests.factories.enterprises import firm

Make = Callable[..., Any]


@pytest.fixture
def desk(session: Session, actor: Make, now: datetime) -> PartChange:
    enterprise = firm(session, "楚泽牛磺酸")
    notes(session).clear()
    return PartChange(session, actor(), enterprise, now)


def events(desk: PartChange) -> list[PendingEvent]:
    return notes(desk.session)


FIGURES = {"year": 2020, "basis": "HTE", "source": "special_audit"}
GOOD: dict[str, tuple[Any, type[schemas.PartInput], dict[str, Any], dict[str, Any]]] = {
    "contact": (
        records.put_contact,
        schemas.ContactInput,
        {"name": "王芳（示例）", "phone": "13800000000"},
        {"title": "财务"},
    ),
    "figures": (
        records.put_figures,
        schemas.FiguresInput,
        {**FIGURES, "sales_revenue": "100"},
        {"total_income": "120"},
    ),
    "property": (
        records.put_property,
        schemas.PropertyInput,
        {"kind_code": "utility_model", "number": "ZL202010000001", "name": "一种装置"},
        {"kind_code": "invention_patent"},
    ),
    "product": (records.put_product, schemas.ProductInput, {"name": "牛磺酸", "year": 2020}, {"is_main": True}),
    "conversion": (
        records.put_conversion,
        schemas.ConversionInput,
        {"year": 2020, "title": "新工艺", "outcome": "new_product"},
        {"form": "own_use"},
    ),
    "standard": (
        records.put_standard,
        schemas.StandardInput,
        {"year": 2020, "title": "牛磺酸", "level": "industry", "number": "QB/T 1"},
        {"role": "led", "recognised": False},
    ),
    "compliance": (
        records.put_compliance,
        schemas.ComplianceInput,
        {"happened_on": "2021-01-02", "kind": "safety_accident", "severity": "ordinary", "summary": "小火"},
        {"severity": "major"},
    ),
    "certificate": (
        records.put_certificate,
        schemas.CertificateInput,
        {"kind": "high-tech-enterprise", "number": "GR202042000001", "issued_on": "2020-12-01"},
        {"expires_on": "2023-12-01"},
    ),
}


@pytest.mark.parametrize("part", list(GOOD))
def test_a_record_is_added_changed_and_removed_with_one_event_each(desk: PartChange, part: str) -> None:
    put, schema, values, change = GOOD[part]
    kind = getattr(records, part.upper())
    put(desk, schema.model_validate(values))
    row = desk.session.scalars(select(kind.model)).one()
    seen = fingerprint(kind.values_of(row))
    put(desk, schema.model_validate({**values, **change, "seen": seen}), row)
    put(desk, schema.model_validate({**values, **change, "seen": fingerprint(kind.values_of(row))}), row)
    with pytest.raises(Conflict):
        put(desk, schema.model_validate({**values, "seen": seen}), row)
    remove_part(desk, kind, row)
    assert [event.type for event in events(desk)] == [
        f"enterprise.{part}_{done}" for done in ("added", "changed", "removed")
    ]
    changed = events(desk)[1].changes
    assert {name.removeprefix(f"{part}.") for name in changed} <= {*kind.columns}
    assert len(changed) == len(change) + (part == "property")
    assert desk.session.scalar(select(func.count()).select_from(kind.model)) == 0


@pytest.mark.parametrize("part", [name for name in GOOD if name not in ("contact", "compliance")])
def test_the_same_record_twice_is_refused(desk: PartChange, part: str) -> None:
    put, schema, values, _change = GOOD[part]
    put(desk, schema.model_validate(values))
    with pytest.raises(Conflict):
        put(desk, schema.model_validate(values))
    assert len(events(desk)) == 1


@pytest.mark.parametrize("part", list(GOOD))
def test_readers_and_strangers_write_nothing(desk: PartChange, actor: Make, part: str) -> None:
    put, schema, values, _change = GOOD[part]
    for stranger in (actor(role="leader"), actor(region="420111")):
        with pytest.raises(Forbidden):
            put(PartChange(desk.session, stranger, desk.enterprise, desk.now), schema.model_validate(values))
    assert not events(desk)


def test_a_record_of_another_firm_is_not_found(desk: PartChange) -> None:
    put, schema, values, _change = GOOD["property"]
    row = put(desk, schema.model_validate(values))
    with pytest.raises(NotFound):
        find_part(desk.session, records.PROPERTY, desk.enterprise.id + 1, row.id)


# -- what is special about each ------------------------------------------------------------------------------------------


def test_personal_values_stay_out_of_the_open_journal(desk: PartChange) -> None:
    records.put_contact(
        desk, schemas.ContactInput(name="王芳（示例）", phone="13812345678", email="wang@example.org", is_primary=True)
    )
    event = events(desk)[0]
    assert event.private["phone"] == (None, "13812345678")
    told = str(event.changes) + str(event.data)
    assert not any(secret in told for secret in ("王芳", "13812345678", "wang@example.org"))
    assert event.changes["contact.phone"] == (None, "138****78")


def test_there_is_one_primary_contact(desk: PartChange) -> None:
    first = records.put_contact(desk, schemas.ContactInput(name="王芳（示例）", is_primary=True))
    records.put_contact(desk, schemas.ContactInput(name="李明（示例）", is_primary=True))
    desk.session.refresh(first)
    assert not first.is_primary
    assert desk.session.scalar(select(func.count()).where(Contact.is_primary)) == 1


def test_research_above_revenue_is_saved_and_doubted(desk: PartChange) -> None:
    given = schemas.FiguresInput.model_validate({**FIGURES, "sales_revenue": "10", "rd_direct": "20"})
    assert len(records.put_figures(desk, given)) == 1
    assert desk.session.scalars(select(YearlyFigures.rd_direct_fen)).one() == 2_000


@pytest.mark.parametrize(
    "given",
    [
        {**FIGURES},
        {**FIGURES, "year": 2022, "sales_revenue": "1"},
        {**FIGURES, "source": "rumour", "sales_revenue": "1"},
    ],
)
def test_figures_that_say_nothing_sound_are_refused(desk: PartChange, given: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        records.put_figures(desk, schemas.FiguresInput.model_validate(given))
    assert not events(desk)


@pytest.mark.parametrize(
    "bad",
    [
        {"staff_average": "-1"},
        {"staff_average": "1.00001"},
        {"staff_average": "NaN"},
        {"staff_average": "Infinity"},
        {"staff_average": "9" * 40},
        {"sales_revenue": "-1"},
        {"sales_revenue": "1e5"},
        {"sales_revenue": "0.001"},
        {"sales_revenue": "9" * 30},
        {"year": "1200"},
        {"basis": "XXX"},
    ],
)
def test_bad_figures_do_not_get_past_the_form(bad: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as refused:
        schemas.FiguresInput.model_validate({**FIGURES, **bad})
    assert refused.value.errors()[0]["loc"] == (next(iter(bad)),)


def test_figures_may_be_given_in_either_unit_and_net_assets_may_be_negative() -> None:
    given = schemas.FiguresInput.model_validate(
        {**FIGURES, "unit": "万元", "sales_revenue": "8,640.1234", "net_assets": "-3", "staff_average": "142.25"}
    )
    assert (given.sales_revenue_fen, given.net_assets_fen) == (8_640_123_400, -3_000_000)
    assert given.staff_average_e4 == 1_422_500


def test_the_class_of_a_right_follows_from_its_kind(desk: PartChange) -> None:
    for kind, ip_class in (("invention_patent", 1), ("software_copyright", 2)):
        given = schemas.PropertyInput(kind_code=kind, number=f"N-{kind}", name="名称")
        assert records.put_property(desk, given).ip_class == ip_class


def test_a_right_cannot_end_before_it_begins(desk: PartChange) -> None:
    given = schemas.PropertyInput.model_validate(
        {
            "kind_code": "utility_model",
            "number": "1",
            "name": "甲",
            "granted_on": "2020-02-02",
            "expires_on": "2020-02-01",
        }
    )
    with pytest.raises(Invalid) as refused:
        records.put_property(desk, given)
    assert list(refused.value.fields) == ["expires_on"]


def test_products_are_linked_to_own_rights_only(desk: PartChange) -> None:
    right = records.put_property(desk, schemas.PropertyInput(kind_code="utility_model", number="ZL1", name="甲"))
    foreign = IntellectualProperty(
        enterprise_id=firm(desk.session).id, kind_code="utility_model", ip_class=2, number="ZL2", name="乙"
    )
    desk.session.add(foreign)
    desk.session.flush()
    notes(desk.session).clear()
    given = schemas.ProductInput(name="牛磺酸", year=2020, properties=[right.id])
    product = records.put_product(desk, given)
    assert events(desk)[0].changes["product.properties"] == ([], ["ZL1"])
    with pytest.raises(Invalid):
        records.put_product(desk, given.model_copy(update={"properties": [foreign.id]}), product)
    seen = fingerprint(records.PRODUCT.values_of(product))
    records.put_product(desk, given.model_copy(update={"properties": [], "seen": seen}), product)
    assert events(desk)[1].changes == {"product.properties": (["ZL1"], [])}
    assert desk.session.scalar(select(func.count()).select_from(ProductProperty)) == 0
    remove_part(desk, records.PRODUCT, product)
    assert desk.session.scalar(select(func.count()).select_from(Product)) == 0


def test_a_breach_cannot_lie_in_the_future(desk: PartChange) -> None:
    given = schemas.ComplianceInput.model_validate(
        {"happened_on": "2021-07-01", "kind": "safety_accident", "severity": "major", "summary": "x"}
    )
    with pytest.raises(Invalid):
        records.put_compliance(desk, given)


def test_a_certificate_number_is_on_file_once(desk: PartChange) -> None:
    _put, schema, values, _change = GOOD["certificate"]
    records.put_certificate(desk, schema.model_validate(values))  # type: ignore[arg-type]
    other = PartChange(desk.session, desk.actor, firm(desk.session), desk.now)
    with pytest.raises(Conflict):
        records.put_certificate(other, schema.model_validate(values))  # type: ignore[arg-type]
    assert desk.session.scalar(select(func.count()).select_from(Certificate)) == 1


def test_tags_are_replaced_as_a_whole(desk: PartChange) -> None:
    gazelle = schemas.TagInput.model_validate(
        {"tag": "gazelle", "granted_on": "2021-01-01", "expires_on": "2023-12-31"}
    )
    assert records.put_tags(desk, [gazelle, schemas.TagInput(tag="hidden_champion")])
    assert not records.put_tags(desk, [schemas.TagInput(tag="hidden_champion"), gazelle])
    assert records.put_tags(desk, [schemas.TagInput(tag="hidden_champion")])
    assert desk.session.scalars(select(EnterpriseTag.tag)).all() == ["hidden_champion"]
    assert [event.type for event in events(desk)] == ["enterprise.tags_changed"] * 2
    assert events(desk)[1].changes["tags"] == (
        ["gazelle 2021-01-01~2023-12-31", "hidden_champion"],
        ["hidden_champion"],
    )
    for wrong in ([schemas.TagInput(tag="unknown")], [gazelle, gazelle]):
        with pytest.raises(Invalid):
            records.put_tags(desk, wrong)
