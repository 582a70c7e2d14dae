"""Texts in templates are translated as Jinja's own extension would translate them."""

import gc
from typing import Any

import pytest

from app.kit import templates, uncollected
from app.kit.i18n import Locale, use_locale


@pytest.mark.parametrize(
    ("text", "values", "zh", "en"),
    [
        ("保存", {}, "保存", "Save"),
        ("没有译文的一句 100%%", {}, "没有译文的一句 100%", "没有译文的一句 100%"),
        ("%(day)s 24:00 时的情形", {"day": "<b>"}, "&lt;b&gt; 24:00 时的情形", None),
        ("多于 %(n)s", {"n": 3}, "多于 3", None),
    ],
)
def test_a_text_is_translated_in_the_readers_language(
    text: str, values: dict[str, Any], zh: str, en: str | None
) -> None:
    """Escaped values, and a percent sign written twice, in both languages."""
    environment = templates.make_environment()
    template = environment.from_string("{{ _(text, **values) }}|{{ gettext(text, **values) }}")
    found: list[tuple[Locale, str]] = [("zh", zh), *([("en", en)] if en else [])]
    for locale, expected in found:  # type: ignore[assignment]
        with use_locale(locale):
            assert template.render(text=text, values=values) == f"{expected}|{expected}"


def test_a_text_whose_value_is_missing_is_a_fault() -> None:
    template = templates.make_environment().from_string("{{ _('多于 %(n)s') }}")
    with pytest.raises(KeyError):
        template.render()


def test_a_serving_process_looks_for_garbage_seldom() -> None:
    before = gc.get_threshold()
    try:
        uncollected.seldom_collected()
        assert gc.get_threshold() == uncollected.SELDOM
    finally:
        gc.set_threshold(*before)
