#!/usr/bin/env bash
# The whole fleet on recorded trades: installs, builds, starts a Redis and a Postgres of its own and the
# processes under supervisor, then
#   (a) trades a signal's statement again (US30, NZDCAD) through a provider that answers from it,
#   (b) lets 200 accounts of all four user types trade 20,000 orders on recorded prices,
# prints a table, and stops everything. Exits 0 only if every profit, the ledger and the invariants agree.
#
#   scripts/demo.sh            the whole
#   ORDERS=1000 scripts/demo.sh    fewer orders in part (b)
#   KEEP=1 scripts/demo.sh     wait before stopping, to look around with `fleet`
set -euo pipefail

# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=scripts/servers.sh
source "$ROOT/scripts/servers.sh"
restart_interruptible "$@"

readonly ORDERS=${ORDERS:-20000}
readonly DATA=$ROOT/deploy/demo/data

step() { printf '\n[%4d s] %s\n' "$SECONDS" "$*"; }
fleet() { run_member "$ORDERFLEET_BIN/fleet" "$@"; }
query() { psql -X "$DATABASE_URL" "$@"; }

build() {
    run_member swift build "${BUILD_FLAGS[@]}"
    ORDERFLEET_BIN=$(swift build "${BUILD_FLAGS[@]}" --show-bin-path)
    export ORDERFLEET_BIN
}

start_servers() {
    start_redis redis
    start_postgres postgres
    export REDIS_URL DATABASE_URL
    # Recorded prices know no weekend.
    export MARKET_HOURS=always
}

set_up() {
    fleet init
    fleet migrate
    fleet group set --file deploy/demo/terms.json
}

start_fleet() {
    mkdir "$RUN_DIR/logs" "$RUN_DIR/state"
    # Copies of each process and the like, as the example says; what the demo says comes on top.
    local name
    while IFS= read -r name; do export "${name?}"; done < <(grep '^COPIES_' deploy/env.example)
    export ORDERFLEET_LOG_DIR=$RUN_DIR/logs ORDERFLEET_STATE_DIR=$RUN_DIR/state
    export ORDERFLEET_INCLUDE=demo.conf ORDERFLEET_DATA=$DATA
    start_member supervisord --configuration deploy/supervisor/orderfleet.conf
    SUPERVISOR_PID=$STARTED
    record_process "$SUPERVISOR_PID" supervisord
    wait_until_ready "the fleet" "$SUPERVISOR_PID" "$RUN_DIR/logs/supervisord.log" fleet_is_up
    supervisorctl --configuration deploy/supervisor/orderfleet.conf status
}

# True once every process has stayed up for its startsecs.
fleet_is_up() {
    local states
    states=$(supervisorctl --configuration deploy/supervisor/orderfleet.conf status) &&
        ! grep -qv ' RUNNING ' <<<"$states"
}

create_accounts() {
    fleet account create --file deploy/demo/signal.json
    fleet account create --file deploy/demo/accounts.json
}

# (a) A signal's statement, through the provider's flow.
trade_signal() {
    fleet play "$DATA/us30_nzdcad_signal_positions.csv" --account strategy_provider:77 \
        --rates "$DATA/usdcad_rates.csv"
}

# (b) Many accounts on recorded ticks, through the house's flow.
trade_many() {
    local status=0
    start_member "$ORDERFLEET_BIN/fleet" feed "$DATA/eurusd_ticks_20200101.csv" \
        "$DATA/gbpusd_m1_201202.csv" --speed 60 >"$RUN_DIR/logs/feed.log" 2>&1
    FEED_PID=$STARTED
    fleet trade --file deploy/demo/accounts.json --orders "$ORDERS" --window 400 || status=$?
    stop_member "$FEED_PID" TERM
    return "$status"
}

# Events are on their way to Postgres for a moment after the last order: the fleet is compared when all
# queues are empty and every event was read by all its readers.
wait_until_settled() { fleet status --wait-idle >"$RUN_DIR/logs/idle.log"; }

print_table() {
    local status=0
    fleet status || status=1
    say ''
    say 'orders by state, as Postgres remembers them:'
    query -c 'SELECT state, flow, count(*) AS orders FROM orders GROUP BY state, flow
        ORDER BY 1, 2' || status=1
    say 'ledger:'
    query -c 'SELECT kind, count(*) AS entries, sum(amount) AS sum FROM ledger_entries
        GROUP BY kind ORDER BY 1' || status=1
    fleet dead list || status=1
    fleet reconcile || status=1
    return "$status"
}

stop_fleet() {
    stop_member "$SUPERVISOR_PID" TERM &&
        stop_member "$POSTGRES_PID" INT &&
        stop_member "$REDIS_PID" TERM &&
        expect_no_members "the demo"
}

cd "$ROOT"
step "packages"
scripts/install.sh
begin_run
step "build"
build
step "private Redis and Postgres"
start_servers
step "topology, schema, terms"
set_up
step "the fleet, under supervisor"
start_fleet
step "accounts"
create_accounts
failed=()
step "(a) a recorded signal, through a provider"
trade_signal || failed+=("(a)")
step "(b) $ORDERS orders of 200 accounts on recorded prices"
trade_many || failed+=("(b)")
step "what became of it"
wait_until_settled
print_table || failed+=("table")
if [[ -n ${KEEP:-} ]]; then
    say ''
    say "export REDIS_URL='$REDIS_URL' DATABASE_URL='$DATABASE_URL' PATH=$ORDERFLEET_BIN:\$PATH"
    say "Ctrl-C stops the fleet."
    run_member sleep infinity
fi
step "stopping"
stop_fleet || failed+=("stopping")
if ((${#failed[@]})); then
    rm -rf "$ROOT/.build/demo-logs"
    cp -r "$RUN_DIR/logs" "$ROOT/.build/demo-logs"
    die "failed: ${failed[*]}; the logs are kept in .build/demo-logs"
fi
step "done"
