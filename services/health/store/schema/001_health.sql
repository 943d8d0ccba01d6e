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

-- Samples, packed: the page of an account and metric that begins with `since` (microseconds since
-- 1970; the first page of all has the least number) holds those that occurred from then until the
-- next page begins. See store/sample_page.h.
CREATE TABLE sample_page (
  account BIGINT NOT NULL,
  metric BIGINT NOT NULL,
  since BIGINT NOT NULL,
  data {bytes} NOT NULL,
  PRIMARY KEY (account, metric, since)
) {clustered};

-- Which days' values each commit of samples touched, for the stream of facts: see store/sample_feed.h.
CREATE TABLE sample_commit (
  position {integer_key},
  touched {bytes} NOT NULL
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
