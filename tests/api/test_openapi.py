"""The published document: it is the committed one, whole, and every example fits its schema."""

import os
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson
import pytest

from app.api.documentation import api_routes, openapi_document
from app.exchange.plans import province_plans
from tests.support.client import Client

COMMITTED = Path(__file__).parents[2] / "docs" / "openapi.json"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(orjson.dumps(openapi_document()))
    return found


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for path in document["paths"].values() for operation in path.values()]


def success(operation: dict[str, Any]) -> dict[str, Any]:
    """What an operation answers when all is well: at once (200), or that the work has been taken on (202)."""
    found: list[dict[str, Any]] = [
        answer for status, answer in operation["responses"].items() if status in ("200", "202")
    ]
    assert len(found) == 1, operation["operationId"]
    return found[0]


def resolved(document: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in found:
        target: Any = document
        for part in found["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        found = target
    return found


def test_the_committed_document_is_what_is_served(document: dict[str, Any]) -> None:
    written = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)
    if os.environ.get("YUMIAO_WRITE_OPENAPI"):
        COMMITTED.write_bytes(written)
    assert COMMITTED.read_bytes() == written, (
        "run YUMIAO_WRITE_OPENAPI=1 ./test tests/api/test_openapi.py and read the diff"
    )


def test_it_is_served_to_everybody(client: Client, document: dict[str, Any]) -> None:
    answer = client.get("/api/openapi.json")
    assert answer.status_code == 200
    assert answer.json() == document


def test_the_documentation_page_loads_nothing_from_elsewhere(client: Client) -> None:
    answer = client.get("/api/docs")
    assert answer.status_code == 200
    assert not re.search(r"""(?:src|href|action)=["']?(?:https?:)?//""", answer.text)


def test_every_route_of_the_api_is_in_it_and_nothing_else(document: dict[str, Any]) -> None:
    assert set(document["paths"]) == {route.path for route in api_routes()}
    assert all(path.startswith(("/api/v1/", "/oauth/")) for path in document["paths"])


def test_every_operation_is_complete(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for operation in operations(document)]
    assert len(set(names)) == len(names)
    for operation in operations(document):
        name = operation["operationId"]
        assert operation["summary"] and operation["description"], name
        assert "security" in operation, name
        assert "500" in operation["responses"], name
        assert success(operation), name
        for status, response in operation["responses"].items():
            found = resolved(document, response)
            assert found["description"], (name, status)
            if status == "304":
                assert "content" not in found, name
                continue
            for content in found["content"].values():
                assert "example" in content or "examples" in content, (name, status)


def test_every_example_fits_its_schema_and_its_status(document: dict[str, Any]) -> None:
    for operation in operations(document):
        bodies = [(None, operation["requestBody"])] if "requestBody" in operation else []
        for status, body in [*bodies, *operation["responses"].items()]:
            for media_type, content in resolved(document, body).get("content", {}).items():
                examples = [each["value"] for each in content.get("examples", {}).values()]
                examples += [content["example"]] if "example" in content else []
                schema = {**content["schema"], "components": document["components"]}
                for example in examples:
                    jsonschema_rs.Draft202012Validator(schema).validate(example)
                    assert media_type != "application/problem+json" or str(example["status"]) == status


def test_reading_operations_offer_a_validator_and_protected_ones_tell_the_rate(document: dict[str, Any]) -> None:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            answers = operation["responses"]
            assert ("304" in answers) == (method == "get"), path
            headers = success(operation).get("headers", {})
            assert ("ETag" in headers) == (method == "get"), path
            assert ("RateLimit-Limit" in headers) == bool(operation["security"]), path


@pytest.mark.parametrize("resource", list(province_plans()))
def test_schemas_are_served_as_generated(client: Client, document: dict[str, Any], resource: str) -> None:
    answer = client.get(f"/api/v1/schemas/{resource}.json")
    assert answer.headers["content-type"] == "application/schema+json"
    assert set(answer.json()["properties"]) == {field.name for field in province_plans()[resource].definition.fields}
