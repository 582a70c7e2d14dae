"""The background work of engagement."""

from app.engagement.service.asking_many import JOB_KIND, ask_all
from app.jobs.run import JobKind
from app.kit.i18n import N_

KINDS = (JobKind(JOB_KIND, N_("批量请求"), ask_all),)
