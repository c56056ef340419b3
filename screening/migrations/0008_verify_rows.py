from django.db import migrations

# What is always audited. Of the trial content that imports write, the trail knows only the edits by hand.
COMPARED = (
    "screening_patient",
    "screening_patientkey",
    "screening_screening",
    "screening_answer",
    "screening_answerchange",
    "screening_user",
    "screening_center",
    "screening_centersite",
    "screening_membership",
    "screening_sponsormembership",
    "trials_criteriaversion",
    "trials_cohort",
    "trials_criterion",
    "trials_draftrevision",
    "trials_caption",
)

# Only columns that the row had at its last event are compared: a later migration may have added some. What the
# trail leaves out, and when somebody last signed in, it cannot tell.
ROWS = f"""
CREATE FUNCTION audit_row_faults() RETURNS TABLE (fault_chain bigint, fault_table text, fault_row text, fault text)
LANGUAGE plpgsql STABLE
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    compared text;
BEGIN
    FOREACH compared IN ARRAY ARRAY[{", ".join(f"'{table}'" for table in COMPARED)}] LOOP
        RETURN QUERY EXECUTE format($rows$
            SELECT found.* FROM (
                SELECT coalesce(last.chain, (stored.now ->> 'center_id')::bigint, 0), %1$L::text,
                    coalesce(stored.number, last."row"), CASE
                        WHEN last."row" IS NULL THEN 'no event tells of it'
                        WHEN stored.number IS NULL AND last.action <> 'delete' THEN 'it is missing'
                        WHEN stored.number IS NOT NULL AND last.action = 'delete' THEN 'its last event deleted it'
                        WHEN EXISTS (
                            SELECT FROM jsonb_each(stored.now) now JOIN jsonb_each(last.after::jsonb) became USING (key)
                            WHERE now.value <> became.value AND key NOT IN ('password', 'wrapped', 'last_login')
                        ) THEN 'it is not what its last event says'
                    END AS fault
                FROM (SELECT id::text AS number, to_jsonb(%1$I) AS now FROM public.%1$I) stored
                FULL JOIN (
                    SELECT DISTINCT ON ("row") chain, "row", action, after FROM screening_auditevent
                    WHERE "table" = %1$L ORDER BY "row", id DESC
                ) last ON last."row" = stored.number
            ) found WHERE found.fault IS NOT NULL
        $rows$, compared);
    END LOOP;
END $$;

-- Row-level security binds the tables' owner too: the function belongs to the role that counts over all rows.
GRANT SELECT ON screening_auditevent, {", ".join(COMPARED)} TO trialdesk_figures;
GRANT CREATE ON SCHEMA public TO trialdesk_figures;
ALTER FUNCTION audit_row_faults() OWNER TO trialdesk_figures;
REVOKE CREATE ON SCHEMA public FROM trialdesk_figures;
"""


class Migration(migrations.Migration):
    dependencies = [("screening", "0007_captions")]
    operations = [migrations.RunSQL(ROWS)]
