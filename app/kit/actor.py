"""Who acts: one shape for officers, enterprise users, machine clients, partners, the system itself and strangers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.kit.i18n import N_


class ActorKind(StrEnum):
    """The kinds of users that the three doors let in, and partners: institutions whose decisions on cases come by receipt."""

    OFFICER = "officer"
    ENTERPRISE = "enterprise"
    CLIENT = "client"
    PARTNER = "partner"
    SYSTEM = "system"
    ANONYMOUS = "anonymous"


class Role(StrEnum):
    """What an officer does: in the bureau, or (`DEPARTMENT`) in another department that is asked for its opinion.

    Nobody asks which role it is: what a role may and is shown is said by its traits alone.
    """

    CASEWORKER = "caseworker"
    SECTION_HEAD = "section_head"
    LEADER = "leader"
    ADMINISTRATOR = "administrator"
    DEPARTMENT = "department"

    @property
    def traits(self) -> "RoleTraits":
        """What there is to know of it."""
        return ROLES[self]


@dataclass(frozen=True)
class RoleTraits:
    """What the rest of the house asks of a role; `title` is how a programme's steps call it, "" where it takes none.

    `reads` the bureau's pages, `edits` what it reads and leads cases, `heads` a section (approves, plans, takes back), `oversees` all of the
    office's work, `administers` users and partners; `outside` sees what its department is asked and nothing else; `notified_as_head` is
    told of what waits for a head.
    """

    label: str
    title: str = ""
    reads: bool = False
    edits: bool = False
    heads: bool = False
    oversees: bool = False
    administers: bool = False
    outside: bool = False
    notified_as_head: bool = False


ROLES: Mapping[Role, RoleTraits] = {
    Role.CASEWORKER: RoleTraits(N_("经办人"), N_("经办人"), reads=True, edits=True),
    Role.SECTION_HEAD: RoleTraits(
        N_("科室负责人"), N_("科长"), reads=True, edits=True, heads=True, oversees=True, notified_as_head=True
    ),
    Role.LEADER: RoleTraits(N_("局领导"), reads=True, oversees=True),
    Role.ADMINISTRATOR: RoleTraits(
        N_("系统管理员"), N_("管理员"), reads=True, edits=True, heads=True, oversees=True, administers=True
    ),
    Role.DEPARTMENT: RoleTraits(N_("征询部门"), outside=True),
}
#: Of whoever is no officer.
_NO_ROLE = RoleTraits("")


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

    @property
    def traits(self) -> RoleTraits:
        """What an officer's role may; of anybody else, nothing."""
        return self.role.traits if self.role else _NO_ROLE


SYSTEM = Actor(kind=ActorKind.SYSTEM, id=None, name="system")
ANONYMOUS = Actor(kind=ActorKind.ANONYMOUS, id=None, name="")
