"""政策 · 核查有效天数: for how many days a check that found nothing still counts, by whom and by which document."""

from datetime import date

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound
from app.kit.actor import Actor
from app.kit.i18n import _
from app.kit.permissions import can
from app.policies.actions import READ, SET_PARAMETER
from app.policies.checks import CHECK_DAYS, EVERY_POLICY, list_set
from app.policies.domain.language.succession import NATION, concerns
from app.policies.schemas import PolicySettingInput
from app.policies.service.check_days import set_check_days, withdraw_check_days
from app.policies.settings import counting, list_settings
from app.web.policies.settings import PolicySettingsPage, SettingsReader, card_of
from app.web.shared.policy_words import place_names

ADDRESS = f"/policies/{EVERY_POLICY}"
router = GuardedRouter(door="web", prefix=ADDRESS)


@router.get("", action=READ)
def check_days_page(call: Call) -> Response:
    """What is set, and the form."""
    return call.render("web/policies/settings.html", _page(call.session, call.actor, call.on, None))


@router.post("", action=SET_PARAMETER)
def set_days(call: Call) -> Response:
    """Set the days from an application day on."""
    return call.submit(
        PolicySettingInput,
        lambda data: set_check_days(call.session, **call.by, data=data),
        done=lambda _done: call.redirect(ADDRESS, good=_("已设定，原来的设定保留在历史中。")),
        again=lambda bound: call.render("web/policies/settings.html", _page(call.session, call.actor, call.on, bound)),
    )


@router.post("/{setting_id}/withdraw", action=SET_PARAMETER)
def withdraw_days(call: Call, setting_id: int) -> Response:
    """Take a setting back."""
    withdraw_check_days(call.session, **call.by, setting_id=setting_id)
    return call.redirect(ADDRESS, good=_("设定已撤回，以前一次设定为准。"))


def _page(session: Session, actor: Actor, on: date, refused: Bound[PolicySettingInput] | None) -> PolicySettingsPage:
    place = actor.region_prefix or NATION
    rows = [row for row in list_settings(session, EVERY_POLICY) if concerns(row.jurisdiction, actor.region_prefix)]
    present = counting(list_set(session, on), actor.region_prefix)
    names = place_names(session, {place, *(row.jurisdiction for row in rows)})
    may_set = can(actor, SET_PARAMETER)
    reader = SettingsReader(ADDRESS, on, {present.name: present.id} if present else {}, place, names, may_set)
    return PolicySettingsPage(
        code=EVERY_POLICY,
        title=_("核查有效天数"),
        on=on,
        place=names[place],
        before=_("设定之前只算核查当日"),
        cards=(card_of(reader, CHECK_DAYS, "", rows, refused),),
        may_set=may_set,
        action=ADDRESS,
    )
