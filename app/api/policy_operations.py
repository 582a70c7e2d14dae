"""How the operations on policies present themselves in the OpenAPI document."""

from typing import Any

from app.api.plan_schemas import PLAN_SCHEMAS
from app.api.schemas import ref
from app.policies.domain.language.verdict import ClauseReason
from app.policies.domain.values.units import Unit

Options = dict[str, Any]

_OUTCOME: Options = {"enum": ["met", "unmet", "unknown"]}
_BILINGUAL: Options = {
    "type": "object",
    "required": ["zh", "en"],
    "properties": {"zh": {"type": "string"}, "en": {"type": "string"}},
}
_MEASURE: Options = {
    "type": "object",
    "description": "A value, or its bounds (`low`, `high`; null is an open end). 元, people and shares are decimal strings "
    "(p/q where no decimal ends); items, points and days integers; dates ISO 8601; yes/no booleans.",
    "required": ["unit", "text", "text_en"],
    "properties": {
        "value": {"type": ["string", "integer", "boolean"]},
        "low": {"type": ["string", "integer", "boolean", "null"]},
        "high": {"type": ["string", "integer", "boolean", "null"]},
        "unit": {"enum": [str(unit) for unit in Unit]},
        "relation": {"enum": [">=", ">", "<=", "<", "=", "in"], "description": "of a required value"},
        "list": {"type": ["string", "null"], "description": "the list in which a code must stand"},
        "label": _BILINGUAL,
        "text": {"type": "string"},
        "text_en": {"type": "string"},
    },
}
_MAYBE_MEASURE: Options = {"anyOf": [ref("Measure"), {"type": "null"}]}
_MISSING: Options = {"type": "array", "items": {"type": "string"}, "description": "codes of the facts waited for"}
_REFERENCE: Options = {
    "type": "object",
    "required": ["document", "clause"],
    "properties": {"document": {"type": "string"}, "title": _BILINGUAL, "clause": {"type": "string"}},
}
_REASON: Options = {"enum": [*(str(reason) for reason in ClauseReason), None]}
_MISSING_DETAIL: Options = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["fact", "year"],
        "properties": {"fact": {"type": "string"}, "year": {"type": ["integer", "null"]}},
    },
}
_MAYBE_WORDS: Options = {"anyOf": [_BILINGUAL, {"type": "null"}]}
_CLAUSE: Options = {
    "type": "object",
    "required": ["id", "reference", "outcome", "required", "actual", "gap", "missing", "children"],
    "properties": {
        "id": {"type": "string"},
        "title": _BILINGUAL,
        "reference": _REFERENCE,
        "confidence": {"type": "string"},
        "outcome": _OUTCOME,
        "required": _MAYBE_MEASURE,
        "actual": _MAYBE_MEASURE,
        "gap": _MAYBE_MEASURE,
        "basis": {"type": "array", "items": ref("Measure"), "description": "what the actual value was reckoned from"},
        "reason": _REASON,
        "missing": _MISSING,
        "missing_detail": _MISSING_DETAIL,
        "text": {"type": "string"},
        "text_en": {"type": "string"},
        "note": _MAYBE_WORDS,
        "children": {"type": "array", "items": ref("Clause")},
    },
}
_POINTS: Options = {
    "low": {"type": "integer", "description": "points for certain"},
    "high": {"type": "integer", "description": "points at the most"},
}
_SCORED: Options = {
    "id": {"type": "string"},
    "title": _BILINGUAL,
    "reference": _REFERENCE,
    "confidence": {"type": "string"},
    **_POINTS,
    "at_most": {"type": "integer", "description": "the points that the document gives at the most"},
    "missing": _MISSING,
    "note": _MAYBE_WORDS,
}
_SCORED_KEYS = ["id", "title", "reference", "low", "high", "at_most", "missing"]
_ITEM: Options = {
    "type": "object",
    "required": [*_SCORED_KEYS, "actual", "label", "reason", "text", "text_en", "options"],
    "properties": {
        **_SCORED,
        "actual": _MAYBE_MEASURE,
        "basis": {"type": "array", "items": ref("Measure"), "description": "what the actual value was reckoned from"},
        "label": _MAYBE_WORDS | {"description": "what the document calls these points"},
        "reason": _REASON,
        "missing_detail": _MISSING_DETAIL,
        "text": {"type": "string"},
        "text_en": {"type": "string"},
        "options": {"type": "array", "items": ref("ScoreItem"), "description": "items of which the best counts"},
    },
}
_BLOCK: Options = {
    "type": "object",
    "required": [*_SCORED_KEYS, "items"],
    "properties": {**_SCORED, "items": {"type": "array", "items": ref("ScoreItem")}},
}
_SCORE: Options = {
    "anyOf": [
        {"type": "object", "required": ["low", "high"], "properties": _POINTS, "additionalProperties": False},
        {"type": "null"},
    ],
    "description": "the sums of the blocks' bounds; null where the version has no score",
}
_EVALUATION: Options = {
    "type": "object",
    "required": ["policy", "version", "on", "outcome", "score", "clauses", "plan"],
    "properties": {
        "policy": {"type": "string"},
        "version": {"type": "string"},
        "jurisdiction": {"type": "string"},
        "title": _BILINGUAL,
        "on": {"type": "string", "format": "date"},
        "outcome": _OUTCOME,
        "score": _SCORE,
        "score_title": _MAYBE_WORDS,
        "blocks": {"type": "array", "items": ref("ScoreBlock"), "description": "the score, block by block"},
        "clauses": {"type": "array", "items": ref("Clause")},
        "missing": _MISSING,
        "plan": {
            "anyOf": [ref("Plan"), {"type": "null"}],
            "description": "of an evaluation of told facts that does not pass; null in a firm's verdict",
        },
        "depends": {
            "type": "array",
            "items": ref("Dependence"),
            "description": "what is not known, by how much it could change the outcome",
        },
        "uscc": {"type": "string", "description": "of a firm's verdict"},
        "stored": {
            "anyOf": [ref("StoredVerdict"), {"type": "null"}],
            "description": "of a firm's verdict: what was last kept for this day",
        },
    },
}
_STORED: Options = {
    "type": "object",
    "required": ["id", "reason", "outcome", "version", "stored_at", "sha256"],
    "properties": {
        "id": {"type": "integer"},
        "reason": {"type": "string"},
        "outcome": _OUTCOME,
        "version": {"type": "string"},
        "stored_at": {"type": "string", "format": "date-time"},
        "sha256": {"type": "string"},
    },
}
_VERSION: Options = {
    "type": "object",
    "required": ["jurisdiction", "version", "effective_from", "effective_to", "supersedes", "origin", "sha256"],
    "properties": {
        "jurisdiction": {"type": "string"},
        "version": {"type": "string"},
        "effective_from": {"type": "string", "format": "date"},
        "effective_to": {"type": ["string", "null"], "format": "date"},
        "supersedes": {"type": ["string", "null"]},
        "origin": {"enum": ["seed", "bureau"]},
        "sha256": {"type": "string"},
    },
}
_POLICY: Options = {
    "type": "object",
    "required": ["code", "title", "versions"],
    "properties": {
        "code": {"type": "string"},
        "title": _BILINGUAL,
        "subject": {"enum": ["enterprise", "person", "facility"]},
        "version": {"type": "string", "description": "the version that the facts are those of"},
        "versions": {"type": "array", "items": ref("PolicyVersion")},
        "facts": {"type": "object", "description": "a JSON Schema of `facts` in the body of an evaluation"},
    },
}

SCHEMAS: Options = {
    **PLAN_SCHEMAS,
    "Measure": _MEASURE,
    "Clause": _CLAUSE,
    "ScoreItem": _ITEM,
    "ScoreBlock": _BLOCK,
    "Evaluation": _EVALUATION,
    "StoredVerdict": _STORED,
    "PolicyVersion": _VERSION,
    "Policy": _POLICY,
    "PolicyList": {
        "type": "object",
        "required": ["items"],
        "properties": {"items": {"type": "array", "items": ref("Policy")}},
    },
    "VerdictList": {
        "type": "object",
        "required": ["items"],
        "properties": {"items": {"type": "array", "items": ref("Evaluation")}},
    },
    "EvaluationRequest": {
        "type": "object",
        "required": ["on", "facts"],
        "additionalProperties": False,
        "properties": {
            "on": {"type": "string", "format": "date", "description": "the application date"},
            "facts": {"type": "object", "description": "by code, as the policy's own schema says; left out is unknown"},
        },
    },
}

_CODE = "high-tech-enterprise"
_VERSION_EXAMPLE = {
    "jurisdiction": "CN",
    "version": "2016-01-01.r1",
    "effective_from": "2016-01-01",
    "effective_to": None,
    "supersedes": "2016-01-01",
    "origin": "seed",
    "sha256": "0" * 64,
}
_POLICY_EXAMPLE = {
    "code": _CODE,
    "title": {"zh": "高新技术企业认定", "en": "High-tech enterprise certification"},
    "versions": [_VERSION_EXAMPLE],
}
_EVALUATION_EXAMPLE = {
    "policy": _CODE,
    "version": "2016-01-01.r1",
    "on": "2021-06-30",
    "outcome": "unknown",
    "score": {"low": 62, "high": 84},
    "score_title": {"zh": "企业创新能力评价", "en": "Innovation capability"},
    "blocks": [],
    "clauses": [],
    "missing": ["core_field"],
    "plan": None,
    "depends": [],
}


def evaluation_operation() -> Options:
    """Evaluate told facts."""
    body = {
        "schema": ref("EvaluationRequest"),
        "example": {
            "on": "2021-06-30",
            "facts": {"registered_on": "2014-05-20", "sales_revenue": {"2020": "86400000.00"}},
        },
    }
    return {
        "summary": "Evaluate a policy on told facts",
        "operation_id": "evaluate_policy",
        "description": 'Nothing is kept. A fact left out is unknown; any fact may be given as {"low": …, "high": …}. '
        "The whole is unmet if any clause is, else unknown if any is, else met. `plan` says what would have to change.",
        "responses": {
            200: _json("The evaluation with the reason for every clause", ref("Evaluation"), _EVALUATION_EXAMPLE)
        },
        "openapi_extra": {"requestBody": {"required": True, "content": {"application/json": body}}},
    }


def policies_operation() -> Options:
    """All policies."""
    return {
        "summary": "List policies",
        "operation_id": "list_policies",
        "description": "Published policies with their versions; open to all, it holds no data about anyone.",
        "responses": {200: _json("All policies", ref("PolicyList"), {"items": [_POLICY_EXAMPLE]})},
    }


def policy_operation() -> Options:
    """One policy and its facts."""
    return {
        "summary": "Read a policy and the facts it asks for",
        "operation_id": "get_policy",
        "description": "`facts` is the JSON Schema of an evaluation's facts, for the version in force on `on` (default today).",
        "responses": {200: _json("The policy", ref("Policy"), _POLICY_EXAMPLE | {"facts": {"type": "object"}})},
    }


def verdicts_operation() -> Options:
    """A firm's verdicts."""
    return {
        "summary": "Read the verdicts on one enterprise",
        "operation_id": "list_verdicts",
        "description": "Decided from what is on file, for an application on `on` (default today), under one policy or all.",
        "responses": {
            200: _json(
                "One evaluation per policy",
                ref("VerdictList"),
                {"items": [_EVALUATION_EXAMPLE | {"uscc": "91429099MA4EXAMP0B", "stored": None}]},
            )
        },
    }


def _json(description: str, schema: Options, example: Any) -> Options:
    return {"description": description, "content": {"application/json": {"schema": schema, "example": example}}}
