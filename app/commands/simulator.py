"""`yumiao simulate-province`: a partner to try the exchange with, in a process and a database of its own."""

import secrets
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from app.exchange.catalogue import SEEDS, partner_definition
from app.exchange.json_schema import record_schema
from app.exchange.signing import SharedKey
from app.kit.db import Database, read_scope, session_scope
from app.simulator import state
from app.simulator.callback import Destination
from app.simulator.desk import Desk, Keys
from app.simulator.faults import Dice, FaultPlan, NotAFaultError, parse
from app.simulator.rules import Rules, Schema
from app.simulator.server import create_simulator, make_server
from app.simulator.tables import open_store

DEFAULT_PORT = 8790
LOOPBACK = ("127.0.0.1", "::1", "localhost")
KEY_BYTES = 32


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("simulate-province")(simulate_province)


def simulate_province(
    port: Annotated[int, typer.Option(help="port to listen on")] = DEFAULT_PORT,
    host: Annotated[str, typer.Option(help="address to listen on; beyond this machine only with --control-token")] = (
        "127.0.0.1"
    ),
    data: Annotated[Path, typer.Option(help="where its own database lies")] = Path("var/simulator"),
    key_id: Annotated[str, typer.Option(help="which key signs; kept for the next start")] = "",
    key: Annotated[str, typer.Option(help="the shared key in hex; left out: the last one, or a new one")] = "",
    faults: Annotated[str | None, typer.Option(help="e.g. all=0.3 or drop_after=0.1,delay=0.1,delay_seconds=2")] = None,
    pending: Annotated[float, typer.Option(min=0, max=1, help="share of records put aside first")] = 0.1,
    decide_after: Annotated[float, typer.Option(min=0, help="seconds until they are decided")] = 60,
    callback: Annotated[str, typer.Option(help="tell later receipts here too: Yumiao's address")] = "",
    client: Annotated[str, typer.Option(help="client_id:client_secret for --callback")] = "",
    control_token: Annotated[str, typer.Option(help="asked for by its page and its control API")] = "",
    seed: Annotated[int | None, typer.Option(help="of its dice, to repeat a run")] = None,
) -> None:
    """Run a partner that speaks docs/exchange.md and fails on demand."""
    if host not in LOOPBACK and not control_token:
        raise typer.BadParameter("--control-token is needed to listen beyond this machine", param_hint="--host")
    data.mkdir(parents=True, exist_ok=True)
    database = open_store(f"sqlite:///{data.resolve() / 'simulator.db'}")
    plan = _faults(faults)
    shared = _keep(database, plan, key_id, key)
    rules = Rules(_schemas(), pending, timedelta(seconds=decide_after))
    desk = Desk(database, Keys(shared[0], *[SharedKey(bytes.fromhex(shared[1]))] * 2), rules, Dice(seed))
    typer.echo(f"省级系统模拟器 · Province simulator  http://{host}:{port}")
    typer.echo(f"key-id: {shared[0]}\nkey: {shared[1]}")
    make_server(create_simulator(desk, _destination(callback, client), control_token), host, port).run()


def _faults(specification: str | None) -> FaultPlan | None:
    try:
        return None if specification is None else parse(specification)
    except NotAFaultError as error:
        raise typer.BadParameter(str(error), param_hint="--faults") from None


def _keep(database: Database, plan: FaultPlan | None, key_id: str, key: str) -> tuple[str, str]:
    """Key id and key: those given, else those of the last start, else new ones; kept, as are the faults when given."""
    with read_scope(database) as session:
        last = state.read(session, "key", {"id": "", "key": ""})
    key_id = key_id or last["id"] or f"province-{secrets.token_hex(4)}"
    key = key or last["key"] or secrets.token_hex(KEY_BYTES)
    try:
        bytes.fromhex(key)
    except ValueError:
        raise typer.BadParameter("not hexadecimal", param_hint="--key") from None
    with session_scope(database) as session:
        state.write(session, "key", {"id": key_id, "key": key})
        if plan is not None:
            state.set_faults(session, plan)
    return key_id, key


def _schemas() -> dict[tuple[str, str, str], Schema]:
    """The JSON Schema of every resource of every record definition that we ship."""
    return {
        (path.parent.name, path.stem, resource): record_schema(definition)
        for path in SEEDS.glob("*/*.yaml")
        for resource, definition in partner_definition(path.parent.name, path.stem).resources.items()
    }


def _destination(callback: str, client: str) -> Destination | None:
    client_id, colon, secret = client.partition(":")
    if bool(callback) != bool(colon):
        raise typer.BadParameter("--callback and --client client_id:client_secret go together", param_hint="--callback")
    return Destination(callback, client_id, secret) if callback else None
