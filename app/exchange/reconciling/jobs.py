"""The background work of reconciliations."""

from app.exchange.reconciling.running import reconcile
from app.exchange.reconciling.service import JOB_KIND
from app.jobs.running import JobKind
from app.kit.i18n import N_

KINDS = (JobKind(JOB_KIND, N_("数据对账"), reconcile),)
