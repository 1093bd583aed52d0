-- Who may come in. Moments are ISO, UTC. Of every secret only a hash is kept.
CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    label TEXT NOT NULL,
    roles TEXT NOT NULL,
    scope TEXT,
    password TEXT,
    issuer TEXT,
    subject TEXT,
    disabled INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
    created_at TEXT NOT NULL,
    password_at TEXT,
    seen_at TEXT
) STRICT;

CREATE UNIQUE INDEX users_by_subject ON users (issuer, subject) WHERE subject IS NOT NULL;

CREATE TABLE sessions (
    key TEXT PRIMARY KEY,
    user INTEGER NOT NULL REFERENCES users (id),
    opened_at TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    means TEXT NOT NULL CHECK (means IN ('password', 'organisation', 'link')),
    browser TEXT NOT NULL,
    hint TEXT
) STRICT;

CREATE INDEX sessions_by_user ON sessions (user);

-- Links that work once: the first administrator's (of no user), an invitation, a password to choose again.
CREATE TABLE links (
    key TEXT PRIMARY KEY,
    user INTEGER REFERENCES users (id),
    kind TEXT NOT NULL CHECK (kind IN ('first', 'invitation', 'reset')),
    made_by TEXT NOT NULL,
    until TEXT NOT NULL
) STRICT;

-- Of names tried with a wrong password, known or not: how often, and until when none is listened to.
CREATE TABLE attempts (
    name TEXT PRIMARY KEY,
    failures INTEGER NOT NULL,
    at TEXT NOT NULL,
    until TEXT
) STRICT;

CREATE TABLE tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    key TEXT NOT NULL UNIQUE,
    roles TEXT NOT NULL,
    scope TEXT,
    made_by TEXT NOT NULL,
    made_at TEXT NOT NULL,
    until TEXT NOT NULL,
    used_at TEXT,
    revoked INTEGER NOT NULL DEFAULT 0 CHECK (revoked IN (0, 1))
) STRICT;

-- Sign-ins begun at the organisation's provider and not yet come back.
CREATE TABLE pending (
    state TEXT PRIMARY KEY,
    browser TEXT NOT NULL,
    nonce TEXT NOT NULL,
    verifier TEXT NOT NULL,
    way TEXT NOT NULL,
    until TEXT NOT NULL
) STRICT;
