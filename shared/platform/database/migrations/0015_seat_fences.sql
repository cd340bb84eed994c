-- The last raise of each organisation's fence. The fences themselves are in the cache, which may come back as it was
-- some time ago: then it does not show the raises since. `sequence` orders all raises; `paid_sequence` is that of the last
-- raise for what payments said of the tenant, `dropped_sequence` that of the last with which the platform had the ERP's
-- word go before that. (What payments said is the tenant's row itself: subscription_overrides is written by older builds
-- alone.)
CREATE TABLE IF NOT EXISTS seat_fences (
    organization_id  TEXT PRIMARY KEY,
    sequence         BIGINT NOT NULL UNIQUE,
    raised_at        BIGINT NOT NULL,
    paid_sequence    BIGINT,
    dropped_sequence BIGINT
);
