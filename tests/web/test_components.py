"""The look: components render, escape and name themselves; colours can be read; vendored assets are what was fetched."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment

from app.doors.calls.errors import ErrorPage
from app.doors.forms.bound import Bound
from app.doors.pages.chrome import NAVIGATION, Chrome, NavItem
from app.kit.actor import ANONYMOUS, Actor, ActorKind, Role
from app.kit.i18n import Locale, use_locale
from app.kit.paging import Count, Page
from app.kit.templates import STATIC, TEMPLATES, make_environment
from app.web.system.dev import sample_page

ROOT = TEMPLATES.parent.parent
OFFICER = Actor(ActorKind.OFFICER, 1, "王（示例）", Role.CASEWORKER)

#: Classes of Tabler that our sheets restyle on purpose; every other own name must be our own.
RESTYLED = {"btn", "btn-danger", "btn-primary", "btn-sm", "card", "form-control", "form-label", "form-select", "icon"}


@pytest.fixture(scope="module")
def environment() -> Environment:
    return make_environment()


def chrome(locale: Locale = "zh", actor: Actor = OFFICER) -> Chrome:
    nav = tuple(NavItem(code, label, url, icon, code == "desk", 7) for code, url, label, icon in NAVIGATION)
    return Chrome(
        locale=locale,
        lang_tag="en" if locale == "en" else "zh-CN",
        actor=actor,
        role_label="经办人",
        section="高新科",
        office="潜江市科技局",
        nav=nav,
        csrf_token="t0ken",
        flash=(("good", "已保存。"),),
        path="/dev/components",
        query="",
        request_id="r1",
        environment="test",
        version="0",
        base_url="http://127.0.0.1:8000",
    )


def show(environment: Environment, source: str, **context: Any) -> str:
    return environment.from_string(source).render(**context)


# -- pages ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("locale", ["zh", "en"])
@pytest.mark.parametrize("template", ["dev/components.html", "dev/portal.html"])
def test_the_component_pages_render(environment: Environment, template: str, locale: Locale) -> None:
    with use_locale(locale):
        html = environment.get_template(template).render(page=sample_page(), chrome=chrome(locale))
    assert f'<html lang="{chrome(locale).lang_tag}">' in html
    assert html.count("<h1") == 1
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("actor", [OFFICER, ANONYMOUS], ids=["officer", "stranger"])
@pytest.mark.parametrize("status", [403, 404, 405, 409, 413, 418, 422, 429, 500, 503])
def test_every_error_page_says_what_happened_and_what_to_do(
    environment: Environment, status: int, actor: Actor
) -> None:
    page = ErrorPage(status, "some.code", "原因在此。", "3F2A91C0" if status >= 500 else "")
    html = environment.get_template("errors/error.html").render(page=page, chrome=chrome(actor=actor))
    assert "原因在此。" in html
    assert ("3F2A91C0" in html) == (status >= 500)
    assert html.count("<h1") == 1


# -- components -------------------------------------------------------------------------------------------------------


def test_texts_are_escaped_everywhere(environment: Environment) -> None:
    evil = "<script>\"'&"
    html = show(
        environment,
        """{{ ui.badge("late", evil) }}{{ ui.goal(evil, 1, evil, 2, "good", evil, evil) }}{{ ui.breadcrumb([(evil, evil)]) }}
        {{ ui.text_field(none, "n", evil, evil, evil) }}{{ ui.record([(evil, evil)]) }}{{ ui.diff([(evil, evil, evil)]) }}
        {{ ui.empty(evil, evil, (evil, evil)) }}{{ ui.secret(evil, evil) }}{{ ui.suggestions([{"label": evil, "url": evil}]) }}""",
        evil=evil,
    )
    assert "<script>" not in html
    assert 'href="<' not in html


def test_a_refused_field_is_tied_to_its_message(environment: Environment) -> None:
    form: Bound[Any] = Bound(None, {"staff": "-3"}, {"staff": ["不能小于 0。"]}, ["刚被别人修改。"])
    html = show(
        environment,
        '{{ ui.error_summary(form, {"staff": "职工总数"}) }}{{ ui.number_field(form, "staff", "职工总数", hint="年末") }}',
        form=form,
    )
    assert '<a href="#f-staff">职工总数：不能小于 0。</a>' in html
    assert "刚被别人修改。" in html
    assert re.search(r'aria-invalid="true"\s+aria-describedby="h-staff e-staff"', html)
    assert 'value="-3"' in html


@pytest.mark.parametrize(
    "field",
    [
        'ui.select_field(form, "x", "X", [("a", "A"), ("b", "B")])',
        'ui.radio_field(form, "x", "X", [("a", "A"), ("b", "B")])',
        'ui.checks_field(form, "x", "X", [("a", "A"), ("b", "B")])',
        'ui.checkbox_field(form, "x", "X")',
        'ui.date_field(form, "x", "X")',
        'ui.money_field(form, "x", "X")',
        'ui.textarea_field(form, "x", "X")',
        'ui.file_field(form, "x", "X")',
        'ui.picker_field(form, "x", "X", "/search/suggest")',
    ],
)
def test_the_error_summary_leads_to_every_kind_of_field(environment: Environment, field: str) -> None:
    form: Bound[Any] = Bound(None, {"x": "b"}, {"x": ["请检查。"]})
    html = show(environment, "{{ " + field + " }}", form=form)
    assert html.count('id="f-x"') == 1
    assert 'id="e-x"' in html


def test_what_was_typed_or_chosen_stays(environment: Environment) -> None:
    form: Bound[Any] = Bound(None, {"one": "b", "many": ["b"], "text": "甲"})
    html = show(
        environment,
        """{{ ui.select_field(form, "one", "1", [("a", "A"), ("b", "B")]) }}{{ ui.checks_field(form, "many", "2", [("a", "A"), ("b", "B")]) }}
        {{ ui.textarea_field(form, "text", "3") }}""",
        form=form,
    )
    assert '<option value="b" selected>' in html
    assert re.search(r'value="b"\s+id="f-many-2" checked', html)
    assert ">\n甲</textarea>" in html


def test_each_form_carries_tokens_of_its_own(environment: Environment) -> None:
    html = show(environment, '{{ ui.form_open(chrome, "/a") }}{{ ui.form_open(chrome, "/b") }}', chrome=chrome())
    assert html.count('name="csrf_token" value="t0ken"') == 2
    assert len(set(re.findall(r'name="once_token" value="([^"]+)"', html))) == 2


def test_the_pager_counts_honestly_and_keeps_the_filters(environment: Environment) -> None:
    page: Page[str] = Page(items=[], next="a=b", previous=None)
    html = show(environment, '{{ ui.pager(page, count, "/x?q=1") }}', page=page, count=Count(10_000, more=True))
    assert "多于 10,000 条" in html
    assert 'href="/x?q=1&amp;cursor=a%3Db"' in html
    assert "上一页" not in html


@pytest.mark.parametrize(("low", "high", "state"), [(71, 90, "good"), (66, 84, "wait"), (20, 70, "late")])
def test_a_score_interval_takes_its_colour_from_the_mark_to_pass(
    environment: Environment, low: int, high: int, state: str
) -> None:
    html = show(environment, "{{ ui.score_bar(low, high, 71) }}", low=low, high=high)
    assert f'<rect class="{state}"' in html
    assert f"评分 {low} 至 {high} 分，71 分通过" in html


def test_a_dialog_works_without_script(environment: Environment) -> None:
    html = show(environment, '{{ ui.confirm(chrome, "d", "撤回", "撤回？", "/a/withdraw") }}', chrome=chrome())
    assert 'href="#d"' in html
    assert '<form method="post" action="/a/withdraw"' in html


# -- files ------------------------------------------------------------------------------------------------------------


def templates() -> list[Path]:
    return sorted(TEMPLATES.rglob("*.html"))


def test_every_macro_tells_its_arguments() -> None:
    for path in sorted((TEMPLATES / "components").glob("*.html")):
        text = path.read_text()
        for name in re.findall(r"{% macro (\w+)", text):
            assert re.search(rf"{{#-[^#]*\b{name}\(", text), f"{path.name}: {name} has no comment"


def test_templates_obey_the_content_security_policy() -> None:
    forbidden = re.compile(r'\sstyle="|\son[a-z]+="|<style|<script(?![^>]*\ssrc=)|(?:src|href|action)="https?:')
    assert {str(path) for path in templates() if forbidden.search(path.read_text())} == set()


def test_every_icon_is_in_the_sprite() -> None:
    known = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text()))
    named = {icon for _code, _url, _label, icon in NAVIGATION}
    for path in templates():
        named |= set(re.findall(r'(?:ui\.)?icon\("([\w-]+)"', path.read_text()))
        named |= set(re.findall(r'icon="([\w-]+)"', path.read_text()))
    assert named <= known


def test_own_class_names_are_not_tablers() -> None:
    def classes(css: str) -> set[str]:
        plain = re.sub(r'/\*.*?\*/|"[^"]*"', "", css, flags=re.DOTALL)
        heads = re.split(r"\{[^{}]*\}", plain)
        return {name for head in heads for name in re.findall(r"\.([a-zA-Z][\w-]*)", head)}

    own = classes((STATIC / "yumiao.css").read_text()) | classes((STATIC / "components.css").read_text())
    assert own & classes((STATIC / "vendor/tabler.min.css").read_text()) <= RESTYLED


def test_vendored_assets_are_what_was_fetched() -> None:
    subprocess.run([sys.executable, str(ROOT / "tools/vendor-assets"), "--check"], check=True)


# -- colours ----------------------------------------------------------------------------------------------------------


def tokens() -> dict[str, str]:
    found = re.findall(r"--([\w-]+): (#[0-9a-f]{6});", (STATIC / "yumiao.css").read_text())
    return dict(found)


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    ("text", "ground", "least"),
    [
        ("ink", "tblr-body-bg", 7),
        ("muted", "tblr-body-bg", 4.5),
        ("accent", "tblr-body-bg", 4.5),
        ("deep-text", "deep", 4.5),
        ("deep-text", "deep-raised", 4.5),
        ("good", "good-pale", 4.5),
        ("wait", "wait-pale", 4.5),
        ("late", "late-pale", 4.5),
        ("info", "info-pale", 4.5),
        ("muted", "idle-pale", 4.5),
        ("control", "tblr-body-bg", 3),
    ],
)
def test_colours_can_be_read(text: str, ground: str, least: float) -> None:
    assert contrast(tokens()[text], tokens()[ground]) >= least
