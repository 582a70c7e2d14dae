"""Reading the forms of a page, so that a test submits what a browser would: tokens and present values included."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from lxml import html

_NOT_SENT = {"submit", "button", "reset", "image", "file"}


@dataclass
class PageForm:
    """One form of a page: where it goes, how, and what it would send untouched."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)

    def add(self, name: str | None, value: str) -> None:
        """Note one field that a browser would send."""
        if name:
            self.fields.setdefault(name, []).append(value)


def forms_of(page: str) -> list[PageForm]:
    """Every form of the page, in order."""
    return [_form(found) for found in html.document_fromstring(page).iter("form")]


def _form(found: html.HtmlElement) -> PageForm:
    form = PageForm(found.get("action") or "", (found.get("method") or "get").lower())
    for field_ in found.iter("input", "select", "textarea"):
        if "disabled" not in field_.attrib:
            for value in _SENT[field_.tag](field_):
                form.add(field_.get("name"), value)
    return form


def _of_input(found: html.HtmlElement) -> Iterable[str]:
    kind = (found.get("type") or "text").lower()
    if kind in _NOT_SENT:
        return ()
    if kind in {"checkbox", "radio"}:
        return (found.get("value", "on"),) if "checked" in found.attrib else ()
    return (found.get("value") or "",)


def _of_select(found: html.HtmlElement) -> Iterable[str]:
    options = [option for option in found.iter("option") if "disabled" not in option.attrib]
    chosen = [option for option in options if "selected" in option.attrib]
    if not chosen and "multiple" not in found.attrib:
        chosen = options[:1]
    return [option.get("value") or "" for option in chosen]


def _of_textarea(found: html.HtmlElement) -> Iterable[str]:
    return ((found.text or "").removeprefix("\n"),)


_SENT: dict[str, Callable[[html.HtmlElement], Iterable[str]]] = {
    "input": _of_input,
    "select": _of_select,
    "textarea": _of_textarea,
}


def form_to(page: str, action: str) -> PageForm:
    """The first form whose address contains `action`; a clear failure where there is none."""
    found = forms_of(page)
    for form in found:
        if action in form.action:
            return form
    raise AssertionError(f"no form to {action!r} on this page, only to {[form.action for form in found]}")
