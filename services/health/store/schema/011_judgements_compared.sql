-- What each score was made of, packed, from the moment at which it came to be so: see
-- domain/scoring/score_told.h.
CREATE TABLE score_told (
  score TEXT NOT NULL,
  time BIGINT NOT NULL,
  told {bytes} NOT NULL,
  PRIMARY KEY (score, time)
) {clustered};
