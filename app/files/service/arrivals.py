"""Who wants to know that a document has come on file: upper slices say so, and hear of it in the same transaction."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from app.files.models import Document
from app.kit.actor import Actor
from app.kit.db import composition_of
from app.kit.slices import Port

Listener = Callable[[Session, Document, Actor, datetime], None]
#: Who waits for documents of firms: a request that they settle.
ARRIVALS: Port[Listener] = Port("listener for documents", Callable)


def tell_arrival(session: Session, document: Document, actor: Actor, now: datetime) -> None:
    """Tell everyone who waits that `document` lies on file, or is now of another kind or year."""
    for listener in composition_of(session).of(ARRIVALS):
        listener(session, document, actor, now)
