"""What goes on beside the pages every few seconds: what no use case writes, and what writes nothing when nothing changed."""

from collections.abc import Callable
from datetime import datetime

from app.kit.db import Database
from app.kit.slices import Port

Chore = Callable[[Database, datetime], object]
CHORES: Port[Chore] = Port("chore", Callable)
