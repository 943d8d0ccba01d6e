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
