-- What every store has, whatever its service. `meta` and `schema_migration` are there already.

-- The feed of changes, the history of every resource, the audit trail.
CREATE TABLE change (
  position {integer_key},
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  operation BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  actor TEXT NOT NULL,
  commit_time BIGINT NOT NULL,
  resource {bytes} NOT NULL
);
CREATE INDEX change_by_name ON change (name, position);
CREATE INDEX change_by_time ON change (commit_time);

-- Answers to calls, for when they are repeated.
CREATE TABLE request (
  request_id TEXT NOT NULL,
  method TEXT NOT NULL,
  fingerprint {bytes} NOT NULL,
  reply {bytes} NOT NULL,
  create_time BIGINT NOT NULL,
  PRIMARY KEY (request_id, method)
);
CREATE INDEX request_by_time ON request (create_time);

-- The service's own facts.
CREATE TABLE fact_change ({fact_log});
CREATE INDEX fact_change_by_fact ON fact_change (subject, fact, occurred, position);

-- How far this store has followed others.
CREATE TABLE follower_position (
  source TEXT NOT NULL PRIMARY KEY,
  resume_token TEXT NOT NULL,
  position BIGINT NOT NULL
);

-- Which revision of a revisioned resource was put in force, and from when on. Number 0: none.
CREATE TABLE activation (
  name TEXT NOT NULL,
  position BIGINT NOT NULL,
  number BIGINT NOT NULL,
  active_from BIGINT NOT NULL,
  PRIMARY KEY (name, position)
) {clustered};
