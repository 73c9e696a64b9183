"""What a PostgreSQL database tells of its own structure: an event trigger that keeps each command, for a collector to fetch. [CC-4, CC-8]

Source: PostgreSQL, "Event Triggers", `pg_event_trigger_ddl_commands()` and `pg_event_trigger_dropped_objects()`.
"""

INSTALL = """
drop event trigger if exists omniwarden_observed_ddl;
drop event trigger if exists omniwarden_observed_drop;
create schema if not exists omniwarden_observed;
create table if not exists omniwarden_observed.ddl (
    id bigint generated always as identity primary key,
    at timestamptz not null default clock_timestamp(),
    account text not null default session_user,
    command text not null, kind text not null, object text not null);
revoke all on omniwarden_observed.ddl from public;
create or replace function omniwarden_observed.note() returns event_trigger language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
begin
    if tg_event = 'sql_drop' then
        insert into omniwarden_observed.ddl (command, kind, object)
        select tg_tag, object_type, object_identity from pg_event_trigger_dropped_objects()
        where original and schema_name is distinct from 'pg_temp';
    else
        insert into omniwarden_observed.ddl (command, kind, object)
        select command_tag, object_type, coalesce(object_identity, '?') from pg_event_trigger_ddl_commands()
        where schema_name is distinct from 'pg_temp' and not (command_tag like 'DROP %');
    end if;
end $$;
create event trigger omniwarden_observed_ddl on ddl_command_end execute function omniwarden_observed.note();
create event trigger omniwarden_observed_drop on sql_drop execute function omniwarden_observed.note();
alter event trigger omniwarden_observed_ddl enable always;
alter event trigger omniwarden_observed_drop enable always;
"""
"""To be run by a superuser in the database that is watched; running it again changes nothing."""

FETCH = """
select json_build_object('at', to_json(at), 'account', account, 'command', command, 'kind', kind, 'object', object)::text
from omniwarden_observed.ddl order by id
"""
"""Gives the lines that `observed.report` reads as the source `database`; `psql -At -c` prints them as they are."""
