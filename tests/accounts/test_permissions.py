"""One permission function: roles, regions, firms, scopes."""

import pytest
from sqlalchemy import create_engine, literal, select

from app.kit.actor import ANONYMOUS, SYSTEM, Actor, ActorKind, FirmRole, Role
from app.kit.errors import Forbidden, Unauthenticated
from app.kit.permissions import EDITORS, FIRM_READERS, READERS, Action, Place, can, require, within_region

EDIT = Action("things.edit", roles=EDITORS)
READ = Action("things.read", roles=READERS, firm=FIRM_READERS, scope="export:read")


def an_officer(role: Role, region: str = "429005") -> Actor:
    return Actor(ActorKind.OFFICER, 1, "李（示例）", role=role, region_prefix=region)


@pytest.mark.parametrize("role", list(Role))
def test_roles_decide_what_an_officer_may(role: Role) -> None:
    assert can(an_officer(role), EDIT) is (role in EDITORS)
    assert can(an_officer(role), READ) is (role in READERS)


bounds_of_a_region = pytest.mark.parametrize(
    ("prefix", "region", "allowed"),
    [
        ("429005", "429005106", True),
        ("429005", "429005", True),
        ("429005", "429005999", True),
        ("429005", "429004", False),
        ("429005", "429004999", False),
        ("429005", "429006", False),
        ("429005", "", False),
        ("", "", True),
        ("429005106", "429005", False),
    ],
)


@bounds_of_a_region
def test_the_region_prefix_bounds_what_is_reached(prefix: str, region: str, allowed: bool) -> None:
    assert can(an_officer(Role.CASEWORKER, prefix), EDIT, Place(region)) is allowed


@bounds_of_a_region
def test_the_same_bounds_hold_in_a_statement(prefix: str, region: str, allowed: bool) -> None:
    with create_engine("sqlite://").connect() as connection:
        assert bool(connection.scalar(select(within_region(literal(region), prefix)))) is allowed


def test_a_firm_reaches_its_own_things_only() -> None:
    firm = Actor(ActorKind.ENTERPRISE, 5, "张（示例）", enterprise_id=7, firm_role=FirmRole.READER)
    assert can(firm, READ, Place("429005", 7))
    assert not can(firm, READ, Place("429005", 8))
    assert not can(firm, EDIT, Place("429005", 7))


def test_a_machine_needs_the_scope() -> None:
    client = Actor(ActorKind.CLIENT, 3, "省平台", scopes=frozenset({"policies:evaluate"}))
    assert not can(client, READ)


def test_require_tells_strangers_from_people() -> None:
    with pytest.raises(Unauthenticated):
        require(ANONYMOUS, EDIT)
    with pytest.raises(Forbidden):
        require(an_officer(Role.LEADER), EDIT)
    require(SYSTEM, EDIT)
