"""What a role may and is shown is said by its traits; nothing asks which role somebody has."""

import ast
from typing import get_args

from app.kit.actor import ROLES, Role
from app.notices.domain.delivery import CHANNELS, Channel
from app.programmes.domain.definition import By, OfficerRole
from tests.support.source import APP, listed, python_files, tree

#: Where a role or a channel may be named: where it is told what it is, where an account is given one, where a channel says its own, and
#: the demo, whose people have one each.
MAY_NAME = {
    "Role": {"kit/actor.py", "commands/accounts.py", "web/system/overview.py", "demo/accounts.py"},
    "Channel": {"notices/domain/delivery.py", "notices/channels/email.py", "notices/channels/webhook.py"},
}
#: Besides, words of a programme's file that are no role: who is told of a step.
WORDS_OF_FILES = {"cases/notifications/cases.py", "programmes/words.py", "programmes/domain/definition.py"}
#: A department is more than the role of its officers: the word names columns and vocabularies too.
CODES = {str(role) for role in Role} - {"department"}


def _named(module: ast.Module, owner: str) -> bool:
    return any(
        isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == owner and node.attr.isupper()
        for node in ast.walk(module)
    )  # fmt: skip


def test_nothing_decides_by_the_name_of_a_role_or_channel() -> None:
    wrong = [
        f"{place}: {owner}"
        for path in python_files()
        if (place := str(path.relative_to(APP)))
        for owner, allowed in MAY_NAME.items()
        if place not in allowed and f"{owner}." in path.read_text() and _named(tree(path), owner)
    ]
    assert not wrong, listed("ask a trait (kit/actor.py, notices/domain/delivery.py) instead of a name", wrong)


def test_nothing_writes_a_role_as_a_word() -> None:
    wrong = [
        f"{place}: {node.value}"
        for path in python_files()
        if (place := str(path.relative_to(APP))) not in {"kit/actor.py", *WORDS_OF_FILES}
        if any(code in path.read_text() for code in CODES)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and node.value in CODES
    ]
    assert not wrong, listed("ask a trait of the role (kit/actor.py)", wrong)


def test_everybody_has_traits() -> None:
    assert set(ROLES) == set(Role)
    assert set(CHANNELS) == set(Channel)
    assert all(role.traits.label for role in Role)


def test_the_roles_of_a_programmes_steps_are_those_with_a_title() -> None:
    titled = {str(role) for role in Role if role.traits.title}
    assert titled == set(get_args(OfficerRole)) == set(get_args(By)) - {"enterprise"}
    assert titled == {str(role) for role in Role if role.traits.edits}
