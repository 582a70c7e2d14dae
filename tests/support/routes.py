"""Every route of the application, however deep it was included."""

import re
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel

PARAMETER = re.compile(r"\{(\w+)(?::(\w+))?\}")
#: Addresses that nothing answers to: well formed, and not on file.
NOBODY = {"uscc": "91429099MA4XXXXX0X", "number": "QJ-GQ-1999-0001", "code": "no-such-thing", "token": "no-such-token"}


def routes_of(app: FastAPI) -> list[APIRoute]:
    """All of them, in order of their paths."""
    return sorted(_walk(app.routes), key=lambda route: (route.path, sorted(route.methods)))


def _walk(routes: Any) -> Iterator[APIRoute]:
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        else:
            yield from _walk(getattr(getattr(route, "original_router", route), "routes", ()))


def filled(path: str, values: dict[str, str] | None = None) -> str:
    """The path with its parameters filled: from `values`, else with what is not on file."""
    known = NOBODY | (values or {})

    def value(match: re.Match[str]) -> str:
        return "999999" if match[2] == "int" else known.get(match[1], "999999")

    return PARAMETER.sub(value, path)


def query_parameters(route: APIRoute) -> list[str]:
    """The names of all parameters that an address of this route may carry after its `?`, those of models included."""
    return list(dict.fromkeys(_parameters(route.dependant)))


def _parameters(dependant: Dependant) -> Iterator[str]:
    yield from getattr(
        getattr(dependant.call, "model", None), "model_fields", ()
    )  # that of a list reads its address itself
    for field in dependant.query_params:
        model = field.field_info.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            yield from (inner.alias or name for name, inner in model.model_fields.items())
        else:
            yield field.alias
    for below in dependant.dependencies:
        yield from _parameters(below)
