-- Days are whole days since 1970-01-01.

CREATE TABLE account (
  {resource},
  display_name TEXT NOT NULL,
  search_text TEXT NOT NULL,
  lifecycle_stage BIGINT NOT NULL,
  segment TEXT NOT NULL,
  tier TEXT NOT NULL,
  touch TEXT NOT NULL,
  team TEXT NOT NULL,
  industry TEXT NOT NULL,
  country TEXT NOT NULL,
  parent_account TEXT NOT NULL,
  sales_owner TEXT NOT NULL,
  onboarding_owner TEXT NOT NULL,
  retention_owner TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  archive_time BIGINT
);
CREATE INDEX account_by_display_name ON account (display_name, name);
CREATE INDEX account_by_create_time ON account (create_time, name);
CREATE INDEX account_by_update_time ON account (update_time, name);
CREATE INDEX account_by_sales_owner ON account (sales_owner, name);
CREATE INDEX account_by_onboarding_owner ON account (onboarding_owner, name);
CREATE INDEX account_by_retention_owner ON account (retention_owner, name);
-- Only of accounts that have one, so that others cost nothing. Segments, touch levels and countries
-- are few: a page of one of them is soon full without an index.
CREATE INDEX account_by_tier ON account (tier, name) WHERE tier <> '';
CREATE INDEX account_by_team ON account (team, name) WHERE team <> '';
CREATE INDEX account_by_industry ON account (industry, name) WHERE industry <> '';
CREATE INDEX account_by_parent ON account (parent_account, name) WHERE parent_account <> '';

-- At which stages accounts stood, who was accountable and in which team, each until the next begins.
-- Kept for ever, unlike the changes.
CREATE TABLE stage_period (
  account TEXT NOT NULL,
  start_time BIGINT NOT NULL,
  stage BIGINT NOT NULL,
  owner TEXT NOT NULL,
  owner_team TEXT NOT NULL,
  actor TEXT NOT NULL,
  PRIMARY KEY (account, start_time)
) {clustered};

-- Ids in other systems, each of one account.
CREATE TABLE external_id (
  system TEXT NOT NULL,
  id TEXT NOT NULL,
  account TEXT NOT NULL,
  PRIMARY KEY (system, id)
) {clustered};
CREATE INDEX external_id_by_account ON external_id (account);

-- The type of each attribute, and how many accounts have it; gone with the last one.
CREATE TABLE attribute_type (
  key TEXT NOT NULL PRIMARY KEY,
  value_type BIGINT NOT NULL,
  accounts BIGINT NOT NULL
);

-- What accounts are found by: the value of an attribute, or each word of a set.
CREATE TABLE account_attribute (
  key TEXT NOT NULL,
  word TEXT NOT NULL,
  account TEXT NOT NULL,
  PRIMARY KEY (key, word, account)
) {clustered};

CREATE TABLE attribute_definition ({resource});

CREATE TABLE member (
  {resource},
  team TEXT NOT NULL,
  department TEXT NOT NULL,
  search_text TEXT NOT NULL
);

-- Where members belonged; a null end is today and on.
CREATE TABLE membership (
  member TEXT NOT NULL,
  start_day BIGINT NOT NULL,
  end_day BIGINT,
  team TEXT NOT NULL,
  department TEXT NOT NULL,
  PRIMARY KEY (member, start_day)
) {clustered};

CREATE TABLE role_play ({resource});

-- `roles`: a bit for each role that the person holds, by its number.
CREATE TABLE stakeholder ({resource}, roles BIGINT NOT NULL, search_text TEXT NOT NULL);

CREATE TABLE deal ({resource}, stage BIGINT NOT NULL);

CREATE TABLE onboarding ({resource}, state BIGINT NOT NULL, owner TEXT NOT NULL);
CREATE INDEX onboarding_by_owner ON onboarding (owner, name);

CREATE TABLE classification_policy ({revisions});

CREATE TABLE acceptance_policy ({revisions});

-- `due_time`: when the day to answer by is over.
CREATE TABLE intake_review (
  {resource},
  deal TEXT NOT NULL,
  state BIGINT NOT NULL,
  feature TEXT NOT NULL,
  due_time BIGINT NOT NULL
);
CREATE INDEX intake_review_by_deal ON intake_review (deal, name);
CREATE INDEX intake_review_by_feature ON intake_review (feature, state, name);

CREATE TABLE feature_release ({resource});

CREATE TABLE voice (
  {resource},
  kind BIGINT NOT NULL,
  deal TEXT NOT NULL,
  day BIGINT NOT NULL
);
CREATE INDEX voice_by_day ON voice (day, name);

CREATE TABLE sales_summary_access ({resource});

CREATE TABLE contract (
  {resource},
  start_day BIGINT NOT NULL,
  end_day BIGINT,
  state BIGINT NOT NULL,
  previous_contract TEXT NOT NULL
);
CREATE INDEX contract_by_previous ON contract (previous_contract);

-- When accounts were lost, also those won back since.
CREATE TABLE churn (
  account TEXT NOT NULL,
  day BIGINT NOT NULL,
  PRIMARY KEY (account, day)
) {clustered};
CREATE INDEX churn_by_day ON churn (day, account);

CREATE TABLE site ({resource});

CREATE TABLE interaction ({resource}, start_time BIGINT NOT NULL, channel BIGINT NOT NULL);
CREATE INDEX interaction_by_start_time ON interaction (start_time, name);

CREATE TABLE stakeholder_change ({resource}, day BIGINT NOT NULL);

-- `due_time`: when the next of it changes by itself.
CREATE TABLE account_summary (
  {resource},
  due_time BIGINT,
  champion_gap BIGINT NOT NULL,
  person_change BIGINT NOT NULL,
  owner_not_certified BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX account_summary_by_due_time ON account_summary (due_time);

-- `due_time`: when it ceases to hold by itself.
CREATE TABLE classification_override (
  {resource},
  state BIGINT NOT NULL,
  axis TEXT NOT NULL,
  due_time BIGINT
);
CREATE INDEX classification_override_by_due_time ON classification_override (state, due_time);

CREATE TABLE upsell_condition ({resource}, evidence BIGINT NOT NULL);

CREATE TABLE operating_change ({resource});
