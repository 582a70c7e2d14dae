"""Signed calls of machine clients: SM3-HMAC by the client's own key, each nonce good once (docs/exchange.md)."""

from datetime import datetime

from fastapi import Request
from sqlalchemy.orm import Session

from app.accounts.models import MachineClient
from app.accounts.service.clients import signature_key
from app.doors.deps import get_database, only_reads
from app.exchange.partners.nonces import remember
from app.exchange.signing import (
    KEY_HEADER,
    NONCE_HEADER,
    SIGNATURE_HEADER,
    TIME_HEADER,
    Call,
    Fault,
    SharedKey,
    check_call,
)
from app.kit.db import session_scope
from app.kit.errors import Unauthenticated
from app.kit.i18n import N_, _
from app.kit.sealing import CannotOpenError

REFUSALS = {
    Fault.MISSING: ("missing", N_("本次调用须签名：缺少 ym-timestamp、ym-nonce 或 ym-signature。")),
    Fault.KEY: ("key", N_("ym-key 须为本客户端的 client_id，且已在“系统 → 接口客户端”生成签名密钥。")),
    Fault.SKEW: ("skew", N_("ym-timestamp 与服务器时间相差超过 5 分钟，请校准时钟。")),
    Fault.NONCE: ("nonce", N_("ym-nonce 须为 16–64 个字母、数字、- 或 _。")),
    Fault.SIGNATURE: ("wrong", N_("签名与请求内容不符。")),
}
REPEATED = ("repeated", N_("ym-nonce 已经用过，请换一个重新签名。"))


class SignatureRefused(Unauthenticated):
    """The call is not signed as it must be; the code tells how."""

    challenge = 'YM-Signature realm="yumiao"'

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"signature.{code}", _(message))


def check_signature(
    request: Request, session: Session, client: MachineClient, body: bytes, *, needed: bool, now: datetime
) -> None:
    """Raise `SignatureRefused` unless the call is signed by the client, or bears no signature and needs none.

    A reading call remembers its nonce in a transaction of its own, so that it never holds the write lock; a writing one in its
    own transaction, so that a call that failed may be sent again as it was.
    """
    headers = {
        name: request.headers.get(name, "") for name in (KEY_HEADER, TIME_HEADER, NONCE_HEADER, SIGNATURE_HEADER)
    }
    if not needed and not any(headers.values()):
        return
    if fault := _fault(request, client, body, headers, now):
        raise SignatureRefused(*REFUSALS[fault])
    key_id, nonce = client.client_id, headers[NONCE_HEADER]
    if only_reads(request):
        session.close()  # gives its connection back: nobody holds one while waiting for another
        with session_scope(get_database(request)) as own:
            first = remember(own, key_id, nonce, now)
    else:
        first = remember(session, key_id, nonce, now)
    if not first:
        raise SignatureRefused(*REPEATED)


def _fault(
    request: Request, client: MachineClient, body: bytes, headers: dict[str, str], now: datetime
) -> Fault | None:
    if not any(headers.values()):
        return Fault.MISSING
    try:
        key = signature_key(client, request.app.state.settings.secret)
    except CannotOpenError:
        key = None
    if key is None or headers[KEY_HEADER] != client.client_id:
        return Fault.KEY
    return check_call(SharedKey(key), Call(request.method, _target(request), body), headers, now)


def _target(request: Request) -> str:
    """Path and query as they stand in the request line."""
    path: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    query: bytes = request.scope["query_string"]
    return (path + b"?" + query if query else path).decode("latin-1")
