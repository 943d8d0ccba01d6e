-- One fact of all accounts at once, with its values: so no row has to be looked up for each.
DROP INDEX mirrored_fact_of_all;
CREATE INDEX mirrored_fact_of_all ON mirrored_fact (fact, subject, occurred, position, value);
