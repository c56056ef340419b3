from django.db import migrations

from screening.database import EDITS_CONTENT, READ_CENTERS, guarded, of_center, references

# After the first local set_config a setting reads '', not NULL.
CONTEXT = """
CREATE FUNCTION app_actor() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(current_setting('app.actor', true), '');
CREATE FUNCTION app_user() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('app.user_id', true), '')::bigint;
CREATE FUNCTION app_read_centers() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(nullif(current_setting('app.read_centers', true), ''), '{}')::bigint[];
CREATE FUNCTION app_write_centers() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(nullif(current_setting('app.write_centers', true), ''), '{}')::bigint[];
CREATE FUNCTION app_sponsors() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(nullif(current_setting('app.sponsors', true), ''), '{}')::bigint[];
CREATE FUNCTION app_edits_content() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(current_setting('app.edits_content', true), '') = 'on';
CREATE FUNCTION app_importing() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    RETURN app_actor() <> '' AND coalesce(current_setting('app.importing', true), '') = 'on';
CREATE FUNCTION app_reason() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(current_setting('app.reason', true), '');
"""

# A protocol's criteria are confidential to the centers that work the trial and to its sponsors.
VERSION_READ = f"""
    {EDITS_CONTENT}
    OR (state = 'published' AND source = 'registry')
    OR (state = 'published' AND source = 'protocol' AND (
        EXISTS (
            SELECT FROM screening_centersite worked JOIN trials_site site ON site.id = worked.site_id
            WHERE site.trial_id = trials_criteriaversion.trial_id AND worked.center_id = {READ_CENTERS}
        )
        OR EXISTS (
            SELECT FROM trials_trialsponsor part
            WHERE part.trial_id = trials_criteriaversion.trial_id
            AND part.sponsor_id = ANY ((SELECT app_sponsors())::bigint[])
        )
    ))
"""
# Row-level security holds inside the subquery too: who sees the version sees its parts.
PART_READ = "EXISTS (SELECT FROM trials_criteriaversion version WHERE version.id = version_id)"


class Migration(migrations.Migration):
    dependencies = [("screening", "0001_initial"), ("trials", "0001_initial")]

    operations = [
        migrations.RunSQL(CONTEXT),
        references("screening_patientkey", "patient_id, center_id", "screening_patient", "id, center_id"),
        references("screening_screening", "patient_id, center_id", "screening_patient", "id, center_id"),
        references(
            "screening_screening",
            "center_site_id, center_id, site_id",
            "screening_centersite",
            "id, center_id, site_id",
        ),
        references("screening_screening", "site_id, trial_id", "trials_site", "id, trial_id"),
        references("screening_screening", "version_id, trial_id", "trials_criteriaversion", "id, trial_id"),
        references("screening_screening", "cohort_id, version_id", "trials_cohort", "id, version_id"),
        references("screening_answer", "screening_id, center_id", "screening_screening", "id, center_id"),
        references("screening_answer", "screening_id, version_id", "screening_screening", "id, version_id"),
        references("screening_answer", "criterion_id, version_id", "trials_criterion", "id, version_id"),
        references("screening_answerchange", "answer_id, center_id", "screening_answer", "id, center_id"),
        references(
            "screening_answerchange", "answer_id, screening_id", "screening_answer", "id, screening_id"
        ),
        of_center("screening_patient"),
        of_center("screening_patientkey"),
        of_center("screening_screening"),
        of_center("screening_answer"),
        of_center("screening_answerchange"),
        guarded("screening_center", read=f"id = {READ_CENTERS} OR {EDITS_CONTENT}", write=EDITS_CONTENT),
        guarded(
            "screening_centersite", read=f"center_id = {READ_CENTERS} OR {EDITS_CONTENT}", write=EDITS_CONTENT
        ),
        # Their own rows are what people's contexts are made from.
        guarded(
            "screening_membership",
            read=f"user_id = (SELECT app_user()) OR center_id = {READ_CENTERS} OR {EDITS_CONTENT}",
            write=EDITS_CONTENT,
        ),
        guarded(
            "screening_sponsormembership",
            read=f"user_id = (SELECT app_user()) OR {EDITS_CONTENT}",
            write=EDITS_CONTENT,
        ),
        guarded("trials_criteriaversion", read=VERSION_READ, write=EDITS_CONTENT),
        guarded("trials_cohort", read=PART_READ, write=EDITS_CONTENT),
        guarded("trials_criterion", read=PART_READ, write=EDITS_CONTENT),
    ]
