-- The day on which the cause of the signal raised last was seen to end.
ALTER TABLE signal_watch ADD COLUMN ended BIGINT;
