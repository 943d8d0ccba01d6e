-- Judgements of people that stand instead of computed bands.
CREATE TABLE score_override ({resource}, account TEXT NOT NULL);
CREATE INDEX score_override_by_account ON score_override (account, name);
