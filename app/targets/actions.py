"""What can be done with plan targets, and by whom."""

from app.kit.permissions import READERS, Action

READ = Action("targets.read", roles=READERS)
EXPORT = Action("targets.export", roles=READERS)
