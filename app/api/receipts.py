"""The callback of a partner: what became of what it received, and what it decided on cases; always signed."""

from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.responses import Response

from app.api.answers import ClientCall, Json, Nothing
from app.api.schemas import ref
from app.doors.api.strict_json import parse_object
from app.doors.calls.router import GuardedRouter
from app.exchange.actions import RECEIPTS
from app.exchange.handovers.schemas import MOST_RECEIPTS, ReceiptResult, ReceiptsSent
from app.exchange.handovers.service.receiving import apply_receipts
from app.exchange.partners.queries import find_by_client, lock_partner
from app.kit.errors import Forbidden
from app.kit.i18n import _

router = GuardedRouter(door="api", prefix="/api/v1/exchange", tags=["exchange"])

CHANNEL = "callback"

_REFERENCE = "#/components/schemas/{model}"
_SENT = ReceiptsSent.model_json_schema(ref_template=_REFERENCE)
_RESULT = ReceiptResult.model_json_schema(ref_template=_REFERENCE, mode="serialization")
SCHEMAS: dict[str, Any] = {
    **_SENT.pop("$defs"),
    "ReceiptsSent": _SENT,
    "ReceiptResult": _RESULT,
    "ReceiptResults": {
        "type": "object",
        "required": ["results"],
        "properties": {"results": {"type": "array", "items": ref("ReceiptResult")}},
    },
}
_RECORD = {
    "receipt_id": "HB-2021-000117",
    "kind": "record",
    "idempotency_key": "cases/QJ-GQ-2021-0047@5711",
    "outcome": "rejected",
    "reason_code": "E12",
    "reason": "年度数据与税务申报不一致（示例）",
    "at": "2021-09-30T02:00:00Z",
}
_DECISION = {
    "receipt_id": "HB-2021-000118",
    "kind": "decision",
    "case": "QJ-GQ-2021-0047",
    "decision": "requested",
    "on": "2021-09-30",
    "reason": "请补 2020 年度审计报告（示例）",
    "at": "2021-09-30T02:00:00Z",
}
_ANSWER = {
    "results": [
        {"receipt_id": "HB-2021-000117", "applied": True, "note": ""},
        {"receipt_id": "HB-2021-000118", "applied": False, "note": "refused"},
    ]
}
_OPERATION: dict[str, Any] = {
    "summary": "Hand in receipts",
    "operation_id": "post_receipts",
    "description": f"At most {MOST_RECEIPTS} receipts, by the client of a partner, signed as the partner signs (`ym-key`, `ym-timestamp`, "
    "`ym-nonce`, `ym-signature`). Answers for each, in order, whether it changed anything; else `note` says why: `unknown`, `repeated`, "
    "`late`, `refused`. A receipt handed in again changes nothing.",
    "responses": {
        200: {
            "description": "What was done with each",
            "content": {"application/json": {"schema": ref("ReceiptResults"), "example": _ANSWER}},
        }
    },
    "openapi_extra": {
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": ref("ReceiptsSent"), "example": {"receipts": [_RECORD, _DECISION]}}
            },
        }
    },
}


def read_receipts(body: bytes) -> ReceiptsSent:
    """The receipts in the body; a field too many, of another type or too long is refused by name."""
    parse_object(body)
    try:
        return ReceiptsSent.model_validate_json(body, strict=True)
    except ValidationError as error:
        faults = error.errors(include_url=False)
        raise RequestValidationError([{**fault, "loc": ("body", *fault["loc"])} for fault in faults]) from None


@router.post("/receipts", action=RECEIPTS, response_class=Json, **_OPERATION)
def post_receipts(call: ClientCall, _wanted: Nothing) -> Response:
    """Apply what the partner tells; one transaction for the call."""
    sent = read_receipts(call.body)
    partner = find_by_client(call.session, call.actor.id or 0)
    if partner is None:
        raise Forbidden("receipts.no_partner", _("本客户端不属于任何启用的交换对方，不能提交回执。"))
    lock_partner(call.session, partner.id)
    results = apply_receipts(call.session, partner=partner, channel=CHANNEL, receipts=sent.receipts, now=call.now)
    return Json({"results": [result.model_dump() for result in results]})
