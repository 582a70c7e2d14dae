"""The mapping file: strict, fitted to its sources, and its schema is what is sent."""

from pathlib import Path

import jsonschema_rs
import orjson
import pytest
import yaml
from sqlalchemy.orm import Session

from app.exchange.catalogue import load_definition, partner_definition
from app.exchange.domain import FieldDefinition, FieldType, PartnerDecision, PersonalData, ResourceDefinition
from app.exchange.json_schema import example, record_schema
from app.exchange.json_values import average, converter, dumps, money_in_wan, money_in_yuan
from app.exchange.plans import fit, plans_of, province_plans
from app.exchange.records import iterate_records
from app.kit.errors import SeedError
from app.programmes.domain.definition import Programme
from tests.exchange.world import PHONE, World
from tests.support.seeds import programmes

ROOT = Path(__file__).parents[2]
PROVINCE = (ROOT / "seeds/exchange/province/v1.yaml").read_text(encoding="utf-8")


def fields_of(definition: ResourceDefinition | FieldDefinition) -> list[FieldDefinition]:
    return [found for field in definition.fields for found in (field, *fields_of(field))]


def written(folder: Path, text: str) -> Path:
    path = folder / "province" / "v1.yaml"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("partner: province", "partner: county", "lies under"),
        ("unit: 元", "unit: 角", "unit"),
        ("{name: name, source: name, type: text, required: true", "{name: name, sorce: name, type: text", "sorce"),
        ("type: money, unit: 元", "type: money", "names its unit"),
        ("        personal: name\n", "", "states its purpose"),
        ("    key: uscc", "    key: name2", "must be one of the fields"),
        ("name: kind, source: kind, type: text", "name: name, source: kind, type: text", "same name"),
        ("type: code, advised: true", "type: code, required: true, advised: true", "required or advised"),
        (
            "source: above_scale, type: boolean",
            "source: above_scale, type: boolean, max_length: 3",
            "max_length or a pattern",
        ),
        ("source: scale, type: code", "source: scale, type: code, max_length: 3", "own limits"),
        ("source: scale, type: code", "source: scale, type: code, by_prefix: true", "by_prefix needs the codes"),
        ("source: kind, type: text", 'source: kind, type: text, codes: {a: "1"}', "only a code field maps codes"),
        ("{field: uscc, headings: [统一社会信用代码]}", "{field: uscc, headings: [统一, 代码]}", "needs 1 heading"),
        (
            "{field: uscc, headings: [统一社会信用代码]}",
            "{field: figures, headings: [代码]}",
            "is no field, or is a list",
        ),
        (
            "{field: uscc, headings: [统一社会信用代码]}",
            "{field: name, headings: [代码]}",
            "each field once, the key 'uscc'",
        ),
        ("{field: name, headings: [企业名称]}", "{field: name, headings: [企业类型]}", "the same heading"),
        ("stage: joint-review, requested", "stage: recommended, requested", "has two rules"),
        ("stage: filed, accepted: certify", "stage: filed", "the step of at least one decision"),
    ],
)
def test_a_mistake_in_the_mapping_is_named_with_its_place(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in PROVINCE
    with pytest.raises(SeedError, match=says) as error:
        load_definition(written(tmp_path, PROVINCE.replace(old, new, 1)))
    assert "v1.yaml:" in str(error.value)


def test_a_field_without_a_source_stops_the_start(tmp_path: Path) -> None:
    path = written(tmp_path, PROVINCE.replace("source: park_code", "source: park_colour", 1))
    with pytest.raises(SeedError, match=r"enterprises: there is no source 'park_colour'"):
        fit(load_definition(path))


def newest_programmes() -> dict[str, Programme]:
    """The newest published version of each programme; a case of an older one that lacks a step waits for an officer."""
    return {programme.code: programme for programme in programmes()}


def test_every_decision_is_a_step_that_the_programme_knows() -> None:
    newest = newest_programmes()
    for rule in partner_definition().decisions:
        steps = {action.code: action for action in newest[rule.programme].actions_from(rule.stage)}
        for decision in PartnerDecision:
            step = rule.step_for(decision)
            assert step is None or step in steps, (rule, decision)
            ends = step is not None and newest[rule.programme].stage(steps[step].to).outcome == "rejected"
            assert ends == (step is not None and decision is PartnerDecision.REJECTED), (rule, decision)


def test_what_the_province_has_in_hand_has_a_rule() -> None:
    waiting = {
        (code, stage.code)
        for code, found in newest_programmes().items()
        for stage in found.stages
        if stage.turn == "province"
    }
    assert waiting
    assert {pair for pair in waiting if partner_definition().rule_for(*pair) is None} == set()


def test_a_code_that_the_mapping_lacks_leaves_as_null() -> None:
    field = FieldDefinition.model_validate(
        {
            "name": "field", "source": "field", "type": "code", "title": {"zh": "领域", "en": "Field"},
            "codes": {"4": "7", "4.1": "71"}, "by_prefix": True,
        }
    )  # fmt: skip
    convert = converter(field)
    assert convert is not None
    assert [convert(ours) for ours in ("4", "4.1.2", "4.2", "5", "")] == ["7", "71", "7", None, None]
    assert (field.knows("4.3"), field.knows("5")) == (True, False)


def systems_own(vocabulary: str) -> dict[str, str]:
    """The numbers that the national system uses for a vocabulary of ours."""
    terms = yaml.safe_load((ROOT / "seeds/reference/terms.yaml").read_text(encoding="utf-8"))
    return {term["code"]: term["data"]["system"] for term in terms[vocabulary]}


def test_the_national_system_gets_its_own_numbers() -> None:
    torch = plans_of("torch", "v1")
    field, rights = torch["enterprises"].definition.field("field"), torch["properties"].definition
    fields = yaml.safe_load((ROOT / "seeds/reference/fields.yaml").read_text(encoding="utf-8"))
    numbers = {entry["code"][0]: entry["system"] for entry in fields if "system" in entry}
    assert {entry["code"]: field.theirs(entry["code"]) for entry in fields} == {
        entry["code"]: numbers[entry["code"][0]] for entry in fields
    }
    assert sorted(numbers.values()) == ["1", "2", "3", "4", "6", "7", "8", "9"]
    assert field.theirs("20") == "6" and field.theirs("80501") == "3"
    assert rights.field("kind").codes == systems_own("property_kind")
    assert rights.field("acquired_by").codes == systems_own("acquisition")


def test_what_the_national_system_gets_fits_its_schema(session: Session) -> None:
    world = World(session).prepare()
    firm = world.enterprise(capital_fen=10_000_000_000_000_001, field_code="40504")
    world.add_parts(firm)
    world.rights[0].kind_code, world.rights[0].acquired_by = "utility_model", "no_such_way"
    session.flush()
    sent = {}
    for name, plan in plans_of("torch", "v1").items():
        schema = jsonschema_rs.Draft202012Validator(record_schema(plan.definition), validate_formats=True)
        ((record,),) = iterate_records(session, plan, "429005")
        sent[name] = orjson.loads(dumps(record))
        schema.validate(sent[name])
    assert (sent["enterprises"]["field"], sent["enterprises"]["capital"]) == ("7", "10000000000.000001")
    assert (sent["properties"]["kind"], sent["properties"]["acquired_by"]) == ("2", None)
    assert sent["figures"]["net_assets"] == "-0.000005"


@pytest.mark.parametrize("resource", list(province_plans()))
def test_the_example_fits_its_schema(resource: str) -> None:
    definition = partner_definition().resources[resource]
    schema = jsonschema_rs.Draft202012Validator(record_schema(definition), validate_formats=True)
    schema.validate(example(definition.fields))


def test_what_is_sent_is_what_the_schema_says(session: Session) -> None:
    world = World(session).prepare()
    firm = world.enterprise(capital_fen=123, above_scale=None, kind="")
    world.add_parts(firm)
    world.add_past_case(firm)
    world.rename(firm)
    world.change_code(firm)
    case = world.case(firm)
    world.advance(case)
    world.decide_otherwise(world.verdict(case))
    world.agree(world.commissioner(), firm)
    world.pay(world.incentive(firm))
    session.flush()
    for plan in province_plans().values():
        schema = record_schema(plan.definition)
        validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
        (records,) = iterate_records(session, plan, "429005")
        for record in records:
            sent = orjson.loads(dumps(record))
            validator.validate(sent)
            assert set(sent) == set(schema["properties"])
            for field in plan.definition.fields:
                for row in sent[field.name] if field.type is FieldType.RECORDS else []:
                    assert set(row) == {inner.name for inner in field.fields}


def test_unknown_is_null_and_amounts_are_exact_strings(session: Session) -> None:
    world = World(session).prepare()
    world.add_parts(world.enterprise(capital_fen=10_000_000_000_000_001, kind=""))
    session.flush()
    ((record,),) = iterate_records(session, province_plans()["enterprises"], "")
    (figures,) = record["figures"]
    assert (record["kind"], record["above_scale"], record["capital"]) == (None, None, "100000000000000.01")
    assert (figures["net_assets"], figures["rd_direct"], figures["staff_average"]) == ("-0.05", None, "86.5000")


def test_no_telephone_number_leaves(session: Session) -> None:
    world = World(session).prepare()
    world.agree(world.commissioner(), world.enterprise())
    session.flush()
    for plan in province_plans().values():
        assert PHONE.encode() not in b"".join(dumps(page) for page in iterate_records(session, plan, ""))


def test_only_names_with_a_purpose_are_personal() -> None:
    personal = {
        (resource, field.name, field.personal)
        for resource, definition in partner_definition().resources.items()
        for field in fields_of(definition)
        if field.personal is not PersonalData.NONE
    }
    assert personal == {
        ("enterprises", "legal_representative", PersonalData.NAME),
        ("commissioners", "name", PersonalData.NAME),
    }


@pytest.mark.parametrize(
    ("fen", "yuan", "wan"),
    [(0, "0.00", "0.000000"), (-1, "-0.01", "-0.000001"), (123_456_789, "1234567.89", "123.456789")],
)
def test_money_keeps_every_fen(fen: int, yuan: str, wan: str) -> None:
    assert (money_in_yuan(fen), money_in_wan(fen)) == (yuan, wan)


def test_averages_keep_four_decimals() -> None:
    assert average(125_000) == "12.5000"
