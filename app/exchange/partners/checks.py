"""Whether what is said of a partner holds together: its address, its mapping, its resources, its client."""

from collections.abc import Collection, Iterable, Iterator
from urllib.parse import urlsplit

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.accounts.domain import check_region_prefix
from app.accounts.models import MachineClient
from app.accounts.queries import find_client
from app.exchange.actions import RECEIPTS
from app.exchange.catalogue import list_definitions
from app.exchange.handovers.domain import HandoverState, ItemState
from app.exchange.handovers.models import Handover, HandoverItem
from app.exchange.partners.domain import Transport
from app.exchange.partners.models import Partner
from app.exchange.partners.schemas import PartnerInput
from app.exchange.plans import plans_of
from app.kit.errors import Invalid
from app.kit.i18n import _

Fault = tuple[str, str]


def check_partner(session: Session, given: PartnerInput, present: Partner | None = None) -> MachineClient | None:
    """The client by which the partner calls back, if any; raises `Invalid` naming every field that cannot be so.

    `present` is the partner, locked, whose connection it is to become: of what its batches were frozen for nothing may change.
    """
    check_region_prefix(given.region_prefix)
    client = find_client(session, given.client_id) if given.client_id else None
    faults = dict([*_address(given), *_mapping(given), *_following(given), *_caller(session, given, client, present)])
    if present is not None:
        faults = dict(_bound(session, present, given)) | faults
    if faults:
        raise Invalid("partner.invalid", "".join(faults.values()), faults)
    return client


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


# -- what batches were frozen for ----------------------------------------------------------------------------------------


def _bound(session: Session, present: Partner, given: PartnerInput) -> Iterator[Fault]:
    """What may not change for as long as something frozen by it has not gone out; the mapping not once anything was frozen."""
    frozen = select(Handover.id).where(Handover.partner_id == present.id).limit(1)
    if given.definition != present.definition and session.scalar(frozen) is not None:
        yield "definition", _("已向该对方生成过批次，不能换成另一种映射。请为它另行登记一个交换对方。")
    fewer = set(present.resources) - set(given.resources)
    narrowed = {
        "transport": given.transport != present.transport,
        "region_prefix": not present.region_prefix.startswith(given.region_prefix),
        "resources": bool(fewer),
    }
    for name, is_narrowed in narrowed.items():
        if is_narrowed and _is_unsent(session, present, fewer if name == "resources" else present.resources):
            yield name, _("还有按原设置生成、没有送出的批次。请先送完或撤销，再改这一项。")


def _is_unsent(session: Session, partner: Partner, resources: Collection[str]) -> bool:
    """Whether a batch of one of these resources is being made, or holds records that have still to go."""
    made = select(Handover.id).where(Handover.partner_id == partner.id, Handover.resource.in_(resources))
    open_items = select(HandoverItem.id).where(
        HandoverItem.partner_id == partner.id,
        HandoverItem.state.in_((ItemState.WAITING, ItemState.PARKED)),
        HandoverItem.resource.in_(resources),
    )
    either = or_(made.where(Handover.state == HandoverState.PREPARING).exists(), open_items.exists())
    return bool(session.scalar(select(either)))


def _joined(names: Iterable[str]) -> str:
    return _("、").join(names)
