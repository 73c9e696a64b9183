-- The database's own guard against forgetting: no write without an action, no commit without its one entry that tells
-- the number of rows written. It guards against omission, not against a hostile holder of the application's role.
create schema if not exists wall;

create or replace function wall.stamped() returns trigger language plpgsql as $$
begin
  if coalesce(current_setting('app.action_id', true), '') = '' then
    raise exception 'write to % outside an action', tg_table_name using errcode = 'OW001';
  end if;
  return null;
end $$;

-- Evaluated at write time in the trigger's WHEN: counts the row, and queues the deferred check for the first row only,
-- since a constraint trigger would otherwise queue one check per row.
create or replace function wall.count_row() returns boolean language plpgsql volatile as $$
declare seen bigint := coalesce(nullif(current_setting('app.rows', true), ''), '0')::bigint;
begin
  perform set_config('app.rows', (seen + 1)::text, true);
  return seen = 0;
end $$;

create or replace function wall.need_entry() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  stamp uuid := nullif(current_setting('app.action_id', true), '')::uuid;
  counted bigint := coalesce(nullif(current_setting('app.rows', true), ''), '0')::bigint;
  entries bigint; told bigint;
begin
  select count(*), max(e.rows) into entries, told from ledger.entry e
   where e.xid = pg_current_xact_id() and e.action_id = stamp and e.at >= transaction_timestamp();
  if entries <> 1 then
    raise exception 'an action writes one ledger entry, found %', entries using errcode = 'OW002';
  end if;
  if told <> counted then
    raise exception 'the ledger entry tells % changed rows, the database counted %', told, counted using errcode = 'OW003';
  end if;
  return null;
end $$;

create or replace function wall.raise_wall(named text) returns void language plpgsql as $$
begin
  execute format('drop trigger if exists wall_stamp on %I', named);
  execute format('drop trigger if exists wall_entry on %I', named);
  execute format('create trigger wall_stamp before insert or update or delete or truncate on %I for each statement execute function wall.stamped()', named);
  execute format('create constraint trigger wall_entry after insert or update or delete on %I deferrable initially deferred
                  for each row when (wall.count_row()) execute function wall.need_entry()', named);
  execute format('alter table %I enable always trigger wall_stamp, enable always trigger wall_entry', named);
end $$;

grant usage on schema wall to public;
