#!/usr/bin/env bash
# Measures the fleet against the raw limit of its Redis, on servers of its own; further arguments go to
# the `benchmarks` binary. Nothing else should run on the machine meanwhile.
set -euo pipefail

# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=scripts/servers.sh
source "$ROOT/scripts/servers.sh"
restart_interruptible "$@"

cd "$ROOT"
scripts/install.sh
begin_run
run_member swift build "${BUILD_FLAGS[@]}"
ORDERFLEET_BIN=$(swift build "${BUILD_FLAGS[@]}" --show-bin-path)
start_redis redis
start_postgres postgres

# What the benchmark finds: the servers, the binaries that it starts, a folder for its own.
export REDIS_URL DATABASE_URL ORDERFLEET_BIN MARKET_HOURS=always
run_member "$ORDERFLEET_BIN/fleet" init
run_member "$ORDERFLEET_BIN/fleet" migrate
run_member "$ORDERFLEET_BIN/benchmarks" "$@"
stop_member "$POSTGRES_PID" INT
stop_member "$REDIS_PID" TERM
expect_no_members "the benchmark"
