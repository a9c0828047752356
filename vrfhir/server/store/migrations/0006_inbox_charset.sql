-- What the content type of an HTTP request said of the message in it, which MSH-18 need not say again.
ALTER TABLE inbox ADD COLUMN charset TEXT NOT NULL DEFAULT '';
