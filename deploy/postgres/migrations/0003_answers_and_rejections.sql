-- What commands were answered, and which requests providers refused.

CREATE TABLE requests (
    user_type TEXT NOT NULL
        CHECK (user_type IN ('live', 'demo', 'strategy_provider', 'copy_follower')),
    user_id TEXT NOT NULL CHECK (user_id ~ '^[0-9]{1,19}$'),
    request_id TEXT NOT NULL CHECK (request_id ~ '^[A-Za-z0-9._:-]{1,64}$'),
    -- The same id with another digest is another command under a used name.
    digest TEXT NOT NULL CHECK (digest <> ''),
    status TEXT NOT NULL CHECK (status IN ('accepted', 'refused')),
    reason TEXT,
    order_id BIGINT CHECK (order_id > 0),
    lifecycle_id TEXT,
    -- The transition that it made; null for a refusal, which makes none.
    orders_version BIGINT CHECK (orders_version > 0),
    ts_ms BIGINT NOT NULL,
    PRIMARY KEY (user_type, user_id, request_id),
    CONSTRAINT requests_refusals_have_a_reason CHECK ((status = 'refused') = (reason IS NOT NULL))
);

CREATE INDEX requests_by_order ON requests (order_id) WHERE order_id IS NOT NULL;

CREATE TABLE order_rejections (
    user_type TEXT NOT NULL
        CHECK (user_type IN ('live', 'demo', 'strategy_provider', 'copy_follower')),
    user_id TEXT NOT NULL CHECK (user_id ~ '^[0-9]{1,19}$'),
    orders_version BIGINT NOT NULL CHECK (orders_version > 0),
    order_id BIGINT NOT NULL CHECK (order_id > 0),
    provider_order_id TEXT,
    symbol TEXT NOT NULL,
    -- Which request was refused: ORDER_PLACEMENT, ORDER_CLOSE, …
    rejection_type TEXT NOT NULL,
    from_state TEXT,
    provider_ord_status TEXT,
    provider_exec_id TEXT,
    reason TEXT,
    order_type TEXT,
    order_price NUMERIC(20, 8),
    order_quantity NUMERIC(20, 8),
    margin_released NUMERIC(20, 8) CHECK (margin_released >= 0),
    -- The provider's report as it came.
    provider_raw_data JSONB,
    ts_ms BIGINT NOT NULL,
    PRIMARY KEY (user_type, user_id, orders_version)
);

CREATE INDEX order_rejections_by_order ON order_rejections (order_id);
