from django.db import migrations

# Imports make a draft of nearly every trial: its text as registered, which nobody has edited, and no rows of its
# own. Such a draft has no events. From the first edit on it has all of them, and no way leads back.
DRAFTS = """
DROP TRIGGER audited ON trials_criteriaversion;
CREATE TRIGGER audited AFTER INSERT ON trials_criteriaversion
    FOR EACH ROW WHEN (NOT NEW.untouched) EXECUTE FUNCTION audit_row('content');
CREATE TRIGGER audited_edit AFTER UPDATE ON trials_criteriaversion
    FOR EACH ROW WHEN (NOT (OLD.untouched AND NEW.untouched)) EXECUTE FUNCTION audit_row('content');
CREATE TRIGGER audited_end AFTER DELETE ON trials_criteriaversion
    FOR EACH ROW WHEN (NOT (OLD.untouched AND app_importing())) EXECUTE FUNCTION audit_row('content');
"""

# Left out is a row that says it is untouched and of which no event tells. One that was touched cannot hide: it
# has events, and they say otherwise; those from before there were such drafts say nothing, which is no.
ROWS = """
CREATE OR REPLACE FUNCTION audit_row_faults()
RETURNS TABLE (fault_chain bigint, fault_table text, fault_row text, fault text) LANGUAGE plpgsql STABLE
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    compared text;
    untouched text;
BEGIN
    FOREACH compared IN ARRAY audit_compared() LOOP
        untouched := CASE compared WHEN 'trials_criteriaversion' THEN 'untouched' ELSE 'false' END;
        RETURN QUERY EXECUTE format($rows$
            SELECT found.chain, found.of_table, found.number, found.fault FROM (
                SELECT coalesce(last.chain, (stored.now ->> 'center_id')::bigint, 0), %1$L::text,
                    coalesce(stored.number, last."row"), CASE
                        WHEN last."row" IS NULL THEN 'no event tells of it'
                        WHEN stored.number IS NULL AND last.action <> 'delete' THEN 'it is missing'
                        WHEN stored.number IS NOT NULL AND last.action = 'delete' THEN 'its last event deleted it'
                        WHEN stored.untouched OR EXISTS (
                            SELECT FROM jsonb_each(stored.now) now JOIN jsonb_each(last.after::jsonb) became USING (key)
                            WHERE now.value <> became.value AND key NOT IN ('password', 'wrapped', 'last_login')
                        ) THEN 'it is not what its last event says'
                    END AS fault,
                    stored.untouched AND last."row" IS NULL AS of_text
                FROM (SELECT id::text AS number, to_jsonb(%1$I) AS now, %2$s AS untouched FROM public.%1$I) stored
                FULL JOIN (
                    SELECT DISTINCT ON ("row") chain, "row", action, after FROM screening_auditevent
                    WHERE "table" = %1$L ORDER BY "row", id DESC
                ) last ON last."row" = stored.number
            ) found (chain, of_table, number, fault, of_text)
            WHERE found.fault IS NOT NULL AND found.of_text IS NOT TRUE
        $rows$, compared, untouched);
    END LOOP;
END $$;
"""

# What a registry wrote is nobody's to edit; nor is an untouched draft, unless it is touched by that.
IMPORTED = """
CREATE FUNCTION refuse_by_hand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: % is refused, for % are written by imports alone', TG_TABLE_NAME, lower(TG_OP), TG_ARGV[0]
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER imported BEFORE INSERT OR UPDATE ON trials_trialrecord
    FOR EACH ROW WHEN (NOT app_importing()) EXECUTE FUNCTION refuse_by_hand('records');
CREATE TRIGGER imported BEFORE INSERT OR UPDATE ON trials_criteriaversion
    FOR EACH ROW WHEN (NEW.untouched AND NOT app_importing()) EXECUTE FUNCTION refuse_by_hand('untouched drafts');
"""


class Migration(migrations.Migration):
    dependencies = [("screening", "0016_practice_outcomes"), ("trials", "0011_records")]
    operations = [
        migrations.RunSQL(DRAFTS),
        migrations.RunSQL(ROWS),
        migrations.RunSQL(IMPORTED),
    ]
