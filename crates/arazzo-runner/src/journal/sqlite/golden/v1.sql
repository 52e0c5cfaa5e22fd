-- A journal of version 1 as that version wrote it. It is read by every later one.
PRAGMA application_id = 1095916122;
PRAGMA user_version = 1;
CREATE TABLE runs (
    run INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL UNIQUE,
    workflow_id TEXT NOT NULL,
    description TEXT NOT NULL,
    plan_digest TEXT NOT NULL,
    secret_inputs TEXT NOT NULL,
    settings TEXT NOT NULL,
    standing TEXT NOT NULL,
    due INTEGER,
    started_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    steps INTEGER NOT NULL,
    entries INTEGER NOT NULL,
    owner TEXT,
    epoch INTEGER NOT NULL,
    lease_until INTEGER NOT NULL
) STRICT;
CREATE TABLE entries (
    run INTEGER NOT NULL,
    number INTEGER NOT NULL,
    entry TEXT NOT NULL,
    PRIMARY KEY (run, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE bodies (
    run INTEGER NOT NULL,
    number INTEGER NOT NULL,
    body BLOB NOT NULL,
    UNIQUE (run, number)
) STRICT;
INSERT INTO runs VALUES (1, 'old', 'deliver', 'deliver.arazzo.yml', 'abc', '["pinToken"]', '{}', 'waiting', 5000000, 1000000, 2000000, 1, 4, 'gone', 1, 1);
INSERT INTO entries VALUES (1, 1, '{"record":{"record":"started","at":1000000,"runId":"old","semantics":1,"inputs":{"to":"Ada","weight":1.50}}}');
INSERT INTO entries VALUES (1, 2, '{"callStarted":{"at":1000001,"id":{"visit":1,"attempt":1},"digest":"00ff","idempotencyKey":"6b6579"}}');
INSERT INTO entries VALUES (1, 3, '{"record":{"record":"responded","at":2000000,"id":{"visit":1,"attempt":1},"response":{"status":503,"headers":[["Retry-After","3"]],"body":{"text":""}}}}');
INSERT INTO entries VALUES (1, 4, '{"record":{"record":"failed","at":2000001,"id":{"visit":1,"attempt":2},"error":{"code":"connection-lost","message":"lost"}}}');
INSERT INTO bodies VALUES (1, 3, x'ff00');
