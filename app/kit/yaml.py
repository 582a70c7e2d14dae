"""Strict reading of the YAML files under `seeds/`: an error names file, line and key."""

from pathlib import Path
from typing import Any, TypeVar

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


def load_strict(path: Path, model: type[Model]) -> Model:
    """The file at `path` as a `model`; raises `SeedError` with file, line and key of the first mistakes."""
    data, lines = load_with_lines(path)
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise SeedError("\n".join(_describe(path, lines, item) for item in error.errors())) from None


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


def _describe(path: Path, lines: dict[Location, int], item: Any) -> str:
    location: Location = tuple(item["loc"])
    while location and location not in lines:
        location = location[:-1]
    where = ".".join(str(part) for part in item["loc"]) or "the file"
    return f"{path}:{lines.get(location, 1)}: {where}: {item['msg']}"
