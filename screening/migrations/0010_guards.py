from django.db import migrations

from screening.database import (
    append_only,
    audited,
    changed_once,
    compared_with_trail,
    of_center,
    references,
)

TABLES = (
    "screening_anchordate",
    "screening_answerfact",
    "screening_chanceestimate",
    "screening_deviation",
    "screening_fact",
    "screening_halflife",
    "screening_practiceanswer",
    "screening_practiceround",
    "screening_signature",
    "screening_versionpin",
)

# The columns named are written together, once: when the first of them has a value, nothing changes any more.
CHANGED_ONCE = """
CREATE FUNCTION refuse_second_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE'
        OR to_jsonb(OLD) ->> TG_ARGV[0] IS NOT NULL
        OR to_jsonb(OLD) - TG_ARGV::text[] <> to_jsonb(NEW) - TG_ARGV::text[]
    THEN
        RAISE EXCEPTION '% changes once, in % alone: % is refused', TG_TABLE_NAME, TG_ARGV[0], lower(TG_OP)
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
"""

# Which tables are compared is a function of its own, so that a later migration can add to them.
COMPARED = """
CREATE FUNCTION audit_compared() RETURNS text[] LANGUAGE sql IMMUTABLE RETURN ARRAY[
    'screening_patient', 'screening_patientkey', 'screening_screening', 'screening_answer',
    'screening_answerchange', 'screening_user', 'screening_center', 'screening_centersite',
    'screening_membership', 'screening_sponsormembership', 'trials_criteriaversion', 'trials_cohort',
    'trials_criterion', 'trials_draftrevision', 'trials_caption'
];

CREATE OR REPLACE FUNCTION audit_row_faults()
RETURNS TABLE (fault_chain bigint, fault_table text, fault_row text, fault text) LANGUAGE plpgsql STABLE
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    compared text;
BEGIN
    FOREACH compared IN ARRAY audit_compared() LOOP
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
"""


class Migration(migrations.Migration):
    dependencies = [("screening", "0009_facts_and_signatures")]

    operations = [
        migrations.RunSQL(CHANGED_ONCE),
        migrations.RunSQL(COMPARED),
        references("screening_fact", "patient_id, center_id", "screening_patient", "id, center_id"),
        references("screening_fact", "replaces_id, patient_id", "screening_fact", "id, patient_id"),
        references("screening_anchordate", "screening_id, center_id", "screening_screening", "id, center_id"),
        references("screening_answerfact", "answer_id, center_id", "screening_answer", "id, center_id"),
        references("screening_answerfact", "answer_id, screening_id", "screening_answer", "id, screening_id"),
        references(
            "screening_answerfact", "screening_id, patient_id", "screening_screening", "id, patient_id"
        ),
        references("screening_answerfact", "fact_id, patient_id", "screening_fact", "id, patient_id"),
        references("screening_versionpin", "screening_id, center_id", "screening_screening", "id, center_id"),
        references("screening_signature", "screening_id, center_id", "screening_screening", "id, center_id"),
        references(
            "screening_signature",
            "screening_id, version_id",
            "screening_versionpin",
            "screening_id, version_id",
        ),
        references("screening_deviation", "screening_id, center_id", "screening_screening", "id, center_id"),
        references(
            "screening_deviation",
            "screening_id, version_id",
            "screening_versionpin",
            "screening_id, version_id",
        ),
        references(
            "screening_deviation", "version_id, identifier", "trials_criterion", "version_id, identifier"
        ),
        references(
            "screening_practiceanswer", "round_id, center_id", "screening_practiceround", "id, center_id"
        ),
        references(
            "screening_screening",
            "earlier_id, patient_id, trial_id",
            "screening_screening",
            "id, patient_id, trial_id",
        ),
        references(
            "screening_answer", "carried_from_id, screening_id", "screening_answer", "id, screening_id"
        ),
        *(of_center(table) for table in TABLES),
        changed_once("screening_fact", "withdrawn_at", "withdrawn_by_id", "withdrawn_reason_sealed"),
        changed_once("screening_signature", "voided_at", "voided_by_id", "void_kind"),
        append_only("screening_versionpin"),
        append_only("screening_deviation"),
        *(audited(table, chain="center") for table in TABLES),
        compared_with_trail(*TABLES),
    ]
