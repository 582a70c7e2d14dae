"""Setting for how many days a check that found nothing still counts, and taking that back; nothing is overwritten."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.journal.domain import SubjectKey
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.errors import Invalid
from app.kit.i18n import _, use_locale
from app.kit.permissions import Place, require
from app.policies import events
from app.policies.actions import SET_PARAMETER
from app.policies.checks import CHECK_DAYS, EVERY_POLICY
from app.policies.domain.language.succession import NATION, area_of
from app.policies.models import PolicySetting, by_actor
from app.policies.schemas import PolicySettingInput
from app.policies.service.settings import checked_value, setting_stated
from app.policies.settings import get_setting


def set_check_days(session: Session, *, actor: Actor, data: PolicySettingInput, now: datetime) -> PolicySetting:
    """Set the days for the actor's place, from an application day on. Raises `Invalid` beside the field, `Forbidden`."""
    place = actor.region_prefix or NATION
    require(actor, SET_PARAMETER, Place(area_of(place)))
    if data.name != CHECK_DAYS.code:
        message = _("这个版本没有由市局设定的这项参数。")
        raise Invalid("policies.setting_name", message, {"name": message})
    row = PolicySetting(
        policy_code=EVERY_POLICY,
        jurisdiction=place,
        name=data.name,
        value=checked_value(CHECK_DAYS, data.value),
        effective_from=data.effective_from,
        document=data.document,
        **by_actor(actor),
        created_at=now,
    )
    session.add(row)
    session.flush()
    _note(session, actor, row, now, withdrawn=False)
    return row


def withdraw_check_days(session: Session, *, actor: Actor, setting_id: int, now: datetime) -> None:
    """Take a setting back; the one before it counts again. Raises `NotFound`, `Forbidden`."""
    row = get_setting(session, EVERY_POLICY, setting_id)
    require(actor, SET_PARAMETER, Place(area_of(row.jurisdiction)))
    row.withdrawn_at = now
    _note(session, actor, row, now, withdrawn=True)


def _note(session: Session, actor: Actor, row: PolicySetting, now: datetime, *, withdrawn: bool) -> None:
    with use_locale("zh"):
        subject = SubjectKey("policy", EVERY_POLICY, _("核查有效天数"), region_code=area_of(row.jurisdiction))
    stated = setting_stated(CHECK_DAYS, row)
    record(
        session,
        actor=actor,
        now=now,
        type=events.SETTING_WITHDRAWN if withdrawn else events.PARAMETER_SET,
        subject=subject,
        changes={"setting": (stated, None) if withdrawn else (None, stated)},
        data={"setting": row.id, "name": row.name, "value": row.value, "effective_from": row.effective_from},
    )
