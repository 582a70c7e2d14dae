"""One partner: its connection, how it is doing, what was called, its keys; tried, changed, disabled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from sqlalchemy.orm import Session
from starlette.datastructures import UploadFile
from starlette.responses import Response

from app.accounts.models import MachineClient
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.lists.listed import Listed
from app.doors.lists.query import ListQuery
from app.doors.lists.view import ListView
from app.doors.pages.timeline import TimelineLine, timeline_lines
from app.exchange.actions import MANAGE_PARTNERS, SEE
from app.exchange.delivery.log import PURPOSE_LABELS, Purpose
from app.exchange.delivery.reasons import reason
from app.exchange.handovers.listed import list_batches
from app.exchange.handovers.models import Handover
from app.exchange.lists import PARTNER_CALLS
from app.exchange.partners.domain import TRANSPORT_LABELS, Circuit, Transport, circuit_of
from app.exchange.partners.models import Partner, PartnerCall
from app.exchange.partners.queries import get_partner
from app.exchange.partners.service import call_again, disable_partner, enable_partner, keep_certificate, renew_key
from app.exchange.signatures import SignatureScheme
from app.journal.queries import TimelineFilter, list_events
from app.kit.clock import utc_now
from app.kit.errors import DomainError
from app.kit.i18n import _
from app.kit.lists.viewer import Viewer
from app.kit.permissions import can
from app.web.exchange.connection_test import TriedConnection, not_connected, try_out
from app.web.exchange.health import PartnerStatus, partner_status
from app.web.exchange.lines import SCHEMES, Badge, may_hand_over, resource_title
from app.web.exchange.tabs import ExchangeTab, exchange_tabs

router = GuardedRouter(door="web", prefix="/exchange/partners")

EVENTS = 20
LONGEST_PEM = 20_000
_SUCCESS = range(200, 300)


@dataclass(frozen=True)
class CallLine:
    """One call."""

    at: datetime
    purpose: str
    number: str
    records: int
    result: Badge
    took_ms: int
    error: str
    answer: str


def _calls(viewer: Viewer, rows: Sequence[PartnerCall]) -> Sequence[CallLine]:
    if not rows:
        return ()
    batches = list_batches(viewer.session, {row.handover_id for row in rows if row.handover_id is not None})
    answers = may_hand_over(viewer.actor, viewer.session.get_one(Partner, rows[0].partner_id))
    return [_call(row, batches, answers=answers) for row in rows]


CALLS = ListView(base="/exchange/partners", source=PARTNER_CALLS, lines=_calls, counted=False)


@dataclass(frozen=True)
class Shown:
    """What a page of the partner shows besides: a key just made, how trying it out went, which calls."""

    key: str = ""
    tried: TriedConnection | None = None
    calls: ListQuery = field(default_factory=CALLS.query)


@dataclass(frozen=True)
class PartnerPage:
    """The partner."""

    tabs: tuple[ExchangeTab, ...]
    base: str
    row: Partner
    push: bool
    transport: str
    scheme: str
    by_certificate: bool
    resources: str
    client: str
    status: PartnerStatus
    paused: bool
    calls: Listed[PartnerCall, CallLine]
    events: tuple[TimelineLine, ...]
    may_manage: bool
    shown: Shown


@router.get("/{code}", action=SEE)
def partner_page(call: Call, code: str, query: Annotated[ListQuery, CALLS.asked]) -> Response:
    """The partner."""
    return _render(call, get_partner(call.session, code), Shown(calls=query))


@router.post("/{code}/test", action=MANAGE_PARTNERS, reads_only=True)
def test(call: Call, code: str) -> Response:
    """Call it once and tell how that went."""
    row = get_partner(call.session, code)
    return call.attempt(
        lambda: try_out(row, call.settings.secret, call.now, utc_now),
        done=lambda tried: _render(call, row, Shown(tried=tried)),
        refused=lambda refusal: _render(call, row, Shown(tried=not_connected(refusal.message))),
        only=DomainError,
    )


@router.post("/{code}/key", action=MANAGE_PARTNERS)
def new_key(call: Call, code: str) -> Response:
    """Another key; the old one stops at once."""
    row = get_partner(call.session, code)
    key = renew_key(call.session, **call.by, secret=call.settings.secret, partner=row)
    return _render(call, row, Shown(key=key))


@router.post("/{code}/certificate", action=MANAGE_PARTNERS)
def certificate(call: Call, code: str) -> Response:
    """Keep the partner's certificate."""
    row, given = get_partner(call.session, code), call.form.get("file")
    text = given.file.read(LONGEST_PEM).decode("utf-8", "replace") if isinstance(given, UploadFile) else ""
    return call.act(
        lambda: keep_certificate(call.session, **call.by, partner=row, text=text),
        _address(code),
        good=_("证书已保存。"),
    )


@router.post("/{code}/disable", action=MANAGE_PARTNERS)
def disable(call: Call, code: str) -> Response:
    """Nothing goes to it any more."""
    disable_partner(call.session, **call.by, partner=get_partner(call.session, code))
    return call.redirect(_address(code), good=_("已停用，不再向它报送。"))


@router.post("/{code}/enable", action=MANAGE_PARTNERS)
def enable(call: Call, code: str) -> Response:
    """It is served again."""
    enable_partner(call.session, **call.by, partner=get_partner(call.session, code))
    return call.redirect(_address(code), good=_("已启用，从停下的地方接着报送。"))


@router.post("/{code}/again", action=MANAGE_PARTNERS)
def again(call: Call, code: str) -> Response:
    """Call it at once although its circuit is open."""
    return call.act(
        lambda: call_again(call.session, **call.by, partner=get_partner(call.session, code)),
        _address(code),
        good=_("已恢复推送，正在重新尝试。"),
    )


def _address(code: str) -> str:
    return f"/exchange/partners/{code}"


def made_page(call: Call, row: Partner, key: str) -> Response:
    """The page of a partner just registered, with its key."""
    return _render(call, row, Shown(key=key))


def _render(call: Call, row: Partner, shown: Shown) -> Response:
    page = PartnerPage(
        tabs=exchange_tabs("overview"),
        base=_address(row.code),
        row=row,
        push=row.transport == Transport.PUSH,
        transport=_(TRANSPORT_LABELS[Transport(row.transport)]),
        scheme=_(SCHEMES[SignatureScheme(row.scheme)]),
        by_certificate=row.scheme == SignatureScheme.SM2,
        resources=_("、").join(resource_title(row, name) for name in row.resources),
        client=_client(call.session, row),
        status=partner_status(row, call.now),
        paused=row.disabled_on is None and circuit_of(row.failures, row.open_until, call.now) is Circuit.OPEN,
        calls=CALLS.listed(shown.calls, call.viewer, _address(row.code), partner_id=row.id),
        events=timeline_lines(
            call.session,
            list_events(call.session, TimelineFilter(kind="partner", id=row.code), limit=EVENTS),
        ),
        may_manage=can(call.actor, MANAGE_PARTNERS),
        shown=shown,
    )
    return call.render("web/exchange/partner.html", page)


def _client(session: Session, row: Partner) -> str:
    client = session.get(MachineClient, row.client_row_id) if row.client_row_id is not None else None
    return f"{client.name}（{client.client_id}）" if client else ""


def _call(call: PartnerCall, batches: Mapping[int, Handover], *, answers: bool) -> CallLine:
    """A call as a line; what was answered speaks of records of the partner's whole region."""
    batch = batches.get(call.handover_id or 0)
    good = not call.error and call.status in _SUCCESS
    return CallLine(
        at=call.at,
        purpose=_(PURPOSE_LABELS[Purpose(call.purpose)]),
        number=batch.number if batch else "",
        records=call.records,
        result=("good" if good else "late", str(call.status) if call.status else _("没有应答")),
        took_ms=call.took_ms,
        error=reason(call.error),
        answer=call.answer if answers else "",
    )
