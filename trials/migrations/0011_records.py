import django.db.models.deletion
from django.db import migrations, models

SEQUENCE = "create sequence trials_trial_revision"

# Compressed already. The lock is that of `trials.revisions`.
REMOVALS = """
alter table trials_trialrecord alter column content set storage external;

create function trials_note_removal() returns trigger language plpgsql as $$
begin
    perform pg_advisory_xact_lock_shared(748205113);
    insert into trials_trialremoval (trial_id, nct_id) values (old.id, old.nct_id);
    return null;
end $$;

create trigger removed after delete on trials_trial for each row execute function trials_note_removal();
"""
KEPT = """
drop trigger removed on trials_trial;
drop function trials_note_removal();
"""

# An untouched draft has no parts, and none becomes untouched again: it would leave the audit trail.
UNTOUCHED = """
create function trials_untouched_once() returns trigger language plpgsql as $$
begin
    raise exception 'criteria version % was touched and stays so', old.id using errcode = 'restrict_violation';
end $$;

create trigger untouched_once before update on trials_criteriaversion
    for each row when (new.untouched and not old.untouched) execute function trials_untouched_once();

create or replace function trials_freeze_part() returns trigger language plpgsql as $$
declare
    version_id bigint := case tg_op when 'DELETE' then old.version_id else new.version_id end;
    published timestamptz;
    of_text boolean;
begin
    if tg_op = 'UPDATE' and new.version_id <> old.version_id then
        raise exception 'a part of criteria version % never moves to another', old.version_id
            using errcode = 'restrict_violation';
    end if;
    select published_at, untouched into published, of_text
    from trials_criteriaversion where id = version_id for share;
    if not found then
        raise exception 'criteria version % cannot be edited', version_id using errcode = 'restrict_violation';
    end if;
    if published is not null then
        raise exception 'criteria version % is published and never changes', version_id
            using errcode = 'restrict_violation';
    end if;
    if of_text then
        raise exception 'criteria version % is untouched and has no parts', version_id
            using errcode = 'restrict_violation';
    end if;
    return case tg_op when 'DELETE' then old else new end;
end $$;
"""
# The function asks for the column: it goes back before that does.
TOUCHED = """
drop trigger untouched_once on trials_criteriaversion;
drop function trials_untouched_once();
create or replace function trials_freeze_part() returns trigger language plpgsql as $$
declare
    version_id bigint := case tg_op when 'DELETE' then old.version_id else new.version_id end;
    published timestamptz;
begin
    if tg_op = 'UPDATE' and new.version_id <> old.version_id then
        raise exception 'a part of criteria version % never moves to another', old.version_id
            using errcode = 'restrict_violation';
    end if;
    select published_at into published from trials_criteriaversion where id = version_id for share;
    if not found then
        raise exception 'criteria version % cannot be edited', version_id using errcode = 'restrict_violation';
    end if;
    if published is not null then
        raise exception 'criteria version % is published and never changes', version_id
            using errcode = 'restrict_violation';
    end if;
    return case tg_op when 'DELETE' then old else new end;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("trials", "0010_what_was_imported"),
    ]

    operations = [
        migrations.RunSQL(SEQUENCE, "drop sequence trials_trial_revision"),
        migrations.CreateModel(
            name="TrialRecord",
            fields=[
                (
                    "trial",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="record",
                        serialize=False,
                        to="trials.trial",
                        verbose_name="trial",
                    ),
                ),
                ("content", models.BinaryField(verbose_name="content")),
                ("digest", models.BinaryField(verbose_name="digest")),
                ("reader", models.PositiveSmallIntegerField(verbose_name="edition of the reading")),
            ],
            options={
                "verbose_name": "record",
                "verbose_name_plural": "records",
            },
        ),
        migrations.CreateModel(
            name="TrialRemoval",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("trial_id", models.BigIntegerField(verbose_name="key of the trial")),
                ("nct_id", models.CharField(max_length=11, verbose_name="NCT number")),
                (
                    "revision",
                    models.BigIntegerField(
                        db_default=models.Func(
                            models.Value("trials_trial_revision"),
                            function="nextval",
                            output_field=models.BigIntegerField(),
                        ),
                        db_index=True,
                        verbose_name="revision",
                    ),
                ),
            ],
            options={
                "verbose_name": "removal of a trial",
                "verbose_name_plural": "removals of trials",
                "ordering": ("revision",),
            },
        ),
        migrations.AddField(
            model_name="criteriaversion",
            name="untouched",
            field=models.BooleanField(
                default=False,
                editable=False,
                help_text="Nobody has edited it: it is the text as registered, split into its lines.",
                verbose_name="untouched",
            ),
        ),
        migrations.AddField(
            model_name="trial",
            name="revision",
            field=models.BigIntegerField(
                db_default=models.Func(
                    models.Value("trials_trial_revision"),
                    function="nextval",
                    output_field=models.BigIntegerField(),
                ),
                db_index=True,
                editable=False,
                verbose_name="revision",
            ),
        ),
        migrations.AlterField(
            model_name="criteriaversion",
            name="digest",
            field=models.CharField(
                blank=True,
                editable=False,
                help_text="SHA-256 of the tree's canonical JSON; an untouched draft has none.",
                max_length=64,
                verbose_name="digest",
            ),
        ),
        migrations.AddConstraint(
            model_name="criteriaversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("untouched", False),
                    models.Q(("source", "registry"), ("state", "draft")),
                    _connector="OR",
                ),
                name="criteriaversion_untouched_draft",
            ),
        ),
        migrations.AddConstraint(
            model_name="criteriaversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("untouched", True)),
                fields=("trial",),
                name="criteriaversion_one_untouched",
            ),
        ),
        migrations.RunSQL(REMOVALS, KEPT),
        migrations.RunSQL(UNTOUCHED, TOUCHED),
    ]
