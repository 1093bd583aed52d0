-- What people answered to recommendations: lines are added, never changed and never removed.
CREATE TABLE advised (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    rule TEXT NOT NULL,
    place TEXT NOT NULL,
    month TEXT NOT NULL,
    answer TEXT NOT NULL CHECK (answer IN ('retained', 'dismissed', 'snoozed', 'withdrawn')),
    reason TEXT NOT NULL,
    motive TEXT NOT NULL,
    until TEXT,
    plan TEXT NOT NULL,
    measured TEXT NOT NULL,
    announced TEXT NOT NULL,
    snapshot TEXT NOT NULL
) STRICT;

CREATE INDEX advised_by_subject ON advised (rule, place, id);

CREATE TRIGGER advised_stay BEFORE UPDATE ON advised
BEGIN SELECT RAISE(ABORT, 'the journal is only added to'); END;

CREATE TRIGGER advised_remain BEFORE DELETE ON advised
BEGIN SELECT RAISE(ABORT, 'the journal is only added to'); END;

CREATE TRIGGER advised_are_new BEFORE INSERT ON advised
WHEN EXISTS (SELECT 1 FROM advised WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the journal is only added to'); END;

-- Addresses that people gave a name to; at most one of each person's is the one they start with.
CREATE TABLE saved_views (
    who TEXT NOT NULL,
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    at TEXT NOT NULL,
    first INTEGER NOT NULL DEFAULT 0 CHECK (first IN (0, 1)),
    PRIMARY KEY (who, name)
) STRICT;

CREATE UNIQUE INDEX saved_views_first ON saved_views (who) WHERE first = 1;
