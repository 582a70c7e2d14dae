"""Reading the Dockerfile, since no engine may be at hand to build it."""

import json
import re
import shlex
import shutil
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Stage:
    """One stage: what it copies from the folder and runs, its environment, user, command and health check."""

    name: str
    copies: list[tuple[list[str], str]] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    user: str = "root"
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)
    workdir: str = "/"


def read(path: Path) -> list[Stage]:
    """The stages in order."""
    stages: list[Stage] = []
    for line in _instructions(path.read_text(encoding="utf-8")):
        word, _, rest = line.partition(" ")
        if word == "FROM":
            stages.append(Stage(rest.rpartition(" AS ")[2] if " AS " in rest else ""))
        else:
            _apply(stages[-1], word, rest.strip())
    return stages


def _instructions(text: str) -> list[str]:
    kept = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return re.sub(r"\\\n\s*", "", "\n".join(kept)).splitlines()


def _apply(stage: Stage, word: str, rest: str) -> None:
    if word == "COPY" and not rest.startswith("--from"):
        *sources, target = rest.split()
        stage.copies.append((sources, target))
    elif word == "RUN":
        stage.runs.append(rest)
    elif word == "ENV":
        stage.environment |= dict(pair.split("=", 1) for pair in shlex.split(rest))
    elif word == "USER":
        stage.user = rest
    elif word == "WORKDIR":
        stage.workdir = rest
    elif word == "CMD":
        stage.command = json.loads(rest)
    elif word == "HEALTHCHECK":
        stage.health = json.loads(rest[rest.index("[") :])


def copy_what_is_copied(stage: Stage, source: Path, target: Path) -> None:
    """Do the stage's COPY instructions from `source` into `target`, as the engine would."""
    for names, destination in stage.copies:
        for name in names:
            origin, place = source / name, target / destination
            if origin.is_dir():
                shutil.copytree(
                    origin, place, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", "*.pyc")
                )
            else:
                goal = place / origin.name if destination.endswith("/") else place
                goal.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(origin, goal)
