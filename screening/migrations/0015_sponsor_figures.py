from django.db import migrations

# A sponsor counts over every center's screenings and reads none of them. No participant, no date, no free text:
# numbers by center and stage, and by the criterion that decided, as it was worded. Small numbers are kept back
# where they are shown; the functions answer nobody but a sponsor of the trial.
FIGURES = """
CREATE FUNCTION sponsors_trial(trial bigint) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM trials_trialsponsor part
        WHERE part.trial_id = trial AND part.sponsor_id = ANY ((SELECT app_sponsors())::bigint[])
    )
$$;

CREATE FUNCTION sponsor_stages(trial bigint) RETURNS TABLE (
    center text, status text, conclusion text, failure_kind text, disposition text, screenings bigint
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    -- A center that has screened nobody is there too: that it is listed tells nothing.
    SELECT center.name, screening.status, screening.conclusion, screening.failure_kind, screening.disposition,
        count(screening.id)
    FROM screening_centersite worked
    JOIN trials_site site ON site.id = worked.site_id
    JOIN screening_center center ON center.id = worked.center_id
    LEFT JOIN screening_screening screening ON screening.center_site_id = worked.id
    WHERE site.trial_id = trial AND (SELECT sponsors_trial(trial))
    GROUP BY 1, 2, 3, 4, 5
$$;

CREATE FUNCTION sponsor_failures(trial bigint) RETURNS TABLE (
    identifier text, category text, label text, worded text, screenings bigint
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT decided.identifier, min(decided.category), min(decided.label), min(decided.worded), count(*)
    FROM screening_screening screening
    CROSS JOIN LATERAL (
        SELECT
            CASE one WHEN true THEN first ->> 'identifier' ELSE '' END AS identifier,
            CASE one WHEN true THEN first ->> 'category' ELSE '' END AS category,
            CASE one WHEN true THEN first ->> 'label' ELSE '' END AS label,
            CASE one WHEN true THEN first ->> 'text' ELSE '' END AS worded
        FROM (SELECT jsonb_array_length(screening.deciding) = 1 AS one, screening.deciding -> 0 AS first) kept
    ) decided
    WHERE screening.trial_id = trial AND screening.failure_kind = 'criteria' AND (SELECT sponsors_trial(trial))
    GROUP BY 1
    ORDER BY 2 DESC, 1
$$;

-- Row-level security binds the tables' owner too: the functions belong to the role that counts over all rows.
GRANT SELECT ON trials_trialsponsor, trials_site TO trialdesk_figures;
GRANT CREATE ON SCHEMA public TO trialdesk_figures;
ALTER FUNCTION sponsor_stages(bigint) OWNER TO trialdesk_figures;
ALTER FUNCTION sponsor_failures(bigint) OWNER TO trialdesk_figures;
REVOKE CREATE ON SCHEMA public FROM trialdesk_figures;
"""


class Migration(migrations.Migration):
    dependencies = [("screening", "0014_not_applicable_by_facts")]
    operations = [migrations.RunSQL(FIGURES)]
