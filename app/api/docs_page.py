"""The OpenAPI document as a plain page: what a programmer of the other side reads, without script or foreign hosts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Node = Mapping[str, Any]

_SCHEMAS = "#/components/schemas/"
_RESPONSES = "#/components/responses/"


@dataclass(frozen=True)
class FieldDoc:
    """A parameter or a field: its type as words, and `link`, the schema that explains it further."""

    name: str
    place: str
    type: str
    link: str
    required: bool
    text: str


@dataclass(frozen=True)
class ResponseDoc:
    """One response of an operation."""

    status: str
    text: str
    type: str
    link: str


@dataclass(frozen=True)
class OperationDoc:
    """One thing that a caller can do."""

    anchor: str
    method: str
    path: str
    summary: str
    text: str
    scopes: tuple[str, ...]
    parameters: tuple[FieldDoc, ...]
    body: tuple[str, str]
    answers: tuple[ResponseDoc, ...]


@dataclass(frozen=True)
class Schema:
    """A named object and its fields."""

    name: str
    text: str
    fields: tuple[FieldDoc, ...]


@dataclass(frozen=True)
class DocsPage:
    """The documentation page."""

    title: str
    version: str
    text: str
    document: str
    base: str
    operations: tuple[OperationDoc, ...]
    schemas: tuple[Schema, ...]


def docs_page(document: Node, *, address: str, base: str) -> DocsPage:
    """The page for an OpenAPI `document` served at `address` of the site `base`."""
    return DocsPage(
        title=document["info"]["title"],
        version=document["info"]["version"],
        text=document["info"].get("description", ""),
        document=address,
        base=base,
        operations=tuple(_operations(document)),
        schemas=tuple(_schema(name, node) for name, node in sorted(document["components"]["schemas"].items())),
    )


def _operations(document: Node) -> Iterator[OperationDoc]:
    for path, methods in document["paths"].items():
        for method, node in methods.items():
            yield OperationDoc(
                anchor=node.get("operationId") or f"{method}-{path}",
                method=method.upper(),
                path=path,
                summary=node.get("summary", ""),
                text=node.get("description", ""),
                scopes=tuple(scope for entry in node.get("security", ()) for scope in entry.get("oauth2", ())),
                parameters=tuple(_parameter(parameter) for parameter in node.get("parameters", ())),
                body=_content(node.get("requestBody", {})),
                answers=tuple(_answer(document, status, answer) for status, answer in node["responses"].items()),
            )


def _parameter(node: Node) -> FieldDoc:
    kind, link = type_of(node.get("schema", {}))
    return FieldDoc(node["name"], node["in"], kind, link, node.get("required", False), node.get("description", ""))


def _answer(document: Node, status: str, node: Node) -> ResponseDoc:
    if "$ref" in node:
        node = document["components"]["responses"][node["$ref"].removeprefix(_RESPONSES)]
    return ResponseDoc(status, node.get("description", ""), *_content(node))


def _content(node: Node) -> tuple[str, str]:
    """The type and the schema of the first media type of a body; two empty texts without one."""
    for media, content in node.get("content", {}).items():
        kind, link = type_of(content.get("schema", {}))
        return (f"{media}: {kind}" if kind else media), link
    return "", ""


def _schema(name: str, node: Node) -> Schema:
    required = set(node.get("required", ()))
    fields = tuple(
        FieldDoc(field, "", *type_of(value), field in required, value.get("description", ""))
        for field, value in node.get("properties", {}).items()
    )
    return Schema(name, node.get("description", "") or ("" if fields else type_of(node)[0]), fields)


def type_of(node: Node) -> tuple[str, str]:
    """A schema in words (`list of X`, `string (date) or null`), and the named schema inside it, if any."""
    if "$ref" in node:
        name = node["$ref"].removeprefix(_SCHEMAS)
        return name, name
    for joined in ("anyOf", "oneOf", "allOf"):
        if joined in node:
            return _alternatives(node[joined])
    if node.get("type") == "array":
        kind, link = type_of(node.get("items", {}))
        return f"list of {kind}", link
    if "enum" in node or "const" in node:
        return " | ".join(str(value) for value in node.get("enum", [node.get("const")])), ""
    kinds = node.get("type", "any")
    words = " or ".join(kinds) if isinstance(kinds, list) else str(kinds)
    return words + (f" ({node['format']})" if "format" in node else ""), ""


def _alternatives(nodes: list[Node]) -> tuple[str, str]:
    found = [type_of(node) for node in nodes]
    return " or ".join(kind for kind, _link in found), next((link for _kind, link in found if link), "")
