"""Who may read sweeps and who may start and stop them."""

from app.kit.permissions import EDITORS, READERS, Action

READ = Action("policies.read_sweep", READERS)
EXPORT = Action("policies.export_sweep", READERS)
RUN = Action("policies.run_sweep", EDITORS)
