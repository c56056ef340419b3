from django.db import migrations

from screening.database import (
    EDITS_CONTENT,
    READ_CENTERS,
    append_only,
    audited,
    only_read_by_application,
)

EVENTS = """
CREATE FUNCTION audit_row() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    was jsonb;
    became jsonb;
    secret text;
    changed boolean;
BEGIN
    IF TG_OP <> 'INSERT' THEN was := to_jsonb(OLD); END IF;
    IF TG_OP <> 'DELETE' THEN became := to_jsonb(NEW); END IF;
    -- That somebody signed in edits nothing; nor does saving a form that was not changed.
    IF TG_OP = 'UPDATE' AND was - 'last_login' = became - 'last_login' THEN RETURN NULL; END IF;
    IF app_actor() = '' THEN
        RAISE EXCEPTION 'nobody acts: % of % is refused', lower(TG_OP), TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege', HINT = 'Wrap it in config.context.acting_as().';
    END IF;
    -- A password's hash and a patient's key stay out of the trail; that they changed does not.
    FOREACH secret IN ARRAY ARRAY['password', 'wrapped'] LOOP
        changed := was -> secret IS DISTINCT FROM became -> secret;
        IF was ? secret THEN was := was || jsonb_build_object(secret, 'left out'); END IF;
        IF became ? secret THEN
            became := became
                || jsonb_build_object(secret, CASE WHEN changed THEN 'left out, new' ELSE 'left out' END);
        END IF;
    END LOOP;
    INSERT INTO screening_auditevent (chain, at, actor, user_id, "table", "row", action, before, after, reason)
    VALUES (
        CASE TG_ARGV[0] WHEN 'center' THEN (coalesce(became, was) ->> 'center_id')::bigint ELSE 0 END,
        clock_timestamp(), app_actor(), app_user(), TG_TABLE_NAME, coalesce(became, was) ->> 'id',
        lower(TG_OP), was::text, became::text, app_reason()
    );
    RETURN NULL;
END $$;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, lower(TG_OP)
        USING ERRCODE = 'insufficient_privilege';
END $$;
"""

# Each part of the event with its length, so that no two events read alike; a missing part is a hyphen.
CHAINS = """
CREATE FUNCTION audit_digest(previous text, event screening_auditevent) RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT encode(sha256(convert_to(previous || string_agg(
        coalesce(octet_length(part) || ':' || part, '-'), ',' ORDER BY number), 'UTF8')), 'hex')
    FROM unnest(ARRAY[
        event.id::text, event.chain::text,
        to_char(event.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        event.actor, event.user_id::text, event."table", event."row", event.action,
        event.before, event.after, event.reason
    ]) WITH ORDINALITY AS parts (part, number)
$$;

-- At commit: the chain's lock, taken inside the request's transaction, would let one writer at a time work.
CREATE FUNCTION audit_link() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    head screening_auditlink;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('screening_auditlink', NEW.chain));
    SELECT * INTO head FROM screening_auditlink WHERE chain = NEW.chain ORDER BY position DESC LIMIT 1;
    head.hash := coalesce(head.hash, repeat('0', 64));
    INSERT INTO screening_auditlink (chain, position, event_id, previous, hash) VALUES (
        NEW.chain, coalesce(head.position, 0) + 1, NEW.id, head.hash, audit_digest(head.hash, NEW)
    );
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER linked AFTER INSERT ON screening_auditevent
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_link();
"""

# They look at every center's chain, and give away no more than places in it and hashes.
VERIFICATION = """
CREATE FUNCTION audit_heads() RETURNS TABLE (chain bigint, head_position bigint, head_hash text) LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT DISTINCT ON (chain) chain, position, hash FROM screening_auditlink ORDER BY chain, position DESC
$$;

CREATE FUNCTION audit_hash(of_chain bigint, at_position bigint) RETURNS text LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT hash FROM screening_auditlink WHERE chain = of_chain AND position = at_position
$$;

CREATE FUNCTION audit_faults() RETURNS TABLE (fault_chain bigint, fault_position bigint, fault_event bigint, fault text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT * FROM (
        SELECT link.chain, link.position, link.event_id, CASE
            WHEN link.position <> link.position_before + 1 THEN 'links before it are missing'
            WHEN link.previous <> link.hash_before THEN 'it does not continue the link before it'
            WHEN event.id IS NULL THEN 'its event is missing'
            WHEN link.hash <> audit_digest(link.previous, event) THEN 'its event was changed'
        END AS fault
        FROM (
            SELECT *, lag(position, 1, 0::bigint) OVER places AS position_before,
                lag(hash, 1, repeat('0', 64)::varchar) OVER places AS hash_before
            FROM screening_auditlink WINDOW places AS (PARTITION BY chain ORDER BY position)
        ) link LEFT JOIN screening_auditevent event ON event.id = link.event_id
        UNION ALL
        SELECT event.chain, NULL, event.id, 'it is in no chain: it was inserted, or its link was removed'
        FROM screening_auditevent event
        WHERE NOT EXISTS (SELECT FROM screening_auditlink link WHERE link.event_id = event.id)
    ) found WHERE fault IS NOT NULL ORDER BY 1, 2, 3
$$;
"""


def readable(table: str) -> migrations.RunSQL:
    """People read their centers' chains; the owner, through whom the triggers write, is let in by name."""
    return migrations.RunSQL(
        f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY may_read ON {table} FOR SELECT
            USING (chain = {READ_CENTERS} OR (chain = 0 AND {EDITS_CONTENT}));
        CREATE POLICY triggers ON {table} TO CURRENT_USER USING (true) WITH CHECK (true);
        """
    )


class Migration(migrations.Migration):
    dependencies = [("screening", "0002_isolation")]

    operations = [
        migrations.RunSQL(EVENTS),
        migrations.RunSQL(CHAINS),
        migrations.RunSQL(VERIFICATION),
        readable("screening_auditevent"),
        readable("screening_auditlink"),
        only_read_by_application("screening_auditevent", "screening_auditlink"),
        append_only("screening_auditevent"),
        append_only("screening_auditlink"),
        append_only("screening_answerchange"),
        audited("screening_patient", chain="center"),
        audited("screening_patientkey", chain="center"),
        audited("screening_screening", chain="center"),
        audited("screening_answer", chain="center"),
        audited("screening_answerchange", chain="center"),
        audited("screening_user", chain="content"),
        audited("screening_center", chain="content"),
        audited("screening_centersite", chain="content"),
        audited("screening_membership", chain="content"),
        audited("screening_sponsormembership", chain="content"),
        audited("trials_criteriaversion", chain="content"),
        audited("trials_cohort", chain="content"),
        audited("trials_criterion", chain="content"),
        # Imports keep their own history; what an administrator edits by hand is audited.
        *(
            audited(f"trials_{table}", chain="content", imports_too=False)
            for table in (
                "arm",
                "armintervention",
                "centralcontact",
                "condition",
                "intervention",
                "keyword",
                "official",
                "otheridentifier",
                "outcome",
                "site",
                "sitecontact",
                "sponsor",
                "trial",
                "trialsponsor",
                "variable",
            )
        ),
    ]
