ALTER TABLE account_summary ADD COLUMN owner_not_certified BIGINT NOT NULL DEFAULT 0;
