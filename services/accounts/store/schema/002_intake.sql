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

-- Days are whole days since 1970-01-01.
CREATE TABLE voice (
  {resource},
  kind BIGINT NOT NULL,
  deal TEXT NOT NULL,
  day BIGINT NOT NULL
);
CREATE INDEX voice_by_day ON voice (day, name);

CREATE TABLE sales_summary_access ({resource});
