"""Whether what is said of a partner holds together: its address, its mapping, its resources, its client."""

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from app.accounts.domain import check_region_prefix
from app.accounts.models import MachineClient
from app.accounts.queries import find_client
from app.exchange.actions import RECEIPTS
from app.exchange.catalogue import SEEDS
from app.exchange.partners.domain import Transport
from app.exchange.partners.schemas import PartnerInput
from app.exchange.plans import plans_of
from app.kit.errors import Invalid
from app.kit.i18n import _

Fault = tuple[str, str]


def check_partner(session: Session, given: PartnerInput) -> MachineClient | None:
    """The client by which the partner calls back, if any; raises `Invalid` naming every field that cannot be so."""
    check_region_prefix(given.region_prefix)
    client = find_client(session, given.client_id) if given.client_id else None
    faults = dict([*_address(given), *_mapping(given), *_following(given), *_caller(given, client)])
    if faults:
        raise Invalid("partner.invalid", "".join(faults.values()), faults)
    return client


def list_definitions() -> dict[str, tuple[str, ...]]:
    """The mappings that there are, each with its versions."""
    folders = sorted(folder for folder in SEEDS.iterdir() if folder.is_dir())
    return {folder.name: tuple(sorted(file.stem for file in folder.glob("*.yaml"))) for folder in folders}


def _address(given: PartnerInput) -> Iterator[Fault]:
    if not given.base_url:
        if given.transport is Transport.PUSH:
            yield "base_url", _("接口推送须填写接口地址。")
        return
    try:
        parts = urlsplit(given.base_url)
        bad = parts.scheme not in ("http", "https") or not parts.hostname or (parts.port or 1) < 1
    except ValueError:
        bad = True
    if bad or any(mark.isspace() or ord(mark) < ord(" ") for mark in given.base_url):
        yield "base_url", _("接口地址须是以 http:// 或 https:// 开头的完整网址。")
    elif parts.username is not None or parts.password is not None:
        yield "base_url", _("接口地址不能含用户名和密码。")
    elif parts.query or parts.fragment:
        yield "base_url", _("接口地址不能含“?”或“#”之后的部分。")


def _mapping(given: PartnerInput) -> Iterator[Fault]:
    known = list_definitions()
    if given.definition not in known:
        yield (
            "definition",
            _("没有映射“%(name)s”，现有：%(known)s。") % {"name": given.definition, "known": _joined(known)},
        )
    elif given.definition_version not in known[given.definition]:
        versions = _joined(known[given.definition])
        yield (
            "definition_version",
            _("该映射没有版本“%(name)s”，现有：%(known)s。")
            % {
                "name": given.definition_version,
                "known": versions,
            },
        )
    else:
        yield from _resources(given)


def _resources(given: PartnerInput) -> Iterator[Fault]:
    known = plans_of(given.definition, given.definition_version)
    unknown = [name for name in given.resources if name not in known]
    if unknown:
        yield "resources", _("映射中没有“%(name)s”，可选：%(known)s。") % {"name": unknown[0], "known": _joined(known)}
    elif not given.resources:
        yield "resources", _("请至少选择一类报送内容。")


def _following(given: PartnerInput) -> Iterator[Fault]:
    if given.follows and given.transport is Transport.FILES:
        yield "follows", _("文件报送由人员送出，不能自动报送。")


def _caller(given: PartnerInput, client: MachineClient | None) -> Iterator[Fault]:
    if given.client_id and client is None:
        yield "client_id", _("没有接口客户端“%(id)s”。") % {"id": given.client_id}
    elif client is not None and RECEIPTS.scope not in client.scopes.split():
        yield (
            "client_id",
            _("接口客户端“%(id)s”没有权限 %(scope)s。") % {"id": given.client_id, "scope": RECEIPTS.scope},
        )


def _joined(names: Iterable[str]) -> str:
    return _("、").join(names)
