from django.db import migrations

from screening.database import references

# In a context like everybody's: row-level security binds the tables' owner, and without one this would find
# no screening, and say nothing. Each pin is audited like one that `start_screening` makes.
FIRST_PINS = """
SELECT set_config('app.actor', 'system: migration', true), set_config('app.edits_content', 'on', true);
SELECT set_config('app.read_centers', centers, true), set_config('app.write_centers', centers, true)
FROM (SELECT coalesce(array_agg(id), '{}')::text AS centers FROM screening_center) every;
INSERT INTO screening_versionpin
    (center_id, screening_id, version_id, moved_by_id, moved_at, reason_sealed, summary)
SELECT center_id, id, version_id, started_by_id, started_at, '', '{}' FROM screening_screening ORDER BY id;
-- Checked now: the tables are altered below, which waiting checks would forbid.
SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):
    """Answers belong to a version that their screening is or was on, so that they outlive a move to another."""

    dependencies = [("screening", "0010_guards")]

    operations = [
        migrations.RunSQL(FIRST_PINS),
        migrations.RunSQL(
            "ALTER TABLE screening_answer DROP CONSTRAINT screening_answer_screening_id_version_id_fk"
        ),
        references(
            "screening_answer", "screening_id, version_id", "screening_versionpin", "screening_id, version_id"
        ),
        migrations.RemoveConstraint(model_name="screening", name="screening_and_version"),
    ]
