-- Where successes and failures part.
CREATE TABLE funnel ({revisions});
