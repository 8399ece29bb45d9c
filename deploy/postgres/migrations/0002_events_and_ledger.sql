-- What happened, in each account's own order, and the money that moved with it. Rows are added and
-- never changed.

CREATE TABLE order_events (
    user_type TEXT NOT NULL
        CHECK (user_type IN ('live', 'demo', 'strategy_provider', 'copy_follower')),
    user_id TEXT NOT NULL CHECK (user_id ~ '^[0-9]{1,19}$'),
    orders_version BIGINT NOT NULL CHECK (orders_version > 0),
    -- Another token under a number that is there is a fork: two histories of one account.
    orders_token TEXT NOT NULL CHECK (orders_token <> ''),
    event_id TEXT NOT NULL CHECK (event_id <> ''),
    type TEXT NOT NULL CHECK (type <> ''),
    -- Null for steps of the account alone.
    order_id BIGINT CHECK (order_id > 0),
    order_version BIGINT CHECK (order_version > 0),
    from_state TEXT,
    to_state TEXT,
    request_id TEXT,
    ts_ms BIGINT NOT NULL,
    -- Every field of the event, as text.
    fields JSONB NOT NULL CHECK (jsonb_typeof(fields) = 'object'),
    committed_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (user_type, user_id, orders_version),
    CONSTRAINT order_events_order_is_whole CHECK (
        (order_id IS NULL) = (order_version IS NULL) AND (order_id IS NULL) = (to_state IS NULL))
);

-- An order's numbers have no repeat either.
CREATE UNIQUE INDEX order_events_by_order ON order_events (order_id, order_version)
    WHERE order_id IS NOT NULL;
CREATE INDEX order_events_by_request ON order_events (user_type, user_id, request_id)
    WHERE request_id IS NOT NULL;

CREATE TABLE ledger_entries (
    user_type TEXT NOT NULL,
    user_id TEXT NOT NULL,
    orders_version BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN
        ('profit', 'commission', 'swap', 'deposit', 'withdrawal', 'adjustment')),
    -- Negative amounts lower the balance. An account's rows sum to its balance at every number.
    amount NUMERIC(20, 8) NOT NULL,
    order_id BIGINT CHECK (order_id > 0),
    -- The balance once all rows of this number are booked.
    balance_after NUMERIC(20, 8) NOT NULL,
    ts_ms BIGINT NOT NULL,
    PRIMARY KEY (user_type, user_id, orders_version, kind),
    -- No money without the event that moved it.
    CONSTRAINT ledger_entries_have_an_event FOREIGN KEY (user_type, user_id, orders_version)
        REFERENCES order_events (user_type, user_id, orders_version),
    CONSTRAINT ledger_entries_sign CHECK (
        (kind <> 'deposit' OR amount > 0) AND (kind <> 'withdrawal' OR amount < 0)),
    CONSTRAINT ledger_entries_of_orders CHECK (
        kind NOT IN ('profit', 'commission', 'swap')
        OR (order_id IS NOT NULL AND amount = round(amount, 2)))
);

CREATE INDEX ledger_entries_by_order ON ledger_entries (order_id) WHERE order_id IS NOT NULL;
