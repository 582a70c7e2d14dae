"""Who may look at and steer background work."""

from app.kit.permissions import ADMINISTRATORS, READERS, Action

LIST = Action("job.list", roles=ADMINISTRATORS)
READ = Action("job.read", roles=READERS)
STEER = Action("job.steer", roles=ADMINISTRATORS)
