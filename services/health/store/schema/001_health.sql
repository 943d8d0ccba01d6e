-- What health needs to know of accounts and onboardings, followed from accounts.
CREATE TABLE account_header ({resource});
CREATE TABLE external_account (
  system TEXT NOT NULL,
  id TEXT NOT NULL,
  account TEXT NOT NULL,
  PRIMARY KEY (system, id)
) {clustered};
CREATE INDEX external_account_by_account ON external_account (account);
CREATE TABLE onboarding_header ({resource}, account TEXT NOT NULL);
CREATE INDEX onboarding_header_by_account ON onboarding_header (account, name);

-- The fact changes of the other services.
CREATE TABLE mirrored_fact ({fact_log});
CREATE INDEX mirrored_fact_by_fact ON mirrored_fact (subject, fact, occurred, position);

-- Types of other services' facts that programs have brought along.
CREATE TABLE known_fact_type (
  name TEXT NOT NULL PRIMARY KEY,
  data {bytes} NOT NULL
);

CREATE TABLE metric ({resource}, source TEXT NOT NULL);

-- Words that samples use (accounts, metrics, users, objects, sites), each once.
CREATE TABLE word (
  number {integer_key},
  text TEXT NOT NULL UNIQUE
);

-- Samples by day: one row for all samples of an account, metric and day that were recorded on the
-- same day and name the same object, user and site (numbers of words, 0: none). Late samples have
-- rows of their own, so that what was known at a time can be told. Days are counted from 1970-01-01:
-- `day` in the account's time zone, `recorded_day` in UTC. See domain/cell.h for the rest.
CREATE TABLE sample_cell (
  account BIGINT NOT NULL,
  metric BIGINT NOT NULL,
  day BIGINT NOT NULL,
  recorded_day BIGINT NOT NULL,
  object BIGINT NOT NULL,
  actor BIGINT NOT NULL,
  site BIGINT NOT NULL,
  samples BIGINT NOT NULL,
  nonzero BIGINT NOT NULL,
  total DOUBLE PRECISION NOT NULL,
  least DOUBLE PRECISION NOT NULL,
  most DOUBLE PRECISION NOT NULL,
  latest DOUBLE PRECISION NOT NULL,
  first_occurred BIGINT NOT NULL,
  last_occurred BIGINT NOT NULL,
  first_recorded BIGINT NOT NULL,
  last_recorded BIGINT NOT NULL,
  PRIMARY KEY (account, metric, day, recorded_day, object, actor, site)
) {clustered};

-- Every sample, by the hash of its id: tells repetitions, and what cells alone cannot when a moment
-- lies within their day.
CREATE TABLE sample (
  account BIGINT NOT NULL,
  metric BIGINT NOT NULL,
  id_hash BIGINT NOT NULL,
  day BIGINT NOT NULL,
  object BIGINT NOT NULL,
  actor BIGINT NOT NULL,
  site BIGINT NOT NULL,
  occurred BIGINT NOT NULL,
  recorded BIGINT NOT NULL,
  backdated BIGINT NOT NULL,
  value DOUBLE PRECISION NOT NULL,
  PRIMARY KEY (account, metric, id_hash)
) {clustered};

-- Which cells each commit of samples touched, for the stream of facts: see store/sample_feed.h.
CREATE TABLE sample_commit (
  position {integer_key},
  cells {bytes} NOT NULL
);

CREATE TABLE rubric ({revisions});
CREATE TABLE assessment (
  {resource},
  item TEXT NOT NULL,
  rater TEXT NOT NULL,
  assess_time BIGINT NOT NULL
);
CREATE INDEX assessment_by_time ON assessment (assess_time, name);
-- Judgements whose expiry has not been recorded as a fact yet.
CREATE TABLE assessment_expiry (
  assessment TEXT NOT NULL PRIMARY KEY,
  expire_time BIGINT NOT NULL
);
CREATE INDEX assessment_expiry_by_time ON assessment_expiry (expire_time, assessment);

CREATE TABLE success_definition ({revisions});
CREATE TABLE success_label (
  {resource},
  definition TEXT NOT NULL,
  definition_revision TEXT NOT NULL,
  state BIGINT NOT NULL
);
CREATE INDEX success_label_by_revision ON success_label (definition_revision, name);

CREATE TABLE score_model ({revisions});
CREATE TABLE score (
  {resource},
  model TEXT NOT NULL,
  band TEXT NOT NULL,
  value DOUBLE PRECISION
);
CREATE INDEX score_by_model ON score (model, band, value, name);

-- When labels and scores of an account are due next, and which mark made them due (so that a mark
-- made while they are being computed is not lost).
CREATE TABLE evaluation (
  account TEXT NOT NULL PRIMARY KEY,
  due BIGINT NOT NULL,
  mark BIGINT NOT NULL,
  because TEXT NOT NULL
);
CREATE INDEX evaluation_by_due ON evaluation (due, account);
