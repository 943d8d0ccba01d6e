-- Stage pyramids and value ladders: where accounts are, and how they got there.
CREATE TABLE stage_model ({revisions});
CREATE TABLE placement (
  {resource},
  model TEXT NOT NULL,
  level TEXT NOT NULL,
  rank BIGINT NOT NULL,
  since BIGINT NOT NULL,
  stuck BIGINT NOT NULL
);
CREATE INDEX placement_by_model ON placement (model, level, name);
CREATE TABLE stage_move (
  {resource},
  model TEXT NOT NULL,
  kind BIGINT NOT NULL,
  occurred BIGINT NOT NULL
);
CREATE INDEX stage_move_by_model ON stage_move (model, name);
CREATE INDEX stage_move_by_time ON stage_move (occurred, name);
-- The last day on which an account was judged by a model, counted from 1970-01-01 in its zone.
CREATE TABLE stage_turn (
  account TEXT NOT NULL,
  model TEXT NOT NULL,
  day BIGINT NOT NULL,
  PRIMARY KEY (account, model)
) {clustered};

-- Classes of tier and health.
CREATE TABLE matrix_policy ({revisions});

-- One fact of all accounts at once.
CREATE INDEX mirrored_fact_of_all ON mirrored_fact (fact, subject, occurred, position);
