-- What became of the values of each partner's messages, by type of message and by what became of the message.
CREATE TABLE mapping_count (
    partner TEXT NOT NULL,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    messages INTEGER NOT NULL,
    mapped INTEGER NOT NULL,
    carried INTEGER NOT NULL,
    ignored INTEGER NOT NULL,
    deleted INTEGER NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (partner, kind, status)
) WITHOUT ROWID;

-- Codes that neither the partner's file nor the shipped maps explain: each is work for somebody who knows.
CREATE TABLE unmapped_code (
    partner TEXT NOT NULL,
    code_table TEXT NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    times INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (partner, code_table, code, name)
) WITHOUT ROWID;
