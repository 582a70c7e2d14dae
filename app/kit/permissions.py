"""One answer to "may this actor do this to that?", asked by every door and every service."""

from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_, true

from app.kit.actor import Actor, ActorKind, FirmRole, Role
from app.kit.errors import Forbidden, Unauthenticated
from app.kit.i18n import _

READERS = frozenset(role for role in Role if role.traits.reads)
EDITORS = frozenset(role for role in Role if role.traits.edits)
HEADS = frozenset(role for role in Role if role.traits.heads)
OVERSEERS = frozenset(role for role in Role if role.traits.oversees)
ADMINISTRATORS = frozenset(role for role in Role if role.traits.administers)
DEPARTMENTS = frozenset(role for role in Role if role.traits.outside)

FIRM_READERS = frozenset(FirmRole)
FIRM_EDITORS = frozenset({FirmRole.MANAGER, FirmRole.EDITOR})
FIRM_MANAGERS = frozenset({FirmRole.MANAGER})


@dataclass(frozen=True)
class Action:
    """Something that can be done: which officer roles, which of a firm's people to their firm's own things, which machine scope.

    `signed`: a machine must sign the call, whatever its client is otherwise asked. `partner`: a partner's decision may bring it about.
    """

    name: str
    roles: frozenset[Role] = frozenset()
    firm: frozenset[FirmRole] = frozenset()
    scope: str | None = None
    public: bool = False
    signed: bool = False
    partner: bool = False


class Subject(Protocol):
    """What an action is done to. An empty region is an unknown one: only actors without a prefix reach it."""

    @property
    def region_code(self) -> str:
        """Its region of GB/T 2260, or ""."""
        ...

    @property
    def enterprise_id(self) -> int | None:
        """The firm it belongs to, if any."""
        ...


@dataclass(frozen=True)
class Place:
    """A subject that is nothing but its place: for things that do not exist yet."""

    region_code: str = ""
    enterprise_id: int | None = None


def can(actor: Actor, action: Action, subject: Subject | None = None) -> bool:
    """Whether `actor` may do `action`, to `subject` when one is given. Pure."""
    if action.public or actor.kind is ActorKind.SYSTEM:
        return True
    if actor.kind is ActorKind.OFFICER:
        return actor.role in action.roles and _in_region(actor, subject)
    if actor.kind is ActorKind.ENTERPRISE:
        return actor.firm_role in action.firm and (subject is None or subject.enterprise_id == actor.enterprise_id)
    if actor.kind is ActorKind.CLIENT:
        return action.scope is not None and action.scope in actor.scopes and _in_region(actor, subject)
    if actor.kind is ActorKind.PARTNER:
        return action.partner and _in_region(actor, subject)
    return False


def _in_region(actor: Actor, subject: Subject | None) -> bool:
    return subject is None or subject.region_code.startswith(actor.region_prefix)


def require(actor: Actor, action: Action, subject: Subject | None = None) -> None:
    """Raise `Unauthenticated` or `Forbidden` unless `can(actor, action, subject)`."""
    if can(actor, action, subject):
        return
    if actor.kind is ActorKind.ANONYMOUS:
        raise Unauthenticated("permission.sign_in", _("请先登录。"))
    raise Forbidden("permission.denied", _("您的角色或辖区不允许此操作。如确需办理，请联系系统管理员。"))


def within_region(column: Any, prefix: str) -> ColumnElement[bool]:
    """Rows whose region code begins with `prefix`, as a range that an index can serve; "" is everything."""
    if not prefix:
        return true()
    return and_(column >= prefix, column < prefix[:-1] + chr(ord(prefix[-1]) + 1))
