"""Letters: a Word template filled with values. The template's language is Jinja's, cut down to what a letter needs."""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from docx.opc.exceptions import PackageNotFoundError
from docxtpl import DocxTemplate
from jinja2 import DictLoader, StrictUndefined, TemplateError, meta, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from app.cases.printouts.placeholders import CASE_NAMES, PAPER_NAMES, ROWS, Paper, sample
from app.cases.printouts.refusals import damaged, refuse, refuse_unknown
from app.kit.i18n import _

#: What a letter may do with a value. Nothing here can run code or make much out of little.
_FILTERS = frozenset({"default", "d", "join", "length", "first", "last", "sum", "trim"})
_TESTS = frozenset({"defined", "undefined", "none", "string", "number", "in", "equalto", "eq", "ne", "lt", "gt"})
_FIELD_CODE = re.compile(r"<w:instrText[^>]*>[^<]*\{[{%]")


class _LetterEnvironment(ImmutableSandboxedEnvironment):
    """Values, conditions and loops; no calls, no imports, no multiplication of texts."""

    intercepted_binops = frozenset({"*", "**", "%", "//"})

    def __init__(self) -> None:
        super().__init__(loader=DictLoader({}), autoescape=True, undefined=StrictUndefined, finalize=_shown)
        self.globals.clear()
        self.filters = {name: value for name, value in self.filters.items() if name in _FILTERS}
        self.tests = {name: value for name, value in self.tests.items() if name in _TESTS}

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Refuse what could blow a letter up."""
        raise SecurityError(operator)

    def is_safe_callable(self, obj: object) -> bool:
        """Nothing is called in a letter."""
        return False


class _Letter(DocxTemplate):  # type: ignore[misc]
    """A template of which only what is read is filled."""

    def render_properties(self, context: Any, jinja_env: Any = None) -> None:
        """Leave title and author alone: asking for them writes a second copy into what some word processors saved."""


def _shown(value: Any) -> Any:
    """Numbers as people write them; everything else as it is."""
    return f"{value:,f}" if isinstance(value, Decimal) else value


def render_letter(template: bytes, paper: Paper) -> bytes:
    """The letter as DOCX. Raises `Invalid` when the template cannot be filled."""
    made = io.BytesIO()
    with _reported():
        document = _Letter(io.BytesIO(template))
        document.render(_context(paper), _LetterEnvironment(), autoescape=True)
        document.save(made)
    return made.getvalue()


def check_letter(template: bytes) -> None:
    """Raise `Invalid` naming what is wrong with a template: unknown placeholders, field codes, nested loops."""
    with _reported():
        document = _Letter(io.BytesIO(template))
        document.init_docx()
        texts = [document.patch_xml(text) for text in _stories(document)]
        trees = [_LetterEnvironment().parse(text) for text in texts]
        unknown = sorted({name for tree in trees for name in _unknown(tree)})
    if any(_FIELD_CODE.search(text) for text in texts):
        raise refuse(_("占位符不能放在 Word 的域代码里，请直接写在正文中。"))
    refuse_unknown(unknown)
    if any(inner for tree in trees for loop in tree.find_all(nodes.For) for inner in _nested(loop)):
        raise refuse(_("循环里不能再套循环。"))
    render_letter(template, sample())


def _context(paper: Paper) -> dict[str, Any]:
    return {**paper.rows[0], **paper.once, ROWS: list(paper.rows)}


@contextmanager
def _reported() -> Iterator[None]:
    """Turns what the libraries raise about a template into a refusal for the person who uploads it."""
    try:
        yield
    except (TemplateError, SecurityError) as error:
        raise refuse(_("模板中的占位符写法有误：%(problem)s") % {"problem": str(error)[:200]}) from error
    except (KeyError, ValueError, zipfile.BadZipFile, SyntaxError, PackageNotFoundError) as error:
        raise damaged() from error


def _stories(document: Any) -> Iterator[str]:
    """The body, and every header and footer."""
    yield document.get_xml()
    for uri in (document.HEADER_URI, document.FOOTER_URI):
        for _key, part in document.get_headers_footers(uri):
            yield document.get_part_xml(part)


def _unknown(tree: nodes.Template) -> Iterator[str]:
    yield from meta.find_undeclared_variables(tree) - PAPER_NAMES - CASE_NAMES - {ROWS, "loop"}
    for node in tree.find_all(nodes.Getattr):
        of_loop = isinstance(node.node, nodes.Name) and node.node.name == "loop"
        if not of_loop and node.attr not in CASE_NAMES:
            yield node.attr


def _nested(loop: nodes.For) -> Iterable[nodes.For]:
    return (inner for child in loop.body for inner in _with_self(child))


def _with_self(node: nodes.Node) -> Iterator[nodes.For]:
    if isinstance(node, nodes.For):
        yield node
    yield from node.find_all(nodes.For)
