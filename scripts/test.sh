#!/usr/bin/env bash
# check, then the four rings of tests, each by itself and with its time; all rings run even when one
# fails. A ring that runs no test fails, and so does one that leaves a process behind.
#
#   scripts/test.sh            everything
#   scripts/test.sh 3 4        these rings only, without check
#   scripts/test.sh --tsan     rings 1 and 2, debug, under the thread sanitizer
#
# Tests find in their environment: ORDERFLEET_RUN_DIR, the folder for their servers' folders;
# ORDERFLEET_BIN, the folder of the built binaries; ORDERFLEET_NEXT_BIN, that of the next version's,
# which ring 4 upgrades to.
set -euo pipefail

# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
restart_interruptible "$@"

# Seconds after which a ring counts as hung.
readonly RING_LIMIT=900

# The second ring in two parts: the seeds, and that each rule of delivery is needed.
readonly -A TITLE=([1]=unit [2]=simulation [2r]='rules out' [3]=drivers [4]=fleet)
readonly -A TARGETS=(
    [1]='SharedTests|StatementsTests|ProviderWireTests|ProtocolTests|RuntimeTests|WorkerTests|ToolTests'
    [2]='SimulationTests\.SimulationTests'
    [2r]='SimulationTests\.RuleTests'
    [3]='DriverTests'
    [4]='FleetTests'
)

flags=("${BUILD_FLAGS[@]}")
rings=()
for argument in "$@"; do
    case $argument in
    [134]) rings+=("$argument") ;;
    2) rings+=(2 2r) ;;
    --tsan)
        flags=(-c debug --sanitize thread --scratch-path "$ROOT/.build/tsan")
        rings+=(1 2 2r)
        ;;
    *) die "unknown argument $argument; see the head of this script" ;;
    esac
done

cd "$ROOT"
scripts/install.sh
begin_run
began=$SECONDS
summary=()
failed=0

# Counts the tests that a ring ran, from its report.
tests_run() {
    grep -ohs '<testsuite [^>]*tests="[0-9]*"' "$1" | grep -o 'tests="[0-9]*"' | tr -dc '0-9\n' |
        awk '{ sum += $1 } END { print sum + 0 }'
}

run_ring() {
    local ring=$1 report=$RUN_DIR/tmp/ring-$1.xml began=$SECONDS count verdict=passed options=() status=0
    say ''
    say "ring $ring, ${TITLE[$ring]}"
    # Fleets under load would only measure each other.
    [[ $ring != 4 ]] || options+=(--no-parallel)
    run_member timeout --kill-after=10 "$RING_LIMIT" \
        swift test "${flags[@]}" --skip-build --disable-xctest --xunit-output "$report" \
        --filter "^(${TARGETS[$ring]})[./]" "${options[@]}" || status=$?
    ((status == 0)) || verdict=FAILED
    ((status != 124)) || fail "ring $ring did not end within $RING_LIMIT s"
    expect_no_members "ring $ring" || verdict=FAILED
    count=$(tests_run "$report")
    if ((count == 0)); then
        fail "ring $ring ran no test"
        verdict=FAILED
    fi
    [[ $verdict == passed ]] || failed=1
    summary+=("$(printf 'ring %-2s %-10s %5s tests %5s s  %s' \
        "$ring" "${TITLE[$ring]}" "$count" "$((SECONDS - began))" "$verdict")")
}

build_next() {
    local log=$RUN_DIR/tmp/next.log began=$SECONDS verdict=passed
    run_member scripts/next.sh >"$log" || {
        cat "$log"
        verdict=FAILED
        failed=1
    }
    ORDERFLEET_NEXT_BIN=$(tail -n 1 "$log")
    export ORDERFLEET_NEXT_BIN
    summary+=("$(printf 'build of the next version %12s s  %s' "$((SECONDS - began))" "$verdict")")
}

if ((${#rings[@]} == 0)); then
    rings=(1 2 2r 3 4)
    run_member scripts/check.sh || failed=1
    summary+=("$(printf 'check, with build %20s s  %s' "$((SECONDS - began))" \
        "$( ((failed)) && echo FAILED || echo passed)")")
fi
run_member swift build "${flags[@]}" --build-tests || die "the build failed"
ORDERFLEET_BIN=$(swift build "${flags[@]}" --show-bin-path)
export ORDERFLEET_BIN

for ring in "${rings[@]}"; do
    [[ $ring != 4 ]] || build_next
    run_ring "$ring"
done

say ''
printf '%s\n' "${summary[@]}"
say "all $(printf '%33s' "$((SECONDS - began))") s  $( ((failed)) && echo FAILED || echo passed)"
exit "$failed"
