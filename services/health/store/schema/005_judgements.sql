CREATE TABLE forecast (
  {resource},
  definition TEXT NOT NULL,
  forecaster TEXT NOT NULL,
  forecast_time BIGINT NOT NULL
);
CREATE INDEX forecast_by_definition ON forecast (definition, forecast_time);

CREATE TABLE upkeep_campaign ({resource});
CREATE TABLE upkeep_task (
  {resource},
  account TEXT NOT NULL,
  item TEXT NOT NULL,
  member TEXT NOT NULL,
  lock_time BIGINT NOT NULL,
  done_time BIGINT,
  done_late BIGINT NOT NULL
);
CREATE INDEX upkeep_task_by_account ON upkeep_task (account, item);
