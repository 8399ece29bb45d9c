-- What a person has to look at: messages that died, and accounts whose persistence stopped.

CREATE TABLE dead_letters (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- The role whose queue it died in, the partition, and its entry there.
    queue TEXT NOT NULL CHECK (queue <> ''),
    partition INTEGER NOT NULL CHECK (partition >= 0),
    entry_id TEXT NOT NULL CHECK (entry_id ~ '^[0-9]+-[0-9]+$'),
    reason TEXT NOT NULL CHECK (reason <> ''),
    -- Every field of the message, as text.
    fields JSONB NOT NULL CHECK (jsonb_typeof(fields) = 'object'),
    died_ms BIGINT NOT NULL,
    archived_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    action TEXT,
    actor TEXT CHECK (actor <> ''),
    acted_at TIMESTAMPTZ,
    UNIQUE (queue, partition, entry_id),
    CONSTRAINT dead_letters_action CHECK (action IN ('redriven', 'resolved', 'dropped')),
    CONSTRAINT dead_letters_action_has_an_actor CHECK (
        (action IS NULL) = (actor IS NULL) AND (action IS NULL) = (acted_at IS NULL))
);

CREATE INDEX dead_letters_open ON dead_letters (reason, died_ms) WHERE action IS NULL;

-- A row that Postgres refused, a gap or a fork: the account's records wait until it is cleared.
CREATE TABLE parked_accounts (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_type TEXT NOT NULL
        CHECK (user_type IN ('live', 'demo', 'strategy_provider', 'copy_follower')),
    user_id TEXT NOT NULL CHECK (user_id ~ '^[0-9]{1,19}$'),
    orders_version BIGINT NOT NULL,
    reason TEXT NOT NULL CHECK (reason IN ('refused', 'gap', 'fork', 'unreadable')),
    sqlstate TEXT,
    constraint_name TEXT,
    detail TEXT NOT NULL,
    parked_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    cleared_by TEXT CHECK (cleared_by <> ''),
    cleared_at TIMESTAMPTZ,
    CONSTRAINT parked_accounts_clearing CHECK ((cleared_by IS NULL) = (cleared_at IS NULL))
);

CREATE UNIQUE INDEX parked_accounts_open ON parked_accounts (user_type, user_id)
    WHERE cleared_at IS NULL;
