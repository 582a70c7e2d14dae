"""Lines that the database writes are the bytes that the record builder makes, whatever lies in the rows."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.enterprises.models import Certificate, EnterpriseTag, FormerName, IntellectualProperty, YearlyFigures
from app.exchange.domain import ResourceDefinition
from app.exchange.field_subset import narrowed
from app.exchange.json_values import dumps
from app.exchange.lines import BATCH, can_write, lines_of, lines_on, page_lines
from app.exchange.plans import SOURCES, province_plans
from app.exchange.records import RecordPlan, iterate_records, page_records, plan_records
from tests.exchange.world import World

WRITTEN = ("enterprises", "cases", "figures", "properties", "past_cases", "milestones", "indicators")
LETTERS = "省新材（示例）ABCabc 09/\\\"'{}[]:,%_<>&\x01\x02\x07\b\t\n\v\f\r\x1f\x7f\u2028\ufeff😀é"


def built(session: Session, plan: RecordPlan, region: str) -> list[bytes]:
    """What the record builder makes of the same rows."""
    return [dumps(record) + b"\n" for records in iterate_records(session, plan, region) for record in records]


def written(session: Session, plan: RecordPlan, region: str) -> list[bytes]:
    return b"".join(lines_of(session, plan, region)).splitlines(keepends=True)


def text_of(random: Random, length: int = 12) -> str:
    return "".join(random.choice(LETTERS) for _ in range(random.randrange(length)))


def fen_of(random: Random) -> int | None:
    return random.choice([None, 0, 5, -5, 99, -100, random.randrange(-(10**6), 10**6), random.randrange(10**17)])


def day_of(random: Random) -> date | None:
    return random.choice(
        [None, date(1, 1, 1), date(9999, 12, 31), date(1990, 1, 1) + timedelta(random.randrange(15000))]
    )


def moment_of(random: Random) -> datetime:
    microseconds = random.choice([0, 1, 500_000, 123_400, 999_999])
    return datetime(2021, 6, 30, 2, 0, random.randrange(60), microseconds, tzinfo=UTC)


def fill(world: World, random: Random, number: int) -> None:
    """Firms with anything in their fields, and with anything from none to many parts."""
    session = world.session
    for _ in range(number):
        firm = world.enterprise(
            random.choice(["429005001", "429006", "421000", ""]),
            name=text_of(random) or "无名",
            address=text_of(random, 60),
            business_scope=text_of(random, 400),
            registered_on=day_of(random),
            capital_fen=fen_of(random),
            field_code=random.choice(["", "4.1", "4.1.3", "4.2", "5", "9.9", "%_"]),
            above_scale=random.choice([None, True, False]),
            created_at=moment_of(random),
            updated_at=moment_of(random),
        )
        session.add_all(
            FormerName(enterprise_id=firm.id, name=f"{each}{text_of(random)}") for each in range(random.randrange(3))
        )
        session.add_all(
            EnterpriseTag(
                enterprise_id=firm.id, tag=f"{tag}-{text_of(random, 4).strip(chr(0))}", granted_on=day_of(random)
            )
            for tag in range(random.randrange(3))
        )
        session.add_all(
            YearlyFigures(
                enterprise_id=firm.id, year=2015 + year, basis=random.choice(["HTE", "TAX"]), source=text_of(random),
                updated_at=world.now, sales_revenue_fen=fen_of(random), rd_other_fen=fen_of(random),
                staff_average_e4=fen_of(random),
            )
            for year in range(random.randrange(6))
        )  # fmt: skip
        session.add_all(
            IntellectualProperty(
                enterprise_id=firm.id,
                kind_code="invention-patent",
                ip_class=1,
                number=f"ZL{firm.id}-{each}",
                name=text_of(random),
            )
            for each in range(random.randrange(4))
        )
        session.add_all(
            Certificate(enterprise_id=firm.id, kind="hte", number=f"GR{firm.id}-{each}", issued_on=date(2018, 1, 1))
            for each in range(random.randrange(2))
        )
        if random.random() < 0.5:
            world.advance(world.case(firm))
    session.flush()


@pytest.fixture
def world(session: Session) -> World:
    return World(session).prepare()


def test_every_line_is_the_record_builders(session: Session, world: World, dialect: str) -> None:
    fill(world, Random(20), 150)
    for resource, plan in province_plans().items():
        assert can_write(session, plan) is (dialect == "postgresql" and resource in WRITTEN), resource
        for region in ("", "429005", "42", "999") if can_write(session, plan) else ():
            assert written(session, plan, region) == built(session, plan, region), (resource, region)


def test_every_page_of_lines_is_a_page_of_records(session: Session, world: World) -> None:
    random = Random(22)
    fill(world, random, 60)
    for resource, whole in province_plans().items():
        names = [field.name for field in whole.definition.fields]
        for plan in (whole, *(narrowed(whole, ",".join(random.sample(names, random.randint(1, 5)))) for _ in range(3))):
            for region in ("", "429005", "999"):
                after: int | None = 0
                while after is not None:
                    limit = random.choice([1, 7, 50, 1_000]) if after < 200 else 1_000
                    page = page_lines(session, plan, region, after, limit)
                    assert page == lines_on(page_records(session, plan, region, after, limit)), (resource, names, after)
                    after = page.last


def test_who_asks_for_the_same_fields_again_gets_the_plan_that_was_made() -> None:
    plan = province_plans()["enterprises"]
    assert narrowed(plan, "name,kind") is narrowed(plan, " kind, name,uscc")


def test_a_mapping_with_codes_units_and_required_texts_is_written_alike(
    session: Session, world: World, dialect: str
) -> None:
    if dialect == "sqlite":
        assert not can_write(session, other_mapping())
        return
    fill(world, Random(21), 80)
    lines = written(session, other_mapping(), "")
    assert lines == built(session, other_mapping(), "")
    assert b'"field":"04"' in b"".join(lines) and b'"field":"0401"' in b"".join(lines)


def other_mapping() -> RecordPlan:
    """The firms as another partner might ask for them."""

    def field(name: str, source: str, type: str, **given: Any) -> dict[str, Any]:
        return {"name": name, "source": source, "type": type, "title": {"zh": name, "en": name}} | given

    figures = [
        field("y", "year", "integer"),
        field("b", "basis", "code", codes={"HTE": "'1", "TAX": "2%"}),
        field("s", "sales_revenue_fen", "money", unit="万元"),
    ]
    definition = {
        "kind": "enterprise",
        "key": "code",
        "title": {"zh": "企业", "en": "Enterprise"},
        "fields": [
            field("code", "uscc", "code", required=True, example="9"),
            field("list", "figures", "records", fields=figures),
            field("address", "address", "text", required=True, example="路"),
            field("field", "field_code", "code", codes={"4": "04", "4.1": "0401", "%": "x"}, by_prefix=True),
            field("capital", "capital_fen", "money", unit="万元"),
            field("names", "former_names", "texts"),
        ],
    }
    return plan_records("enterprises", ResourceDefinition.model_validate(definition), SOURCES["enterprises"])


def test_batches_follow_each_other_without_a_gap(
    session: Session, world: World, dialect: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if dialect == "sqlite":
        return
    monkeypatch.setattr("app.exchange.lines.BATCH", 7)
    assert BATCH != 7
    for number in (0, 7, 6, 1, 21):
        fill(world, Random(number), number)
        plan = province_plans()["enterprises"]
        assert written(session, plan, "") == built(session, plan, "")
