"""The background work of notices: messages to chosen firms."""

from app.jobs.run import JobKind
from app.kit.i18n import N_
from app.notices.messages import JOB_KIND, send_message

KINDS = (JobKind(JOB_KIND, N_("发送通知"), send_message),)
