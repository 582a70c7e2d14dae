"""The firm's own people: who may use the portal and as what. Its managers invite, change roles, close accounts and hand over."""

from dataclasses import dataclass, field

from pydantic import BaseModel, Field
from starlette.responses import Response

from app.accounts.models import EnterpriseUser
from app.accounts.queries import list_enterprise_users
from app.accounts.service.invitations import invite, withdraw_invitation
from app.accounts.service.people import change_firm_role, disable_enterprise_user, hand_over
from app.doors.accounts.people import (
    InvitationLine,
    RoleForm,
    invitation_lines,
    invitation_link,
    role_choices,
    role_name,
)
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, bind, empty
from app.kit.actor import Actor, FirmRole
from app.kit.i18n import N_, _
from app.kit.permissions import can
from app.portal.actions import MANAGE_OWN, SEE_OWN
from app.portal.shared.own import own_enterprise

router = GuardedRouter(door="portal", prefix="/portal/people")

ADDRESS = "/portal/people"
_MAY = {
    FirmRole.MANAGER: N_("邀请本企业的人、分配角色，也能填写和提交"),
    FirmRole.EDITOR: N_("填写、上传、提交，不管理账号"),
    FirmRole.READER: N_("只能查看"),
}


class PortalInviteForm(BaseModel):
    """Whom the link is for, and in which role."""

    name: str = Field(min_length=1, max_length=64)
    role: FirmRole


class HandOverForm(BaseModel):
    """Who manages from now on."""

    user_id: int


@dataclass(frozen=True)
class PersonLine:
    """One of the firm's people."""

    user: EnterpriseUser
    role: str
    is_self: bool
    url: str


@dataclass(frozen=True)
class PeoplePage:
    """The firm's people; `link` is shown this once, right after it was made."""

    enterprise: str
    people: tuple[PersonLine, ...]
    invitations: tuple[InvitationLine, ...]
    others: tuple[tuple[str, str], ...]
    roles: tuple[tuple[str, str], ...]
    explained: tuple[tuple[str, str, str], ...]
    may_manage: bool
    form: Bound[PortalInviteForm] = field(default_factory=empty)
    hand_over: Bound[HandOverForm] = field(default_factory=empty)
    link: str | None = None


@router.get("", action=SEE_OWN)
def people_page(call: Call) -> Response:
    """Who of the firm may use the portal."""
    return call.render("portal/people.html", _page(call))


@router.post("", action=MANAGE_OWN)
def invite_person(call: Call) -> Response:
    """Make a one-time link and show it once."""
    firm = own_enterprise(call.session, call.actor)
    return call.submit(
        PortalInviteForm,
        lambda given: invite(call.session, **call.by, enterprise=firm, name=given.name, role=given.role),
        done=lambda secret: call.render("portal/people.html", _page(call, link=invitation_link(call, secret))),
        again=lambda bound: call.render("portal/people.html", _page(call, form=bound)),
    )


@router.post("/invitations/{invitation_id}/withdraw", action=MANAGE_OWN)
def withdraw(call: Call, invitation_id: int) -> Response:
    """Make an open link dead."""
    firm = own_enterprise(call.session, call.actor)
    withdraw_invitation(call.session, **call.by, enterprise=firm, invitation_id=invitation_id)
    return call.redirect(ADDRESS, good=_("邀请已撤回，链接不再有效。"))


@router.post("/hand-over", action=MANAGE_OWN)
def hand_over_route(call: Call) -> Response:
    """Make somebody else the manager."""
    firm = own_enterprise(call.session, call.actor)
    return call.submit(
        HandOverForm,
        lambda given: hand_over(call.session, **call.by, enterprise=firm, user_id=given.user_id),
        done=lambda user: call.redirect(ADDRESS, good=_("已移交给%(name)s，您现在是填报人。") % {"name": user.name}),
        again=lambda bound: call.render("portal/people.html", _page(call, hand_over=bound)),
    )


@router.post("/{user_id:int}/role", action=MANAGE_OWN)
def change_role(call: Call, user_id: int) -> Response:
    """Give a person another role."""
    firm, bound = own_enterprise(call.session, call.actor), bind(RoleForm, call.form)
    if bound.model is None:
        return call.redirect(ADDRESS, bad=_("请从列表中选择。"))
    role = bound.model.role
    return call.act(
        lambda: change_firm_role(call.session, **call.by, enterprise=firm, user_id=user_id, role=role),
        ADDRESS,
        good=_("角色已修改。"),
    )


@router.post("/{user_id:int}/disable", action=MANAGE_OWN)
def close_account(call: Call, user_id: int) -> Response:
    """Close a person's account; whoever is signed in with it is out at once."""
    firm = own_enterprise(call.session, call.actor)
    return call.act(
        lambda: disable_enterprise_user(call.session, **call.by, enterprise=firm, user_id=user_id),
        ADDRESS,
        good=_("账号已停用。"),
    )


def _page(
    call: Call,
    *,
    form: Bound[PortalInviteForm] | None = None,
    hand_over: Bound[HandOverForm] | None = None,
    link: str | None = None,
) -> PeoplePage:
    firm, manages = own_enterprise(call.session, call.actor), can(call.actor, MANAGE_OWN)
    people = list_enterprise_users(call.session, firm.id)
    return PeoplePage(
        enterprise=firm.name,
        people=tuple(_person(user, call.actor) for user in people if user.disabled_on is None),
        invitations=invitation_lines(call, firm.id) if manages else (),
        others=tuple(
            (str(user.id), user.name) for user in people if user.disabled_on is None and user.id != call.actor.id
        ),
        roles=role_choices(),
        explained=tuple((role, name, _(_MAY[FirmRole(role)])) for role, name in role_choices()),
        may_manage=manages,
        form=form or empty(),
        hand_over=hand_over or empty(),
        link=link,
    )


def _person(user: EnterpriseUser, actor: Actor) -> PersonLine:
    return PersonLine(user, role_name(user.role), user.id == actor.id, f"{ADDRESS}/{user.id}")
