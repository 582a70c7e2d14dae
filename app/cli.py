"""The `yumiao` command. Commands of a slice live in `app/commands/<slice>.py`; only the one that runs is imported."""

import sys
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from app.kit.uncollected import uncollected


@dataclass(frozen=True)
class ListedCommand:
    """A command as `yumiao --help` lists it: the module that registers it, and what it does."""

    module: str
    help: str


COMMANDS = {
    "up": ListedCommand("server", "Migrate, seed, add demo data to an empty database, serve."),
    "serve": ListedCommand("server", "Serve; migrates and seeds nothing."),
    "work": ListedCommand(
        "server",
        "Do what goes on beside the pages (jobs, notices, deliveries) in this process, until it is told to stop.",
    ),
    "migrate": ListedCommand("database", "Bring the database to the newest schema."),
    "seed": ListedCommand(
        "database",
        "Publish reference data, policies, programmes, schemes and plans, all or none; prints what was created, changed, unchanged.",
    ),
    "user": ListedCommand("accounts", "Officers of the bureau."),
    "client": ListedCommand("accounts", "Machine clients of the API."),
    "export": ListedCommand("exports", "Write a list, whole, as its page exports it with its usual columns."),
    "import": ListedCommand("imports", "Take workbooks and lists in from Excel, ODS and CSV files."),
    "undo": ListedCommand(
        "undo",
        "Take an import back: what it created goes, what it changed returns, what somebody touched since stays and is named.",
    ),
    "sweep": ListedCommand(
        "sweeps",
        "Decide every firm of a region under every policy; an interrupted sweep goes on where it was.",
    ),
    "demo": ListedCommand(
        "demo",
        "Add fictional firms with figures, cases, experts and incentives; the journal chain is kept. Not in production.",
    ),
    "verify": ListedCommand("journal", "Check the journal's hash chain; ends with 1 and names the first broken event."),
    "backup": ListedCommand("backup", "Write the database, as of one instant, and all stored files to one archive."),
    "restore": ListedCommand(
        "backup", "Make database and files those of the archive, on either database, and compare them with it."
    ),
    "tidy": ListedCommand(
        "files",
        "Forget stored bytes that nothing points at and that are older than a day; prints how many there were.",
    ),
    "notify": ListedCommand(
        "notices",
        "Make the notices of the journal and the day, and send what is due; the server does the same by itself.",
    ),
    "partner": ListedCommand("partners", "Partners of the exchange."),
    "deliver": ListedCommand(
        "deliver",
        "Follow, send and ask for receipts, for every partner; the server does the same by itself unless YUMIAO_WORKER is off.",
    ),
    "simulate-province": ListedCommand("simulator", "Run a partner that speaks docs/exchange.md and fails on demand."),
}


def load(name: str) -> Any:
    """The command of that name, its module imported."""
    own = typer.Typer()
    own.callback()(_yumiao)
    import_module(f"app.commands.{COMMANDS[name].module}").register(own)
    return get_command(own).commands[name]  # type: ignore[attr-defined]


class _Lazily(TyperGroup):
    """Lists its commands without importing them."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name in COMMANDS and cmd_name not in self.commands:
            return TyperCommand(name=cmd_name, help=COMMANDS[cmd_name].help)
        return self.commands.get(cmd_name)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and args[0] in COMMANDS:
            with uncollected():
                self.commands[args[0]] = load(args[0])
        return super().resolve_command(ctx, args)


app = typer.Typer(cls=_Lazily, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback(help="育苗 · Yumiao")
def _yumiao() -> None:
    pass


def main() -> None:
    """Run the command; a refusal prints its message and ends with 2."""
    try:
        app()
    except Exception as error:
        message = import_module("app.commands.refusals").refusal_of(error)
        if message is None:
            raise
        print(message, file=sys.stderr)
        raise SystemExit(2) from None
