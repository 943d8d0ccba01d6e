-- Second ratings that somebody was asked for.
CREATE TABLE rating_request (
  {resource},
  item TEXT NOT NULL,
  rater TEXT NOT NULL,
  state BIGINT NOT NULL
);
CREATE INDEX rating_request_by_rater ON rating_request (rater, state, name);

-- What each score was made of, packed, from the moment at which it came to be so: see
-- domain/scoring/score_told.h.
CREATE TABLE score_told (
  score TEXT NOT NULL,
  time BIGINT NOT NULL,
  told {bytes} NOT NULL,
  PRIMARY KEY (score, time)
) {clustered};
