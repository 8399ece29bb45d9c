#!/usr/bin/env bash
# Installs the Debian packages of deploy/packages.txt that are missing, without starting any service
# and without making a Postgres cluster: demo, tests and benchmark start their own private servers.
# Says nothing when there is nothing to do. Needs root or sudo only when something is missing.
#
#   scripts/install.sh [list]     another list than deploy/packages.txt
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
LIST=${1:-$ROOT/deploy/packages.txt}

# While packages are installed, policy-rc.d forbids their scripts to start services. What stood there
# before waits beside it, so that even a run after one that was killed can put it back.
readonly POLICY=/usr/sbin/policy-rc.d
readonly SAVED=/usr/sbin/policy-rc.d.before-orderfleet
readonly OURS='# Written by OrderFleet scripts/install.sh for the time of an installation.'

# Settings of postgresql-common that are read on top of its own file.
readonly CLUSTER=/etc/postgresql-common/createcluster.d/orderfleet.conf

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# Prints the packages of the list that are not installed.
missing_packages() {
    local package status
    while IFS= read -r package; do
        package=${package%%#*}
        package=${package//[[:space:]]/}
        [[ -n $package ]] || continue
        # dpkg-query fails for a package that dpkg has never heard of; that is an answer too.
        status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) || status=unknown
        [[ $status == installed ]] || printf '%s\n' "$package"
    done <"$LIST"
}

# Puts back what install_quietly changed. Also called at start, for a run that was killed.
restore() {
    if [[ -e $SAVED || -L $SAVED ]]; then
        "${as_root[@]}" mv -fT "$SAVED" "$POLICY"
    elif grep -qsF "$OURS" "$POLICY"; then
        "${as_root[@]}" rm -f "$POLICY"
    fi
    if [[ -e $CLUSTER ]]; then
        "${as_root[@]}" rm -f "$CLUSTER"
        # The folder belongs to postgresql-common once that is installed; else it goes too.
        "${as_root[@]}" rmdir --ignore-fail-on-non-empty "${CLUSTER%/*}"
        "${as_root[@]}" rmdir --ignore-fail-on-non-empty /etc/postgresql-common 2>/dev/null || true
    fi
}

# Writes standard input to a file that only root may write.
write_as_root() { "${as_root[@]}" tee "$1" >/dev/null; }

hold_services() {
    if { [[ -e $POLICY || -L $POLICY ]]; } && ! grep -qsF "$OURS" "$POLICY"; then
        "${as_root[@]}" mv -T "$POLICY" "$SAVED"
    fi
    printf '#!/bin/sh\n%s\nexit 101\n' "$OURS" | write_as_root "$POLICY"
    "${as_root[@]}" chmod 755 "$POLICY"
    "${as_root[@]}" mkdir -p "${CLUSTER%/*}"
    printf 'create_main_cluster = false\n' | write_as_root "$CLUSTER"
}

apt() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@"
}

install_missing() { apt install --yes --no-install-recommends "${missing[@]}" >&2; }

[[ -r $LIST ]] || die "cannot read $LIST"
command -v dpkg-query >/dev/null || die "this is no Debian: install the packages of $LIST by hand"

mapfile -t missing < <(missing_packages)
as_root=()
if ((EUID != 0)); then
    as_root=(sudo --non-interactive)
fi
# A run that was killed half-way has left something to put back, whatever is missing now.
unfinished=$(if [[ -e $SAVED ]] || grep -qsF "$OURS" "$POLICY"; then echo yes; fi)
if ((${#missing[@]} == 0)) && [[ -z $unfinished ]]; then
    exit 0
fi
if ((EUID != 0)); then
    command -v sudo >/dev/null ||
        die "neither root nor sudo; as root: apt-get install --no-install-recommends ${missing[*]}"
    # Asks for the password where there is a terminal; afterwards it need not be asked again.
    sudo -v || die "sudo was refused; as root: apt-get install --no-install-recommends ${missing[*]}"
fi

# Two installations at once would save each other's policy-rc.d; the second waits for the first.
exec {lock}</var/lib/dpkg
flock --timeout 600 "$lock" || die "another installation has been running for ten minutes"

# bash acts on a signal when apt-get has ended: a half configured package would be worse.
trap restore EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP
restore
mapfile -t missing < <(missing_packages)
((${#missing[@]})) || exit 0

printf 'installing: %s\n' "${missing[*]}"
hold_services
# The lists of packages are fetched only when the ones at hand do not lead to the packages.
install_missing || { apt update && install_missing; } || die "apt-get could not install ${missing[*]}"
