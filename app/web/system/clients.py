"""系统 → 接口客户端: who may call the API, from where and how fast, and by which keys."""

from dataclasses import asdict, dataclass
from datetime import datetime

from pydantic import BaseModel, Field
from starlette.responses import Response

from app.accounts.actions import MANAGE_CLIENTS
from app.accounts.domain import LONGEST_NETWORKS, OVERLAP_DAYS, SCOPES
from app.accounts.models import MachineClient
from app.accounts.queries import list_clients
from app.accounts.service.clients import (
    ClientLimits,
    create_client,
    disable_client,
    former_is_good,
    get_client,
    limit_client,
    limits_of,
    make_signature_key,
    renew_secret,
)
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, empty
from app.kit.i18n import N_, _

router = GuardedRouter(door="web", prefix="/system/clients")

SCOPE_MEANINGS = {
    "export:read": N_("读取企业、办件、专员、奖补与变更"),
    "policies:evaluate": N_("提交事实、试算政策结论"),
    "exchange:receipts": N_("回传报送记录的回执"),
    "import:write": N_("送交要导入的文件，查看其结果"),
}


class ClientForm(BaseModel):
    """A machine client as typed by the administrator."""

    name: str = Field(min_length=1, max_length=120)
    scopes: list[str]
    region_prefix: str = Field(default="", max_length=12)


class LimitsForm(BaseModel):
    """From where and how fast a client may call, as typed."""

    allowed_addresses: str = Field(default="", max_length=LONGEST_NETWORKS)
    rate_per_second: int | None = None
    burst: int | None = None
    signed_only: bool = False

    def limits(self) -> ClientLimits:
        """What the service keeps."""
        return ClientLimits(**self.model_dump())


class OverlapForm(BaseModel):
    """How long the former secret goes on to work."""

    overlap_days: int = OVERLAP_DAYS


@dataclass(frozen=True)
class Made:
    """What was just made and is shown this once: (label, value, note) each."""

    title: str
    lines: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class MachineClientsPage:
    """All machine clients, the form for a new one, and credentials just made."""

    clients: tuple[MachineClient, ...]
    form: Bound[ClientForm]
    scopes: tuple[tuple[str, str, str], ...]
    made: Made | None = None


@dataclass(frozen=True)
class ClientPage:
    """One machine client: its keys, its limits, what the deployment's limits are, and a key just made."""

    client: MachineClient
    limits: Bound[LimitsForm]
    overlap: Bound[OverlapForm]
    former_until: datetime | None
    standard_rate: str
    standard_burst: int
    made: Made | None = None


@router.get("", action=MANAGE_CLIENTS)
def clients_page(call: Call) -> Response:
    """All machine clients."""
    return _clients(call, empty())


@router.post("", action=MANAGE_CLIENTS)
def add_client(call: Call) -> Response:
    """Create a machine client; its secret is shown this once."""
    return call.submit(
        ClientForm,
        lambda given: create_client(
            call.session, **call.by, name=given.name, scopes=" ".join(given.scopes), region_prefix=given.region_prefix
        ),
        done=lambda made: _clients(call, empty(), made=_credentials(made[0].client_id, made[1])),
        again=lambda bound: _clients(call, bound),
    )


@router.get("/{client_id}", action=MANAGE_CLIENTS)
def client_page(call: Call, client_id: str) -> Response:
    """One machine client."""
    return _client(call, client_id)


@router.post("/{client_id}", action=MANAGE_CLIENTS)
def save_limits(call: Call, client_id: str) -> Response:
    """Say from where and how fast it may call."""

    return call.submit(
        LimitsForm,
        lambda given: limit_client(call.session, **call.by, client_id=client_id, limits=given.limits()),
        done=lambda _done: call.redirect(f"/system/clients/{client_id}", good=_("已保存，从下一次调用起生效。")),
        again=lambda bound: _client(call, client_id, limits=bound),
    )


@router.post("/{client_id}/secret", action=MANAGE_CLIENTS)
def new_secret(call: Call, client_id: str) -> Response:
    """Replace the secret; shown this once. The former one goes on to work for the overlap."""
    return call.submit(
        OverlapForm,
        lambda given: renew_secret(call.session, **call.by, client_id=client_id, overlap_days=given.overlap_days),
        done=lambda secret: _client(call, client_id, made=_credentials(client_id, secret)),
        again=lambda bound: _client(call, client_id, overlap=bound),
    )


@router.post("/{client_id}/signature-key", action=MANAGE_CLIENTS)
def new_signature_key(call: Call, client_id: str) -> Response:
    """Make or replace the signature key; shown this once."""
    key = make_signature_key(call.session, **call.by, client_id=client_id, sealing=call.settings.secret)
    made = Made(_("新签名密钥"), (("ym-key", client_id, _("可以再次查看。")), ("signature_key", key, "")))
    return _client(call, client_id, made=made)


@router.post("/{client_id}/disable", action=MANAGE_CLIENTS)
def stop_client(call: Call, client_id: str) -> Response:
    """Disable a client; its tokens stop at once."""
    disable_client(call.session, **call.by, client_id=client_id)
    return call.redirect("/system/clients", good=_("已停用。"))


def _credentials(client_id: str, secret: str) -> Made:
    return Made(_("新凭证"), (("client_id", client_id, _("可以再次查看。")), ("client_secret", secret, "")))


def _clients(call: Call, form: Bound[ClientForm], *, made: Made | None = None) -> Response:
    scopes = tuple((scope, scope, _(SCOPE_MEANINGS[scope])) for scope in SCOPES)
    page = MachineClientsPage(tuple(list_clients(call.session)), form, scopes, made)
    return call.render("web/system/clients.html", page)


def _client(
    call: Call,
    client_id: str,
    *,
    limits: Bound[LimitsForm] | None = None,
    overlap: Bound[OverlapForm] | None = None,
    made: Made | None = None,
) -> Response:
    client = get_client(call.session, client_id)
    settings = call.request.app.state.settings
    page = ClientPage(
        client,
        limits or empty(asdict(limits_of(client))),
        overlap or empty({"overlap_days": OVERLAP_DAYS}),
        client.former_secret_until if former_is_good(client, call.now) else None,
        f"{settings.api_rate_per_second:g}",
        settings.api_burst,
        made,
    )
    return call.render("web/system/client.html", page)
