-- The roles and the database, for psql as a superuser; may be run again at any time. The embedded server runs it
-- at each start. On a server of your own:
--
--   sudo -u postgres psql -v app_password=... -v owner_password=... -v backup_password=... -f - < config/roles.sql
--
-- Row-level security is only worth something when the role that serves owns nothing and bypasses nothing.
\set ON_ERROR_STOP on
set client_min_messages = warning;

-- trialdesk serves; trialdesk_owner migrates (and makes the tests' database); trialdesk_figures owns the few
-- functions that count over everybody's rows, nobody logs in as it; trialdesk_backup reads everything for pg_dump.
select format('create role %I', name)
from unnest(array['trialdesk', 'trialdesk_owner', 'trialdesk_figures', 'trialdesk_backup']) as name
where not exists (select from pg_roles where rolname = name) \gexec

alter role trialdesk login nosuperuser nocreatedb nocreaterole nobypassrls;
alter role trialdesk_owner login nosuperuser createdb nocreaterole nobypassrls;
alter role trialdesk_figures nologin nosuperuser nocreatedb nocreaterole bypassrls;
alter role trialdesk_backup login nosuperuser nocreatedb nocreaterole bypassrls;
grant trialdesk_figures to trialdesk_owner;
grant pg_read_all_data to trialdesk_backup;

-- The server's log quotes neither statements that failed nor the rows they failed on: a patient may be in them.
alter role trialdesk set log_min_error_statement = 'panic';
alter role trialdesk set log_error_verbosity = 'terse';

\if :{?app_password}
alter role trialdesk password :'app_password';
\endif
\if :{?owner_password}
alter role trialdesk_owner password :'owner_password';
\endif
\if :{?backup_password}
alter role trialdesk_backup password :'backup_password';
\endif

select 'create database trialdesk owner trialdesk_owner template template0 encoding ''UTF8'''
where not exists (select from pg_database where datname = 'trialdesk') \gexec
revoke all on database trialdesk from public;
grant connect, temporary on database trialdesk to trialdesk, trialdesk_backup;
