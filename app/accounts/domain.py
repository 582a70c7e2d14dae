"""Pure parts of accounts: logins, passwords' form, secrets, lockout, networks."""

import hashlib
import hmac
import ipaddress
import re
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Literal, Protocol

from app.kit.actor import FirmRole
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_, _

SCOPES = ("export:read", "policies:evaluate", "exchange:receipts", "import:write")

FIRM_ROLE_LABELS = {
    FirmRole.MANAGER: N_("企业管理员"),
    FirmRole.EDITOR: N_("填报人"),
    FirmRole.READER: N_("查看人"),
}

MINIMUM_PASSWORD = 10
MAXIMUM_PASSWORD = 128
#: The password of the demo's accounts: everybody knows it, so it is good in development only.
DEMO_PASSWORD = "yumiao-demo-2021"  # noqa: S105 - fictional accounts of a development database
TRIES_BEFORE_LOCK = 5
LOCK = timedelta(minutes=15)
INVITATION_LIFE = timedelta(days=7)
#: How long a client's former secret goes on to work after a new one was made, unless said otherwise, and at most.
OVERLAP_DAYS = 7
LONGEST_OVERLAP_DAYS = 90
LONGEST_NETWORKS = 400
FASTEST_RATE = 10_000

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,63}")
_REGION = re.compile(r"\d{0,12}")


def check_login(login: str) -> str:
    """A login in its kept form (lower case); raises `Invalid`."""
    login = login.strip().lower()
    if not _LOGIN.fullmatch(login):
        message = _("登录名为 2–64 个小写字母、数字或 . _ - @ +，并以字母或数字开头。")
        raise Invalid("account.login", message, {"login": message})
    return login


def check_password(password: str, *, demo: bool = False, field: str = "password") -> str:
    """A password long enough to keep, and the demo's only where `demo` says so; raises `Invalid` beside `field`."""
    if not MINIMUM_PASSWORD <= len(password) <= MAXIMUM_PASSWORD:
        message = _("密码须为 %(low)s–%(high)s 个字符。") % {"low": MINIMUM_PASSWORD, "high": MAXIMUM_PASSWORD}
        raise Invalid("account.password", message, {field: message})
    if password == DEMO_PASSWORD and not demo:
        message = _("这是示例数据的公开密码，谁都知道，请另设一个。")
        raise Invalid("account.password.demo", message, {field: message})
    return password


def check_scopes(scopes: str) -> str:
    """Known scopes, each once, separated by blanks; an unknown one is refused by name."""
    wanted = list(dict.fromkeys(scopes.split()))
    unknown = [scope for scope in wanted if scope not in SCOPES]
    if unknown or not wanted:
        message = _("未知的权限范围：%(unknown)s。可选：%(known)s。") % {
            "unknown": "、".join(unknown) or "—",
            "known": " ".join(SCOPES),
        }
        raise Invalid("client.scope", message, {"scopes": message})
    return " ".join(wanted)


def check_region_prefix(prefix: str) -> str:
    """Digits of GB/T 2260 and township codes, or "" for everywhere."""
    prefix = prefix.strip()
    if not _REGION.fullmatch(prefix):
        message = _("辖区代码只含数字，如 429005；留空表示不限。")
        raise Invalid("account.region", message, {"region_prefix": message})
    return prefix


def check_networks(networks: str) -> str:
    """Networks in CIDR or single addresses, in their kept form, each once, separated by blanks; "" is everywhere.

    Commas and line breaks part them too. Raises `Invalid` naming the first that is none.
    """
    kept: list[str] = []
    for word in re.split(r"[\s,，;；]+", networks.strip()):
        if word:
            kept.append(_network(word))
    text = " ".join(dict.fromkeys(kept))
    if len(text) > LONGEST_NETWORKS:
        message = _("网段过多，最多 %(n)s 个字符。") % {"n": LONGEST_NETWORKS}
        raise Invalid("client.networks", message, {"allowed_addresses": message})
    return text


def _network(word: str) -> str:
    try:
        return str(ipaddress.ip_network(word, strict=False))
    except ValueError:
        message = _("“%(word)s”不是网段，应如 203.0.113.0/24 或 203.0.113.7。") % {"word": word[:60]}
        raise Invalid("client.networks", message, {"allowed_addresses": message}) from None


def lies_within(networks: str, address: str) -> bool:
    """Whether `address` lies in one of the kept networks; without any, everyone does. IPv4 written as IPv6 counts as IPv4."""
    if not networks:
        return True
    try:
        given = ipaddress.ip_address(address)
    except ValueError:
        return False
    given = getattr(given, "ipv4_mapped", None) or given
    return any(given in ipaddress.ip_network(network) for network in networks.split())


def check_rate(name: str, rate: int | None) -> int | None:
    """Calls a second, or calls at once; None is the deployment's. Raises `Invalid` beside the field `name`."""
    if rate is not None and not 1 <= rate <= FASTEST_RATE:
        message = _("须为 1–%(n)s 的整数；留空为系统默认。") % {"n": FASTEST_RATE}
        raise Invalid("client.rate", message, {name: message})
    return rate


def check_overlap(days: int) -> timedelta:
    """How long the former secret goes on to work; 0 is not at all. Raises `Invalid`."""
    if not 0 <= days <= LONGEST_OVERLAP_DAYS:
        message = _("过渡期为 0–%(n)s 天。") % {"n": LONGEST_OVERLAP_DAYS}
        raise Invalid("client.overlap", message, {"overlap_days": message})
    return timedelta(days=days)


def new_secret() -> str:
    """A random value of 256 bits, fit for an address or a cookie."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """How a random secret is kept. Only for random values: passwords go through argon2."""
    return hashlib.sha256(secret.encode()).hexdigest()


def same(one: str, other: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())


def lock_after(failed_tries: int, now: datetime) -> datetime | None:
    """Until when an account is locked after so many failures in a row."""
    return now + LOCK if failed_tries >= TRIES_BEFORE_LOCK else None


InvitationState = Literal["open", "used", "withdrawn", "expired"]


class Invited(Protocol):
    """What tells how an invitation stands: its row."""

    @property
    def expires_at(self) -> datetime:
        """From when on it is dead."""
        ...

    @property
    def used_at(self) -> datetime | None:
        """When an account was opened by it."""
        ...

    @property
    def withdrawn_at(self) -> datetime | None:
        """When it was taken back."""
        ...


def invitation_state(invitation: Invited, now: datetime) -> InvitationState:
    """How an invitation stands; only an open one opens an account."""
    if invitation.used_at is not None:
        return "used"
    if invitation.withdrawn_at is not None:
        return "withdrawn"
    return "expired" if invitation.expires_at <= now else "open"


def decide_manager_stays(managers: Collection[int], leaving: int) -> None:
    """Raise `Conflict` when `leaving` is the last of the firm's `managers` (ids of active accounts)."""
    if set(managers) <= {leaving}:
        raise Conflict("account.last_manager", _("企业至少要有一名管理员。请先把管理员移交给别人。"))
