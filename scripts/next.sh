#!/usr/bin/env bash
# Builds some binaries once more as a later version of the fleet, whose messages have changed, and prints
# the folder that they are in, on the last line. The test of a rolling upgrade runs them beside the others.
# Debug, and only what that test replaces (Binaries.next): it must not take long.
set -euo pipefail

# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
restart_interruptible "$@"

readonly NEXT_FLAGS=(-c debug -Xswiftc -DORDERFLEET_NEXT_MESSAGES
    --explicit-target-dependency-import-check error
    --scratch-path "${ORDERFLEET_SCRATCH:-$ROOT/.build}/next")

cd "$ROOT"
scripts/install.sh
begin_run
for product in dispatcher worker-close worker-open; do
    run_member swift build "${NEXT_FLAGS[@]}" --product "$product"
done
swift build "${NEXT_FLAGS[@]}" --show-bin-path
