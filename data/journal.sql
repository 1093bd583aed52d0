-- What people did with scores, in the order they did it. Lines are added, never changed and never removed.
CREATE TABLE consultations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    subject TEXT,
    purpose TEXT NOT NULL,
    model_version TEXT NOT NULL,
    card TEXT NOT NULL,
    probability REAL NOT NULL,
    threshold REAL NOT NULL,
    snapshot TEXT
) STRICT;

CREATE INDEX consultations_by_subject ON consultations (subject, who, id);

CREATE TABLE decisions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    client_id INTEGER NOT NULL,
    proposed TEXT NOT NULL,
    decided TEXT NOT NULL,
    motive TEXT NOT NULL,
    followed INTEGER NOT NULL CHECK (followed IN (0, 1)),
    offer TEXT,
    features TEXT NOT NULL,
    model_version TEXT NOT NULL,
    card TEXT NOT NULL,
    snapshot TEXT,
    probability REAL NOT NULL,
    threshold REAL NOT NULL,
    review REAL NOT NULL,
    start REAL NOT NULL,
    contributions TEXT NOT NULL
) STRICT;

CREATE INDEX decisions_by_client ON decisions (client_id, id);

CREATE TRIGGER consultations_stay BEFORE UPDATE ON consultations
BEGIN SELECT RAISE(ABORT, 'the journal is only added to'); END;

CREATE TRIGGER consultations_remain BEFORE DELETE ON consultations
BEGIN SELECT RAISE(ABORT, 'the journal is only added to'); END;

-- REPLACE would remove a line without asking the trigger above.
CREATE TRIGGER consultations_are_new BEFORE INSERT ON consultations
WHEN EXISTS (SELECT 1 FROM consultations WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the journal is only added to'); END;

CREATE TRIGGER decisions_stay BEFORE UPDATE ON decisions
BEGIN SELECT RAISE(ABORT, 'the journal is only added to'); END;

CREATE TRIGGER decisions_remain BEFORE DELETE ON decisions
BEGIN SELECT RAISE(ABORT, 'the journal is only added to'); END;

CREATE TRIGGER decisions_are_new BEFORE INSERT ON decisions
WHEN EXISTS (SELECT 1 FROM decisions WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the journal is only added to'); END;
