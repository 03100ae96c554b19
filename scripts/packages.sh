# packages.sh: installs what is missing of packages.txt. For ./demo and ./check:
#     . scripts/packages.sh
#     need_packages build test      # ends the script where it cannot
#     want_packages optional        # says so, and goes on

# The packages of the groups named.
list_packages() {
    for group; do
        sed -n "/^\[$group\]/,/^\[/p" packages.txt | grep -v '^[[#]' | grep -v '^$'
    done
}

missing_packages() {
    for package in $(list_packages "$@"); do
        case $(dpkg-query -W -f='${db:Status-Status} ' "$package" 2>/dev/null) in
        *installed*) ;;
        *) printf '%s ' "$package" ;;
        esac
    done
}

run_as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo -n "$@" 2>/dev/null || { [ -t 0 ] && sudo "$@"; }
    fi
}

install_packages() {
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0
    echo "Installing: $missing"
    [ "$(id -u)" = 0 ] || command -v sudo >/dev/null || return 1
    case $missing in *:arm64*) run_as_root dpkg --add-architecture arm64 || return 1 ;; esac
    log=$(mktemp)
    # shellcheck disable=SC2086
    if run_as_root apt-get update -qq >"$log" 2>&1 &&
        run_as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends $missing >>"$log" 2>&1; then
        rm -f "$log"
        return 0
    fi
    grep -E '^(E|W):' "$log" | head -5 >&2
    rm -f "$log"
    return 1
}

explain_missing() {
    echo "apt-get install --no-install-recommends $(missing_packages "$@")"
}

need_packages() {
    if ! command -v dpkg-query >/dev/null; then
        echo "Not Debian: building with what is here; packages.txt lists what is needed." >&2
        return 0
    fi
    install_packages "$@" && return 0
    echo "Cannot install packages here. As root, run:" >&2
    explain_missing "$@" >&2
    exit 1
}

want_packages() {
    command -v dpkg-query >/dev/null || return 0
    install_packages "$@" && return 0
    echo "Going on without: $(missing_packages "$@")" >&2
}
