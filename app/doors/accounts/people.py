"""The people of a firm who may use the portal, as the bureau and the firm itself see them."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel

from app.accounts.domain import FIRM_ROLE_LABELS
from app.accounts.queries import list_open_invitations
from app.doors.calls.call import Call
from app.kit.actor import FirmRole
from app.kit.i18n import _


class RoleForm(BaseModel):
    """Another role of a person."""

    role: FirmRole


@dataclass(frozen=True)
class InvitationLine:
    """A link that is still open."""

    id: int
    name: str
    role: str
    expires_at: datetime


def invitation_lines(call: Call, enterprise_id: int) -> tuple[InvitationLine, ...]:
    """The links of a firm that are still open."""
    return tuple(
        InvitationLine(row.id, row.invited_name, role_name(row.role), row.expires_at)
        for row in list_open_invitations(call.session, enterprise_id, call.now)
    )


def invitation_link(call: Call, secret: str) -> str:
    """The address under which an invited person opens an account; it is shown once."""
    return f"{call.settings.base_url.rstrip('/')}/portal/invitations/{secret}"


def role_choices() -> tuple[tuple[str, str], ...]:
    """The roles to choose from."""
    return tuple((str(role), _(label)) for role, label in FIRM_ROLE_LABELS.items())


def role_name(role: str) -> str:
    """A role in words."""
    return _(FIRM_ROLE_LABELS[FirmRole(role)])
