"""All of the `yumiao` command, waiting less between its tries. Only for the processes that `tests.simulator.hurried` begins.

The waits are made for a province; what must hold while they run holds after shorter ones too.
"""

from datetime import timedelta
from importlib import import_module

from app.exchange.delivery import domain as sending
from app.exchange.partners import domain as partners

sending.FIRST_DELAY = timedelta(seconds=0.3)
partners.FIRST_PAUSE = timedelta(seconds=0.3)
partners.LONGEST_PAUSE = timedelta(seconds=2)

from app import cli  # noqa: E402 - the waits above are read when the rest is loaded
from app.exchange.delivery import lookahead, threads  # noqa: E402
from app.exchange.handovers.service import following  # noqa: E402

following.SETTLING = timedelta(seconds=0.2)
lookahead.QUIET = timedelta(seconds=1)
threads.IDLE_SECONDS = 0.1

for command in cli.COMMANDS.values():
    import_module(f"app.commands.{command.module}")
