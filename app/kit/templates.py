"""The one Jinja environment: strict, escaping, with the components and the formats of the house."""

import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined, nodes
from jinja2.bccache import Bucket
from jinja2.compiler import CodeGenerator, Frame
from markupsafe import Markup, escape
from markupsafe import _escape_inner as escape_text  # type: ignore[attr-defined]

from app.kit import clock, money
from app.kit.i18n import _, current_locale, ngettext
from app.kit.paging import Count

APP = Path(__file__).parent.parent
TEMPLATES = APP / "templates"
STATIC = APP / "static"


class CompiledTemplates(FileSystemBytecodeCache):
    """Compiled templates lie beside Python's own compiled files; where those cannot be written, neither can these, and nothing is lost.

    The folder is named for what they are compiled by: another Jinja or other rules begin a new one.
    """

    def __init__(self) -> None:
        rules = hashlib.sha256(version("jinja2").encode() + Path(__file__).read_bytes()).hexdigest()[:12]
        folder = APP / "__pycache__" / f"templates-{rules}"
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
        super().__init__(str(folder))

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take what was compiled before, if it can be read."""
        with suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled, if that is possible."""
        with suppress(OSError):
            super().dump_bytecode(bucket)
            # who serves may be another user than who installed
            Path(self._get_cache_filename(bucket)).chmod(0o644)


def load_all(environment: Environment) -> None:
    """Load every template, so that no request waits until its page is compiled."""
    for name in environment.list_templates(extensions=("html", "txt")):
        environment.get_template(name)


class _Generator(CodeGenerator):
    """Compiles what is shown into `escaped`, which makes no markup of what goes into a longer text at once: most of a page is made of it."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile and finalize.src is None:
            self.write("environment.escaped(")
        else:
            super()._output_child_pre(node, frame, finalize)

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802 - the name of Jinja's visitor
        """`name.attr`: what has the attribute is asked in place, and only what has not (a mapping, something undefined) by a call."""
        if not isinstance(node.node, nodes.Name) or self.environment.is_async:
            super().visit_Getattr(node, frame)
            return
        self.write("(found if (found := getattr(")
        self.visit(node.node, frame)
        self.write(f", {node.attr!r}, missing)) is not missing else environment.getattr(")
        self.visit(node.node, frame)
        self.write(f", {node.attr!r}))")


class _Environment(Environment):
    code_generator_class = _Generator

    @staticmethod
    def escaped(value: Any) -> str:
        """What `escape` says of the value."""
        if type(value) is str:
            return escape_text(value)
        return value if type(value) is Markup else escape(value)


def make_environment(*, reload: bool = True) -> Environment:
    """A fresh environment; `ui` holds every macro of `components/*.html`. `reload`: a template that was changed is read again."""
    environment = _Environment(
        loader=FileSystemLoader(TEMPLATES),
        bytecode_cache=CompiledTemplates(),
        autoescape=True,
        auto_reload=reload,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    environment.install_gettext_callables(_, ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.globals.update(static=static_url if reload else cache(static_url), _=_translated, gettext=_translated)
    environment.filters.update(
        yuan=show_yuan, wan=show_wan, day=show_day, instant=show_instant, percent=show_percent, count=show_count
    )
    environment.globals["ui"] = _Components(environment, {} if reload else SAID_AGAIN)
    return environment


def _translated(message: str, /, **values: Any) -> Markup:
    """`message` in the current language with its values in their places, as the extension would tell it, which asks the context first."""
    text = Markup(_(message))  # noqa: S704 - a text of the house
    return text % values if values or "%" in text else text


#: Macros that say the same for the same arguments in one language, and that a page asks for time and again; how many answers are kept.
SAID_AGAIN = {"icon": 500, "badge": 2_000, "tag": 500, "option_list": 200, "list_field": 500}


class _Components:
    """Looks a macro up in `components/*.html`, whichever file it stands in; a name may stand in one file only.

    Of those `said_again` so many answers are kept.
    """

    def __init__(self, environment: Environment, said_again: Mapping[str, int]) -> None:
        self._environment = environment
        self._said_again = said_again
        self._macros: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if not self._macros:
            self._load()
        return self._macros[name]

    def _load(self) -> None:
        found: dict[str, Any] = {}
        for path in sorted((TEMPLATES / "components").glob("*.html")):
            module = self._environment.get_template(f"components/{path.name}").module
            for name, macro in vars(module).items():
                if name.startswith("_") or not callable(macro):
                    continue
                if name in found:
                    raise ValueError(f"the macro {name} stands in two files of components/")
                found[name] = _kept(macro, self._said_again[name]) if name in self._said_again else macro
        self._macros.update(found)
        vars(self).update(found)  # found from now on without being looked for


def _kept(macro: Callable[..., Any], most: int) -> Callable[..., Any]:
    """`macro`, its newest answers kept; markup is told from plain text, for it is escaped otherwise."""

    @lru_cache(maxsize=most, typed=True)
    def remembered(_language: str, *arguments: Any, **named: Any) -> Any:
        return macro(*arguments, **named)

    def said(*arguments: Any, **named: Any) -> Any:
        try:
            return remembered(current_locale(), *arguments, **named)
        except TypeError:  # arguments that cannot be remembered, such as lists
            return macro(*arguments, **named)

    return said


@lru_cache
def _fingerprint(path: Path, modified: float) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]


def static_url(name: str) -> str:
    """The address of a file under `static/`, changing whenever its content does."""
    path = STATIC / name
    return f"/static/{name}?v={_fingerprint(path, path.stat().st_mtime)}"


# -- formats ----------------------------------------------------------------------------------------------------------

NOTHING = "—"


def show_yuan(fen: int | None) -> str:
    """分 as 元, e.g. `12,345.67`; an unknown amount as a dash."""
    return NOTHING if fen is None else money.format_yuan(fen)


def show_wan(fen: int | None) -> str:
    """分 as 万元, e.g. `38.2`; an unknown amount as a dash."""
    return NOTHING if fen is None else money.format_wan(fen)


def show_day(day: date | None) -> str:
    """A legal day as `2021-10-12`; an instant as its Shanghai day."""
    if day is None:
        return NOTHING
    return (clock.shanghai(day).date() if isinstance(day, datetime) else day).isoformat()


def show_instant(instant: datetime | None) -> str:
    """An instant on the Shanghai clock, `2021-10-12 16:20`."""
    return NOTHING if instant is None else clock.shanghai(instant).strftime("%Y-%m-%d %H:%M")


def show_percent(share: Fraction | Decimal | int | None, places: int = 2) -> str:
    """A share as `12.7%`, cut (never rounded up over a threshold) to `places` decimals."""
    if share is None:
        return NOTHING
    scaled = Fraction(share) * 100 * 10**places
    cut = scaled.numerator // scaled.denominator
    text = f"{Decimal(cut) / 10**places:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + "%"


def show_count(count: Count | int) -> str:
    """`1,204`, or `多于 10,000` for a count that stopped at its bound."""
    if isinstance(count, int):
        return f"{count:,}"
    return _("多于 %(n)s") % {"n": f"{count.n:,}"} if count.more else f"{count.n:,}"


def render(environment: Environment, template: str, context: Mapping[str, Any]) -> Markup:
    """`template` with `context`, as markup in the current language."""
    return Markup(environment.get_template(template).render(**context, lang=current_locale()))  # noqa: S704 - Jinja escaped it
