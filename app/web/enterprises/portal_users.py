"""The people of a firm who may use the portal: invite by a one-time link, close an account."""

from dataclasses import dataclass

from pydantic import BaseModel, Field
from starlette.responses import Response

from app.accounts.actions import INVITE
from app.accounts.models import EnterpriseUser
from app.accounts.queries import list_enterprise_users
from app.accounts.service.invitations import invite, withdraw_invitation
from app.accounts.service.people import change_firm_role, disable_enterprise_user
from app.doors.accounts.people import InvitationLine, RoleForm, invitation_lines, invitation_link, role_choices
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, bind, empty
from app.enterprises.models import Enterprise
from app.enterprises.queries import get_by_uscc_visible_to
from app.kit.actor import FirmRole
from app.kit.errors import Invalid
from app.kit.i18n import _

router = GuardedRouter(door="web", prefix="/enterprises/{uscc}/portal-users")


class InviteForm(BaseModel):
    """Whom the link is for, and in which role."""

    name: str = Field(min_length=1, max_length=64)
    role: FirmRole = FirmRole.MANAGER


@dataclass(frozen=True)
class PortalUsersPage:
    """The firm's people; `link` is shown this once, right after it was made."""

    enterprise: str
    uscc: str
    url: str
    users: tuple[EnterpriseUser, ...]
    invitations: tuple[InvitationLine, ...]
    form: Bound[InviteForm]
    roles: tuple[tuple[str, str], ...]
    link: str | None = None


@router.get("", action=INVITE)
def portal_users_page(call: Call, uscc: str) -> Response:
    """Who of the firm may use the portal."""
    enterprise = get_by_uscc_visible_to(call.session, call.actor, uscc)
    return call.render("web/portal_users.html", _page(call, enterprise, empty()))


@router.post("", action=INVITE)
def invite_person(call: Call, uscc: str) -> Response:
    """Make a one-time link and show it once."""
    enterprise = get_by_uscc_visible_to(call.session, call.actor, uscc)
    bound = bind(InviteForm, call.form)
    if bound.model is None:
        return call.render("web/portal_users.html", _page(call, enterprise, bound), status=422)
    secret = invite(call.session, **call.by, enterprise=enterprise, name=bound.model.name, role=bound.model.role)
    call.session.flush()
    return call.render("web/portal_users.html", _page(call, enterprise, empty(), invitation_link(call, secret)))


@router.post("/invitations/{invitation_id}/withdraw", action=INVITE)
def withdraw(call: Call, uscc: str, invitation_id: int) -> Response:
    """Make an open link dead."""
    enterprise = get_by_uscc_visible_to(call.session, call.actor, uscc)
    withdraw_invitation(call.session, **call.by, enterprise=enterprise, invitation_id=invitation_id)
    return call.redirect(_address(enterprise), good=_("邀请已撤回，链接不再有效。"))


@router.post("/{user_id}/role", action=INVITE)
def change_role(call: Call, uscc: str, user_id: int) -> Response:
    """Give a person another role."""
    enterprise, bound = get_by_uscc_visible_to(call.session, call.actor, uscc), bind(RoleForm, call.form)
    if bound.model is None:
        raise Invalid("account.role", _("请从列表中选择。"))
    change_firm_role(call.session, **call.by, enterprise=enterprise, user_id=user_id, role=bound.model.role)
    return call.redirect(_address(enterprise), good=_("角色已修改。"))


@router.post("/{user_id}/disable", action=INVITE)
def close_account(call: Call, uscc: str, user_id: int) -> Response:
    """Close a person's account; whoever is signed in with it is out at once."""
    enterprise = get_by_uscc_visible_to(call.session, call.actor, uscc)
    disable_enterprise_user(call.session, **call.by, enterprise=enterprise, user_id=user_id)
    return call.redirect(_address(enterprise), good=_("账号已停用。"))


def _address(enterprise: Enterprise) -> str:
    return f"/enterprises/{enterprise.uscc}/portal-users"


def _page(call: Call, enterprise: Enterprise, form: Bound[InviteForm], link: str | None = None) -> PortalUsersPage:
    return PortalUsersPage(
        enterprise=enterprise.name,
        uscc=enterprise.uscc,
        url=_address(enterprise),
        users=tuple(list_enterprise_users(call.session, enterprise.id)),
        invitations=invitation_lines(call, enterprise.id),
        form=form,
        roles=role_choices(),
        link=link,
    )
