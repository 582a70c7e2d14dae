"""Who acts: one shape for officers, enterprise users, machine clients, the system itself and strangers."""

from dataclasses import dataclass, field
from enum import StrEnum


class ActorKind(StrEnum):
    """The kinds of users that the three doors let in."""

    OFFICER = "officer"
    ENTERPRISE = "enterprise"
    CLIENT = "client"
    SYSTEM = "system"
    ANONYMOUS = "anonymous"


class Role(StrEnum):
    """What an officer does in the bureau."""

    CASEWORKER = "caseworker"
    SECTION_HEAD = "section_head"
    LEADER = "leader"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True)
class Actor:
    """Whoever acts. `region_prefix` "" means everywhere; `enterprise_id` only for enterprise users."""

    kind: ActorKind
    id: int | None
    name: str
    role: Role | None = None
    region_prefix: str = ""
    enterprise_id: int | None = None
    scopes: frozenset[str] = field(default_factory=frozenset)


SYSTEM = Actor(kind=ActorKind.SYSTEM, id=None, name="system")
ANONYMOUS = Actor(kind=ActorKind.ANONYMOUS, id=None, name="")
