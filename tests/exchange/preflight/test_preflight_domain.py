"""What is found about a record: golden cases, without a database."""

from datetime import date
from typing import Any

import pytest

from app.exchange.domain import ResourceDefinition
from app.exchange.preflight.domain import Checker, FindingCode, MendKind, PreflightContext, RecordFindings, Report
from app.kit.i18n import use_locale

FIRM = PreflightContext(uscc="91429099MA4EXAMP0B", label="周矶精密（示例）")


def field(name: str, **given: Any) -> dict[str, Any]:
    return {"name": name, "source": name, "type": "text", "title": {"zh": f"项{name}", "en": f"Field {name}"}} | given


def definition() -> ResourceDefinition:
    return ResourceDefinition.model_validate(
        {
            "kind": "enterprise",
            "key": "uscc",
            "title": {"zh": "企业", "en": "Enterprise"},
            "fields": [
                field("uscc", required=True, example="9"),
                field("name", required=True, example="名"),
                field("field", type="code", codes={"4.1": "04-1"}),
                field("detail", type="code", codes={"4": "04"}, by_prefix=True),
                field("scale", type="code", values=("small", "large")),
                field("scope", advised=True, max_length=5),
                field("phone", pattern="[0-9]+"),
                field(
                    "figures",
                    type="records",
                    fields=[
                        field("year", type="integer", required=True, example=2020),
                        field("basis", type="code", codes={"HTE": "1"}),
                    ],
                ),
            ],
        }
    )


def record(**given: Any) -> dict[str, Any]:
    return {"uscc": FIRM.uscc, "name": "周矶", "field": "4.1", "scale": "small", "scope": "研发", "figures": []} | given


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, []),
        ({"name": ""}, [(FindingCode.MISSING, "name", MendKind.ENTERPRISE, "")]),
        ({"name": None}, [(FindingCode.MISSING, "name", MendKind.ENTERPRISE, "")]),
        ({"field": ""}, []),
        ({"field": "9.9"}, [(FindingCode.CODE, "field", MendKind.CODES, "field")]),
        ({"detail": "4.1.3"}, []),
        ({"detail": "5.1"}, [(FindingCode.CODE, "detail", MendKind.CODES, "detail")]),
        ({"scope": "新材料研发"}, []),
        ({"scope": "新材料研发、"}, [(FindingCode.LENGTH, "scope", MendKind.ENTERPRISE, "")]),
        ({"phone": "12"}, []),
        ({"phone": "1 2"}, [(FindingCode.FORM, "phone", MendKind.ENTERPRISE, "")]),
        ({"scale": "huge"}, [(FindingCode.CODE, "scale", MendKind.CODES, "scale")]),
        ({"figures": [{"year": 2020, "basis": "HTE"}]}, []),
        (
            {"figures": [{"year": None, "basis": "OLD"}]},
            [
                (FindingCode.MISSING, "figures.year", MendKind.ENTERPRISE, "figures"),
                (FindingCode.CODE, "figures.basis", MendKind.CODES, "figures.basis"),
            ],
        ),
    ],
)
def test_values_are_held_against_the_definition(values: dict[str, Any], expected: list[Any]) -> None:
    found = Checker("enterprises", definition()).findings(FIRM.uscc, record(**values), FIRM)
    assert [(each.code, each.field, each.mend.kind, each.mend.section) for each in found] == expected
    assert all(each.blocks for each in found)


@pytest.mark.parametrize(
    ("around", "expected", "section", "blocks"),
    [
        ({"confirmed": False}, FindingCode.UNCONFIRMED, "code", True),
        ({"region_known": False}, FindingCode.REGION, "", False),
        ({"years_missing": (2019, 2020)}, FindingCode.FIGURES, "figures", False),
        ({"expired": {"GR1": date(2021, 1, 1)}}, FindingCode.CERTIFICATE, "certificates", False),
    ],
)
def test_what_is_doubtful_about_the_firm(
    around: dict[str, Any], expected: FindingCode, section: str, blocks: bool
) -> None:
    surroundings = PreflightContext(uscc=FIRM.uscc, label=FIRM.label, **around)
    (found,) = Checker("enterprises", definition()).findings(FIRM.uscc, record(), surroundings)
    assert (found.code, found.mend.key, found.mend.section, found.blocks) == (expected, FIRM.uscc, section, blocks)


def test_a_field_that_is_only_asked_for_is_advice() -> None:
    (found,) = Checker("enterprises", definition()).findings(FIRM.uscc, record(scope=""), FIRM)
    assert (found.code, found.field, found.blocks) == (FindingCode.ADVISED, "scope", False)


def test_the_words_name_what_is_wrong_in_the_readers_language() -> None:
    checker = Checker("enterprises", definition())
    with use_locale("zh"):
        (missing,) = checker.findings(FIRM.uscc, record(name=""), FIRM)
        assert missing.words == "缺“项name”，对方要求必填。"
    with use_locale("en"):
        (unknown,) = checker.findings(FIRM.uscc, record(field="9.9"), FIRM)
        assert "Field field" in unknown.words and "9.9" in unknown.words


def test_a_case_is_mended_on_its_own_page() -> None:
    around = PreflightContext(uscc=FIRM.uscc, case="QJ-GQ-2021-0047")
    (found,) = Checker("cases", definition()).findings("QJ-GQ-2021-0047", record(name=""), around)
    assert (found.mend.kind, found.mend.key) == (MendKind.CASE, "QJ-GQ-2021-0047")


def test_a_report_counts_records_by_what_is_found() -> None:
    checker = Checker("enterprises", definition())
    doubtful = PreflightContext(uscc=FIRM.uscc, region_known=False)
    found = (
        RecordFindings(
            1, "a", "", checker.findings("a", record(name="", figures=[{"year": None}, {"year": None}]), FIRM)
        ),
        RecordFindings(2, "b", "", checker.findings("b", record(), doubtful)),
        RecordFindings(3, "c", "", checker.findings("c", record(name=""), FIRM)),
    )
    report = Report(5, found)
    assert (report.checked, report.blocked, report.advised) == (5, 2, 1)
    assert [(each.code, each.field, each.records) for each in report.tallies()] == [
        (FindingCode.MISSING, "name", 2),
        (FindingCode.MISSING, "figures.year", 1),
        (FindingCode.REGION, "", 1),
    ]
