"""The background work of sweeps."""

from app.jobs.run import JobKind
from app.kit.i18n import N_
from app.policies.sweeps.domain import JOB_KIND
from app.policies.sweeps.runner import sweep_all

KINDS = (JobKind(JOB_KIND, N_("政策摸底"), sweep_all),)
