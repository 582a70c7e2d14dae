"""Officers on file and signed in."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.kit.actor import Actor, ActorKind, Role
from tests.support.client import Client


def officer_actor(session: Session, *, now: datetime, role: str, region: str) -> Actor:
    """An officer as an actor."""
    return Actor(kind=ActorKind.OFFICER, id=1, name="李晓（示例）", role=Role(role), region_prefix=region)


def sign_in(client: Client, session: Session, *, now: datetime, role: str, region: str) -> Client:
    """Sign an officer in."""
    raise NotImplementedError
