-- The published tables. A build creates those it has; the rest are created empty from here.
CREATE TABLE IF NOT EXISTS cases (
    case_id VARCHAR, day DATE, received_on DATE, closed_on DATE,
    agency VARCHAR, region VARCHAR, agent VARCHAR, case_type VARCHAR, status VARCHAR,
    treated BIGINT, delay_days DOUBLE, documents BIGINT, returns BIGINT, return_reason VARCHAR,
    workload DOUBLE, stated_return_rate DOUBLE, norm_days DOUBLE, weight DOUBLE
);
CREATE TABLE IF NOT EXISTS agencies (
    agency_id VARCHAR, agency VARCHAR, region VARCHAR, fte DOUBLE, opened_on DATE
);
CREATE TABLE IF NOT EXISTS agents (agent_id VARCHAR, skills VARCHAR, fte DOUBLE);
CREATE TABLE IF NOT EXISTS agent_agencies (agent_id VARCHAR, agency_id VARCHAR);
CREATE TABLE IF NOT EXISTS clients (
    client_id BIGINT, since DATE, until DATE, age DOUBLE, segment VARCHAR
);
CREATE TABLE IF NOT EXISTS scores (
    client_id BIGINT, probability DOUBLE, decision VARCHAR, threshold DOUBLE, model_version VARCHAR,
    contributions DOUBLE[]
);
CREATE TABLE IF NOT EXISTS targets (indicator VARCHAR, agency VARCHAR, month DATE, value DOUBLE);
CREATE TABLE IF NOT EXISTS rejects (
    source VARCHAR, table_name VARCHAR, line BIGINT, "column" VARCHAR, value VARCHAR, reason VARCHAR
);
CREATE TABLE IF NOT EXISTS loads (
    source VARCHAR, table_name VARCHAR, started_at TIMESTAMP,
    rows_read BIGINT, rows_kept BIGINT, rows_rejected BIGINT, checksum VARCHAR, seconds DOUBLE
);
CREATE TABLE IF NOT EXISTS known (
    received BOOLEAN, single BOOLEAN, fte BOOLEAN,
    returns BOOLEAN, delay BOOLEAN, rate BOOLEAN, workload BOOLEAN
);
CREATE TABLE IF NOT EXISTS chances (
    agency VARCHAR, case_type VARCHAR, norm_days DOUBLE, age BIGINT, chance DOUBLE, cases BIGINT, source VARCHAR,
    expected_low BIGINT, expected BIGINT, expected_high BIGINT
);
CREATE TABLE IF NOT EXISTS chance_checks (
    first_asked DATE, last_asked DATE, agency VARCHAR, case_type VARCHAR, band BIGINT,
    cases BIGINT, announced DOUBLE, observed BIGINT
);
