"""Chinese is the source language, English is complete."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from app.kit.i18n import CATALOGUES, merged_catalogue
from tests.support.catalogues import catalogue_of, catalogues
from tests.support.messages import CHINESE, placeholders, texts
from tests.support.source import calls, listed, name_of, python_files, template_files, tree

MARKERS = {"_", "N_", "ngettext", "gettext"}
#: The page of components shows samples, in development only.
_SAMPLES = ("app/web/system/dev.py", "app/templates/dev/")
_SHOWN_TO_PEOPLE = ("app/web/", "app/portal/", "app/doors/")
_TRANSLATED = re.compile(r"\{#.*?#\}|\{%-?\s*trans\b.*?endtrans\s*-?%\}|\{\{.*?\}\}|\{%.*?%\}", re.S)


def test_every_text_has_its_english() -> None:
    english = merged_catalogue("en")
    missing = defaultdict(list)
    for text in texts():
        translated = english.get(text.forms[0])
        strings = [] if translated is None else translated.string
        if not strings or not all([strings] if isinstance(strings, str) else strings):
            missing[text.forms[0]].append(text.place)
    assert not missing, listed(
        "add the English to your slice's catalogue app/locales/en/<slice>.po",
        (f"{places[0]} ({catalogue_of(places[0])}.po): {message}" for message, places in missing.items()),
    )


def test_both_languages_are_filled_with_the_same_values() -> None:
    different = []
    for message in merged_catalogue("en"):
        strings = message.string if isinstance(message.string, tuple | list) else [message.string]
        sources = message.id if isinstance(message.id, tuple | list) else [message.id]
        allowed = set().union(*map(placeholders, sources))
        for string in strings:
            if (
                string
                and message.id
                and not (placeholders(string) == allowed or (len(strings) > 1 and placeholders(string) <= allowed))
            ):
                different.append(f"{message.id}: {string}")
    assert not different, listed("", different)


def _entries() -> Iterator[tuple[str, Message]]:
    for path in sorted((CATALOGUES / "en").glob("*.po")):
        with path.open("rb") as source:
            for message in read_po(source, locale="en"):
                if message.id:
                    yield path.name, message


def _source(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def test_catalogues_are_clean() -> None:
    problems, seen = [], {}
    for name, message in _entries():
        place = f"{name}: {message.id}"
        if message.fuzzy:
            problems.append(f"{place} is fuzzy")
        if CHINESE.search(str(message.string)):
            problems.append(f"{place} is still Chinese")
        if seen.setdefault(message.id, message.string) != message.string:
            problems.append(f"{place} is translated differently in two catalogues")
    assert not problems, listed("", problems)


def test_no_translation_has_lost_its_text() -> None:
    used = {text.forms[0] for text in texts()}
    stale = [f"{name}: {source}" for name, message in _entries() if (source := _source(message)) not in used]
    assert not stale, listed("remove what nothing shows any more", stale)


def test_a_text_stands_in_its_slices_catalogue() -> None:
    homes = catalogues()
    elsewhere = [
        f"{source}: in {name}, belongs into {homes[source]}.po"
        for name, message in _entries()
        if (source := _source(message)) in homes and name != f"{homes[source]}.po"
    ]
    assert not elsewhere, listed("run tools/sort-catalogues", elsewhere)


def test_templates_show_no_untranslated_chinese() -> None:
    found = [
        f"{name_of(path)}: {line.strip()[:60]}"
        for path in template_files()
        if not name_of(path).startswith(_SAMPLES)
        for line in _TRANSLATED.sub("", path.read_text(encoding="utf-8")).splitlines()
        if CHINESE.search(line)
    ]
    assert not found, listed('write {{ _("…") }} or {% trans %}', found)


def test_pages_show_no_untranslated_chinese() -> None:
    found = []
    for path in python_files():
        if not name_of(path).startswith(_SHOWN_TO_PEOPLE) or name_of(path).startswith(_SAMPLES):
            continue
        module = tree(path)
        marked = {id(argument) for call, name in calls(module) if name in MARKERS for argument in ast.walk(call)}
        marked |= {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}
        found += [
            f"{name_of(path)}:{node.lineno}: {node.value[:40]}"
            for node in ast.walk(module)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and CHINESE.search(node.value)
            if id(node) not in marked
        ]
    assert not found, listed('write _("…"), or N_("…") at module level', found)


def test_refusals_are_translated() -> None:
    found = []
    for path in python_files():
        for call, name in calls(tree(path)):
            if name not in {"Invalid", "Conflict", "NotFound", "Forbidden", "Unauthenticated", "TooMany", "TooLarge"}:
                continue
            inner = [node for argument in call.args for node in ast.walk(argument)]
            marked = {
                id(node)
                for other in inner
                if isinstance(other, ast.Call) and isinstance(other.func, ast.Name) and other.func.id in MARKERS
                for node in ast.walk(other)
            }
            found += [
                f"{name_of(path)}:{node.lineno}"
                for node in inner
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and CHINESE.search(node.value)
                if id(node) not in marked
            ]
    assert not found, listed("", found)
