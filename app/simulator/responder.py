"""The desk where signed calls are answered, and where they go wrong as the faults in force say."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.exchange.signatures import (
    KEY_HEADER,
    NONCE_HEADER,
    SIGNATURE_HEADER,
    SignedCall,
    Signer,
    Verifier,
    check_call,
    sign_answer,
)
from app.kit.clock import utc_now
from app.kit.db import Database, read_scope, session_scope
from app.simulator import state
from app.simulator.faults import Dice, SimulatedFault
from app.simulator.rules import Rules

JSON = "application/json"


@dataclass(frozen=True)
class Keys:
    """By what it signs, and by what it knows the other side."""

    key_id: str
    signer: Signer
    verifier: Verifier


@dataclass(frozen=True)
class SimulatedResponse:
    """What is said to a call. `reported` names the list in it that holds receipts, for the faults that befall receipts."""

    status: int
    content: dict[str, Any]
    reported: str = ""


class RefusedError(Exception):
    """The call is not taken; nothing was changed."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.answer = SimulatedResponse(status, {"status": status, "code": code, "detail": message})


Work = Callable[[Session, bytes, datetime], SimulatedResponse]
RETELLING = frozenset((SimulatedFault.PARTIAL, SimulatedFault.DUPLICATE, SimulatedFault.REORDERED))


class Dropped(Response):
    """No answer at all: the connection is closed."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Close it, and let the server notice."""
        del receive, send
        scope["state"]["transport"].abort()
        await asyncio.sleep(0.01)


@dataclass(frozen=True)
class Responder:
    """Everything that answering needs; made once."""

    database: Database
    keys: Keys
    rules: Rules
    dice: Dice = field(default_factory=Dice)
    clock: Callable[[], datetime] = utc_now

    async def answer(
        self, request: Request, work: Work, retelling: frozenset[SimulatedFault] = frozenset()
    ) -> Response:
        """Do `work` for the signed call in one transaction, and answer as the faults let it.

        `retelling` are the faults of receipts that its answer can suffer, beside those that befall any call.
        """
        call = SignedCall(request.method, _target(request), await request.body())
        fault, delay_seconds = await run_in_threadpool(self._befalls, call, retelling)
        if fault is SimulatedFault.OUTAGE:
            return Dropped() if self.dice.coin() else _away()
        if fault is SimulatedFault.DROP_BEFORE:
            return Dropped()
        if fault is SimulatedFault.DELAY:
            await asyncio.sleep(delay_seconds)
        if fault is SimulatedFault.ERROR and self.dice.coin():
            return self._signed(request, 500, _broken(), fault)
        answer = await run_in_threadpool(self._work, call, dict(request.headers), work)
        if fault is SimulatedFault.DROP_AFTER:
            return Dropped()
        if fault is SimulatedFault.ERROR:
            return self._signed(request, 500, _broken(), fault)
        return self._signed(request, answer.status, self._spoilt(answer, fault), fault)

    def _befalls(self, call: SignedCall, retelling: frozenset[SimulatedFault]) -> tuple[SimulatedFault | None, float]:
        """What befalls this call, counted before it does; and how long a delay takes."""
        with session_scope(self.database) as session:
            at = state.virtual(session, self.clock())
            plan = state.fault_plan(session)
            fault = self.dice.draw(plan)
            if fault in RETELLING - retelling:
                fault = None
            if state.outage_until(session, at):
                fault = SimulatedFault.OUTAGE
            elif fault is SimulatedFault.OUTAGE:
                state.begin_outage(session, at)
            state.log_call(session, at, f"{call.method} {call.target}", None, fault or "")
        return fault, plan.delay_seconds

    def _work(self, call: SignedCall, headers: dict[str, str], work: Work) -> SimulatedResponse:
        now = self.clock()
        if headers.get(KEY_HEADER) != self.keys.key_id:
            return RefusedError(401, "key", "不认识这个密钥编号").answer
        fault = check_call(self.keys.verifier, call, headers, now)
        if fault is not None:
            return RefusedError(401, fault, "签名未通过核验").answer
        with session_scope(self.database) as session:
            if not state.remember_nonce(session, headers[NONCE_HEADER], now):
                return RefusedError(401, "replay", "这个随机数已经用过").answer
            try:
                return work(session, call.body, state.virtual(session, now))
            except RefusedError as refused:
                return refused.answer

    def _spoilt(self, answer: SimulatedResponse, fault: SimulatedFault | None) -> bytes:
        content = dict(answer.content)
        if answer.reported and answer.status == 200:
            content[answer.reported] = self._retold(content[answer.reported], fault)
        body = orjson.dumps(content)
        return body[: len(body) // 2] if fault is SimulatedFault.TRUNCATED else body

    def _retold(self, receipts: list[Any], fault: SimulatedFault | None) -> list[Any]:
        if fault is SimulatedFault.DUPLICATE:
            return [again for each in receipts for again in (each, each)]
        if fault is SimulatedFault.REORDERED:
            return self.dice.shuffled(receipts)
        return receipts[: len(receipts) // 2] if fault is SimulatedFault.PARTIAL else receipts

    def _signed(self, request: Request, status: int, body: bytes, fault: SimulatedFault | None) -> Response:
        headers = sign_answer(self.keys.signer, status, body, request.headers.get(NONCE_HEADER, ""), self.clock())
        if fault is SimulatedFault.WRONG_SIGNATURE:
            headers[SIGNATURE_HEADER] = self.keys.signer.sign(b"something else")
        return Response(body, status, headers, media_type=JSON)


def holding(database: Database) -> dict[str, int]:
    """Totals of the store and counts of the faults, for the page and for tests."""
    with read_scope(database) as session:
        return state.totals(session) | {f"calls.{name}": n for name, n in state.counts(session).items()}


def _target(request: Request) -> str:
    raw: bytes = request.scope["raw_path"]
    query: bytes = request.scope["query_string"]
    return raw.decode("latin-1") + (f"?{query.decode('latin-1')}" if query else "")


def _away() -> Response:
    return Response(b'{"status":503,"code":"outage"}', 503, media_type=JSON)


def _broken() -> bytes:
    return orjson.dumps({"status": 500, "code": "broken", "detail": "内部错误"})
