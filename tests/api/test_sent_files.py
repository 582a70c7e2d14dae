"""A body that is a file: received in pieces and no further than it may be long, from nobody who may not send it, and gone when it stops."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from anyio.from_thread import start_blocking_portal
from fastapi import FastAPI
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.service.clients import make_signature_key
from app.config import Settings
from app.doors.api import strict_json
from app.doors.calls import api_entrance
from app.enterprises.imports.models import ImportRun
from app.exchange.signatures import SharedKey, SignedCall, sign_call
from app.files.models import StoredFile
from app.kit.actor import SYSTEM
from app.kit.clock import utc_now
from app.kit.errors import Invalid
from app.kit.tabular import write_csv
from tests.api.conftest import Caller, MakeCaller
from tests.factories.lists import HEADER, firm_rows

TARGET = "/api/v1/imports?" + urlencode({"name": "名单（示例）.csv"})
PIECE = 64 * 1024
Message = dict[str, Any]


@pytest.fixture
def sender(caller: MakeCaller) -> Caller:
    return caller(region="429005", scopes="import:write")


def post(app: FastAPI, token: str, receive: AsyncIterator[Message], **headers: str) -> tuple[int, str]:
    """Call the application itself, with what `receive` gives it; status and code of the answer."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def ask() -> Message:
        return await anext(receive)

    told = {"authorization": f"Bearer {token}", **headers}
    path, _mark, query = TARGET.partition("?")
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "scheme": "http",
        "http_version": "1.1",
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in told.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    with start_blocking_portal() as portal:  # a browser of another test may hold this thread's loop
        portal.call(app, scope, ask, send)
    body = b"".join(message.get("body", b"") for message in sent)
    return sent[0]["status"], orjson.loads(body).get("code", "")


async def nothing() -> AsyncIterator[Message]:
    pytest.fail("the body was asked for")
    yield {}


def csv() -> bytes:
    return b"".join(write_csv(firm_rows(2), HEADER))


def assert_nothing_kept(session: Session, settings: Settings) -> None:
    session.rollback()
    assert [session.scalar(select(func.count()).select_from(table)) for table in (ImportRun, StoredFile)] == [0, 0]
    assert not [path for path in settings.data_dir.rglob("*") if path.is_file()]


def test_a_file_may_be_longer_than_other_bodies_and_no_longer_than_on_the_page(
    app: FastAPI, sender: Caller, session: Session, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strict_json, "LARGEST_BODY", 10)
    monkeypatch.setattr(api_entrance, "MAX_BYTES", 5 * PIECE)
    headers = {"authorization": f"Bearer {sender.token}"}
    asked = 0

    async def endless() -> AsyncIterator[Message]:
        nonlocal asked
        while True:
            asked += 1
            yield {"type": "http.request", "body": bytes(PIECE), "more_body": True}

    session.commit()
    too_large = (413, "body.too_large")
    assert post(app, sender.token, nothing(), **{"content-length": str(5 * PIECE + 1)}) == too_large
    assert post(app, sender.token, endless()) == too_large
    assert asked == 6, "no more is read than shows that it is too much"
    assert_nothing_kept(session, settings)
    assert sender.client.post(TARGET, content=csv(), headers=headers).status_code == 202


def test_nothing_is_received_of_a_stranger_and_nothing_stays_of_a_file_that_breaks_off(
    app: FastAPI, sender: Caller, caller: MakeCaller, session: Session, settings: Settings
) -> None:
    async def broken_off() -> AsyncIterator[Message]:
        yield {"type": "http.request", "body": csv(), "more_body": True}
        yield {"type": "http.disconnect"}

    reader = caller(scopes="export:read")
    session.commit()
    assert post(app, "", nothing()) == (401, "token.invalid")
    assert post(app, reader.token, nothing()) == (403, "scope.missing")
    assert post(app, sender.token, broken_off()) == (422, "body.incomplete")
    assert_nothing_kept(session, settings)


def test_a_call_counts_once_and_its_file_is_looked_through_once(
    sender: Caller, session: Session, settings: Settings
) -> None:
    seen: list[bytes] = []

    def scan(path: Any) -> None:
        seen.append(path.read_bytes())
        raise Invalid("files.infected", "文件含有恶意程序（甲），已拒绝，没有保存。")

    headers = {"authorization": f"Bearer {sender.token}"}
    settings.__dict__["vault"] = replace(settings.vault, scan=scan)
    answer = sender.client.post(TARGET, content=csv(), headers=headers)
    assert (answer.status_code, answer.json()["code"], seen) == (422, "files.infected", [csv()])
    allowed, left = (int(answer.headers[f"ratelimit-{name}"]) for name in ("limit", "remaining"))
    assert left == allowed - 1
    assert_nothing_kept(session, settings)


def test_a_signature_covers_the_file(sender: Caller, session: Session, settings: Settings) -> None:
    key = make_signature_key(session, actor=SYSTEM, client_id=sender.client_id, sealing=settings.secret, now=utc_now())

    def answer(signed: bytes, target: str = TARGET) -> tuple[int, str]:
        call = SignedCall("POST", target, signed)
        nonce = f"nonce-{len(signed):020}-{len(target)}"
        headers = sign_call(SharedKey(key.encode()), sender.client_id, call, utc_now(), nonce)
        headers["authorization"] = f"Bearer {sender.token}"
        found = sender.client.post(target, content=csv(), headers=headers)
        return found.status_code, found.json().get("code", "")

    assert answer(csv() + b"\n") == (401, "signature.wrong")
    assert answer(csv() + b"\n", "/api/v1/imports") == (401, "signature.wrong"), "asked before what is wrong besides"
    assert answer(csv(), "/api/v1/imports") == (422, "request.invalid")
    assert answer(csv()) == (202, "")
