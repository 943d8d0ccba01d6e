-- Where successes and failures part.
CREATE TABLE funnel ({revisions});

-- Why they part, and what is tried. `look_back` is a day, counted from 1970-01-01.
CREATE TABLE hypothesis (
  {resource},
  wall TEXT NOT NULL,
  create_stage BIGINT NOT NULL,
  state BIGINT NOT NULL,
  look_back BIGINT
);
CREATE INDEX hypothesis_by_look_back ON hypothesis (state, look_back);
