"""Setting what a policy leaves to the bureau, and taking a setting back; nothing is overwritten."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from app.journal.domain import SubjectKey
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.errors import Forbidden, Invalid, NotFound
from app.kit.i18n import N_, _, use_locale
from app.kit.permissions import Place, require
from app.policies import events
from app.policies.actions import SET_PARAMETER
from app.policies.domain.facts.catalogue import FactDefinition
from app.policies.domain.language.policy import Policy
from app.policies.domain.language.succession import area_of
from app.policies.domain.values.knowledge import Exact
from app.policies.domain.values.quantities import SIGNS, QuantityError, read_of_unit, read_value
from app.policies.domain.values.units import Unit
from app.policies.models import PolicySetting, by_actor
from app.policies.places import jurisdiction_of, region_for
from app.policies.queries import get_policy, list_versions
from app.policies.schemas import PolicySettingInput
from app.policies.settings import get_setting, settable, settings_in_force
from app.policies.words import value_text

_REFUSALS = {
    "unreadable": N_("请填写数字，单位为%(unit)s，例如 15。"),
    "unit": N_("单位应为%(unit)s。"),
    "precision": N_("位数过多，请核对：金额精确到分，件数、天数和分数为整数。"),
}


def set_parameter(
    session: Session, *, actor: Actor, policy_code: str, data: PolicySettingInput, now: datetime
) -> PolicySetting:
    """Set a parameter from a day on, by a document. Raises `Invalid` beside the field, `Forbidden`, `NotFound`."""
    policy, jurisdiction = _policy_for(session, actor, policy_code, data.effective_from)
    definition = _definition(policy, data.name)
    value = checked_value(definition, data.value)
    before = settings_in_force(session, policy, data.effective_from, jurisdiction).get(data.name)
    row = PolicySetting(
        policy_code=policy_code,
        jurisdiction=jurisdiction,
        name=data.name,
        value=value,
        effective_from=data.effective_from,
        document=data.document,
        **by_actor(actor),
        created_at=now,
    )
    session.add(row)
    session.flush()
    known = setting_text(definition, before.value) if before else None
    stated = setting_stated(definition, row)
    _note(session, actor, policy, row, now, events.PARAMETER_SET, (known, stated))
    return row


def withdraw_setting(session: Session, *, actor: Actor, policy_code: str, setting_id: int, now: datetime) -> None:
    """Take a setting back; the one before it counts again. Raises `NotFound`, `Forbidden`."""
    row = get_setting(session, policy_code, setting_id)
    require(actor, SET_PARAMETER, Place(area_of(row.jurisdiction)))
    policy = get_policy(session, policy_code, row.effective_from, area_of(row.jurisdiction))
    row.withdrawn_at = now
    _note(
        session,
        actor,
        policy,
        row,
        now,
        events.SETTING_WITHDRAWN,
        (setting_stated(policy.catalogue[row.name], row), None),
    )


def setting_text(definition: FactDefinition, value: str) -> str:
    """A setting's value in words."""
    if definition.unit is Unit.YES_NO:
        return value_text(definition.unit, read_value(value, definition.unit))
    return value.replace(" %", "%")


# -- checks -----------------------------------------------------------------------------------------------------------


def _policy_for(session: Session, actor: Actor, policy_code: str, on: date) -> tuple[Policy, str]:
    """The version whose parameter is set, and for which place."""
    try:
        region = region_for(list_versions(session, policy_code), actor.region_prefix)
        policy = get_policy(session, policy_code, on, region)
    except NotFound as error:
        if error.code == "policies.unknown":
            raise
        raise Invalid("policies.setting_day", error.message, {"effective_from": error.message}) from None
    jurisdiction = jurisdiction_of(actor, policy)
    if jurisdiction is None:
        raise Forbidden("permission.denied", _("这项政策不适用于您的辖区。"))
    require(actor, SET_PARAMETER, Place(area_of(jurisdiction)))
    return policy, jurisdiction


def _definition(policy: Policy, name: str) -> FactDefinition:
    for definition in settable(policy):
        if definition.code == name:
            return definition
    message = _("这个版本没有由市局设定的这项参数。")
    raise Invalid("policies.setting_name", message, {"name": message})


def checked_value(definition: FactDefinition, text: str) -> str:
    """The value as it is kept, `15 %`; raises `Invalid` for another unit, an unreadable number or one out of bounds."""
    try:
        value = read_value(text, definition.unit)
    except QuantityError as error:
        message = _(_REFUSALS[error.code]) % {"unit": sign_text(definition.unit)}
        raise Invalid("policies.setting_value", message, {"value": message}) from None
    _check_bounds(definition, value)
    return text if definition.unit is Unit.YES_NO else read_of_unit(text, definition.unit).text


def sign_text(unit: Unit) -> str:
    """How the unit of a setting is written."""
    if unit is Unit.YES_NO:
        return _("是或否")
    return _("百分比（%）") if unit is Unit.SHARE else _(SIGNS[unit])


def _check_bounds(definition: FactDefinition, value: Exact) -> None:
    lowest, highest = definition.lowest, definition.highest
    if lowest is not None and value < lowest:  # type: ignore[operator]
        message = _("不能小于 %(lowest)s。") % {"lowest": value_text(definition.unit, lowest)}
    elif highest is not None and value > highest:  # type: ignore[operator]
        message = _("不能大于 %(highest)s。") % {"highest": value_text(definition.unit, highest)}
    else:
        return
    raise Invalid("policies.setting_value", message, {"value": message})


# -- the journal ------------------------------------------------------------------------------------------------------


def _note(
    session: Session,
    actor: Actor,
    policy: Policy,
    row: PolicySetting,
    now: datetime,
    event: str,
    change: tuple[str | None, str | None],
) -> None:
    region = area_of(row.jurisdiction)
    subject = SubjectKey("policy", f"{row.policy_code}/{policy.jurisdiction}", policy.title.zh, region_code=region)
    data = {"setting": row.id, "name": row.name, "value": row.value, "effective_from": row.effective_from}
    record(session, actor=actor, now=now, type=event, subject=subject, changes={"setting": change}, data=data)


def setting_stated(definition: FactDefinition, row: PolicySetting) -> str:
    """The setting in the register's own language, as it will be read in the timeline."""
    with use_locale("zh"):
        return _("%(name)s：%(value)s（%(on)s 起，%(document)s）") % {
            "name": definition.label,
            "value": setting_text(definition, row.value),
            "on": row.effective_from,
            "document": row.document,
        }
