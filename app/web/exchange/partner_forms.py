"""Registering a partner and changing its connection. The code and the scheme are said once; everything else can change."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from app.accounts.models import MachineClient
from app.accounts.queries import list_clients
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, empty
from app.exchange.actions import MANAGE_PARTNERS, RECEIPTS
from app.exchange.catalogue import list_definitions, partner_definition
from app.exchange.partners.domain import TRANSPORT_LABELS
from app.exchange.partners.models import Partner
from app.exchange.partners.queries import get_partner
from app.exchange.partners.schemas import NewPartner, PartnerChange
from app.exchange.partners.service import change_partner, create_partner
from app.exchange.plans import plans_of
from app.kit.i18n import _
from app.web.exchange.lines import SCHEMES, Choices
from app.web.exchange.partner import made_page
from app.web.exchange.tabs import ExchangeTab, exchange_tabs

router = GuardedRouter(door="web", prefix="/exchange/partners")

_FIELDS = (
    "name",
    "definition",
    "definition_version",
    "transport",
    "region_prefix",
    "follows",
    "base_url",
    "resources",
    "version",
)


@dataclass(frozen=True)
class PartnerFormPage:
    """The form; `row` is None for a new partner."""

    tabs: tuple[ExchangeTab, ...]
    row: Partner | None
    action: str
    back: str
    form: Bound[Any]
    definitions: Choices
    versions: Choices
    transports: Choices
    schemes: Choices
    resources: tuple[tuple[str, str, str], ...]
    clients: Choices


@router.get("/new", action=MANAGE_PARTNERS)
def new_page(call: Call) -> Response:
    """The form for a new partner."""
    raw = {"region_prefix": call.settings.region, "transport": "push", "scheme": "sm3-hmac", "definition": "province"}
    return _form_page(call, None, empty(raw))


@router.post("/new", action=MANAGE_PARTNERS)
def add(call: Call) -> Response:
    """Register a partner; its key is shown this once."""
    return call.submit(
        NewPartner,
        lambda given: create_partner(call.session, **call.by, secret=call.settings.secret, given=given),
        done=lambda made: made_page(call, made[0], made[1]),
        again=lambda bound: _form_page(call, None, bound),
    )


@router.get("/{code}/edit", action=MANAGE_PARTNERS)
def edit_page(call: Call, code: str) -> Response:
    """The form with what is known."""
    row = get_partner(call.session, code)
    raw: dict[str, Any] = {name: getattr(row, name) for name in _FIELDS}
    client = call.session.get(MachineClient, row.client_row_id) if row.client_row_id is not None else None
    raw["client_id"] = client.client_id if client else ""
    return _form_page(call, row, empty(raw))


@router.post("/{code}/edit", action=MANAGE_PARTNERS)
def save(call: Call, code: str) -> Response:
    """Change the connection."""
    row = get_partner(call.session, code)

    def again(bound: Bound[PartnerChange]) -> Response:
        call.session.refresh(row)
        return _form_page(call, row, bound)

    return call.submit(
        PartnerChange,
        lambda given: change_partner(call.session, **call.by, partner=row, given=given),
        done=lambda _done: call.redirect(f"/exchange/partners/{code}", good=_("已保存。")),
        again=again,
    )


def _form_page(call: Call, row: Partner | None, form: Bound[Any]) -> Response:
    known = list_definitions()
    page = PartnerFormPage(
        tabs=exchange_tabs("overview"),
        row=row,
        action=f"/exchange/partners/{row.code}/edit" if row else "/exchange/partners/new",
        back=f"/exchange/partners/{row.code}" if row else "/exchange",
        form=form,
        definitions=tuple((name, _definition_title(name, versions[-1])) for name, versions in known.items()),
        versions=tuple((each, each) for each in sorted({each for versions in known.values() for each in versions})),
        transports=tuple((each.value, _(label)) for each, label in TRANSPORT_LABELS.items()),
        schemes=tuple((each.value, _(label)) for each, label in SCHEMES.items()),
        resources=_resources(known),
        clients=tuple(
            (each.client_id, each.name) for each in list_clients(call.session) if RECEIPTS.scope in each.scopes.split()
        ),
    )
    return call.render("web/exchange/partner_form.html", page)


def _definition_title(name: str, version: str) -> str:
    return str(partner_definition(name, version).title)


def _resources(known: Mapping[str, tuple[str, ...]]) -> tuple[tuple[str, str, str], ...]:
    """Every kind of record that a mapping knows: code, name, and in which mappings it stands where not in all."""
    titles: dict[str, str] = {}
    places: dict[str, list[str]] = {}
    for name, versions in known.items():
        for resource, plan in plans_of(name, versions[-1]).items():
            titles.setdefault(resource, str(plan.definition.title))
            places.setdefault(resource, []).append(_definition_title(name, versions[-1]))
    return tuple(
        (
            resource,
            title,
            ""
            if len(places[resource]) == len(known)
            else _("限：%(names)s") % {"names": _("、").join(places[resource])},
        )
        for resource, title in titles.items()
    )
