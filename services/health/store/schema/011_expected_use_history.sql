-- What was expected, change by change: what a past day is held against. Without data: removed, as
-- recorded by mistake.
CREATE TABLE expected_use_revision (
  name TEXT NOT NULL,
  recorded BIGINT NOT NULL,
  data {bytes},
  PRIMARY KEY (name, recorded)
) {clustered};
INSERT INTO expected_use_revision (name, recorded, data)
  SELECT name, update_time, data FROM expected_use;
