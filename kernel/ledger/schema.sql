-- The ledger's tables, guards, functions and rights. Run as the role omniwarden_owner (NOLOGIN); safe to run again.
-- The roles omniwarden_app, omniwarden_sequencer and omniwarden_auditor exist already.
--   app        adds entries and details, and can neither read nor change them
--   sequencer  orders entries into the Merkle tree, and can neither change nor remove them
--   auditor    reads everything
-- A superuser can lift every guard below: only checkpoints kept elsewhere (kernel/ledger/witness.py) detect that.

CREATE SCHEMA IF NOT EXISTS ledger;

-- What happened ------------------------------------------------------------------------------------------------------
-- body is the canonical JSON exactly as it was hashed; the typed columns beside it serve search and are verified
-- against it. Order is (epoch, xid, id), never "at". An epoch ends when transaction ids restart (logical restore).
CREATE TABLE IF NOT EXISTS ledger.entry (
    xid       xid8        NOT NULL DEFAULT pg_current_xact_id(),
    id        bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
    epoch     integer     NOT NULL DEFAULT 0,
    action_id uuid        NOT NULL,
    actor     text        NOT NULL,
    session   uuid,
    action    text        NOT NULL,
    target    text,
    scope     text        NOT NULL,
    outcome   text        NOT NULL CHECK (outcome IN ('done', 'read', 'denied', 'refused', 'not_found', 'malformed',
                                                      'conflict', 'failed', 'unknown')),
    rows      integer     NOT NULL DEFAULT 0 CHECK (rows >= 0),
    at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    body      bytea       NOT NULL CHECK (octet_length(body) BETWEEN 2 AND 16384),
    leaf_hash bytea       GENERATED ALWAYS AS (sha256('\x00'::bytea || body)) STORED,
    PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE INDEX IF NOT EXISTS entry_order ON ledger.entry (epoch, xid, id);
CREATE INDEX IF NOT EXISTS entry_action_id ON ledger.entry (action_id);
CREATE INDEX IF NOT EXISTS entry_target ON ledger.entry (target, id);
CREATE INDEX IF NOT EXISTS entry_actor ON ledger.entry (actor, id);

-- What lies beside an entry and may be erased: personal content (salt and ciphertext under the subject's key), and
-- what did not fit into 16 KiB (no subject, no salt; its digest is in the entry).
CREATE TABLE IF NOT EXISTS ledger.detail (
    id              bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entry_action_id uuid        NOT NULL,
    field           text        NOT NULL,
    subject         uuid,
    salt            bytea       NOT NULL,
    ciphertext      bytea       NOT NULL,
    at              timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (subject IS NULL OR octet_length(salt) = 32)
);
CREATE INDEX IF NOT EXISTS detail_entry ON ledger.detail (entry_action_id);
CREATE INDEX IF NOT EXISTS detail_subject ON ledger.detail (subject) WHERE subject IS NOT NULL;

CREATE TABLE IF NOT EXISTS ledger.subject_key (
    subject uuid  PRIMARY KEY,
    key     bytea NOT NULL CHECK (octet_length(key) = 32)
);

-- The Merkle tree (RFC 6962 hashing, C2SP tlog-tiles) -----------------------------------------------------------------
CREATE TABLE IF NOT EXISTS ledger.leaf (
    leaf_index bigint PRIMARY KEY,
    entry_id   bigint NOT NULL UNIQUE,
    leaf_hash  bytea  NOT NULL CHECK (octet_length(leaf_hash) = 32)
);

-- One row per tile; a partial tile grows in place, so that every narrower one is a prefix of it.
CREATE TABLE IF NOT EXISTS ledger.tile (
    level  smallint NOT NULL,
    n      bigint   NOT NULL,
    width  smallint NOT NULL CHECK (width BETWEEN 1 AND 256),
    hashes bytea    NOT NULL CHECK (octet_length(hashes) = 32 * width),
    PRIMARY KEY (level, n)
);
ALTER TABLE ledger.tile ALTER COLUMN hashes SET STORAGE EXTERNAL;

CREATE TABLE IF NOT EXISTS ledger.checkpoint (
    size bigint      PRIMARY KEY,
    note text        NOT NULL,
    at   timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- One row: the head of the tree and the cursor up to which entries are in it. "cluster" is the database system whose
-- transaction ids the current epoch counts in. Entries below min_index have been retired by retention.
CREATE TABLE IF NOT EXISTS ledger.log_state (
    k          boolean PRIMARY KEY DEFAULT true CHECK (k),
    origin     text    NOT NULL DEFAULT '',
    size       bigint  NOT NULL DEFAULT 0,
    root       bytea   NOT NULL DEFAULT sha256('')  CHECK (octet_length(root) = 32),
    epoch      integer NOT NULL DEFAULT 0,
    last_epoch integer NOT NULL DEFAULT 0,
    last_xid   xid8    NOT NULL DEFAULT '0',
    last_id    bigint  NOT NULL DEFAULT 0,
    min_index  bigint  NOT NULL DEFAULT 0,
    cluster    bigint  NOT NULL DEFAULT 0
);
INSERT INTO ledger.log_state (cluster) SELECT system_identifier FROM pg_control_system() ON CONFLICT DO NOTHING;

-- Guards --------------------------------------------------------------------------------------------------------------
CREATE OR REPLACE FUNCTION ledger.refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'the ledger only grows: % on %.% is refused', tg_op, tg_table_schema, tg_table_name
        USING ERRCODE = 'OW010';
END $$;

-- Content beside an entry goes by ledger.erase and ledger.retire alone, which say so in this transaction-local setting.
CREATE OR REPLACE FUNCTION ledger.refuse_stray_delete() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF coalesce(current_setting('ledger.erasing', true), '') <> 'on' THEN
        RAISE EXCEPTION 'details and keys are erased by ledger.erase alone' USING ERRCODE = 'OW010';
    END IF;
    RETURN old;
END $$;

CREATE OR REPLACE FUNCTION ledger.only_grow_tile() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF new.level <> old.level OR new.n <> old.n OR new.width < old.width
       OR substring(new.hashes FOR 32 * old.width) <> old.hashes THEN
        RAISE EXCEPTION 'tile %/% only grows', old.level, old.n USING ERRCODE = 'OW010';
    END IF;
    RETURN new;
END $$;

CREATE OR REPLACE FUNCTION ledger.only_grow_log() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF new.size < old.size OR new.epoch < old.epoch OR new.min_index < old.min_index
       OR (old.origin <> '' AND new.origin <> old.origin) THEN
        RAISE EXCEPTION 'the head of the ledger only grows' USING ERRCODE = 'OW010';
    END IF;
    RETURN new;
END $$;

-- A row trigger on the partitioned parent is cloned to partitions; a TRUNCATE trigger is not and stands on each.
CREATE OR REPLACE FUNCTION ledger.guard(relation regclass, row_events text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF row_events <> '' THEN
        EXECUTE format('CREATE OR REPLACE TRIGGER keep_rows BEFORE %s ON %s FOR EACH ROW
                        EXECUTE FUNCTION ledger.refuse_change()', row_events, relation);
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER keep_rows', relation);
    END IF;
    EXECUTE format('CREATE OR REPLACE TRIGGER keep_all BEFORE TRUNCATE ON %s FOR EACH STATEMENT
                    EXECUTE FUNCTION ledger.refuse_change()', relation);
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER keep_all', relation);
END $$;

SELECT ledger.guard('ledger.entry', 'UPDATE OR DELETE');
SELECT ledger.guard('ledger.leaf', 'UPDATE OR DELETE');
SELECT ledger.guard('ledger.checkpoint', 'UPDATE OR DELETE');
SELECT ledger.guard('ledger.tile', 'DELETE');
SELECT ledger.guard('ledger.log_state', 'DELETE');
SELECT ledger.guard('ledger.detail', 'UPDATE');
SELECT ledger.guard('ledger.subject_key', 'UPDATE');
CREATE OR REPLACE TRIGGER grow BEFORE UPDATE ON ledger.tile FOR EACH ROW EXECUTE FUNCTION ledger.only_grow_tile();
ALTER TABLE ledger.tile ENABLE ALWAYS TRIGGER grow;
CREATE OR REPLACE TRIGGER grow BEFORE UPDATE ON ledger.log_state FOR EACH ROW EXECUTE FUNCTION ledger.only_grow_log();
ALTER TABLE ledger.log_state ENABLE ALWAYS TRIGGER grow;
CREATE OR REPLACE TRIGGER erase BEFORE DELETE ON ledger.detail
    FOR EACH ROW EXECUTE FUNCTION ledger.refuse_stray_delete();
ALTER TABLE ledger.detail ENABLE ALWAYS TRIGGER erase;
CREATE OR REPLACE TRIGGER erase BEFORE DELETE ON ledger.subject_key
    FOR EACH ROW EXECUTE FUNCTION ledger.refuse_stray_delete();
ALTER TABLE ledger.subject_key ENABLE ALWAYS TRIGGER erase;

-- Partitions: one a month (UTC), made ahead ---------------------------------------------------------------------------
-- Makes the missing months from that of "since" (default: now) to months_ahead from now. A table is made apart and then
-- attached, because attaching does not hold up writers. Returns how many were made.
CREATE OR REPLACE FUNCTION ledger.ensure_partitions(months_ahead integer DEFAULT 3, since timestamptz DEFAULT NULL)
RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    month timestamptz := date_trunc('month', coalesce(since, clock_timestamp()));
    last  timestamptz := date_trunc('month', clock_timestamp()) + make_interval(months => months_ahead);
    part  text;
    made  integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('ledger.ensure_partitions'));
    WHILE month <= last LOOP
        part := 'entry_' || to_char(month, 'YYYY_MM');
        IF to_regclass('ledger.' || part) IS NULL THEN
            EXECUTE format('CREATE TABLE ledger.%I (LIKE ledger.entry INCLUDING DEFAULTS INCLUDING GENERATED
                            INCLUDING CONSTRAINTS INCLUDING STORAGE)', part);
            EXECUTE format('ALTER TABLE ledger.entry ATTACH PARTITION ledger.%I FOR VALUES FROM (%L) TO (%L)',
                           part, month, month + interval '1 month');
            PERFORM ledger.guard(format('ledger.%I', part)::regclass, '');
            made := made + 1;
        END IF;
        month := month + interval '1 month';
    END LOOP;
    RETURN made;
END $$;
SELECT ledger.ensure_partitions(12);

-- Functions that stand in for rights nobody has -----------------------------------------------------------------------
-- The subject's key, made at first need (three random UUIDs hold 366 random bits). The row stays locked to the end of
-- the caller's transaction, so that an erasure waits for details written under the key and then finds them.
CREATE OR REPLACE FUNCTION ledger.key_of(who uuid) RETURNS bytea
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE found_key bytea;
BEGIN
    LOOP
        SELECT key INTO found_key FROM ledger.subject_key WHERE subject = who FOR SHARE;
        IF found THEN
            RETURN found_key;
        END IF;
        INSERT INTO ledger.subject_key (subject, key)
        VALUES (who, sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())))
        ON CONFLICT DO NOTHING;
    END LOOP;
END $$;

-- Tells a subject's key to a reader, null where there is none or it was erased; makes and holds nothing.
CREATE OR REPLACE FUNCTION ledger.find_key(who uuid) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ SELECT key FROM ledger.subject_key WHERE subject = who $$;

-- Holds a subject's key to the end of the transaction for a writer who remembers it; refuses where it was erased meanwhile.
CREATE OR REPLACE FUNCTION ledger.hold_key(who uuid, digest bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM FROM ledger.subject_key WHERE subject = who AND sha256(key) = digest FOR SHARE;
    IF NOT found THEN
        RAISE EXCEPTION 'the key of this subject was erased' USING ERRCODE = 'OW011';
    END IF;
END $$;

-- Destroys what makes a subject's content readable: key, salts, ciphertexts. Returns the number of details destroyed.
-- The insert waits for a transaction that is making the key just now, the first delete for those that hold it; the
-- second delete then sees the details they wrote.
CREATE OR REPLACE FUNCTION ledger.erase(who uuid) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE erased integer;
BEGIN
    PERFORM set_config('ledger.erasing', 'on', true);
    INSERT INTO ledger.subject_key (subject, key) VALUES (who, sha256('')) ON CONFLICT DO NOTHING;
    DELETE FROM ledger.subject_key WHERE subject = who;
    DELETE FROM ledger.detail WHERE subject = who;
    GET DIAGNOSTICS erased = ROW_COUNT;
    PERFORM set_config('ledger.erasing', '', true);
    RETURN erased;
END $$;

-- After a logical restore into another database system transaction ids restart: entries from now on count in a new
-- epoch. ALTER TABLE waits for every open writer, so nothing of the old epoch can appear later. Owner only.
CREATE OR REPLACE FUNCTION ledger.begin_epoch() RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE coming integer;
BEGIN
    SELECT epoch + 1 INTO coming FROM ledger.log_state FOR UPDATE;
    EXECUTE format('ALTER TABLE ledger.entry ALTER COLUMN epoch SET DEFAULT %s', coming);
    UPDATE ledger.log_state SET epoch = coming, cluster = (SELECT system_identifier FROM pg_control_system());
    RETURN coming;
END $$;

-- Retention: drops the months that ended before "before", with the details of their time, and raises min_index.
-- Leaves and tiles stay, so that older roots and consistency proofs stay provable. Owner only. Refuses while an entry
-- of those months is not in the tree yet. Returns the new min_index.
CREATE OR REPLACE FUNCTION ledger.retire(before timestamptz) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    edge  timestamptz := date_trunc('month', before);
    first bigint;
    part  regclass;
BEGIN
    IF EXISTS (SELECT FROM ledger.entry e WHERE e.at < edge
               AND NOT EXISTS (SELECT FROM ledger.leaf l WHERE l.entry_id = e.id)) THEN
        RAISE EXCEPTION 'entries before % are not all in the tree yet', edge USING ERRCODE = 'OW010';
    END IF;
    SELECT max(l.leaf_index) + 1 INTO first
    FROM ledger.entry e JOIN ledger.leaf l ON l.entry_id = e.id WHERE e.at < edge;
    FOR part IN SELECT inhrelid::regclass FROM pg_inherits
                WHERE inhparent = 'ledger.entry'::regclass
                  AND split_part(inhrelid::regclass::text, '.', 2) < 'entry_' || to_char(edge, 'YYYY_MM')
    LOOP
        EXECUTE format('DROP TABLE %s', part);
    END LOOP;
    PERFORM set_config('ledger.erasing', 'on', true);
    DELETE FROM ledger.detail WHERE at < edge;
    PERFORM set_config('ledger.erasing', '', true);
    UPDATE ledger.log_state SET min_index = greatest(min_index, coalesce(first, 0)) RETURNING min_index INTO first;
    RETURN first;
END $$;

-- Rights --------------------------------------------------------------------------------------------------------------
REVOKE ALL ON ALL TABLES IN SCHEMA ledger FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ledger FROM PUBLIC;
GRANT USAGE ON SCHEMA ledger TO omniwarden_app, omniwarden_sequencer, omniwarden_auditor;

GRANT INSERT (action_id, actor, session, action, target, scope, outcome, rows, body) ON ledger.entry
    TO omniwarden_app, omniwarden_sequencer;
GRANT INSERT (entry_action_id, field, subject, salt, ciphertext) ON ledger.detail TO omniwarden_app;
GRANT EXECUTE ON FUNCTION ledger.key_of(uuid), ledger.find_key(uuid), ledger.hold_key(uuid, bytea), ledger.erase(uuid)
    TO omniwarden_app;

GRANT SELECT ON ledger.entry, ledger.leaf, ledger.tile, ledger.checkpoint, ledger.log_state TO omniwarden_sequencer;
GRANT INSERT ON ledger.leaf, ledger.tile, ledger.checkpoint TO omniwarden_sequencer;
GRANT UPDATE (width, hashes) ON ledger.tile TO omniwarden_sequencer;
GRANT UPDATE (origin, size, root, last_epoch, last_xid, last_id) ON ledger.log_state TO omniwarden_sequencer;
GRANT EXECUTE ON FUNCTION ledger.ensure_partitions(integer, timestamptz) TO omniwarden_sequencer;

GRANT SELECT ON ALL TABLES IN SCHEMA ledger TO omniwarden_auditor;
