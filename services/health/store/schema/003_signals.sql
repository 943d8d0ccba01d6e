CREATE TABLE signal_rule ({revisions});
CREATE TABLE play ({revisions});

CREATE TABLE signal (
  {resource},
  account TEXT NOT NULL,
  rule TEXT NOT NULL,
  cause TEXT NOT NULL,
  state BIGINT NOT NULL,
  severity BIGINT NOT NULL,
  owner TEXT NOT NULL,
  raise_time BIGINT NOT NULL,
  snooze_until BIGINT
);
-- One cause raises one signal.
CREATE UNIQUE INDEX signal_by_cause ON signal (account, cause);
CREATE INDEX signal_by_time ON signal (raise_time, name);
CREATE INDEX signal_by_snooze ON signal (snooze_until);

-- Of each account and rule that has raised a signal: whether its cause lasts, and the signal raised
-- last with its day.
CREATE TABLE signal_watch (
  account TEXT NOT NULL,
  rule TEXT NOT NULL,
  active BIGINT NOT NULL,
  signal TEXT NOT NULL,
  raised BIGINT,
  PRIMARY KEY (account, rule)
) {clustered};

-- Tasks that kickoff is still to be given.
CREATE TABLE signal_task (
  signal TEXT NOT NULL,
  action TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  next_attempt BIGINT NOT NULL,
  PRIMARY KEY (signal, action)
);
CREATE INDEX signal_task_by_time ON signal_task (next_attempt);

CREATE TABLE outbox_message (
  {resource},
  account TEXT NOT NULL,
  channel TEXT NOT NULL,
  sequence BIGINT NOT NULL,
  state BIGINT NOT NULL,
  next_attempt BIGINT
);
CREATE UNIQUE INDEX outbox_message_by_sequence ON outbox_message (account, sequence);
CREATE INDEX outbox_message_by_channel ON outbox_message (channel, state, next_attempt);

CREATE TABLE webhook ({resource});
CREATE TABLE webhook_secret (
  webhook TEXT NOT NULL PRIMARY KEY,
  secret {bytes} NOT NULL
);
