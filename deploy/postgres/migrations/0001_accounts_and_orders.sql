-- The latest state of accounts, orders and terms. Columns hold what people query; the JSONB columns
-- hold every field of the Redis hash beside them, as text, so that an empty Redis can be refilled.
-- Money is dollars, *_ms are milliseconds since 1970 by Redis' clock, quantities are lots.

CREATE TABLE accounts (
    user_type TEXT NOT NULL
        CHECK (user_type IN ('live', 'demo', 'strategy_provider', 'copy_follower')),
    user_id TEXT NOT NULL CHECK (user_id ~ '^[0-9]{1,19}$'),
    -- Counts the account's transitions; the token tells two histories of one number apart.
    orders_version BIGINT NOT NULL CHECK (orders_version > 0),
    orders_token TEXT NOT NULL CHECK (orders_token <> ''),
    balance NUMERIC(20, 8) NOT NULL,
    used_margin_executed NUMERIC(20, 8) NOT NULL CHECK (used_margin_executed >= 0),
    used_margin_all NUMERIC(20, 8) NOT NULL CHECK (used_margin_all >= 0),
    group_name TEXT,
    leverage NUMERIC(20, 8) CHECK (leverage > 0),
    status TEXT,
    sending_orders TEXT,
    account_number TEXT,
    config JSONB CHECK (jsonb_typeof(config) = 'object'),
    portfolio JSONB NOT NULL CHECK (jsonb_typeof(portfolio) = 'object'),
    updated_ms BIGINT NOT NULL,
    written_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (user_type, user_id)
);

CREATE TABLE orders (
    order_id BIGINT PRIMARY KEY CHECK (order_id > 0),
    user_type TEXT NOT NULL
        CHECK (user_type IN ('live', 'demo', 'strategy_provider', 'copy_follower')),
    user_id TEXT NOT NULL CHECK (user_id ~ '^[0-9]{1,19}$'),
    account_number TEXT,
    symbol TEXT NOT NULL CHECK (symbol <> ''),
    -- As it stands: a fill turns a pending type into BUY or SELL.
    order_type TEXT NOT NULL CHECK (order_type IN
        ('BUY', 'SELL', 'BUY_LIMIT', 'SELL_LIMIT', 'BUY_STOP', 'SELL_STOP')),
    placed_as TEXT NOT NULL,
    flow TEXT NOT NULL CHECK (flow <> ''),
    state TEXT NOT NULL CHECK (state IN
        ('queued', 'pendingQueued', 'pending', 'modifying', 'cancelling', 'open', 'closing',
         'closed', 'cancelled', 'rejected')),
    -- The reference's three texts, for other readers; nothing decides on them.
    status TEXT NOT NULL,
    order_status TEXT NOT NULL,
    execution_status TEXT NOT NULL,
    order_quantity NUMERIC(20, 8) NOT NULL CHECK (order_quantity > 0),
    -- Asked for until the fill, the entry price after it.
    order_price NUMERIC(20, 8) NOT NULL,
    leverage NUMERIC(20, 8) NOT NULL CHECK (leverage > 0),
    stop_loss NUMERIC(20, 8),
    stop_loss_state TEXT CHECK (stop_loss_state IN ('placing', 'active', 'cancelling')),
    take_profit NUMERIC(20, 8),
    take_profit_state TEXT CHECK (take_profit_state IN ('placing', 'active', 'cancelling')),
    margin NUMERIC(20, 8) CHECK (margin >= 0),
    reserved_margin NUMERIC(20, 8) CHECK (reserved_margin >= 0),
    -- Units, not money: contract size times lots.
    contract_value NUMERIC(20, 8) CHECK (contract_value >= 0),
    commission_entry NUMERIC(20, 8) NOT NULL DEFAULT 0,
    commission_exit NUMERIC(20, 8) NOT NULL DEFAULT 0,
    swap NUMERIC(20, 8) NOT NULL DEFAULT 0,
    profit NUMERIC(20, 8),
    net_profit NUMERIC(20, 8),
    close_price NUMERIC(20, 8),
    close_message TEXT,
    reject_reason TEXT,
    placed_by TEXT,
    order_version BIGINT NOT NULL CHECK (order_version > 0),
    -- The account's number at this order's last transition.
    orders_version BIGINT NOT NULL CHECK (orders_version > 0),
    created_ms BIGINT NOT NULL,
    opened_ms BIGINT,
    ended_ms BIGINT,
    updated_ms BIGINT NOT NULL,
    snapshot JSONB NOT NULL CHECK (jsonb_typeof(snapshot) = 'object'),
    written_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT orders_parts_in_cents CHECK (
        commission_entry = round(commission_entry, 2)
        AND commission_exit = round(commission_exit, 2)
        AND swap = round(swap, 2) AND profit = round(profit, 2)),
    CONSTRAINT orders_closed_parts_add_up CHECK (
        state <> 'closed'
        OR (close_price IS NOT NULL AND profit IS NOT NULL AND net_profit IS NOT NULL
            AND net_profit = profit - commission_entry - commission_exit + swap)),
    CONSTRAINT orders_only_closed_have_profit CHECK (
        state = 'closed' OR (profit IS NULL AND net_profit IS NULL))
);

CREATE INDEX orders_by_account ON orders (user_type, user_id, order_id);
CREATE INDEX orders_by_placing_request ON orders (user_type, user_id, placed_by)
    WHERE placed_by IS NOT NULL;
CREATE INDEX orders_active ON orders (user_type, user_id)
    WHERE state NOT IN ('closed', 'cancelled', 'rejected');

-- The terms of a group, as they were written to groups:{<group>}:<symbol>.
CREATE TABLE instruments (
    group_name TEXT NOT NULL CHECK (group_name <> ''),
    symbol TEXT NOT NULL CHECK (symbol <> ''),
    terms JSONB NOT NULL CHECK (jsonb_typeof(terms) = 'object'),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (group_name, symbol)
);
