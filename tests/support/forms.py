"""Reading the forms of a page, so that a test submits what a browser would: tokens and present values included."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

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


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self._form: PageForm | None = None
        self._select: tuple[str, bool, list[tuple[str, bool]]] | None = None
        self._textarea: tuple[str | None, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._form = PageForm(given.get("action") or "", (given.get("method") or "get").lower())
            self.forms.append(self._form)
        elif self._form is None or "disabled" in given:
            return
        elif tag == "input":
            self._input(self._form, given)
        elif tag == "select":
            self._select = (given.get("name") or "", "multiple" in given, [])
        elif tag == "option" and self._select is not None:
            self._select[2].append((given.get("value") or "", "selected" in given))
        elif tag == "textarea":
            self._textarea = (given.get("name"), [])

    @staticmethod
    def _input(form: PageForm, given: dict[str, str | None]) -> None:
        kind = (given.get("type") or "text").lower()
        if kind in _NOT_SENT:
            return
        if kind in {"checkbox", "radio"}:
            if "checked" in given:
                form.add(given.get("name"), given.get("value", "on") or "")
        else:
            form.add(given.get("name"), given.get("value") or "")

    def handle_data(self, data: str) -> None:
        if self._textarea is not None:
            self._textarea[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select" and self._select is not None and self._form is not None:
            name, multiple, options = self._select
            chosen = [value for value, selected in options if selected]
            if not chosen and options and not multiple:
                chosen = [options[0][0]]
            for value in chosen:
                self._form.add(name, value)
            self._select = None
        elif tag == "textarea" and self._textarea is not None and self._form is not None:
            self._form.add(self._textarea[0], "".join(self._textarea[1]).removeprefix("\n"))
            self._textarea = None


def forms_of(html: str) -> list[PageForm]:
    """Every form of the page, in order."""
    parser = _Forms()
    parser.feed(html)
    return parser.forms


def form_to(html: str, action: str) -> PageForm:
    """The first form whose address contains `action`; a clear failure where there is none."""
    found = forms_of(html)
    for form in found:
        if action in form.action:
            return form
    raise AssertionError(f"no form to {action!r} on this page, only to {[form.action for form in found]}")
