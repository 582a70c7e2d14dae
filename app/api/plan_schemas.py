"""How a plan (what would have to change for a pass) presents itself in the OpenAPI document."""

from typing import Any

from app.api.schemas import ref

Options = dict[str, Any]

_BILINGUAL: Options = {
    "type": "object",
    "required": ["zh", "en"],
    "properties": {"zh": {"type": "string"}, "en": {"type": "string"}},
}
_FIGURE: Options = {
    "fact": {"type": "string", "description": "a fact code, or application_day for a later application"},
    "label": _BILINGUAL,
    "year": {"type": ["integer", "null"]},
    "part": {"type": ["integer", "null"], "description": "from 1, of a fact made of parts"},
}
_VALUE: Options = {"type": ["string", "integer", "boolean", "null"]}
_WORDS: Options = {"text": {"type": "string"}, "text_en": {"type": "string"}}
_UNTIL: Options = {
    "by": {"type": ["string", "null"], "format": "date", "description": "the day by which the figure must stand"},
    "reason": {"enum": ["year_over", "window", "history", None], "description": "why it cannot be changed any more"},
}
_CLAUSES: Options = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["clause", "title"],
        "properties": {"clause": {"type": "string"}, "title": _BILINGUAL},
    },
}


def _list_of(name: str, description: str) -> Options:
    return {"type": "array", "items": ref(name), "description": description}


_CHANGE: Options = {
    "type": "object",
    "required": [
        "clause",
        "fact",
        "year",
        "part",
        "kind",
        "relation",
        "from",
        "to",
        "change",
        "unit",
        "changeable",
        "by",
    ],
    "properties": {
        "clause": {"type": "string", "description": "the clause that it meets"},
        **_FIGURE,
        "kind": {"enum": ["tell", "change", "wait", "correct"], "description": "tell: the figure is not known yet"},
        "relation": {
            "enum": ["=", ">=", "<=", "in"],
            "description": "how `to` is meant: it, at least or at most it, or any code of the clause's list",
        },
        "from": {"description": "what is known: a value, its bounds {low, high}, or null"},
        "to": _VALUE,
        "change": {
            **_VALUE,
            "description": "by how much, in the unit (days for a date); null where `from` is not known",
        },
        "unit": {"type": "string"},
        **_WORDS,
        "from_text": {"type": "string"},
        "from_text_en": {"type": "string"},
        "to_text": {"type": "string"},
        "to_text_en": {"type": "string"},
        "change_text": {"type": "string"},
        "change_text_en": {"type": "string"},
        "changeable": {"type": "boolean", "description": "whether it can still be changed for this application"},
        **_UNTIL,
    },
}
_NEXT: Options = {
    "type": "object",
    "required": ["on", "open_year", "years", "dropped", "assumed", "changes", "floors", "unsolved"],
    "properties": {
        "on": {"type": "string", "format": "date"},
        "open_year": {"type": "integer", "description": "the fiscal year that counts then and is not over yet"},
        "years": {"type": "array", "items": {"type": "integer"}, "description": "the fiscal years that may count then"},
        "dropped": {"type": "array", "items": {"type": "integer"}, "description": "those that no longer do"},
        "assumed": {
            "type": "array",
            "items": {"type": "object", "properties": _FIGURE},
            "description": "figures carried over from the year before",
        },
        "changes": _list_of("PlanChange", "what together makes the application pass"),
        "floors": _list_of("PlanChange", "what each figure of the open year must be, the others as they stand"),
        "unsolved": _CLAUSES,
        **_WORDS,
    },
}
_PLAN: Options = {
    "type": "object",
    "description": "What would have to change. Every change listed has been tried; one step less does not do.",
    "required": ["each", "needed", "cheapest", "partly", "unsolved", "awaits_bureau", "fixed", "next"],
    "properties": {
        "each": _list_of("PlanChange", "for every figure the smallest change that alone meets its clause"),
        "needed": _list_of("PlanChange", "the least changes after which no clause is unmet"),
        "cheapest": _list_of("PlanChange", "changes that together pass for certain; empty where none do"),
        "partly": _list_of("PlanChange", "where none do: changes that meet the other clauses"),
        "unsolved": {**_CLAUSES, "description": "the clauses for which nothing was found"},
        "awaits_bureau": {
            **_CLAUSES,
            "description": "those of the unsolved that ask for what the bureau has yet to set; no change is listed for them",
        },
        "fixed": {
            "type": "array",
            "description": "figures that cannot be changed any more",
            "items": {
                "type": "object",
                "properties": {"clause": {"type": "string"}, **_FIGURE, "unit": {"type": "string"}, **_UNTIL, **_WORDS},
            },
        },
        "next": {"anyOf": [ref("PlanNext"), {"type": "null"}], "description": "the next application"},
    },
}
_NEEDS: Options = {
    "type": "object",
    "required": ["relation", "value", "text", "text_en"],
    "properties": {"relation": {"enum": ["=", ">=", "<=", "in"]}, "value": _VALUE, **_WORDS},
}
_DEPENDS: Options = {
    "type": "object",
    "required": ["fact", "year", "part", "points", "could_meet", "could_fail", "clauses", "needs"],
    "properties": {
        **_FIGURE,
        "points": {"type": "integer", "description": "by how many points it alone could change the score"},
        "could_meet": {"type": "array", "items": {"type": "string"}, "description": "clauses it alone could make met"},
        "could_fail": {
            "type": "array",
            "items": {"type": "string"},
            "description": "clauses it alone could make unmet",
        },
        "clauses": {"type": "array", "items": {"type": "string"}, "description": "clauses that wait for it"},
        "needs": {"anyOf": [_NEEDS, {"type": "null"}], "description": "what the plan asks of it"},
        "said_by": {"anyOf": [_BILINGUAL, {"type": "null"}]},
        **_WORDS,
    },
}

PLAN_SCHEMAS: Options = {"PlanChange": _CHANGE, "PlanNext": _NEXT, "Plan": _PLAN, "Dependence": _DEPENDS}
