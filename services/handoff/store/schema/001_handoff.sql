CREATE TABLE criteria_set ({revisions});

CREATE TABLE handoff_policy ({revisions});

CREATE TABLE completion (
  {resource},
  state BIGINT NOT NULL,
  owner TEXT NOT NULL,
  criteria_set TEXT NOT NULL
);
CREATE INDEX completion_by_owner ON completion (owner, name);

CREATE TABLE evidence ({resource}, criterion TEXT NOT NULL, withdrawn BIGINT NOT NULL);

CREATE TABLE completion_exception ({resource}, state BIGINT NOT NULL);

CREATE TABLE handoff (
  {resource},
  state BIGINT NOT NULL,
  receiver TEXT NOT NULL
);
CREATE INDEX handoff_by_receiver ON handoff (receiver, name);
CREATE INDEX handoff_by_state ON handoff (state, name);

CREATE TABLE gap_watch (
  {resource},
  level BIGINT NOT NULL,
  accountable TEXT NOT NULL
);
CREATE INDEX gap_watch_by_level ON gap_watch (level, name);
CREATE INDEX gap_watch_by_accountable ON gap_watch (accountable, name);

CREATE TABLE process (
  {resource},
  state BIGINT NOT NULL,
  onboarding TEXT NOT NULL,
  next_attempt BIGINT
);
CREATE INDEX process_by_create_time ON process (create_time, name);
CREATE INDEX process_by_onboarding ON process (onboarding, name);
CREATE INDEX process_by_state ON process (state, name);

-- What a process was started with: the request, and the day on which it was made.
CREATE TABLE process_input (
  name TEXT NOT NULL PRIMARY KEY,
  request {bytes} NOT NULL,
  day BIGINT NOT NULL
);

-- What is known of accounts and onboardings, as accounts last told it.
CREATE TABLE account_copy ({resource});

CREATE TABLE onboarding_copy ({resource});

-- What is needed of members: their roles.
CREATE TABLE member_copy ({resource});
