"""政策 · 市局设定: the parameters that a policy leaves to the bureau, what is set, by whom and by which document."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, empty
from app.kit.actor import Actor
from app.kit.i18n import _
from app.kit.permissions import can
from app.policies.actions import READ, SET_PARAMETER
from app.policies.domain.facts.catalogue import FactDefinition
from app.policies.domain.language.policy import Parameter
from app.policies.domain.language.succession import concerns
from app.policies.domain.values.units import Unit
from app.policies.models import PolicySetting
from app.policies.places import get_shown, jurisdiction_of
from app.policies.queries import policy_of
from app.policies.schemas import PolicySettingInput
from app.policies.service.settings import set_parameter, setting_text, sign_text, withdraw_setting
from app.policies.settings import list_settings, settings_in_force
from app.web.shared.policy_words import place_names

router = GuardedRouter(door="web", prefix="/policies/{code}/settings")


@dataclass(frozen=True)
class PolicySettingLine:
    """One setting on file; `state` is in force, to come, replaced or withdrawn."""

    id: int
    value: str
    place: str
    effective_from: date
    document: str
    actor: str
    state: str
    state_text: str
    withdraw: str


@dataclass(frozen=True)
class ParameterCard:
    """One parameter that the bureau sets: what is in force, everything set before, and the form."""

    name: str
    label: str
    reference: str
    value: str
    note: str
    history: tuple[PolicySettingLine, ...]
    yes_no: bool
    unit: str
    form: Bound[Any]
    opened: bool


@dataclass(frozen=True)
class PolicySettingsPage:
    """What a policy leaves to the bureau."""

    code: str
    title: str
    on: date
    place: str
    before: str
    cards: tuple[ParameterCard, ...]
    may_set: bool
    action: str


@router.get("", action=READ)
def settings_page(call: Call, code: str) -> Response:
    """What is set, and the forms."""
    return call.render("web/policies/settings.html", _page(call.session, call.actor, code, call.on, None))


@router.post("", action=SET_PARAMETER)
def set_policy_parameter(call: Call, code: str) -> Response:
    """Set one parameter from a day on."""
    return call.submit(
        PolicySettingInput,
        lambda data: set_parameter(call.session, **call.by, policy_code=code, data=data),
        done=lambda _done: call.redirect(f"/policies/{code}/settings", good=_("已设定，原来的设定保留在历史中。")),
        again=lambda bound: call.render(
            "web/policies/settings.html", _page(call.session, call.actor, code, call.on, bound)
        ),
    )


@router.post("/{setting_id}/withdraw", action=SET_PARAMETER)
def withdraw_policy_setting(call: Call, code: str, setting_id: int) -> Response:
    """Take a setting back."""
    withdraw_setting(call.session, **call.by, policy_code=code, setting_id=setting_id)
    return call.redirect(f"/policies/{code}/settings", good=_("设定已撤回，以前一次设定为准。"))


# -- the page ---------------------------------------------------------------------------------------------------------


def _page(
    session: Session, actor: Actor, code: str, on: date, refused: Bound[PolicySettingInput] | None
) -> PolicySettingsPage:
    policy = policy_of(session, get_shown(session, code, on, actor.region_prefix))
    place = jurisdiction_of(actor, policy)
    may_set = place is not None and can(actor, SET_PARAMETER)
    present = settings_in_force(session, policy, on, actor.region_prefix)
    rows = [row for row in list_settings(session, code) if concerns(row.jurisdiction, actor.region_prefix)]
    names = place_names(
        session, {policy.jurisdiction, place or policy.jurisdiction, *(row.jurisdiction for row in rows)}
    )
    address = f"/policies/{code}/settings"
    reader = SettingsReader(address, on, {name: row.id for name, row in present.items()}, place or "", names, may_set)
    return PolicySettingsPage(
        code=code,
        title=str(policy.title),
        on=on,
        place=names[place or policy.jurisdiction],
        before=_("设定之前，有关条件为待定"),
        cards=tuple(
            card_of(reader, policy.catalogue[parameter.name], _cited(parameter), rows, refused)
            for parameter in policy.settings
        ),
        may_set=may_set,
        action=address,
    )


@dataclass(frozen=True)
class SettingsReader:
    """Who looks at what is set at `address` on which day; `present` are the rows in force by parameter."""

    address: str
    on: date
    present: dict[str, int]
    place: str
    names: dict[str, str]
    may_set: bool


def _cited(parameter: Parameter) -> str:
    return f"{parameter.reference.document.number} {parameter.reference.clause}"


def card_of(
    reader: SettingsReader,
    definition: FactDefinition,
    reference: str,
    rows: list[PolicySetting],
    refused: Bound[PolicySettingInput] | None,
) -> ParameterCard:
    """One parameter with everything of `rows` that was set for it, and its form."""
    mine = [row for row in rows if row.name == definition.code]
    present = next((row for row in mine if row.id == reader.present.get(definition.code)), None)
    opened = refused is not None and refused.raw.get("name") == definition.code
    return ParameterCard(
        name=definition.code,
        label=str(definition.label),
        reference=reference,
        value=setting_text(definition, present.value) if present else "",
        note=_since(present) if present else "",
        history=tuple(_line(reader, definition, row) for row in mine),
        yes_no=definition.unit is Unit.YES_NO,
        unit="" if definition.unit is Unit.YES_NO else sign_text(definition.unit),
        form=refused if opened and refused else empty({"effective_from": reader.on.isoformat()}),
        opened=opened,
    )


def _since(row: PolicySetting) -> str:
    return _("%(day)s 起，依据 %(document)s，%(who)s 设定") % {
        "day": row.effective_from,
        "document": row.document,
        "who": row.actor_name,
    }


def _line(reader: SettingsReader, definition: FactDefinition, row: PolicySetting) -> PolicySettingLine:
    state, text = _state(reader, row)
    own = reader.may_set and row.withdrawn_at is None and row.jurisdiction == reader.place
    return PolicySettingLine(
        id=row.id,
        value=setting_text(definition, row.value),
        place=reader.names[row.jurisdiction],
        effective_from=row.effective_from,
        document=row.document,
        actor=row.actor_name,
        state=state,
        state_text=text,
        withdraw=f"{reader.address}/{row.id}/withdraw" if own else "",
    )


def _state(reader: SettingsReader, row: PolicySetting) -> tuple[str, str]:
    if row.withdrawn_at is not None:
        return "idle", _("已撤回")
    if row.id == reader.present.get(row.name):
        return "good", _("现行")
    return ("info", _("尚未生效")) if row.effective_from > reader.on else ("idle", _("已被代替"))
