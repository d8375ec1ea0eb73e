CREATE TABLE audit (
    number INTEGER NOT NULL,
    body TEXT NOT NULL,
    digest VARCHAR(64) NOT NULL,
    PRIMARY KEY (number)
);
CREATE TABLE audit_head (
    id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    digest VARCHAR(64) NOT NULL,
    PRIMARY KEY (id)
);
CREATE TABLE blobs (
    hash VARCHAR(64) NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (hash)
);
CREATE TABLE call_programs (
    digest VARCHAR(64) NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (digest)
);
CREATE TABLE calls (
    number INTEGER NOT NULL,
    call_id VARCHAR(160) NOT NULL,
    tool VARCHAR(160) NOT NULL,
    at VARCHAR(32) NOT NULL,
    outcome VARCHAR(32) NOT NULL,
    program VARCHAR(64) NOT NULL,
    size INTEGER NOT NULL,
    digest VARCHAR(64) NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (number)
);
CREATE TABLE events (
    sequence INTEGER NOT NULL,
    at VARCHAR(32) NOT NULL,
    type VARCHAR(64) NOT NULL,
    identifier TEXT NOT NULL,
    data JSON NOT NULL,
    PRIMARY KEY (sequence)
);
CREATE TABLE failures (
    run_id VARCHAR(64) NOT NULL,
    number INTEGER NOT NULL,
    at VARCHAR(32) NOT NULL,
    tool TEXT NOT NULL,
    error_type VARCHAR(32) NOT NULL,
    message TEXT NOT NULL,
    context JSON NOT NULL,
    PRIMARY KEY (run_id, number),
    FOREIGN KEY(run_id) REFERENCES runs (id)
);
CREATE TABLE hooks (
    id INTEGER NOT NULL,
    run_id VARCHAR(64) NOT NULL,
    at VARCHAR(32) NOT NULL,
    directory TEXT NOT NULL,
    path TEXT NOT NULL,
    original_hash VARCHAR(64),
    migrated_hash VARCHAR(64),
    handlers JSON NOT NULL,
    policy JSON NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(run_id) REFERENCES runs (id),
    FOREIGN KEY(original_hash) REFERENCES blobs (hash),
    FOREIGN KEY(migrated_hash) REFERENCES blobs (hash)
);
CREATE INDEX ix_calls_at ON calls (at);
CREATE INDEX ix_calls_call_id ON calls (call_id);
CREATE INDEX ix_calls_program ON calls (program);
CREATE INDEX ix_calls_tool ON calls (tool);
CREATE INDEX ix_events_at ON events (at);
CREATE INDEX ix_runs_sequence ON runs (sequence);
CREATE INDEX ix_runs_started_at ON runs (started_at);
CREATE INDEX ix_tool_versions_tool ON tool_versions (tool);
CREATE TABLE operations (
    run_id VARCHAR(64) NOT NULL,
    number INTEGER NOT NULL,
    at VARCHAR(32) NOT NULL,
    kind VARCHAR(32) NOT NULL,
    tool VARCHAR(128) NOT NULL,
    "before" JSON NOT NULL,
    "after" JSON NOT NULL,
    PRIMARY KEY (run_id, number),
    FOREIGN KEY(run_id) REFERENCES runs (id)
);
CREATE TABLE readings (
    file TEXT NOT NULL,
    hash VARCHAR(64) NOT NULL,
    basis VARCHAR(64) NOT NULL,
    facts BLOB NOT NULL,
    PRIMARY KEY (file)
);
CREATE TABLE run_reports (
    run_id VARCHAR(64) NOT NULL,
    report BLOB NOT NULL,
    PRIMARY KEY (run_id),
    FOREIGN KEY(run_id) REFERENCES runs (id)
);
CREATE TABLE runs (
    id VARCHAR(64) NOT NULL,
    started_at VARCHAR(32) NOT NULL,
    ended_at VARCHAR(32),
    status VARCHAR(16) NOT NULL,
    package_version VARCHAR(64) NOT NULL,
    config JSON NOT NULL,
    report JSON,
    kind VARCHAR(16) DEFAULT 'migrate' NOT NULL,
    sequence INTEGER DEFAULT '0' NOT NULL,
    PRIMARY KEY (id)
);
CREATE TABLE schema_upgrades (
    version INTEGER NOT NULL,
    applied_at VARCHAR(32) NOT NULL,
    package_version VARCHAR(64) NOT NULL,
    PRIMARY KEY (version)
);
CREATE TABLE skipped_files (
    run_id VARCHAR(64) NOT NULL,
    number INTEGER NOT NULL,
    directory TEXT NOT NULL,
    path TEXT NOT NULL,
    kind VARCHAR(16) NOT NULL,
    reasons JSON NOT NULL,
    PRIMARY KEY (run_id, number),
    FOREIGN KEY(run_id) REFERENCES runs (id)
);
CREATE TABLE tool_versions (
    id INTEGER NOT NULL,
    tool VARCHAR(128) NOT NULL,
    script_id VARCHAR(64) NOT NULL,
    run_id VARCHAR(64) NOT NULL,
    migrated_at VARCHAR(32) NOT NULL,
    original_hash VARCHAR(64) NOT NULL,
    migrated_hash VARCHAR(64) NOT NULL,
    directory TEXT NOT NULL,
    path TEXT NOT NULL,
    definition JSON NOT NULL,
    policy JSON NOT NULL,
    engine JSON NOT NULL,
    repairs JSON NOT NULL,
    code_hash VARCHAR(64),
    resolved_hash VARCHAR(64),
    PRIMARY KEY (id),
    FOREIGN KEY(run_id) REFERENCES runs (id),
    FOREIGN KEY(original_hash) REFERENCES blobs (hash),
    FOREIGN KEY(migrated_hash) REFERENCES blobs (hash)
);
CREATE TABLE tools (
    name VARCHAR(128) NOT NULL,
    version_id INTEGER NOT NULL,
    active BOOLEAN NOT NULL,
    inactive_reason TEXT,
    adopted_hash VARCHAR(64),
    validated_engine JSON,
    PRIMARY KEY (name),
    FOREIGN KEY(version_id) REFERENCES tool_versions (id)
);
