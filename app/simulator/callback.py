"""Receipts told by callback: an access token by client credentials, then signed calls to Yumiao, again until they arrive."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
import orjson
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.exchange.signatures import SIGNATURE_HEADER, SignedCall, sign_call
from app.kit.db import read_scope, session_scope
from app.simulator import state, tables
from app.simulator.faults import SimulatedFault
from app.simulator.responder import Responder

PATH = "/api/v1/exchange/receipts"
AT_ONCE = 50
TIMEOUT = 10.0
LONGEST_WAIT = timedelta(minutes=5)


@dataclass(frozen=True)
class Destination:
    """Where receipts are told, and as which client."""

    base_url: str
    client_id: str
    client_secret: str


@dataclass
class Callback:
    """Tells what is due. Receipts that were the answer to a call are not told again; what is decided later is."""

    desk: Responder
    destination: Destination
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=TIMEOUT))
    _token: str = ""

    def tell(self) -> int:
        """Tell the receipts that are due, in one call; returns how many were taken. A failure is tried again later."""
        with read_scope(self.desk.database) as session:
            at = state.virtual(session, self.desk.clock())
            plan = state.fault_plan(session)
            due = _due(session, at)
        if not due:
            return 0
        fault = self.desk.dice.draw(plan)
        problem = self._post([content for _id, content, _tries in due], fault)
        with session_scope(self.desk.database) as session:
            for number, _content, tries in due:
                again = at + min(timedelta(seconds=1 << min(tries, 16)), LONGEST_WAIT) if problem else None
                values = {"due_at": again, "tries": tries + 1, "answer": problem[:400]}
                session.execute(update(tables.receipt).where(tables.receipt.c.id == number).values(values))
            state.log_call(session, at, f"→ POST {PATH} {problem}", None)
        return 0 if problem else len(due)

    def close(self) -> None:
        """Close the connections."""
        self.http.close()

    def _post(self, receipts: list[dict[str, Any]], fault: SimulatedFault | None) -> str:
        """What went wrong; empty when it arrived. A fault of receipts or signatures is played here too."""
        if fault is SimulatedFault.REORDERED:
            receipts = self.desk.dice.shuffled(receipts)
        try:
            if fault in (
                SimulatedFault.DUPLICATE,
                SimulatedFault.DROP_AFTER,
            ):  # the answer of the first is as good as lost
                self._call(receipts, spoilt=False)
            return self._call(receipts, spoilt=fault is SimulatedFault.WRONG_SIGNATURE)
        except (httpx.HTTPError, ValueError, KeyError) as error:
            return f"{type(error).__name__}: {error}"

    def _call(self, receipts: list[dict[str, Any]], *, spoilt: bool) -> str:
        body = orjson.dumps({"receipts": receipts})
        call = SignedCall("POST", httpx.URL(self.destination.base_url.rstrip("/") + PATH).raw_path.decode(), body)
        keys = self.desk.keys
        headers = sign_call(keys.signer, keys.key_id, call, self.desk.clock(), secrets.token_urlsafe(18))
        if spoilt:
            headers[SIGNATURE_HEADER] = keys.signer.sign(b"something else")
        headers |= {"authorization": f"Bearer {self._access_token()}", "content-type": "application/json"}
        answer = self.http.post(self.destination.base_url.rstrip("/") + PATH, content=body, headers=headers)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            self._token = ""
        return "" if answer.is_success else f"{answer.status_code} {answer.text}"

    def _access_token(self) -> str:
        if not self._token:
            wanted = {"grant_type": "client_credentials"}
            who = (self.destination.client_id, self.destination.client_secret)
            url = self.destination.base_url.rstrip("/") + "/oauth/token"
            answer = self.http.post(url, data=wanted, auth=who).raise_for_status()
            self._token = answer.json()["access_token"]
        return self._token


def _due(session: Session, at: datetime) -> list[tuple[int, dict[str, Any], int]]:
    receipt = tables.receipt
    statement = select(receipt.c.id, receipt.c.content, receipt.c.tries).where(receipt.c.due_at <= at)
    return [
        (row.id, row.content, row.tries) for row in session.execute(statement.order_by(receipt.c.id).limit(AT_ONCE))
    ]
