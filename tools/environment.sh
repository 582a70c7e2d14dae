# Sourced by ./run, ./test, ./check and tools/lock: the virtual environment and what is in it.
# Works with bash 3.2 (macOS) and on a Debian that has python3 and nothing else.

# A bureau's network often has a certificate authority of its own: believe what the machine believes.
export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-1}"

# Compiling every source at every start costs seconds: what is compiled stays, whatever the machine's habit.
export UV_COMPILE_BYTECODE="${UV_COMPILE_BYTECODE:-1}"
unset PYTHONDONTWRITEBYTECODE

say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# The first Python that is new enough.
find_python() {
    local name
    for name in python3 python3.14 python3.13 python3.12 python3.11; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            command -v "$name"
            return
        fi
    done
    die "Yumiao needs Python 3.11 or newer: install python3 and try again."
}

# uv as it stands on the machine, else a private copy below .venv-tools (a distribution's own Python stays untouched).
find_uv() {
    local private=.venv-tools/bin/uv
    if [ -x "$private" ] && "$private" --version >/dev/null 2>&1; then
        echo "$private"
    elif uv --version >/dev/null 2>&1; then
        command -v uv
    else
        install_uv >&2
        echo "$private"
    fi
}

install_uv() {
    local python
    python=$(find_python)
    say "Installing uv into .venv-tools …"
    rm -rf .venv-tools
    if "$python" -m venv .venv-tools >/dev/null 2>&1; then
        .venv-tools/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/tools.txt
    elif "$python" -m pip --version >/dev/null 2>&1; then
        "$python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/tools.txt --target .venv-tools
    elif [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        say "Installing python3-venv …"
        apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-venv
        "$python" -m venv .venv-tools
        .venv-tools/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/tools.txt
    else
        die "Python has neither venv nor pip: install python3-venv (Debian: apt-get install python3-venv) and try again."
    fi
}

# prepare app|dev: leaves .venv with exactly the locked packages of that file in it, and yumiao itself.
# Nothing is done, and no network is asked, while requirements/$1.txt is what was installed last.
prepare() {
    local wanted="requirements/$1.txt" installed=".venv/installed-$1.txt" uv python
    if [ "$(cat .venv/installed-at 2>/dev/null)" != "$PWD" ] || ! .venv/bin/python -c '' >/dev/null 2>&1; then
        uv=$(find_uv)
        python=$(find_python)
        say "Creating .venv …"
        "$uv" venv --quiet --clear --python "$python" .venv
        echo "$PWD" >.venv/installed-at
    fi
    if ! cmp -s "$wanted" "$installed"; then
        uv=${uv:-$(find_uv)}
        say "Installing $(grep -c '==' "$wanted") packages from $wanted …"
        "$uv" pip install --quiet --python .venv/bin/python --require-hashes -r "$wanted"
        [ "$1" = app ] || cp requirements/app.txt .venv/installed-app.txt
        cp "$wanted" "$installed"
        rm -f .venv/installed-project.toml
    fi
    if ! cmp -s pyproject.toml .venv/installed-project.toml || [ ! -x .venv/bin/yumiao ]; then
        uv=${uv:-$(find_uv)}
        "$uv" pip install --quiet --offline --python .venv/bin/python --no-deps --no-build-isolation --editable .
        cp pyproject.toml .venv/installed-project.toml
    fi
}
