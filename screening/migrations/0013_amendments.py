from django.db import migrations

# What an amendment would change is counted over every center's open screenings, for somebody who may see none of
# them. The other way, a context that may read every center, would open names, dates and numbers to whatever runs
# in it. This gives away what was answered on which version, and by how many alike: no center, no participant, no
# screening, no date, no text. And it gives it to those alone who edit criteria.
PATTERNS = """
CREATE FUNCTION open_screening_patterns(of_versions bigint[]) RETURNS TABLE (
    version bigint, cohort text, anchors text[], answers jsonb, proposed jsonb, expired text[], screenings bigint
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT alike.*, count(*) FROM (
        SELECT screening.version_id, coalesce(cohort.code, ''), reached.anchors, said.answers, said.proposed, said.expired
        FROM screening_screening screening
        JOIN screening_center center ON center.id = screening.center_id
        LEFT JOIN trials_cohort cohort ON cohort.id = screening.cohort_id
        CROSS JOIN LATERAL (SELECT (clock_timestamp() AT TIME ZONE center.time_zone)::date AS day) today
        CROSS JOIN LATERAL (
            SELECT ARRAY(
                SELECT 'screening'
                UNION SELECT 'consent' WHERE screening.kind = 'consented'
                UNION SELECT event.anchor FROM screening_anchordate event
                WHERE event.screening_id = screening.id AND event.actual_on <= today.day
                ORDER BY 1
            ) AS anchors
        ) reached
        CROSS JOIN LATERAL (
            SELECT ARRAY(
                SELECT used.answer_id
                FROM screening_answerfact used
                JOIN screening_fact fact ON fact.id = used.fact_id
                LEFT JOIN screening_fact newer ON newer.replaces_id = fact.id
                WHERE used.screening_id = screening.id AND (fact.withdrawn_at IS NOT NULL OR newer.id IS NOT NULL)
            ) AS answers
        ) gone
        -- What has expired is what `screening.services.evaluation.standing_of` says has: a test holds them together.
        -- The version is asked of the criterion: the index on the answers' own is no help, and tempts the planner.
        CROSS JOIN LATERAL (
            SELECT
                coalesce(jsonb_object_agg(identifier, value) FILTER (WHERE NOT proposed), '{}') AS answers,
                coalesce(jsonb_object_agg(identifier, value) FILTER (WHERE proposed), '{}') AS proposed,
                coalesce(array_agg(identifier ORDER BY identifier) FILTER (WHERE NOT proposed AND (rests_on_gone OR CASE
                    WHEN valid_until IS NULL THEN given_on < event
                    ELSE valid_until < coalesce(event, today.day)
                END)), '{}') AS expired
            FROM (
                SELECT criterion.identifier::text, answer.value, answer.proposed, answer.valid_until,
                    (answer.answered_at AT TIME ZONE center.time_zone)::date AS given_on,
                    event.actual_on AS event,
                    answer.id = ANY (gone.answers) AS rests_on_gone
                FROM screening_answer answer
                JOIN trials_criterion criterion
                    ON criterion.id = answer.criterion_id AND criterion.version_id = screening.version_id
                LEFT JOIN screening_anchordate event
                    ON event.screening_id = screening.id AND event.actual_on <= today.day
                    AND event.anchor = criterion.test -> 'window' ->> 'anchor'
                    AND event.anchor NOT IN ('screening', 'consent')
                WHERE answer.screening_id = screening.id
            ) each_answer
        ) said
        WHERE screening.status = 'open' AND screening.version_id = ANY (of_versions) AND (SELECT app_edits_content())
    ) alike (version, cohort, anchors, answers, proposed, expired)
    GROUP BY 1, 2, 3, 4, 5, 6
$$;

-- Row-level security binds the tables' owner too: the function belongs to the role that counts over all rows.
GRANT CREATE ON SCHEMA public TO trialdesk_figures;
ALTER FUNCTION open_screening_patterns(bigint[]) OWNER TO trialdesk_figures;
REVOKE CREATE ON SCHEMA public FROM trialdesk_figures;
"""


class Migration(migrations.Migration):
    dependencies = [("screening", "0012_signing_again")]
    operations = [migrations.RunSQL(PATTERNS)]
