-- Plan templates, plans and their parts, and what kickoff knows of accounts.

CREATE TABLE plan_template ({revisions});

CREATE TABLE plan ({resource}, owner TEXT NOT NULL);
CREATE INDEX plan_by_owner ON plan (owner, name);

CREATE TABLE plan_task ({resource}, state BIGINT NOT NULL, due BIGINT);
CREATE TABLE meeting ({resource}, day BIGINT);
CREATE TABLE hearing_answer ({resource});
CREATE TABLE goal ({resource});
CREATE TABLE role_assignment ({resource});

-- Copies of accounts' resources, kept by following its changes.
CREATE TABLE account_copy ({resource});
CREATE TABLE onboarding_copy ({resource});

-- Clocks that accounts has not been told of yet. `refusal` is empty while it is tried.
CREATE TABLE clock_notice (
  meeting TEXT NOT NULL,
  clock BIGINT NOT NULL,
  day BIGINT NOT NULL,
  request_id TEXT NOT NULL,
  refusal TEXT NOT NULL,
  PRIMARY KEY (meeting, clock)
);

-- More copies of accounts' resources: the sites, and who holds which role.
CREATE TABLE site_copy ({resource});
CREATE TABLE summary_copy ({resource});
