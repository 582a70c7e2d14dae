"""What may be done with the catalogue, and by whom."""

from app.kit.permissions import HEADS, READERS, Action

READ = Action("programmes.read", READERS)
SET_ROUND = Action("programmes.set_round", HEADS)
SET = Action("programmes.set", HEADS)
