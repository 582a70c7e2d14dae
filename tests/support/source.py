"""The project's own text: Python files with their syntax trees, templates, everything git would carry."""

import ast
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
APP = ROOT / "app"
TEMPLATES = APP / "templates"
_NOT_OURS = ("vendor", "__pycache__")


@cache
def python_files(folder: Path = APP) -> tuple[Path, ...]:
    """Every Python file below `folder`, vendored ones left out."""
    return tuple(sorted(path for path in folder.rglob("*.py") if not set(_NOT_OURS) & set(path.parts)))


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


@cache
def template_files() -> tuple[Path, ...]:
    """Every template."""
    return tuple(sorted(path for path in TEMPLATES.rglob("*") if path.suffix in {".html", ".txt", ".xml"}))


def name_of(path: Path) -> str:
    """The path as it is spoken of, from the root of the repository."""
    return path.relative_to(ROOT).as_posix()


@cache
def carried_files() -> tuple[Path, ...]:
    """Every file that the repository carries or would (untracked and not ignored)."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    return tuple(ROOT / name for name in sorted(listed.split("\0")) if name and (ROOT / name).is_file())


def calls(module: ast.Module) -> Iterator[tuple[ast.Call, str]]:
    """Every call with the dotted name of what is called, as far as it is written out."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            yield node, dotted(node.func)


def dotted(node: ast.expr) -> str:
    """`a.b.c` for a chain of attributes; unknown parts as `?`."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


def listed(advice: str, found: Iterable[str]) -> str:
    """An assertion's message that names every place."""
    return "\n  ".join([advice, *map(str, found)])
