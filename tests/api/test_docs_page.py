"""The API documentation says in words what the OpenAPI document says in JSON."""

import pytest

from app.api.docs_page import docs_page, type_of


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        ({"type": "string", "format": "date"}, ("string (date)", "")),
        ({"type": ["integer", "null"]}, ("integer or null", "")),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Case"}}, ("list of Case", "Case")),
        ({"anyOf": [{"$ref": "#/components/schemas/Case"}, {"type": "null"}]}, ("Case or null", "Case")),
        ({"enum": ["met", "unmet"]}, ("met | unmet", "")),
        ({}, ("any", "")),
    ],
)
def test_types_in_words(node: dict[str, object], expected: tuple[str, str]) -> None:
    assert type_of(node) == expected


def test_an_operation_with_a_shared_response() -> None:
    document = {
        "info": {"title": "T", "version": "1"},
        "paths": {
            "/x/{id}": {
                "get": {
                    "operationId": "read_x",
                    "security": [{"oauth2": ["export:read"]}],
                    "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}],
                    "responses": {"404": {"$ref": "#/components/responses/Problem404"}},
                }
            }
        },
        "components": {
            "schemas": {"X": {"properties": {"a": {"type": "string"}}, "required": ["a"]}},
            "responses": {"Problem404": {"description": "Not found", "content": {"application/problem+json": {}}}},
        },
    }
    page = docs_page(document, address="/api/openapi.json", base="http://here")
    (operation,) = page.operations
    assert (operation.method, operation.scopes) == ("GET", ("export:read",))
    assert operation.parameters[0].required
    assert operation.answers[0].text == "Not found"
    assert page.schemas[0].fields[0].required
