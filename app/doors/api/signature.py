"""Signed calls of machines: by the client's own key (SM3-HMAC), or as the partner signs whose client it is; each nonce good once.

See docs/exchange.md.
"""

from dataclasses import dataclass
from datetime import datetime

from fastapi import Request
from sqlalchemy.orm import Session

from app.accounts.models import MachineClient
from app.accounts.service.clients import signature_key
from app.doors.api.sent_file import SentFile
from app.doors.requests.deps import noting
from app.exchange.partners.keys import verifier_of
from app.exchange.partners.nonces import remember
from app.exchange.partners.queries import find_by_client
from app.exchange.signatures import (
    KEY_HEADER,
    NONCE_HEADER,
    SIGNATURE_HEADER,
    TIME_HEADER,
    SharedKey,
    SignatureFault,
    SignedCall,
    Verifier,
    check_call,
)
from app.kit.errors import Conflict, Unauthenticated
from app.kit.i18n import N_, _
from app.kit.sealed import CannotOpenError

REFUSALS = {
    SignatureFault.MISSING: ("missing", N_("本次调用须签名：缺少 ym-timestamp、ym-nonce 或 ym-signature。")),
    SignatureFault.KEY: ("key", N_("ym-key 不是本客户端签名所用密钥的编号。")),
    SignatureFault.SKEW: ("skew", N_("ym-timestamp 与服务器时间相差超过 5 分钟，请校准时钟。")),
    SignatureFault.NONCE: ("nonce", N_("ym-nonce 须为 16–64 个字母、数字、- 或 _。")),
    SignatureFault.SIGNATURE: ("wrong", N_("签名与请求内容不符。")),
}
NO_KEY = N_("本客户端还没有签名密钥：请在“系统 → 接口客户端”生成，再签名调用。")
OWN_KEY = N_("ym-key 应为本客户端的 client_id：%(key_id)s，并用为它生成的签名密钥签名。")
PARTNERS_KEY = N_(
    "本客户端属于交换对方，ym-key 应为与该对方约定的密钥编号：%(key_id)s，并用该对方的密钥签名；client_id 不是密钥编号。"
)
REPEATED = ("repeated", N_("ym-nonce 已经用过，请换一个重新签名。"))


class SignatureRefused(Unauthenticated):
    """The call is not signed as it must be; the code tells how."""

    challenge = 'YM-Signature realm="yumiao"'

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"signature.{code}", message)


@dataclass(frozen=True)
class Signatory:
    """Who must have signed: under which key id, and who knows the signatures."""

    key_id: str
    verifier: Verifier
    is_partner: bool = False


def check_signature(
    request: Request,
    session: Session,
    client: MachineClient,
    sent: bytes | SentFile,
    *,
    needed: bool,
    writes: bool,
    now: datetime,
) -> None:
    """Raise `SignatureRefused` unless the call is signed by the client, or bears no signature and needs none.

    A partner's client signs as the partner does.

    A reading call remembers its nonce in a transaction of its own, so that it never holds the write lock; a writing one in its
    own transaction, so that a call that failed may be sent again as it was.
    """
    headers = {
        name: request.headers.get(name, "") for name in (KEY_HEADER, TIME_HEADER, NONCE_HEADER, SIGNATURE_HEADER)
    }
    if not needed and not any(headers.values()):
        return
    signatory = _signatory(request, session, client, now)
    if fault := _fault(request, signatory, sent, headers, now):
        code, message = REFUSALS[fault]
        raise SignatureRefused(code, _right_key(signatory) if fault is SignatureFault.KEY else _(message))
    key_id, nonce = headers[KEY_HEADER], headers[NONCE_HEADER]
    if writes:
        first = remember(session, key_id, nonce, now)
    else:
        with noting(request) as own:
            first = remember(own, key_id, nonce, now)
    if not first:
        code, message = REPEATED
        raise SignatureRefused(code, _(message))


def _signatory(request: Request, session: Session, client: MachineClient, now: datetime) -> Signatory | None:
    """Who signs for this client; None when it has no key. Raises `SignatureRefused` for a partner's certificate that does not hold."""
    secret = request.app.state.settings.secret
    partner = find_by_client(session, client.id)
    if partner is not None:
        try:
            return Signatory(partner.key_id, verifier_of(partner, secret, now), is_partner=True)
        except Conflict as error:
            raise SignatureRefused(error.code.removeprefix("partner."), error.message) from None
    try:
        key = signature_key(client, secret)
    except CannotOpenError:
        key = None
    return Signatory(client.client_id, SharedKey(key)) if key is not None else None


def _right_key(signatory: Signatory | None) -> str:
    """By which key this client signs; a partner's client not by one of its own."""
    if signatory is None:
        return _(NO_KEY)
    return _(PARTNERS_KEY if signatory.is_partner else OWN_KEY) % {"key_id": signatory.key_id}


def _fault(
    request: Request, signatory: Signatory | None, sent: bytes | SentFile, headers: dict[str, str], now: datetime
) -> SignatureFault | None:
    if not any(headers.values()):
        return SignatureFault.MISSING
    if signatory is None or headers[KEY_HEADER] != signatory.key_id:
        return SignatureFault.KEY
    body, told = (b"", sent.digest) if isinstance(sent, SentFile) else (sent, "")
    return check_call(signatory.verifier, SignedCall(request.method, _target(request), body, told), headers, now)


def _target(request: Request) -> str:
    """Path and query as they stand in the request line."""
    path: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    query: bytes = request.scope["query_string"]
    return (path + b"?" + query if query else path).decode("latin-1")
