"""Strict reading of the YAML files under `seeds/`: an error names file, line and key."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from yaml.composer import Composer
from yaml.constructor import SafeConstructor

from app.kit.errors import SeedError

Model = TypeVar("Model", bound=BaseModel)
Location = tuple[str | int, ...]

if yaml.__with_libyaml__:

    class _Loader(Composer, yaml.CSafeLoader):
        """Reads with libyaml, several times as fast; composes in Python, where a file nested too deep is an error and no crash."""

        def __init__(self, stream: str) -> None:
            yaml.CSafeLoader.__init__(self, stream)
            Composer.__init__(self)

else:
    _Loader = yaml.SafeLoader  # type: ignore[assignment,misc]


def parse(text: str) -> Any:
    """The data of a YAML text that was read strictly when it was published."""
    return _Loader(text).get_single_data()


@dataclass(frozen=True)
class SeedFile(Generic[Model]):
    """A file as read: what it says, and where each key stands in it."""

    path: Path
    content: Model
    lines: Mapping[Location, int]

    def wrong(self, *mistakes: tuple[Location, str]) -> SeedError:
        """The mistakes (the place of a key, what is the matter), by file, line and key."""
        return SeedError("\n".join(_reported(self.path, self.lines, place, message) for place, message in mistakes))

    def check_place(self, said: Mapping[str, tuple[object, object]]) -> None:
        """What the file says of itself must be what its name and folder say: (said, lies) by key. Raises `SeedError`."""
        differing = [(key, pair) for key, pair in said.items() if pair[0] != pair[1]]
        if differing:
            raise self.wrong(
                *(
                    ((key,), f"the file says '{says}' but lies under '{lies}'; make them agree")
                    for key, (says, lies) in differing
                )
            )


def _as_it_is(message: str, _kind: str) -> str:
    return message


def read_strict(path: Path, model: type[Model], wording: Callable[[str, str], str] = _as_it_is) -> SeedFile[Model]:
    """The file at `path` as a `model`; raises `SeedError` with file, line and key of its mistakes.

    `wording` puts the message of a mistake of a kind (both Pydantic's) into better words.
    """
    data, lines = load_with_lines(path)
    try:
        return SeedFile(path, model.model_validate(data), lines)
    except ValidationError as error:
        found = [
            _reported(path, lines, tuple(item["loc"]), wording(item["msg"], item["type"])) for item in error.errors()
        ]
        raise SeedError("\n".join(found)) from None


def load_strict(path: Path, model: type[Model]) -> Model:
    """What the file at `path` says, as a `model`; raises `SeedError`."""
    return read_strict(path, model).content


def load_with_lines(path: Path) -> tuple[Any, dict[Location, int]]:
    """The data of a YAML file and the line of each key; duplicate keys are refused."""
    try:
        node = _compose(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SeedError(f"{path}: not readable as YAML: {error}") from None
    except RecursionError:
        raise _too_deep(path) from None
    lines: dict[Location, int] = {}
    try:
        return (_build(path, node, (), lines) if node else None), lines
    except RecursionError:
        raise _too_deep(path) from None


def _compose(text: str) -> yaml.Node | None:
    try:
        return yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError:
        return yaml.compose(text, Loader=yaml.SafeLoader)  # tells the same with an excerpt


def _too_deep(path: Path) -> SeedError:
    return SeedError(
        f"{path}: not readable as YAML: brackets or indentation are nested too deep, or go round in a circle"
    )


def _build(path: Path, node: yaml.Node, at: Location, lines: dict[Location, int]) -> Any:
    lines.setdefault(at, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        result: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key = _scalar(path, key_node)
            line = key_node.start_mark.line + 1
            if key in result:
                raise SeedError(f"{path}:{line}: the key '{key}' stands here a second time; keep one of them")
            lines[(*at, key)] = line
            result[key] = _build(path, value_node, (*at, key), lines)
        return result
    if isinstance(node, yaml.SequenceNode):
        return [_build(path, child, (*at, index), lines) for index, child in enumerate(node.value)]
    return _scalar(path, node)


def _scalar(path: Path, node: yaml.Node) -> Any:
    where = f"{path}:{node.start_mark.line + 1}"
    if not isinstance(node, yaml.ScalarNode):
        raise SeedError(f"{where}: a list or a mapping cannot be a key; write a name")
    try:
        return SafeConstructor().construct_object(node, deep=True)
    except (yaml.YAMLError, ValueError) as error:
        what = error.problem if isinstance(error, yaml.MarkedYAMLError) else error
        raise SeedError(f"{where}: '{node.value}' is not readable: {what}; correct it, or put it in quotes") from None


def _reported(path: Path, lines: Mapping[Location, int], place: Location, message: str) -> str:
    known = place
    while known and known not in lines:
        known = known[:-1]
    where = ".".join(str(part) for part in place) or "the file"
    return f"{path}:{lines.get(known, 1)}: {where}: {message}"
