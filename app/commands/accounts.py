"""`yumiao user create` and `yumiao client create`."""

from typing import Annotated

import typer

from app.accounts.service.clients import create_client
from app.accounts.service.officers import OfficerData, create_officer
from app.commands.context import load_settings, open_database
from app.kit.actor import SYSTEM, Role
from app.kit.clock import utc_now
from app.kit.db import session_scope

users = typer.Typer(no_args_is_help=True, help="officers of the bureau")
clients = typer.Typer(no_args_is_help=True, help="machine clients of the API")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(users, name="user")
    app.add_typer(clients, name="client")


@users.command("create")
def create_user(
    login: Annotated[str, typer.Option()],
    name: Annotated[str, typer.Option()],
    role: Annotated[Role, typer.Option()] = Role.CASEWORKER,
    region: Annotated[str, typer.Option(help="region prefix; empty is everywhere")] = "",
    section: Annotated[str, typer.Option()] = "",
    password: Annotated[str | None, typer.Option(help="asked for when left out")] = None,
) -> None:
    """Create an officer."""
    password = password or typer.prompt("password", hide_input=True, confirmation_prompt=True)
    settings = load_settings()
    data = OfficerData(name=name, role=role, region_prefix=region, section=section)
    with open_database(settings) as database, session_scope(database) as session:
        officer = create_officer(session, actor=SYSTEM, login=login, password=password, data=data, now=utc_now())
        typer.echo(f"user: {officer.login}")


@users.callback()
def _users() -> None:
    """Officers of the bureau."""


@clients.command("create")
def create_machine_client(
    name: Annotated[str, typer.Option()],
    scope: Annotated[str, typer.Option(help="scopes, separated by blanks")],
    region: Annotated[str, typer.Option(help="region prefix; left out: everything")] = "",
) -> None:
    """Create a machine client and print its credentials, which cannot be shown again."""
    settings = load_settings()
    with open_database(settings) as database, session_scope(database) as session:
        client, secret = create_client(
            session, actor=SYSTEM, name=name, scopes=scope, region_prefix=region, now=utc_now()
        )
        client_id = client.client_id
    typer.echo(f"client_id: {client_id}")
    typer.echo(f"client_secret: {secret}")


@clients.callback()
def _clients() -> None:
    """Machine clients of the API."""
