-- What was sent to a partner about a referral: an update follows the referral it is about, and is not sent without it.
CREATE INDEX outbox_by_focus ON outbox (focus, pk) WHERE focus <> '';
