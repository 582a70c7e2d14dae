"""What every slice offers is listed where it is gathered: nothing is left out silently."""

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import app.api
import app.portal
import app.web
from app import cli, event_registry, job_registry, model_registry, past_registry, seeding
from app.event_registry import load_wording
from tests.support.source import APP, calls, listed, name_of, python_files, tree

_DOORS = {"web": app.web.MODULES, "portal": app.portal.MODULES, "api": app.api.MODULES}


def _slices_with(file: str) -> set[str]:
    return {
        ".".join(path.parent.relative_to(APP).parts)
        for path in python_files()
        if path.name == file
        and path.parent != APP
        and not {*_DOORS, "doors", "domain"} & set(path.relative_to(APP).parts)
    }


@pytest.mark.parametrize(
    ("file", "registered"),
    [
        ("models.py", model_registry.SLICES),
        ("events.py", event_registry.SLICES),
        ("jobs.py", job_registry.SLICES),
        ("past.py", past_registry.SLICES),
        ("seed.py", seeding.SLICES),
    ],
)
def test_every_slice_is_registered(file: str, registered: tuple[str, ...]) -> None:
    forgotten = _slices_with(file) - set(registered)
    assert not forgotten, listed(f"these slices have a {file} that no registry names", forgotten)


@pytest.mark.parametrize("door", _DOORS)
def test_every_module_of_a_door_is_mounted(door: str) -> None:
    forgotten = [
        path.stem
        for path in sorted((APP / door).glob("*.py"))
        if _assigns(path, "router") and path.stem not in _DOORS[door]
    ]
    assert not forgotten, listed(f"add these to app/{door}/__init__.py", forgotten)


def test_every_command_is_offered() -> None:
    forgotten = [
        path.stem
        for path in sorted((APP / "commands").glob("*.py"))
        if any(isinstance(node, ast.FunctionDef) and node.name == "register" for node in tree(path).body)
        and path.stem not in {listing.module for listing in cli.COMMANDS.values()}
    ]
    assert not forgotten, listed("add these to app/cli.py", forgotten)


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_a_command_is_listed_with_its_own_words(name: str) -> None:
    own = " ".join((cli.load(name).help or "").split("\n\n")[0].split()).rstrip(".")
    assert own.lower() == cli.COMMANDS[name].help.rstrip(".").lower(), (
        "say in app/cli.py what the command says of itself"
    )


def test_listing_the_commands_imports_none_of_them() -> None:
    program = "import sys; from app.cli import main\ntry: main()\nexcept SystemExit: print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program, "--help"], capture_output=True, text=True, check=True)
    assert "simulate-province" in done.stdout
    assert not [name for name in ("'sqlalchemy'", "'fastapi'", "'numpy'") if name in done.stdout]


def _assigns(path: Path, name: str) -> bool:
    return any(
        isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in node.targets)
        for node in tree(path).body
    )


def test_every_event_that_is_recorded_is_declared() -> None:
    declared = set(load_wording().types)
    unknown = []
    for path in python_files():
        for call, name in calls(tree(path)):
            if name.rpartition(".")[2] not in {"record", "PendingEvent", "_record"}:
                continue
            given = [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg == "type")]
            unknown += [
                f"{name_of(path)}:{call.lineno}: {value.value}"
                for value in given
                if isinstance(value, ast.Constant) and _is_event_type(value.value) and value.value not in declared
            ]
    assert not unknown, listed("declare the event in the slice's events.py, with its wording", unknown)


def _is_event_type(value: object) -> bool:
    return isinstance(value, str) and value.count(".") == 1 and value.replace(".", "").replace("_", "").isalpha()


def test_every_fact_has_its_provider() -> None:
    providers = _slices_with("facts.py") - {"kit"}
    registry = APP / "fact_registry.py"
    named = registry.read_text(encoding="utf-8") if registry.exists() else ""
    forgotten = [slice_name for slice_name in providers if slice_name not in named]
    assert not forgotten, listed("add these to app/fact_registry.py", forgotten)


def test_every_package_can_be_imported() -> None:
    for path in python_files():
        import_module(".".join(path.relative_to(APP.parent).with_suffix("").parts).removesuffix(".__init__"))
