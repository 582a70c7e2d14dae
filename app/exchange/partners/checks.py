"""Whether what is said of a partner holds together: its address, its mapping, its resources, its client."""

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.domain import check_region_prefix
from app.accounts.models import MachineClient
from app.accounts.queries import find_client
from app.exchange.actions import RECEIPTS
from app.exchange.catalogue import list_definitions
from app.exchange.partners.commitments import BINDINGS, Fault
from app.exchange.partners.domain import Transport
from app.exchange.partners.models import Partner
from app.exchange.partners.schemas import PartnerInput
from app.exchange.plans import plans_of
from app.kit.db import composition_of
from app.kit.errors import Invalid
from app.kit.i18n import _


def check_partner(session: Session, given: PartnerInput, present: Partner | None = None) -> MachineClient | None:
    """The client by which the partner calls back, if any; raises `Invalid` naming every field that cannot be so.

    `present` is the partner, locked, whose connection it is to become: of what its batches were frozen for nothing may change.
    """
    check_region_prefix(given.region_prefix)
    client = find_client(session, given.client_id) if given.client_id else None
    faults = dict([*_address(given), *_mapping(given), *_following(given), *_caller(session, given, client, present)])
    if present is not None:
        faults = _bound(session, present, given) | faults
    if faults:
        raise Invalid("partner.invalid", "".join(faults.values()), faults)
    return client


def _bound(session: Session, present: Partner, given: PartnerInput) -> dict[str, str]:
    """What others forbid to change."""
    return {
        name: why for binding in composition_of(session).of(BINDINGS) for name, why in binding(session, present, given)
    }


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


def _caller(
    session: Session, given: PartnerInput, client: MachineClient | None, present: Partner | None
) -> Iterator[Fault]:
    if given.client_id and client is None:
        yield "client_id", _("没有接口客户端“%(id)s”。") % {"id": given.client_id}
    elif client is not None and RECEIPTS.scope not in client.scopes.split():
        yield (
            "client_id",
            _("接口客户端“%(id)s”没有权限 %(scope)s。") % {"id": given.client_id, "scope": RECEIPTS.scope},
        )

    elif client is not None:
        others = select(Partner.name).where(Partner.client_row_id == client.id)
        other = session.scalar(others.where(Partner.id != present.id) if present is not None else others)
        if other is not None:
            yield "client_id", _("接口客户端“%(id)s”已用于“%(name)s”。") % {"id": given.client_id, "name": other}


def _joined(names: Iterable[str]) -> str:
    return _("、").join(names)
