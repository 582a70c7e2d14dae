"""Where a list leads to write to its firms."""

from urllib.parse import urlencode

from app.kit.actor import Actor
from app.kit.permissions import can
from app.notices.actions import SEND


def message_address(actor: Actor, address: str) -> str:
    """The page that writes to the firms of the list at `address` (with its filters); "" for who may not."""
    path, _mark, query = address.partition("?")
    return f"/messages/new?{urlencode({'of': path.strip('/'), 'query': query})}" if can(actor, SEND) else ""
