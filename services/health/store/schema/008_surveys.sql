-- What customers' people are asked.
CREATE TABLE survey ({revisions});
CREATE TABLE survey_invitation (
  {resource},
  survey TEXT NOT NULL,
  round TEXT NOT NULL,
  respondent TEXT NOT NULL,
  ask_time BIGINT NOT NULL,
  due_time BIGINT NOT NULL,
  answer_time BIGINT,
  late BIGINT NOT NULL
);
-- A person is asked once in a round.
CREATE UNIQUE INDEX survey_invitation_by_respondent
  ON survey_invitation (respondent, survey, round);
CREATE INDEX survey_invitation_by_survey ON survey_invitation (survey, round, name);
CREATE INDEX survey_invitation_by_time ON survey_invitation (ask_time, name);

-- Invitations of which it is still to be recorded that the time to answer, or the time for which the
-- answers hold, has ended.
CREATE TABLE survey_end (
  invitation TEXT NOT NULL PRIMARY KEY,
  end_time BIGINT NOT NULL
);
CREATE INDEX survey_end_by_time ON survey_end (end_time, invitation);

-- How often people are expected to use something.
CREATE TABLE expected_use ({resource});
