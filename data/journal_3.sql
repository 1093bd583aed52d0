-- What people did that must be answered for, chained: each line's hash covers the one before it (data/chain.py).
-- A line is added and never changed; its words may be erased, once, and its hash stays in the chain.
CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    action TEXT,
    who TEXT,
    subject TEXT,
    purpose TEXT,
    model_version TEXT,
    details TEXT,
    salt TEXT,
    digest TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT;

CREATE INDEX audit_by_subject ON audit (subject, who, id);
CREATE INDEX audit_by_who ON audit (who, at);
CREATE INDEX audit_by_moment ON audit (at);

-- Words go all together, or not at all.
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit
WHEN NOT (
    NEW.id = OLD.id AND NEW.at = OLD.at AND NEW.digest = OLD.digest AND NEW.hash = OLD.hash
    AND NEW.action IS NULL AND NEW.who IS NULL AND NEW.subject IS NULL AND NEW.purpose IS NULL
    AND NEW.model_version IS NULL AND NEW.details IS NULL AND NEW.salt IS NULL
)
BEGIN SELECT RAISE(ABORT, 'the journal is only added to'); END;

CREATE TRIGGER audit_remains BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the journal is only added to'); END;

CREATE INDEX audit_by_action ON audit (action, at);

CREATE TRIGGER audit_is_new BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the journal is only added to'); END;

-- Whom a pseudonym stands for, where that must be known again: nowhere else is the number in clear.
CREATE TABLE identities (
    subject TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('client', 'case')),
    number TEXT NOT NULL
) STRICT;

CREATE TRIGGER identities_stay BEFORE UPDATE ON identities
BEGIN SELECT RAISE(ABORT, 'the journal is only added to'); END;

CREATE TRIGGER identities_are_new BEFORE INSERT ON identities
WHEN EXISTS (SELECT 1 FROM identities WHERE subject = NEW.subject)
BEGIN SELECT RAISE(ABORT, 'the journal is only added to'); END;

-- Whom nothing may be kept of: digests that nobody can turn back without the key (data/suppression.py).
CREATE TABLE suppressed (
    digest TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('client', 'case')),
    at TEXT NOT NULL
) STRICT;

CREATE TRIGGER suppressed_stay BEFORE UPDATE ON suppressed
BEGIN SELECT RAISE(ABORT, 'the journal is only added to'); END;

CREATE TRIGGER suppressed_remain BEFORE DELETE ON suppressed
BEGIN SELECT RAISE(ABORT, 'the journal is only added to'); END;

CREATE TRIGGER suppressed_are_new BEFORE INSERT ON suppressed
WHEN EXISTS (SELECT 1 FROM suppressed WHERE digest = NEW.digest)
BEGIN SELECT RAISE(ABORT, 'the journal is only added to'); END;

-- Decisions bear the pseudonym; their words too may be erased, all together, and then nothing is left of them.
CREATE TABLE decided (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    who TEXT,
    subject TEXT,
    proposed TEXT,
    decided TEXT,
    motive TEXT,
    followed INTEGER CHECK (followed IN (0, 1)),
    offer TEXT,
    features TEXT,
    model_version TEXT,
    card TEXT,
    snapshot TEXT,
    probability REAL,
    threshold REAL,
    review REAL,
    start REAL,
    contributions TEXT,
    CHECK (subject IS NULL OR (
        who IS NOT NULL AND proposed IS NOT NULL AND decided IS NOT NULL AND motive IS NOT NULL
        AND followed IS NOT NULL AND features IS NOT NULL AND model_version IS NOT NULL AND card IS NOT NULL
        AND probability IS NOT NULL AND threshold IS NOT NULL AND review IS NOT NULL AND start IS NOT NULL
        AND contributions IS NOT NULL
    ))
) STRICT;

INSERT INTO decided
SELECT id, at, who, pseudonym('client', client_id), proposed, decided, motive, followed, offer, features,
       model_version, card, snapshot, probability, threshold, review, start, contributions
FROM decisions ORDER BY id;

INSERT INTO identities
SELECT DISTINCT pseudonym('client', client_id), 'client', CAST(client_id AS TEXT) FROM decisions;

DROP TABLE decisions;

ALTER TABLE decided RENAME TO decisions;

CREATE INDEX decisions_by_subject ON decisions (subject, id);

CREATE TRIGGER decisions_stay BEFORE UPDATE ON decisions
WHEN NOT (
    NEW.id = OLD.id AND NEW.at = OLD.at AND NEW.who IS NULL AND NEW.subject IS NULL AND NEW.proposed IS NULL
    AND NEW.decided IS NULL AND NEW.motive IS NULL AND NEW.followed IS NULL AND NEW.offer IS NULL
    AND NEW.features IS NULL AND NEW.model_version IS NULL AND NEW.card IS NULL AND NEW.snapshot IS NULL
    AND NEW.probability IS NULL AND NEW.threshold IS NULL AND NEW.review IS NULL AND NEW.start IS NULL
    AND NEW.contributions IS NULL
)
BEGIN SELECT RAISE(ABORT, 'the journal is only added to'); END;

CREATE TRIGGER decisions_remain BEFORE DELETE ON decisions
BEGIN SELECT RAISE(ABORT, 'the journal is only added to'); END;

CREATE TRIGGER decisions_are_new BEFORE INSERT ON decisions
WHEN EXISTS (SELECT 1 FROM decisions WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the journal is only added to'); END;
