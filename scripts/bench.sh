#!/usr/bin/env bash
# Measures the workers against the raw limit of their Redis, on a server of its own; arguments go to
# the `benchmarks` binary (--help lists them). Nothing else should run on the machine meanwhile.
set -euo pipefail

# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=scripts/servers.sh
source "$ROOT/scripts/servers.sh"
restart_interruptible "$@"

cd "$ROOT"
scripts/install.sh
begin_run
for product in benchmarks dispatcher house-provider worker-{open,close,cancel,reject,pending,stop-loss,take-profit}; do
    run_member swift build "${BUILD_FLAGS[@]}" --product "$product"
done
ORDERFLEET_BIN=$(swift build "${BUILD_FLAGS[@]}" --show-bin-path)
start_redis redis

# What the benchmark finds: the server, which it empties, and the binaries that it starts. What it
# writes lies in TMPDIR, a folder of the run.
export REDIS_URL ORDERFLEET_BIN
run_member "$ORDERFLEET_BIN/benchmarks" "$@"
stop_member "$REDIS_PID" TERM
expect_no_members "the benchmark"
