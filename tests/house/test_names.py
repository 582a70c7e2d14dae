"""One name for one thing: docs/glossary.md says which."""

import ast
import re
from collections import defaultdict

from tests.support.source import APP, listed, name_of, python_files, tree

#: Class names that may stand twice, each with its reason.
TWICE: dict[str, str] = {}
MOST_EXCEPTIONS = 15


def defined() -> dict[str, list[str]]:
    """Where each class of the house is defined, by its name; also private ones and those inside others."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in python_files():
        if APP in path.parents:
            for node in ast.walk(tree(path)):
                if isinstance(node, ast.ClassDef):
                    found[node.name].append(f"{name_of(path)}:{node.lineno}")
    return found


def test_a_class_name_stands_for_one_thing() -> None:
    twice = [
        f"{name}: {', '.join(places)}" for name, places in defined().items() if len(places) > 1 and name not in TWICE
    ]
    assert not twice, listed("say what differs (`ReceiptOutcome`, `OpinionOutcome`), or unite what is the same", twice)


def test_exceptions_are_few_and_still_needed() -> None:
    assert len(TWICE) <= MOST_EXCEPTIONS
    gone = [name for name in TWICE if len(defined().get(name, ())) < 2]
    assert not gone, listed("no longer defined twice: take it out of the exceptions", gone)


#: Words of an English of our own, each with what this field says instead.
RIDDLES = {
    "telling": "notification",
    "told": "reported, stated or notified",
    "among": "membership",
    "worlds": "assumptions",
    "reckoning": "calculation",
    "reckoned": "calculated",
    "reckoner": "calculator",
    "standing": "status or result",
    "knowing": "objections",
    "foreseeing": "preview",
}


def test_modules_and_classes_speak_the_language_of_the_field() -> None:
    modules = {path.stem: [name_of(path)] for path in python_files()}
    found = [
        f"{name}: {RIDDLES[word]} ({', '.join(places)})"
        for name, places in [*modules.items(), *defined().items()]
        for word in map(str.lower, re.findall(r"[A-Z]?[a-z]+", name))
        if word in RIDDLES
    ]
    assert not found, listed("use the word an engineer of this field would look for", found)


#: Words in -ing that do not say what is done, each as this field uses it.
NOUNS = {
    "mapping": "which column fills which field",
    "opening": "the beginning of a case: whether, and with what",
    "outgoing": "an adjective: what goes out",
    "paging": "how lists are cut into pages",
    "rating": "what a firm says of the service",
    "stacking": "several schemes with one purpose",
    "staging": "where rows lie before they are taken in",
}


def test_a_module_is_named_for_what_it_holds() -> None:
    """Only a use case, under a `service/`, is named for what is done."""
    found = [
        name_of(path)
        for path in python_files()
        if APP in path.parents and path.parent.name != "service"
        for word in (path.parent if path.stem == "__init__" else path).stem.split("_")
        if re.fullmatch("[a-z]{2,}ing", word) and word not in NOUNS
    ]
    assert not found, listed("a noun tells what stands there", found)
