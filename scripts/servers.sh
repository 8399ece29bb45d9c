# shellcheck shell=bash
# shellcheck disable=SC2034  # what is set here is used by the scripts that source this
# Private servers of a run: Redis, a Redis Cluster, Postgres, supervisord, each in a folder of its own
# under the run folder, on a unix socket or on loopback ports, never one that somebody else started.
# Sourced after lib.sh, used after begin_run. They end with the run; see finish_run.

# Seconds that a server has to answer after its start.
readonly READY_SECONDS=30

# Where Debian keeps the server binaries; the newest version wins.
postgres_bin() {
    local newest
    newest=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
    [[ -x $newest/initdb ]] || die "Postgres is not installed; run scripts/install.sh"
    printf '%s' "$newest"
}

# Polls a command until it succeeds; fails at the deadline or as soon as the process has ended, and
# then shows the end of its log.
wait_until_ready() {
    local what=$1 pid=$2 log=$3 deadline=$((SECONDS + READY_SECONDS))
    shift 3
    until "$@" >/dev/null 2>&1; do
        if ! start_time "$pid" >/dev/null || ((SECONDS >= deadline)); then
            fail "$what did not become ready; the end of its log:"
            tail -n 20 "$log" >&2 || true
            return 1
        fi
        sleep 0.05
    done
}

# Starts a Redis on a unix socket. Leaves REDIS_SOCKET, REDIS_PID and REDIS_URL. Further arguments are
# settings, as on the command line of redis-server: `--appendonly no`.
start_redis() {
    local name=$1 dir=$RUN_DIR/$1
    shift
    mkdir -m 700 "$dir"
    REDIS_SOCKET=$dir/redis.sock
    start_member redis-server "$ROOT/deploy/redis/redis.conf" \
        --include "$ROOT/deploy/redis/private.conf" --dir "$dir" --unixsocket "$REDIS_SOCKET" \
        --unixsocketperm 700 --logfile "$dir/redis.log" "$@"
    REDIS_PID=$STARTED
    record_process "$REDIS_PID" "redis $name"
    wait_until_ready "redis $name" "$REDIS_PID" "$dir/redis.log" \
        redis-cli -s "$REDIS_SOCKET" --no-auth-warning ping
    REDIS_URL=redis+unix://$REDIS_SOCKET
}

# Starts three Redis masters on free loopback ports and joins them. Leaves REDIS_URL and
# REDIS_PORTS. The bus of a node listens 10,000 above its port, hence the upper bound.
start_redis_cluster() {
    local name=$1 nodes=() port tries=0 dir
    shift
    REDIS_PORTS=()
    while ((${#REDIS_PORTS[@]} < 3)); do
        ((++tries <= 50)) || die "no three free loopback ports for a Redis Cluster"
        port=$((20000 + SRANDOM % 20000))
        dir=$RUN_DIR/$name-$port
        if port_taken "$port" || port_taken $((port + 10000)); then continue; fi
        mkdir -m 700 "$dir"
        start_member redis-server "$ROOT/deploy/redis/redis.conf" \
            --include "$ROOT/deploy/redis/private.conf" --dir "$dir" --port "$port" \
            --bind 127.0.0.1 --cluster-enabled yes --cluster-config-file nodes.conf \
            --cluster-node-timeout 5000 --logfile "$dir/redis.log" "$@"
        record_process "$STARTED" "redis $name $port"
        wait_until_ready "redis $name $port" "$STARTED" "$dir/redis.log" \
            redis-cli -h 127.0.0.1 -p "$port" ping
        REDIS_PORTS+=("$port")
        nodes+=("127.0.0.1:$port")
    done
    redis-cli --cluster create "${nodes[@]}" --cluster-yes >"$RUN_DIR/$name-create.log"
    wait_until_ready "redis cluster $name" "$STARTED" "$RUN_DIR/$name-create.log" cluster_is_ok
    local IFS=,
    REDIS_URL=redis+cluster://${nodes[*]}
}

port_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# True when every node knows that all slots are served.
cluster_is_ok() {
    local port
    for port in "${REDIS_PORTS[@]}"; do
        redis-cli -h 127.0.0.1 -p "$port" cluster info | grep -q '^cluster_state:ok' || return 1
    done
}

# Starts a Postgres on a unix socket with a database `orderfleet`. Leaves POSTGRES_PID and
# DATABASE_URL. Postgres refuses to run as root, so root lends it the user `postgres`: by setpriv,
# which becomes the server instead of staying above it.
start_postgres() {
    local name=$1 dir=$RUN_DIR/$1 bin user as=()
    bin=$(postgres_bin)
    user=$(id -un)
    mkdir -m 700 "$dir"
    if ((EUID == 0)); then
        user=postgres
        as=(setpriv --reuid=postgres --regid=postgres --init-groups --)
        chown postgres: "$dir"
    fi
    # In the foreground, where bash lets it finish before it acts on a signal, and in a session of its
    # own, where Ctrl-C does not reach it: killed half-way, it leaves files in /dev/shm, and it takes
    # only a second.
    setsid --wait env ORDERFLEET_RUN_DIR="$RUN_DIR" "${as[@]}" "$bin/initdb" -D "$dir/data" \
        -U "$user" -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$RUN_DIR/tmp/initdb.log" 2>&1 || {
        fail "initdb failed:"
        tail -n 20 "$RUN_DIR/tmp/initdb.log" >&2
        return 1
    }
    # Copied, because the server's user may not be able to read this checkout.
    cat "$ROOT/deploy/postgres/private.conf" >>"$dir/data/postgresql.conf"
    # SIGINT is the fast stop: it ends the clients' sessions instead of waiting for them.
    start_member "${as[@]}" setpriv --pdeathsig INT -- "$bin/postgres" -D "$dir/data" -k "$dir" \
        >"$RUN_DIR/$name.log" 2>&1
    POSTGRES_PID=$STARTED
    record_process "$POSTGRES_PID" "postgres $name"
    wait_until_ready "postgres $name" "$POSTGRES_PID" "$RUN_DIR/$name.log" \
        "$bin/pg_isready" -h "$dir" -U "$user" -d postgres
    psql -qX -h "$dir" -U "$user" -d postgres -c 'CREATE DATABASE orderfleet' >/dev/null
    DATABASE_URL="host=$dir user=$user dbname=orderfleet"
}

# Ends one process of the run with a signal, and waits for it: `stop_member <pid> <signal>`.
stop_member() {
    local pid=$1 signal=$2 deadline=$((SECONDS + STOP_GRACE))
    signal_all "$signal" "$pid"
    while start_time "$pid" >/dev/null; do
        if ((SECONDS >= deadline)); then
            fail "process $pid did not end on SIG$signal within $STOP_GRACE s"
            return 1
        fi
        sleep 0.05
    done
}
