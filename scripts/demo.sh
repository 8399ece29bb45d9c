#!/usr/bin/env bash
# The whole fleet on recorded trades: installs, builds, starts a Redis and a Postgres of its own and the
# processes under supervisor, then
#   (a) trades a signal's statement again (US30, NZDCAD) through a provider that answers from it,
#   (b) trades a signal's order book again (XAUUSD: stop orders, changes, cancels, legs) for all four
#       user types, through that provider and through the house,
#   (c) lets 200 accounts of all four user types trade 20,000 orders on recorded prices,
# prints a table, and stops everything. Exits 0 only if every profit, the ledger and the invariants agree.
#
#   scripts/demo.sh            the whole
#   ORDERS=1000 scripts/demo.sh    fewer orders in part (c)
#   KEEP=1 scripts/demo.sh     wait before stopping, to look around with `fleet`
set -euo pipefail

# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=scripts/servers.sh
source "$ROOT/scripts/servers.sh"
restart_interruptible "$@"

readonly ORDERS=${ORDERS:-20000}
readonly DATA=$ROOT/deploy/demo/data
readonly BOOK=$DATA/xauusd_signal_orderbook.csv
# Who trades the order book (deploy/demo/signal.json). No demo account has a provider.
readonly BOOK_BY_PROVIDER=(live:71 strategy_provider:72 copy_follower:73)
readonly BOOK_BY_HOUSE=(live:81 demo:82 strategy_provider:83 copy_follower:84)

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

# (b) A signal's order book by one account, and whether it came out as expected: everything as the
# statement has it and, through the provider, each kind of request refused once and made again. The
# house cannot give what the broker gave beyond a level: two stops close at their level.
trade_book() {
    local account=$1 flow=$2 profits=$3 log status=0 line expected
    log=$(book_log "$account")
    expected=("flow: $flow" "XAUUSD profits equal to the cent: $profits of 11"
        "XAUUSD commissions equal to the cent: 11 of 11" "XAUUSD close messages: 8 of 8"
        "XAUUSD modifications: 28 of 28" "XAUUSD cancels: 28 of 28")
    if [[ $flow == house ]]; then
        expected+=("closed at the level, the broker better than it: 2")
    else
        for line in placement modify cancel close leg; do
            expected+=("rejected and asked for again, $line: 1")
        done
    fi
    fleet play "$BOOK" --account "$account" >"$log" || status=1
    for line in "${expected[@]}"; do
        grep -qxF "$line" "$log" || { fail "$account: missing '$line'" && status=1; }
    done
    say "$account through $flow: $(book_fact "$account" steps) steps in" \
        "$(book_fact "$account" milliseconds) ms"
    ((status == 0)) || cat "$log"
    return "$status"
}

book_log() { printf '%s' "$RUN_DIR/logs/book-${1/:/-}.log"; }

# What a run said of something, empty if nothing.
book_fact() { sed -n "s/^$2: //p" "$(book_log "$1")"; }

trade_books() {
    local status=0 account
    for account in "${BOOK_BY_PROVIDER[@]}"; do
        trade_book "$account" barclays 11 || status=1
    done
    for account in "${BOOK_BY_HOUSE[@]}"; do trade_book "$account" house 9 || status=1; done
    print_books
    return "$status"
}

print_books() {
    local account form='%-22s %-9s %9s %12s %9s %9s %9s %8s %10s\n'
    say ''
    # shellcheck disable=SC2059  # the form is ours
    printf "$form" account flow profits commissions messages changes cancels rejects synthetic
    for account in "${BOOK_BY_PROVIDER[@]}" "${BOOK_BY_HOUSE[@]}"; do
        # shellcheck disable=SC2059
        printf "$form" "$account" "$(book_fact "$account" flow)" \
            "$(book_fact "$account" 'XAUUSD profits equal to the cent')" \
            "$(book_fact "$account" 'XAUUSD commissions equal to the cent')" \
            "$(book_fact "$account" 'XAUUSD close messages')" \
            "$(book_fact "$account" 'XAUUSD modifications')" \
            "$(book_fact "$account" 'XAUUSD cancels')" \
            "$(grep -c '^rejected and asked for again, ' "$(book_log "$account")")" \
            "$(book_fact "$account" 'synthetic prices')"
    done
    say ''
    say "what the provider rejected of ${BOOK_BY_PROVIDER[0]}, and where it left the order:"
    book_table "${BOOK_BY_PROVIDER[0]}" 'rejected and asked for again:'
    say "what ${BOOK_BY_HOUSE[0]} could not get from the house:"
    book_table "${BOOK_BY_HOUSE[0]}" 'closed at the level, the broker better than it:'
}

# The rows below a title, up to a line that begins something else.
book_table() {
    awk -v title="$2" '
        $0 == title { inside = 1; next }
        inside && /^[a-z].*:/ { inside = 0 }
        inside { print "  " $0 }
    ' "$(book_log "$1")"
}

# (c) Many accounts on recorded ticks, through the house's flow.
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
step "(b) a signal's order book: seven runs of user type and flow"
trade_books || failed+=("(b)")
step "(c) $ORDERS orders of 200 accounts on recorded prices"
trade_many || failed+=("(c)")
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
