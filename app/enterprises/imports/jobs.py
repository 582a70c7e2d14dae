"""The background work of imports."""

from app.enterprises.imports.dry_runs import orders as dry_runs
from app.enterprises.imports.row_groups import orders
from app.enterprises.imports.runner import take_in
from app.enterprises.imports.staging import JOB_KIND
from app.enterprises.imports.undo import service as undo
from app.enterprises.imports.undo.runner import undo_import
from app.jobs.run import JobKind
from app.kit.i18n import N_

KINDS = (
    JobKind(JOB_KIND, N_("导入名单"), take_in),
    JobKind(orders.JOB_KIND, N_("批量决定"), orders.carry_out),
    JobKind(dry_runs.JOB_KIND, dry_runs.JOB_LABEL, dry_runs.carry_out),
    JobKind(undo.JOB_KIND, N_("撤销导入"), undo_import),
)
