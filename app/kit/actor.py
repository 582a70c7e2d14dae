"""Who acts: one shape for officers, enterprise users, machine clients, partners, the system itself and strangers."""

from dataclasses import dataclass, field
from enum import StrEnum


class ActorKind(StrEnum):
    """The kinds of users that the three doors let in, and partners: institutions whose decisions on cases come by receipt."""

    OFFICER = "officer"
    ENTERPRISE = "enterprise"
    CLIENT = "client"
    PARTNER = "partner"
    SYSTEM = "system"
    ANONYMOUS = "anonymous"


class Role(StrEnum):
    """What an officer does: in the bureau, or (`DEPARTMENT`) in another department that is asked for its opinion."""

    CASEWORKER = "caseworker"
    SECTION_HEAD = "section_head"
    LEADER = "leader"
    ADMINISTRATOR = "administrator"
    DEPARTMENT = "department"


class FirmRole(StrEnum):
    """What a person does for a firm in the portal: manages its people too, supplies, or only looks."""

    MANAGER = "manager"
    EDITOR = "editor"
    READER = "reader"


@dataclass(frozen=True)
class Actor:
    """Whoever acts. `region_prefix` "" means everywhere; `enterprise_id` and `firm_role` only for enterprise users,
    `department` (a code of the vocabulary `department`) only for officers of other departments.
    """

    kind: ActorKind
    id: int | None
    name: str
    role: Role | None = None
    region_prefix: str = ""
    enterprise_id: int | None = None
    firm_role: FirmRole | None = None
    department: str = ""
    scopes: frozenset[str] = field(default_factory=frozenset)


SYSTEM = Actor(kind=ActorKind.SYSTEM, id=None, name="system")
ANONYMOUS = Actor(kind=ActorKind.ANONYMOUS, id=None, name="")
