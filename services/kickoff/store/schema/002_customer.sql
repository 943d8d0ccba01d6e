-- More copies of accounts' resources: the sites, and who holds which role.
CREATE TABLE site_copy ({resource});
CREATE TABLE summary_copy ({resource});
