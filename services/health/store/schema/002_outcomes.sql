-- What became of customers.
CREATE TABLE outcome (
  {resource},
  kind BIGINT NOT NULL,
  result TEXT NOT NULL,
  occurred BIGINT NOT NULL
);
CREATE INDEX outcome_by_time ON outcome (occurred, name);
