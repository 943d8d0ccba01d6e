CREATE TABLE account (
  {resource},
  display_name TEXT NOT NULL,
  search_text TEXT NOT NULL,
  lifecycle_stage BIGINT NOT NULL,
  segment TEXT NOT NULL,
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

CREATE TABLE member ({resource}, team TEXT NOT NULL);

CREATE TABLE stakeholder ({resource});

CREATE TABLE deal ({resource}, stage BIGINT NOT NULL);

CREATE TABLE onboarding ({resource}, state BIGINT NOT NULL, owner TEXT NOT NULL);
CREATE INDEX onboarding_by_owner ON onboarding (owner, name);

CREATE TABLE classification_policy ({revisions});
