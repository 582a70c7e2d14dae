"""The background work of reconciliations."""

from app.exchange.reconciliation.run import reconcile
from app.exchange.reconciliation.service import JOB_KIND
from app.jobs.run import JobKind
from app.kit.i18n import N_

KINDS = (JobKind(JOB_KIND, N_("数据对账"), reconcile),)
