"""Exits 1 and names each dependency of pyproject.toml that its lock file does not pin."""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent


def canonical(requirement: str) -> str:
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert name is not None
    return re.sub(r"[-_.]+", "-", name[0]).lower()


def pinned(lock: str) -> set[str]:
    lines = (ROOT / "requirements" / lock).read_text().splitlines()
    return {canonical(line) for line in lines if "==" in line and not line.startswith((" ", "#"))}


def missing() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    wanted = {
        "app.txt": project["project"]["dependencies"],
        "dev.txt": project["project"]["dependencies"] + groups["dev"],
        "build.txt": groups["build"],
        "peers.txt": groups["peers"],
    }
    return [
        f"requirements/{lock} does not pin {requirement}: run tools/lock"
        for lock, requirements in wanted.items()
        for requirement in requirements
        if canonical(requirement) not in pinned(lock)
    ]


if __name__ == "__main__":
    problems = missing()
    print("\n".join(problems) or "Every declared dependency is locked.")
    sys.exit(bool(problems))
