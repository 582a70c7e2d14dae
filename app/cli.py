"""The `yumiao` command. Commands of a slice live in `app/commands/<slice>.py`."""

from importlib import import_module

import typer
from sqlalchemy.exc import OperationalError, ProgrammingError

from app.fact_registry import install_providers
from app.kit.errors import DomainError, SeedError
from app.objection_registry import load_objections

app = typer.Typer(no_args_is_help=True, add_completion=False, help="育苗 · Yumiao", pretty_exceptions_enable=False)

MODULES = (
    "server",
    "accounts",
    "imports",
    "sweeps",
    "demo",
    "journal",
    "backup",
    "files",
    "notices",
    "partners",
    "deliver",
    "simulator",
)


def _register() -> None:
    for name in MODULES:
        import_module(f"app.commands.{name}").register(app)


def main() -> None:
    """Run the command; a refusal prints its message and ends with 2."""
    _register()
    install_providers()
    load_objections()
    try:
        app()
    except (DomainError, SeedError) as error:
        typer.echo(str(error), err=True)
        raise SystemExit(2) from None
    except (OperationalError, ProgrammingError) as error:
        typer.echo(
            f"数据库不可用或未升级，请先运行 yumiao migrate · run `yumiao migrate` first: {error.orig}", err=True
        )
        raise SystemExit(2) from None
