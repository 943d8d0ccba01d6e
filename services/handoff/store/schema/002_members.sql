-- What is needed of members: their roles.
CREATE TABLE member_copy ({resource});
