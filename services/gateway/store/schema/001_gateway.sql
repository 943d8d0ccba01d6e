CREATE TABLE token ({resource});

-- The hashes of the tokens' secrets; the secrets themselves are kept nowhere.
CREATE TABLE token_secret (
  hash {bytes} NOT NULL PRIMARY KEY,
  token TEXT NOT NULL
);

CREATE TABLE program_application ({resource}, program TEXT NOT NULL, state BIGINT NOT NULL);
CREATE INDEX program_application_by_program ON program_application (program, create_time);
CREATE INDEX program_application_by_time ON program_application (create_time, name);

-- What was applied, kept apart because it never changes: the request, and the types of the facts of
-- other services that its rules read, as they were known then.
CREATE TABLE application_content (
  name TEXT NOT NULL PRIMARY KEY,
  request {bytes} NOT NULL,
  fact_types {bytes} NOT NULL
);

-- Members of accounts who have been erased or have left, and which of both as a reason of refusals:
-- their tokens are revoked, and they get no more.
CREATE TABLE barred_member (name TEXT NOT NULL PRIMARY KEY, reason TEXT NOT NULL);
