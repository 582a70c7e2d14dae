"""Who wants to know that a document has come on file: upper slices say so, and hear of it in the same transaction."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from app.files.models import Document
from app.kit.actor import Actor

Listener = Callable[[Session, Document, Actor, datetime], None]
_listeners: list[Listener] = []


def on_arrival(listener: Listener) -> Listener:
    """Register `listener`: something waits for documents of firms (a request that they settle)."""
    if listener not in _listeners:
        _listeners.append(listener)
    return listener


def tell_arrival(session: Session, document: Document, actor: Actor, now: datetime) -> None:
    """Tell everyone who waits that `document` lies on file, or is now of another kind or year."""
    for listener in _listeners:
        listener(session, document, actor, now)
