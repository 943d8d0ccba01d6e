-- Days are whole days since 1970-01-01.
CREATE TABLE contract (
  {resource},
  start_day BIGINT NOT NULL,
  end_day BIGINT,
  state BIGINT NOT NULL,
  previous_contract TEXT NOT NULL
);
CREATE INDEX contract_by_previous ON contract (previous_contract);

CREATE TABLE site ({resource});

CREATE TABLE interaction ({resource}, start_time BIGINT NOT NULL, channel BIGINT NOT NULL);
CREATE INDEX interaction_by_start_time ON interaction (start_time, name);

CREATE TABLE stakeholder_change ({resource}, day BIGINT NOT NULL);

-- `due_time`: when the next of it changes by itself.
CREATE TABLE account_summary (
  {resource},
  due_time BIGINT,
  champion_gap BIGINT NOT NULL,
  person_change BIGINT NOT NULL
);
CREATE INDEX account_summary_by_due_time ON account_summary (due_time);

-- `roles`: a bit for each role that the person holds, by its number.
ALTER TABLE stakeholder ADD COLUMN roles BIGINT NOT NULL DEFAULT 0;
ALTER TABLE stakeholder ADD COLUMN search_text TEXT NOT NULL DEFAULT '';

ALTER TABLE member ADD COLUMN department TEXT NOT NULL DEFAULT '';
ALTER TABLE member ADD COLUMN search_text TEXT NOT NULL DEFAULT '';

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
