"""`yumiao demo`."""

from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from app.commands.context import load_settings, open_database
from app.demo.build import DEFAULT_SIZE, build_demo
from app.kit.clock import utc_now


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(demo)


def demo(
    enterprises: Annotated[int, typer.Option(min=1, help="how many fictional firms to add")] = DEFAULT_SIZE,
) -> None:
    """Add fictional firms with figures, cases, experts and incentives; the journal chain is kept. Not in production."""
    settings = load_settings()
    if settings.env == "production":
        typer.echo(
            "the demo's accounts have a password that everybody knows: they belong into development and test only "
            "(YUMIAO_ENV=development)",
            err=True,
        )
        raise typer.Exit(1)
    with open_database(settings) as database, Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("demo", total=enterprises)
        build_demo(
            database,
            enterprises=enterprises,
            now=utc_now(),
            vault=settings.vault,
            secret=settings.secret,
            progress=lambda done: progress.update(task, advance=done),
        )
    typer.echo(f"enterprises={enterprises}")
