"""`python -m register prepare | import WAY FILE`: what is done from a command line, process start included."""

import json
import os
import sys
from pathlib import Path

import django


def prepare() -> None:
    """Tables, and somebody who is signed in: prints the cookie of a session and the token of an account."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.auth.models import User
    from django.contrib.sessions.backends.db import SessionStore
    from django.core.management import call_command
    from django.db import connection
    from rest_framework.authtoken.models import Token

    with connection.cursor() as cursor:
        cursor.execute("create schema if not exists peer")
    call_command("migrate", run_syncdb=True, verbosity=0)
    user = User.objects.create_superuser("peer", "", None)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    token = Token.objects.create(user=user)
    print(json.dumps({"cookie": f"sessionid={session.session_key}", "token": token.key}))


def take_in(way: str, file: str) -> None:
    """Import a list; prints how many rows were taken in."""
    from tablib import Dataset

    from register.sheets import WAYS

    dataset = Dataset().load(Path(file).read_text(encoding="utf-8-sig"), format="csv")
    result = WAYS[way]().import_data(dataset, raise_errors=True)
    print(json.dumps({"rows": result.total_rows, "new": result.totals["new"], "updated": result.totals["update"]}))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "register.settings")
    django.setup()
    if sys.argv[1] == "prepare":
        prepare()
    else:
        take_in(sys.argv[2], sys.argv[3])
