# shellcheck shell=bash
# shellcheck disable=SC2034  # what is set here is used by the scripts that source this
# What the scripts share: words on the terminal, the run folder, and keeping hold of every process
# that a run starts. Sourced, never run; the sourcing script has set -euo pipefail.
#
# A run has one folder, `orderfleet.<uid>.<pid>.<random>`, and every process of the run carries its path
# in ORDERFLEET_RUN_DIR. So the processes of a run can be found by what they are, never by name:
# those that carry the mark, those whose pid and start time are noted in `<folder>/pids/`, and their
# descendants. A run that was killed is found and ended the same way by the next one (sweep.sh).

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
readonly ROOT

# One set of flags for tests, demo and benchmark, so that one build serves all three.
# -enable-testing lets the tests see what a module keeps to itself; it changes no optimisation level.
BUILD_FLAGS=(-c release -Xswiftc -enable-testing
    --explicit-target-dependency-import-check error
    --scratch-path "${ORDERFLEET_SCRATCH:-$ROOT/.build}")
readonly BUILD_FLAGS

# A unix socket's path may have 107 bytes; a server's socket adds up to 40 to the run folder's.
readonly RUN_DIR_LIMIT=64

# Seconds that processes get between SIGTERM and SIGKILL.
readonly STOP_GRACE=10

say() { printf '%s\n' "$*"; }
fail() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() {
    fail "$*"
    exit 1
}

# A signal that was ignored when bash started cannot be trapped, and a shell without job control
# starts its background jobs with SIGINT ignored. Whoever interrupts this script means it, so it
# starts itself once more with SIGINT at its default. SIGHUP stays as nohup left it.
# make hands on no signal but SIGTERM, and none when it is killed: then the kernel does.
restart_interruptible() {
    local with_make=()
    [[ ${ORDERFLEET_INTERRUPTIBLE:-} != "$$" ]] || return 0
    [[ -z ${MAKELEVEL:-} ]] || with_make=(setpriv --pdeathsig TERM --)
    ORDERFLEET_INTERRUPTIBLE=$$ exec "${with_make[@]}" env --default-signal=INT,TERM "$0" "$@"
}

# --- processes -----------------------------------------------------------------------------------

# The fields of /proc/<pid>/stat from the third on, into STAT; fails when there is no such process.
# The second field, the name, may hold blanks and brackets, hence the cut at the last bracket.
read_stat() {
    local line=''
    # Read to the end of the file (which read calls a failure): a name may hold a line break too.
    { IFS= read -rd '' line <"/proc/$1/stat"; } 2>/dev/null || [[ -n $line ]] || return 1
    read -ra STAT <<<"${line##*) }"
}

# Prints when a living process started, in clock ticks since boot. With its pid that names it for
# good: a pid comes round again, a pid with its start time does not. A zombie does not live: it only
# waits for its parent, which may take long to look.
start_time() {
    local STAT
    read_stat "$1" && [[ ${STAT[0]} != Z ]] || return 1
    printf '%s' "${STAT[19]}"
}

boot_id() { cat /proc/sys/kernel/random/boot_id; }

# Notes a process as part of the run, so that it is found even when it overwrote its environment.
record_process() {
    local pid=$1 label=$2 start
    start=$(start_time "$pid") || return 0
    printf '%s %s %s\n' "$pid" "$start" "$label" >"$RUN_DIR/pids/$pid"
}

# Leaves in MEMBERS the pids of a run's processes, deepest descendants first, without this script.
# Not printed for a subshell to catch: a failure in there would look like an empty list.
find_members() {
    local dir=$1 pid start file STAT
    local -A parent=() member=() depth=()
    MEMBERS=()

    for file in /proc/[0-9]*/stat; do
        pid=${file//[^0-9]/}
        read_stat "$pid" && [[ ${STAT[0]} != Z ]] && parent[$pid]=${STAT[1]}
    done

    for file in "$dir"/pids/*; do
        [[ -f $file ]] || continue
        pid='' start=''
        read -r pid start _ <"$file" || true
        [[ $pid =~ ^[0-9]+$ && $(start_time "$pid") == "$start" ]] && member[$pid]=1
    done
    while IFS= read -r file; do
        member[${file//[^0-9]/}]=1
    done < <(env -u ORDERFLEET_RUN_DIR \
        grep -lzxF "ORDERFLEET_RUN_DIR=$dir" /proc/[0-9]*/environ 2>/dev/null || true)

    # Descendants belong too; the number of steps up to init orders children before parents.
    local ancestor steps belongs
    for pid in "${!parent[@]}"; do
        ancestor=$pid steps=0 belongs=''
        while [[ -n ${parent[$ancestor]:-} ]]; do
            [[ -n ${member[$ancestor]:-} ]] && belongs=1
            ancestor=${parent[$ancestor]}
            steps=$((steps + 1))
        done
        [[ -n $belongs && $pid != "$$" && $pid != "$BASHPID" ]] && depth[$pid]=$steps
    done
    ((${#depth[@]})) || return 0
    mapfile -t MEMBERS < <(
        for pid in "${!depth[@]}"; do printf '%s %s\n' "${depth[$pid]}" "$pid"; done |
            sort -rn | cut -d' ' -f2
    )
    ((${#MEMBERS[@]} == ${#depth[@]}))
}

# Sends a signal to pids that may have ended in the meantime.
signal_all() {
    local signal=$1 pid
    shift
    for pid in "$@"; do kill -s "$signal" "$pid" 2>/dev/null || true; done
}

# Ends every process of a run: SIGTERM, a while, SIGKILL until none is left. A stopped process acts
# on nothing but SIGKILL until it is continued. Fails if something survives even that.
end_members() {
    local dir=$1 deadline=$((SECONDS + STOP_GRACE))
    find_members "$dir" || return 1
    ((${#MEMBERS[@]})) || return 0
    signal_all TERM "${MEMBERS[@]}"
    signal_all CONT "${MEMBERS[@]}"
    while ((SECONDS < deadline)); do
        find_members "$dir" || return 1
        ((${#MEMBERS[@]})) || return 0
        sleep 0.1
    done
    deadline=$((SECONDS + STOP_GRACE))
    while ((SECONDS < deadline)); do
        find_members "$dir" || return 1
        ((${#MEMBERS[@]})) || return 0
        signal_all KILL "${MEMBERS[@]}"
        sleep 0.1
    done
    fail "these processes of $dir cannot be ended: ${MEMBERS[*]}"
    return 1
}

# Removes what a killed Postgres leaves outside its folder: one small shared memory segment, named
# in postmaster.pid. Only a segment that nobody is attached to and that this postmaster made.
free_shared_memory() {
    local file pid ids id
    while IFS= read -r file; do
        pid=$(sed -n 1p "$file")
        ids=$(sed -n 7p "$file")
        id=${ids##* }
        [[ $id =~ ^[0-9]+$ ]] || continue
        if awk -v id="$id" -v pid="$pid" \
            '$2 == id && $5 == pid && $7 == 0 { found = 1 } END { exit !found }' /proc/sysvipc/shm
        then
            ipcrm -m "$id"
        fi
    done < <(find "$1" -maxdepth 6 -name postmaster.pid -type f 2>/dev/null)
}

# Ends a run from outside: its processes, its shared memory, its folder.
end_run() {
    end_members "$1" || return 1
    free_shared_memory "$1"
    rm -rf -- "$1"
}

# --- the run folder ------------------------------------------------------------------------------

# Makes the run folder RUN_DIR and sees to it that nothing of this run outlives the script.
begin_run() {
    local base=${TMPDIR:-/tmp}
    "$ROOT/scripts/sweep.sh"
    base=${base%/}
    ((${#base} + 36 <= RUN_DIR_LIMIT)) || base=/tmp

    trap 'finish_run $?' EXIT
    trap 'SIGNAL=INT; exit 130' INT
    trap 'SIGNAL=TERM; exit 143' TERM
    trap 'SIGNAL=HUP; exit 129' HUP

    # Named before it is made, so that no signal finds a folder that the EXIT trap does not know; mkdir
    # fails where somebody was there first. A server that runs as another user passes through (711).
    RUN_DIR=$(printf '%s/orderfleet.%s.%s.%04x' "$base" "$EUID" "$$" "$((SRANDOM % 65536))")
    mkdir -m 711 "$RUN_DIR"
    printf '%s %s %s\n' "$$" "$(start_time "$$")" "$(boot_id)" >"$RUN_DIR/owner"
    mkdir "$RUN_DIR/pids" "$RUN_DIR/tmp"
}

# The EXIT trap: ends everything, removes the folder, and ends by the same signal that ended the run,
# so that whoever waits for this script learns of it.
finish_run() {
    local status=$1
    trap '' INT TERM HUP
    trap - EXIT
    if [[ -n ${RUN_DIR:-} && -d $RUN_DIR ]]; then
        end_run "$RUN_DIR" || status=1
    fi
    if [[ -n ${SIGNAL:-} ]]; then
        trap - "$SIGNAL"
        kill -s "$SIGNAL" "$$"
    fi
    exit "$status"
}

# Starts a command as part of the run and leaves its pid in STARTED. It has a session of its own, so
# that Ctrl-C reaches only this script, which then stops things in order; its signals are at their
# defaults; and the kernel sends it SIGTERM should this script be killed.
start_member() {
    setsid env --default-signal=INT,QUIT,HUP ORDERFLEET_RUN_DIR="$RUN_DIR" TMPDIR="$RUN_DIR/tmp" \
        setpriv --pdeathsig TERM -- "$@" </dev/null &
    STARTED=$!
}

# Runs a command as part of the run. The command is waited for in the background, because bash acts
# on a signal only between foreground commands.
run_member() {
    local status=0
    start_member "$@"
    wait "$STARTED" || status=$?
    return "$status"
}

# Fails, naming them, if processes of the run are alive that should have ended by now.
expect_no_members() {
    local pid
    find_members "$RUN_DIR" || return 1
    ((${#MEMBERS[@]})) || return 0
    fail "$1 left these processes behind:"
    for pid in "${MEMBERS[@]}"; do
        printf '  %s %s\n' "$pid" "$(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null)" >&2
    done
    end_members "$RUN_DIR"
    return 1
}
