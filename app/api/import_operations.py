"""How the operations on imports present themselves in the OpenAPI document."""

from typing import Any

from app.api.import_answers import STATES
from app.api.schemas import ref
from app.enterprises.imports.domain import ImportKind, RowDecision, RowOutcome
from app.enterprises.imports.row_groups.domain import UNDO, RowChoice
from app.kit.tabular.reader import MAX_BYTES

Options = dict[str, Any]


def _whole(properties: Options, **more: Any) -> Options:
    """An object that always has all of its properties."""
    return {"type": "object", **more, "required": list(properties), "properties": properties}


_COUNTS = _whole(
    {str(outcome): {"type": "integer"} for outcome in RowOutcome}, description="rows by what became of them"
)
_TEXT: Options = {"type": "string"}
_NUMBER: Options = {"type": "integer"}
_YES_NO: Options = {"type": "boolean"}
_TEXTS: Options = {"type": "array", "items": _TEXT}
_COLUMN = _whole(
    {
        "header": _TEXT,
        "fills": {
            "type": ["string", "null"],
            "description": "the field, with its register where it is not the firm's and its year: "
            "`figures.sales_revenue@2024`; null for a column that is not taken in",
        },
        "unit": {"type": ["string", "null"], "description": "of an amount; `cell` where each cell names its own"},
    }
)
_LEFT_OUT = _whole({"row": _NUMBER, "kind": _TEXT})
_REMEMBERED = _whole(
    {
        "by": _TEXT,
        "on": {"type": "string", "format": "date"},
        "ignored": {
            **_TEXTS,
            "description": "heads whose field is gone by now, or whose unit this file tells otherwise",
        },
    }
) | {
    "type": ["object", "null"],
    "description": "who of the office last chose how sheets of these heads are read, which is followed; null where it is guessed",
}
_SHEET = _whole(
    {
        "position": {**_NUMBER, "description": "its place in the file, from 0"},
        "name": _TEXT,
        "hidden": _YES_NO,
        "taken": {**_YES_NO, "description": "whether it is taken in"},
        "register": {"type": ["string", "null"], "description": "what its rows are about; null where nobody can tell"},
        "header_row": {**_NUMBER, "description": "the last row of its head, from 1; 0 where none was found"},
        "columns": {"type": "array", "items": _COLUMN},
        "given": {"type": "object", "description": "what its name or title tells once for all rows"},
        "missing": {**_TEXTS, "description": "required fields that no column fills"},
        "without_unit": {**_TEXTS, "description": "heads of amounts whose unit is told nowhere: send `unit`"},
        "remembered": _REMEMBERED,
        "unlike": {
            "type": "array",
            "items": _NUMBER,
            "description": "rows that are not as those by which it was seen that blank cells mean what stands above",
        },
        "total": _NUMBER,
        "counts": ref("ImportCounts"),
        "left_out": {"type": "array", "items": _LEFT_OUT, "description": "rows that are no data (totals, notes)"},
    }
)
_PROGRESS = _whole({"done": _NUMBER, "total": _NUMBER}) | {"type": ["object", "null"]}
_IMPORT = _whole(
    {
        "id": _NUMBER,
        "state": {
            "enum": list(STATES),
            "description": "uploaded: waits for an officer, or for `confirm`; stopped: begun and not ended, the file "
            "sent again goes on",
        },
        "kind": {"enum": [str(kind) for kind in ImportKind]},
        "file": _whole({"name": _TEXT, "sha256": _TEXT}),
        "ready": {**_YES_NO, "description": "whether it can be taken in as it is understood"},
        "progress": {**_PROGRESS, "description": "rows done and all rows; null until it begins"},
        "counts": ref("ImportCounts"),
        "waiting": {**_NUMBER, "description": "rows that still wait for a person's decision"},
        "decided_beforehand": {
            "type": "object",
            "additionalProperties": {"enum": [str(choice) for choice in RowChoice if choice != UNDO]},
            "description": "what was said before it began of rows that wait, by the code of their reason",
        },
        "sheets": {"type": "array", "items": ref("ImportSheet")},
        "handed_in_at": {"type": "string", "format": "date-time"},
        "finished_at": {"type": ["string", "null"], "format": "date-time"},
        "rows": {**_TEXT, "description": "where its rows are told"},
        "page": {**_TEXT, "description": "where officers look at it"},
    }
)
_REASON = _whole({"code": {**_TEXT, "description": "stable"}, "text": _TEXT, "text_en": _TEXT})
_ROW = _whole(
    {
        "sheet": {**_NUMBER, "description": "`position` of its sheet"},
        "row": {**_NUMBER, "description": "as a spreadsheet counts"},
        "outcome": {"enum": [str(outcome) for outcome in RowOutcome]},
        "key": {**_TEXT, "description": "the code it speaks of, and what of it"},
        "name": _TEXT,
        "reasons": {"type": "array", "items": _REASON},
        "differs_in": {**_TEXTS, "description": "fields that stand otherwise here, or were changed by the row"},
        "decision": {
            "enum": [str(decision) for decision in RowDecision],
            "description": "of a person on a row that waited; empty while nobody decided",
        },
    }
)

SCHEMAS: Options = {
    "ImportCounts": _COUNTS,
    "ImportSheet": _SHEET,
    "Import": _IMPORT,
    "ImportRow": _ROW,
    "ImportRowPage": _whole(
        {
            "items": {"type": "array", "items": ref("ImportRow")},
            "next": {"type": ["string", "null"], "description": "ask on with ?cursor=; null at the end"},
        }
    ),
}

_NONE = {str(outcome): 0 for outcome in RowOutcome}
_EXAMPLE: Options = {
    "id": 31,
    "state": "uploaded",
    "kind": "figures",
    "file": {"name": "2024年度数据（示例）.csv", "sha256": "0" * 64},
    "ready": False,
    "progress": None,
    "counts": _NONE,
    "waiting": 0,
    "decided_beforehand": {"differs": "keep"},
    "sheets": [
        {
            "position": 0,
            "name": "",
            "hidden": False,
            "taken": True,
            "register": "figures",
            "header_row": 1,
            "columns": [
                {"header": "统一社会信用代码", "fills": "uscc", "unit": None},
                {"header": "2024年销售收入", "fills": "figures.sales_revenue@2024", "unit": None},
            ],
            "given": {"figures.basis": "STAT"},
            "missing": [],
            "without_unit": ["2024年销售收入"],
            "remembered": None,
            "unlike": [],
            "total": 0,
            "counts": _NONE,
            "left_out": [],
        }
    ],
    "handed_in_at": "2025-03-03T02:00:00Z",
    "finished_at": None,
    "rows": "/api/v1/imports/31/rows",
    "page": "/imports/31",
}
_ROW_EXAMPLE: Options = {
    "sheet": 0,
    "row": 7,
    "outcome": "rejected",
    "key": "",
    "name": "园林精密（示例）",
    "reasons": [
        {"code": "uscc.missing", "text": "没有统一社会信用代码。", "text_en": "There is no unified social credit code."}
    ],
    "differs_in": [],
    "decision": "",
}
_CONFLICT: dict[int, Any] = {409: {"$ref": "#/components/responses/Problem409"}}


def hand_in_operation() -> Options:
    """A file is handed in."""
    headers = {"Location": {"description": "the address of the import", "schema": {"type": "string"}}}
    answer = {"description": "The import", "headers": headers, **_json(ref("Import"), _EXAMPLE)}
    return {
        "summary": "Hand in a file",
        "operation_id": "post_import",
        "description": f"The body is the file itself (XLSX, XLS, ET, ODS or CSV, at most {MAX_BYTES // 1024 // 1024} MB), no form. It is understood as on "
        "the page of imports and waits there for an officer; with `confirm=true` it is taken in as it is understood, and refused where "
        "something must be told first. The same file sent again while its import has not ended is the same import: read otherwise it "
        "replaces the one that waits, with `confirm=true` it begins.",
        "responses": {202: answer, **_CONFLICT},
        "openapi_extra": {
            "requestBody": {
                "required": True,
                "content": {
                    "application/octet-stream": {
                        "schema": {"type": "string", "format": "binary"},
                        "example": "统一社会信用代码,企业名称,2024年销售收入（万元）",
                    }
                },
            }
        },
    }


def read_operation() -> Options:
    """One import."""
    return {
        "summary": "Read what became of a file",
        "operation_id": "get_import",
        "description": "Of the client's own imports: its reading until it begins, then its progress, then what became of its rows by sheet.",
        "responses": {200: {"description": "The import", **_json(ref("Import"), _EXAMPLE)}},
    }


def rows_operation() -> Options:
    """The rows of an import."""
    example = {"items": [_ROW_EXAMPLE], "next": None}
    return {
        "summary": "List the rows of an import",
        "operation_id": "list_import_rows",
        "description": "Rows that wait for a person and rows refused, each with its reasons; or those of one outcome. In the order of reading.",
        "responses": {200: {"description": "One page", **_json(ref("ImportRowPage"), example)}},
    }


def _json(schema: Options, example: Options) -> Options:
    return {"content": {"application/json": {"schema": schema, "example": example}}}
