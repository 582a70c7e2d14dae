"""Lists and single records of what the province receives."""

from typing import Annotated

from fastapi import Path
from starlette.responses import Response

from app.accounts.actions import PUBLIC
from app.api.answers import ClientCall, Json, ListParameters, ListQuery, Nothing, plan_of
from app.api.operations import enterprise_operation, list_operation, resource_parameter, schema_operation
from app.doors.router import GuardedRouter
from app.exchange.actions import PULL
from app.exchange.cursors import decode_cursor, encode_cursor
from app.exchange.json_schema import record_schema
from app.exchange.queries import find_enterprise_record
from app.exchange.records import page_records
from app.kit.errors import NotFound
from app.kit.i18n import _

router = GuardedRouter(door="api", prefix="/api/v1", tags=["records"])

Uscc = Annotated[str, Path(max_length=40, description="present or former code")]
ResourceName = Annotated[str, Path(description="resource", json_schema_extra=resource_parameter())]


@router.get("/enterprises", action=PULL, response_class=Json, **list_operation("enterprises"))
def list_enterprises(call: ClientCall, wanted: ListQuery) -> Response:
    """Enterprises of the client's region."""
    return _list("enterprises", call, wanted)


@router.get("/enterprises/{uscc}", action=PULL, response_class=Json, **enterprise_operation())
def get_enterprise(call: ClientCall, uscc: Uscc, _wanted: Nothing) -> Response:
    """One enterprise of the client's region."""
    record = find_enterprise_record(call.session, plan_of("enterprises"), call.region_prefix, uscc)
    if record is None:
        raise NotFound("enterprise.not_found", _("没有这家企业，或不在本客户端的辖区内。"))
    return Json(record)


@router.get("/cases", action=PULL, response_class=Json, **list_operation("cases"))
def list_cases(call: ClientCall, wanted: ListQuery) -> Response:
    """Cases of the region's enterprises."""
    return _list("cases", call, wanted)


@router.get("/commissioners", action=PULL, response_class=Json, **list_operation("commissioners"))
def list_commissioners(call: ClientCall, wanted: ListQuery) -> Response:
    """Commissioners of the client's region."""
    return _list("commissioners", call, wanted)


@router.get("/incentives", action=PULL, response_class=Json, **list_operation("incentives"))
def list_incentives(call: ClientCall, wanted: ListQuery) -> Response:
    """Incentives of the region's enterprises."""
    return _list("incentives", call, wanted)


@router.get("/schemas/{resource}.json", action=PUBLIC, response_class=Json, **schema_operation())
def get_schema(resource: ResourceName, _wanted: Nothing) -> Response:
    """The JSON Schema of a resource's records; open to all, it holds no data."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **record_schema(plan_of(resource).definition)}
    return Json(schema, media_type="application/schema+json")


def _list(resource: str, call: ClientCall, wanted: ListParameters) -> Response:
    secret, region = call.settings.secret, call.region_prefix
    after = decode_cursor(secret, resource, region, wanted.cursor) if wanted.cursor is not None else 0
    page = page_records(call.session, plan_of(resource), region, after, wanted.limit)
    call.note_reading(resource, len(page.items))
    following = None if page.last is None else encode_cursor(secret, resource, region, page.last)
    return Json({"items": page.items, "next": following})
