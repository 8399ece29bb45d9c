#!/usr/bin/env bash
# Ends what a killed run left behind: run folders whose owner is gone, and the processes that belong
# to them. A folder whose owner lives is a run in progress and stays.
set -euo pipefail

# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# True while the process that made the folder is alive.
owner_lives() {
    local dir=$1 pid start boot name
    if [[ -f $dir/owner ]] && read -r pid start boot <"$dir/owner"; then
        [[ $boot == "$(boot_id)" && $(start_time "$pid") == "$start" ]]
    else
        # Killed, or not yet come, between making the folder and writing its owner into it.
        name=${dir##*/orderfleet."$EUID".}
        pid=${name%%.*}
        [[ $pid =~ ^[0-9]+$ ]] && start_time "$pid" >/dev/null
    fi
}

bases=("${TMPDIR:-/tmp}")
[[ ${bases[0]%/} == /tmp ]] || bases+=(/tmp)
for base in "${bases[@]}"; do
    for dir in "${base%/}/orderfleet.$EUID."*; do
        # Anyone may write to /tmp: only a real folder of this user is trusted to name processes.
        [[ -d $dir && ! -L $dir && -O $dir ]] || continue
        owner_lives "$dir" && continue
        # Two runs may start at once; the second leaves the folder to the first.
        exec {lock}<"$dir"
        flock --nonblock "$lock" || continue
        # After a reboot the noted pids belong to strangers.
        grep -qsF "$(boot_id)" "$dir/owner" || rm -rf -- "$dir/pids"
        say "sweep: ending what a killed run left in $dir"
        end_run "$dir"
        exec {lock}<&-
    done
done
