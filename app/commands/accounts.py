"""`yumiao user create` and `yumiao client create|set|rotate|sign-key`."""

from dataclasses import asdict, replace
from typing import Annotated, Any

import typer

from app.accounts.domain import OVERLAP_DAYS
from app.accounts.service.clients import (
    create_client,
    get_client,
    limit_client,
    limits_of,
    make_signature_key,
    renew_secret,
)
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
        officer = create_officer(
            session,
            actor=SYSTEM,
            login=login,
            password=password,
            data=data,
            now=utc_now(),
            passwords=settings.passwords,
        )
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


@clients.command("set")
def limit_machine_client(
    client_id: str,
    networks: Annotated[
        str | None, typer.Option(help="networks it may call from, separated by blanks; '' is any")
    ] = None,
    rate: Annotated[int | None, typer.Option(help="calls a second; 0 is the deployment's")] = None,
    burst: Annotated[int | None, typer.Option(help="calls at once; 0 is the deployment's")] = None,
    signed: Annotated[
        bool | None, typer.Option("--signed/--unsigned", help="whether every call must be signed")
    ] = None,
) -> None:
    """Say from where and how fast a client may call; what is left out stays as it is."""
    given = {"allowed_addresses": networks, "signed_only": signed}
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    changes |= {
        name: value or None for name, value in (("rate_per_second", rate), ("burst", burst)) if value is not None
    }
    with open_database(load_settings()) as database, session_scope(database) as session:
        limits = replace(limits_of(get_client(session, client_id)), **changes)
        limit_client(session, actor=SYSTEM, client_id=client_id, limits=limits, now=utc_now())
        kept = limits_of(get_client(session, client_id))
    for name, value in asdict(kept).items():
        typer.echo(f"{name}: {value if value is not None else ''}")


@clients.command("rotate")
def rotate_secret(
    client_id: str,
    days: Annotated[
        int, typer.Option(help="how long the present secret goes on to work; 0 stops it at once")
    ] = OVERLAP_DAYS,
) -> None:
    """Make a new secret for a client and print it; it cannot be shown again."""
    with open_database(load_settings()) as database, session_scope(database) as session:
        secret = renew_secret(session, actor=SYSTEM, client_id=client_id, now=utc_now(), overlap_days=days)
        until = get_client(session, client_id).former_secret_until
    typer.echo(f"client_secret: {secret}")
    typer.echo(f"former_secret_until: {until.isoformat() if until else ''}")


@clients.command("sign-key")
def make_key(client_id: str) -> None:
    """Make a new key for a client's signatures and print it; it cannot be shown again, and a present one stops at once."""
    settings = load_settings()
    with open_database(settings) as database, session_scope(database) as session:
        key = make_signature_key(session, actor=SYSTEM, client_id=client_id, sealing=settings.secret, now=utc_now())
    typer.echo(f"signature_key: {key}")


@clients.callback()
def _clients() -> None:
    """Machine clients of the API."""
