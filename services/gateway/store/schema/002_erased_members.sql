-- Members of accounts who have been erased: their tokens are revoked, and they get no more.
CREATE TABLE erased_member (name TEXT NOT NULL PRIMARY KEY);
