import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("screening", "0008_verify_rows"),
        ("trials", "0009_requires_sources"),
    ]

    operations = [
        migrations.CreateModel(
            name="AnchorDate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "anchor",
                    models.CharField(
                        choices=[
                            ("screening", "screening"),
                            ("consent", "consent"),
                            ("enrolment", "enrolment"),
                            ("randomisation", "randomisation"),
                            ("apheresis", "apheresis"),
                            ("infusion", "infusion"),
                            ("baseline", "baseline"),
                            ("last_dose", "last_dose"),
                        ],
                        max_length=13,
                        verbose_name="event",
                    ),
                ),
                ("planned_on", models.DateField(blank=True, null=True, verbose_name="planned")),
                ("actual_on", models.DateField(blank=True, null=True, verbose_name="actual")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="recorded"
                    ),
                ),
            ],
            options={
                "verbose_name": "date of an event",
                "verbose_name_plural": "dates of events",
                "ordering": ("screening", "anchor"),
            },
        ),
        migrations.CreateModel(
            name="AnswerFact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
            ],
            options={
                "verbose_name": "fact of an answer",
                "verbose_name_plural": "facts of answers",
                "ordering": ("answer", "fact"),
            },
        ),
        migrations.CreateModel(
            name="ChanceEstimate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("identifier", models.CharField(max_length=64, verbose_name="criterion")),
                ("percent_against", models.PositiveSmallIntegerField(verbose_name="stops of a hundred")),
                (
                    "estimated_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="estimated"
                    ),
                ),
            ],
            options={
                "verbose_name": "estimate",
                "verbose_name_plural": "estimates",
                "ordering": ("trial", "identifier"),
            },
        ),
        migrations.CreateModel(
            name="Deviation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("identifier", models.CharField(max_length=64, verbose_name="criterion")),
                ("reason_sealed", models.TextField()),
                ("approved_by_sealed", models.TextField()),
                ("approved_on", models.DateField(verbose_name="approved on")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="recorded"
                    ),
                ),
            ],
            options={
                "verbose_name": "protocol deviation",
                "verbose_name_plural": "protocol deviations",
                "ordering": ("screening", "id"),
            },
        ),
        migrations.CreateModel(
            name="Fact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.DecimalField(blank=True, decimal_places=8, max_digits=24, null=True)),
                ("code", models.CharField(blank=True, max_length=200)),
                ("date", models.DateField(blank=True, null=True)),
                ("text_sealed", models.TextField(blank=True)),
                ("unit", models.CharField(blank=True, max_length=64, verbose_name="unit (UCUM)")),
                ("observed_on", models.DateField(verbose_name="observed on")),
                ("lower_limit", models.DecimalField(blank=True, decimal_places=8, max_digits=24, null=True)),
                ("upper_limit", models.DecimalField(blank=True, decimal_places=8, max_digits=24, null=True)),
                ("product", models.CharField(blank=True, max_length=200, verbose_name="product")),
                ("product_folded", models.CharField(blank=True, max_length=200)),
                (
                    "source_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("laboratory", "laboratory report"),
                            ("imaging", "imaging report"),
                            ("clinic_letter", "clinic letter"),
                            ("discharge_letter", "discharge letter"),
                            ("medical_record", "medical record"),
                            ("questionnaire", "questionnaire"),
                            ("participant", "the participant's own word"),
                            ("other", "other document"),
                        ],
                        max_length=16,
                        verbose_name="source",
                    ),
                ),
                ("source_date", models.DateField(blank=True, null=True, verbose_name="date of the source")),
                ("source_reference_sealed", models.TextField(blank=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_reason_sealed", models.TextField(blank=True)),
                (
                    "entered_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="entered"
                    ),
                ),
                ("operation_id", models.UUIDField()),
            ],
            options={
                "verbose_name": "fact",
                "verbose_name_plural": "facts",
                "ordering": ("observed_on", "id"),
            },
        ),
        migrations.CreateModel(
            name="HalfLife",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("product", models.CharField(max_length=200, verbose_name="product")),
                ("product_folded", models.CharField(max_length=200)),
                (
                    "hours",
                    models.DecimalField(decimal_places=3, max_digits=10, verbose_name="half-life in hours"),
                ),
                ("source", models.CharField(max_length=500, verbose_name="source")),
                (
                    "entered_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="entered"
                    ),
                ),
            ],
            options={
                "verbose_name": "half-life",
                "verbose_name_plural": "half-lives",
                "ordering": ("product_folded",),
            },
        ),
        migrations.CreateModel(
            name="PracticeAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("case", models.PositiveSmallIntegerField()),
                ("identifier", models.CharField(max_length=64)),
                (
                    "value",
                    models.CharField(
                        choices=[
                            ("yes", "yes"),
                            ("no", "no"),
                            ("unknown", "unknown"),
                            ("not_applicable", "not applicable"),
                        ],
                        max_length=14,
                    ),
                ),
                (
                    "expected",
                    models.CharField(
                        choices=[
                            ("yes", "yes"),
                            ("no", "no"),
                            ("unknown", "unknown"),
                            ("not_applicable", "not applicable"),
                        ],
                        max_length=14,
                    ),
                ),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "verbose_name": "practice answer",
                "verbose_name_plural": "practice answers",
                "ordering": ("round", "case", "id"),
            },
        ),
        migrations.CreateModel(
            name="PracticeRound",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seed", models.BigIntegerField()),
                ("cases", models.JSONField(default=list)),
                (
                    "started_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="started"
                    ),
                ),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="finished")),
            ],
            options={
                "verbose_name": "practice round",
                "verbose_name_plural": "practice rounds",
                "ordering": ("-started_at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="Signature",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("printed_name", models.CharField(max_length=150, verbose_name="printed name")),
                (
                    "meaning",
                    models.CharField(
                        choices=[("eligible", "eligible"), ("not_eligible", "not eligible")],
                        max_length=12,
                        verbose_name="meaning",
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("eligible", "eligible"),
                            ("potentially_eligible", "potentially eligible"),
                            ("ineligible", "ineligible"),
                            ("undetermined", "undetermined"),
                        ],
                        max_length=20,
                        verbose_name="outcome",
                    ),
                ),
                ("cohort_label", models.CharField(blank=True, verbose_name="cohort")),
                ("content", models.TextField()),
                ("digest", models.CharField(max_length=64)),
                ("attestation_sealed", models.TextField(blank=True)),
                ("signed_at", models.DateTimeField(verbose_name="signed")),
                ("voided_at", models.DateTimeField(blank=True, null=True, verbose_name="voided")),
                (
                    "void_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("answer", "an answer"),
                            ("cohort", "the cohort"),
                            ("consent", "the consent"),
                            ("anchor", "the date of an event"),
                            ("fact", "a fact"),
                            ("half_life", "a half-life"),
                            ("deviation", "a protocol deviation"),
                            ("version", "the criteria version"),
                            ("reopened", "the screening was reopened"),
                            ("conclusion", "the conclusion"),
                        ],
                        max_length=10,
                    ),
                ),
            ],
            options={
                "verbose_name": "signature",
                "verbose_name_plural": "signatures",
                "ordering": ("screening", "id"),
            },
        ),
        migrations.CreateModel(
            name="VersionPin",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "moved_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="moved"
                    ),
                ),
                ("reason_sealed", models.TextField(blank=True)),
                ("summary", models.JSONField(blank=True, default=dict)),
            ],
            options={
                "verbose_name": "criteria version of a screening",
                "verbose_name_plural": "criteria versions of a screening",
                "ordering": ("screening", "id"),
            },
        ),
        migrations.AddField(
            model_name="answer",
            name="carried_from",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="screening.answer",
            ),
        ),
        migrations.AddField(
            model_name="answer",
            name="proposal",
            field=models.CharField(
                blank=True,
                choices=[
                    ("yes", "yes"),
                    ("no", "no"),
                    ("unknown", "unknown"),
                    ("not_applicable", "not applicable"),
                ],
                max_length=14,
            ),
        ),
        migrations.AddField(
            model_name="answer",
            name="proposed",
            field=models.BooleanField(default=False, verbose_name="proposed"),
        ),
        migrations.AddField(
            model_name="answer",
            name="source_date",
            field=models.DateField(blank=True, null=True, verbose_name="date of the source"),
        ),
        migrations.AddField(
            model_name="answer",
            name="source_kind",
            field=models.CharField(
                blank=True,
                choices=[
                    ("laboratory", "laboratory report"),
                    ("imaging", "imaging report"),
                    ("clinic_letter", "clinic letter"),
                    ("discharge_letter", "discharge letter"),
                    ("medical_record", "medical record"),
                    ("questionnaire", "questionnaire"),
                    ("participant", "the participant's own word"),
                    ("other", "other document"),
                ],
                max_length=16,
                verbose_name="source",
            ),
        ),
        migrations.AddField(
            model_name="answer",
            name="source_page",
            field=models.CharField(blank=True, max_length=40, verbose_name="page"),
        ),
        migrations.AddField(
            model_name="answer",
            name="source_quote_sealed",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="answer",
            name="source_reference_sealed",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="answer",
            name="valid_until",
            field=models.DateField(blank=True, null=True, verbose_name="holds until"),
        ),
        migrations.AddField(
            model_name="answerchange",
            name="facts",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), blank=True, default=list
            ),
        ),
        migrations.AddField(
            model_name="answerchange",
            name="proposal",
            field=models.CharField(
                blank=True,
                choices=[
                    ("yes", "yes"),
                    ("no", "no"),
                    ("unknown", "unknown"),
                    ("not_applicable", "not applicable"),
                ],
                max_length=14,
            ),
        ),
        migrations.AddField(
            model_name="answerchange",
            name="proposed",
            field=models.BooleanField(default=False, verbose_name="proposed"),
        ),
        migrations.AddField(
            model_name="answerchange",
            name="source_date",
            field=models.DateField(blank=True, null=True, verbose_name="date of the source"),
        ),
        migrations.AddField(
            model_name="answerchange",
            name="source_kind",
            field=models.CharField(
                blank=True,
                choices=[
                    ("laboratory", "laboratory report"),
                    ("imaging", "imaging report"),
                    ("clinic_letter", "clinic letter"),
                    ("discharge_letter", "discharge letter"),
                    ("medical_record", "medical record"),
                    ("questionnaire", "questionnaire"),
                    ("participant", "the participant's own word"),
                    ("other", "other document"),
                ],
                max_length=16,
                verbose_name="source",
            ),
        ),
        migrations.AddField(
            model_name="answerchange",
            name="source_page",
            field=models.CharField(blank=True, max_length=40, verbose_name="page"),
        ),
        migrations.AddField(
            model_name="answerchange",
            name="source_quote_sealed",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="answerchange",
            name="source_reference_sealed",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="answerchange",
            name="valid_until",
            field=models.DateField(blank=True, null=True, verbose_name="holds until"),
        ),
        migrations.AddField(
            model_name="screening",
            name="disposition_recorded_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="recorded"),
        ),
        migrations.AddField(
            model_name="screening",
            name="earlier",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="repeats",
                to="screening.screening",
                verbose_name="re-screening of",
            ),
        ),
        migrations.AlterField(
            model_name="answerchange",
            name="value",
            field=models.CharField(
                choices=[
                    ("yes", "yes"),
                    ("no", "no"),
                    ("unknown", "unknown"),
                    ("not_applicable", "not applicable"),
                ],
                max_length=14,
                verbose_name="answer",
            ),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.CheckConstraint(
                condition=models.Q(("proposal__in", ["", "yes", "no"])), name="answer_proposal"
            ),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "source_kind__in",
                        [
                            "",
                            "laboratory",
                            "imaging",
                            "clinic_letter",
                            "discharge_letter",
                            "medical_record",
                            "questionnaire",
                            "participant",
                            "other",
                        ],
                    )
                ),
                name="answer_source_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="screening",
            constraint=models.UniqueConstraint(fields=("id", "patient"), name="screening_and_patient"),
        ),
        migrations.AddConstraint(
            model_name="screening",
            constraint=models.UniqueConstraint(
                fields=("id", "patient", "trial"), name="screening_of_patient_in_trial"
            ),
        ),
        migrations.AddField(
            model_name="anchordate",
            name="center",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="screening.center"
            ),
        ),
        migrations.AddField(
            model_name="anchordate",
            name="recorded_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="anchordate",
            name="screening",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="anchor_dates",
                to="screening.screening",
            ),
        ),
        migrations.AddField(
            model_name="answerfact",
            name="answer",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="answer_facts",
                to="screening.answer",
            ),
        ),
        migrations.AddField(
            model_name="answerfact",
            name="center",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="screening.center"
            ),
        ),
        migrations.AddField(
            model_name="answerfact",
            name="patient",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="screening.patient",
            ),
        ),
        migrations.AddField(
            model_name="answerfact",
            name="screening",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="screening.screening",
            ),
        ),
        migrations.AddField(
            model_name="chanceestimate",
            name="center",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="screening.center"
            ),
        ),
        migrations.AddField(
            model_name="chanceestimate",
            name="estimated_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="chanceestimate",
            name="trial",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="trials.trial"
            ),
        ),
        migrations.AddField(
            model_name="deviation",
            name="center",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="screening.center"
            ),
        ),
        migrations.AddField(
            model_name="deviation",
            name="recorded_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="deviation",
            name="screening",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="deviations",
                to="screening.screening",
            ),
        ),
        migrations.AddField(
            model_name="deviation",
            name="version",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="trials.criteriaversion",
            ),
        ),
        migrations.AddField(
            model_name="fact",
            name="center",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="screening.center"
            ),
        ),
        migrations.AddField(
            model_name="fact",
            name="entered_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="fact",
            name="patient",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="facts",
                to="screening.patient",
            ),
        ),
        migrations.AddField(
            model_name="fact",
            name="replaces",
            field=models.OneToOneField(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replacement",
                to="screening.fact",
            ),
        ),
        migrations.AddField(
            model_name="fact",
            name="variable",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="trials.variable"
            ),
        ),
        migrations.AddField(
            model_name="fact",
            name="withdrawn_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="answerfact",
            name="fact",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="decides",
                to="screening.fact",
            ),
        ),
        migrations.AddField(
            model_name="halflife",
            name="center",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="half_lives", to="screening.center"
            ),
        ),
        migrations.AddField(
            model_name="halflife",
            name="entered_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="practiceanswer",
            name="center",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="screening.center"
            ),
        ),
        migrations.AddField(
            model_name="practiceround",
            name="center",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="screening.center"
            ),
        ),
        migrations.AddField(
            model_name="practiceround",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="practiceround",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="trials.criteriaversion"
            ),
        ),
        migrations.AddField(
            model_name="practiceanswer",
            name="round",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="answers",
                to="screening.practiceround",
            ),
        ),
        migrations.AddField(
            model_name="signature",
            name="center",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="screening.center"
            ),
        ),
        migrations.AddField(
            model_name="signature",
            name="screening",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="signatures",
                to="screening.screening",
            ),
        ),
        migrations.AddField(
            model_name="signature",
            name="signer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="signature",
            name="version",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="trials.criteriaversion",
            ),
        ),
        migrations.AddField(
            model_name="signature",
            name="voided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="versionpin",
            name="center",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="screening.center"
            ),
        ),
        migrations.AddField(
            model_name="versionpin",
            name="moved_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="versionpin",
            name="previous_version",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="trials.criteriaversion",
            ),
        ),
        migrations.AddField(
            model_name="versionpin",
            name="screening",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="pins",
                to="screening.screening",
            ),
        ),
        migrations.AddField(
            model_name="versionpin",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="trials.criteriaversion"
            ),
        ),
        migrations.AddConstraint(
            model_name="anchordate",
            constraint=models.UniqueConstraint(fields=("screening", "anchor"), name="anchor_dated_once"),
        ),
        migrations.AddConstraint(
            model_name="anchordate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "anchor__in",
                        [
                            "screening",
                            "enrolment",
                            "randomisation",
                            "apheresis",
                            "infusion",
                            "baseline",
                            "last_dose",
                        ],
                    )
                ),
                name="anchor_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="anchordate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("planned_on__isnull", False), ("actual_on__isnull", False), _connector="OR"
                ),
                name="anchor_has_a_date",
            ),
        ),
        migrations.AddConstraint(
            model_name="chanceestimate",
            constraint=models.UniqueConstraint(
                fields=("center", "trial", "identifier"), name="one_estimate_per_criterion"
            ),
        ),
        migrations.AddConstraint(
            model_name="chanceestimate",
            constraint=models.CheckConstraint(
                condition=models.Q(("percent_against__gte", 1), ("percent_against__lte", 99)),
                name="estimate_in_percent",
            ),
        ),
        migrations.AddConstraint(
            model_name="deviation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reason_sealed", ""), _negated=True),
                    models.Q(("approved_by_sealed", ""), _negated=True),
                ),
                name="deviation_has_a_reason_and_an_approver",
            ),
        ),
        migrations.AddIndex(
            model_name="fact",
            index=models.Index(fields=["patient", "variable", "observed_on"], name="facts_of_patient"),
        ),
        migrations.AddConstraint(
            model_name="fact",
            constraint=models.UniqueConstraint(fields=("id", "center"), name="fact_and_center"),
        ),
        migrations.AddConstraint(
            model_name="fact",
            constraint=models.UniqueConstraint(fields=("id", "patient"), name="fact_and_patient"),
        ),
        migrations.AddConstraint(
            model_name="fact",
            constraint=models.UniqueConstraint(fields=("patient", "operation_id"), name="fact_entered_once"),
        ),
        migrations.AddConstraint(
            model_name="fact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("code", ""), ("date__isnull", True), ("number__isnull", False), ("text_sealed", "")
                    ),
                    models.Q(
                        ("date__isnull", True),
                        ("number__isnull", True),
                        ("text_sealed", ""),
                        models.Q(("code", ""), _negated=True),
                    ),
                    models.Q(
                        ("code", ""), ("date__isnull", False), ("number__isnull", True), ("text_sealed", "")
                    ),
                    models.Q(
                        ("code", ""),
                        ("date__isnull", True),
                        ("number__isnull", True),
                        models.Q(("text_sealed", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="fact_has_one_value",
            ),
        ),
        migrations.AddConstraint(
            model_name="fact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("number__isnull", False),
                    models.Q(("lower_limit__isnull", True), ("unit", ""), ("upper_limit__isnull", True)),
                    _connector="OR",
                ),
                name="fact_of_number_has_unit_and_limits",
            ),
        ),
        migrations.AddConstraint(
            model_name="fact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("lower_limit__isnull", True),
                    ("upper_limit__isnull", True),
                    ("lower_limit__lte", models.F("upper_limit")),
                    _connector="OR",
                ),
                name="fact_limits_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="fact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "source_kind__in",
                        [
                            "",
                            "laboratory",
                            "imaging",
                            "clinic_letter",
                            "discharge_letter",
                            "medical_record",
                            "questionnaire",
                            "participant",
                            "other",
                        ],
                    )
                ),
                name="fact_source_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="fact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("withdrawn_at__isnull", True),
                        ("withdrawn_by__isnull", True),
                        ("withdrawn_reason_sealed", ""),
                    ),
                    models.Q(
                        ("withdrawn_at__isnull", False),
                        ("withdrawn_by__isnull", False),
                        models.Q(("withdrawn_reason_sealed", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="fact_withdrawn_in_full",
            ),
        ),
        migrations.AddConstraint(
            model_name="answerfact",
            constraint=models.UniqueConstraint(fields=("answer", "fact"), name="answer_rests_on_once"),
        ),
        migrations.AddConstraint(
            model_name="halflife",
            constraint=models.UniqueConstraint(
                fields=("center", "product_folded"), name="half_life_once_per_product"
            ),
        ),
        migrations.AddConstraint(
            model_name="halflife",
            constraint=models.CheckConstraint(
                condition=models.Q(("product_folded", ""), _negated=True), name="half_life_of_a_product"
            ),
        ),
        migrations.AddConstraint(
            model_name="halflife",
            constraint=models.CheckConstraint(
                condition=models.Q(("hours__gt", 0)), name="half_life_is_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="halflife",
            constraint=models.CheckConstraint(
                condition=models.Q(("source", ""), _negated=True), name="half_life_has_a_source"
            ),
        ),
        migrations.AddConstraint(
            model_name="practiceround",
            constraint=models.UniqueConstraint(fields=("id", "center"), name="practice_round_and_center"),
        ),
        migrations.AddConstraint(
            model_name="practiceanswer",
            constraint=models.UniqueConstraint(
                fields=("round", "case", "identifier"), name="one_practice_answer_per_statement"
            ),
        ),
        migrations.AddConstraint(
            model_name="practiceanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("expected__in", ["yes", "no", "unknown", "not_applicable"]),
                    ("value__in", ["yes", "no", "unknown", "not_applicable"]),
                ),
                name="practice_values",
            ),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.UniqueConstraint(
                condition=models.Q(("voided_at__isnull", True)),
                fields=("screening",),
                name="one_standing_signature",
            ),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.CheckConstraint(
                condition=models.Q(("meaning__in", ["eligible", "not_eligible"])), name="signature_meaning"
            ),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("meaning", "not_eligible"),
                        ("outcome__in", ["eligible", "potentially_eligible", "ineligible", "undetermined"]),
                    ),
                    models.Q(("meaning", "eligible"), ("outcome", "eligible")),
                    models.Q(
                        ("meaning", "eligible"),
                        ("outcome", "potentially_eligible"),
                        models.Q(("attestation_sealed", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="signature_follows_the_outcome",
            ),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("void_kind", ""), ("voided_at__isnull", True), ("voided_by__isnull", True)),
                    models.Q(
                        (
                            "void_kind__in",
                            [
                                "answer",
                                "cohort",
                                "consent",
                                "anchor",
                                "fact",
                                "half_life",
                                "deviation",
                                "version",
                                "reopened",
                                "conclusion",
                            ],
                        ),
                        ("voided_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="signature_voided_in_full",
            ),
        ),
        migrations.AddConstraint(
            model_name="versionpin",
            constraint=models.UniqueConstraint(
                fields=("screening", "version"), name="pinned_once_per_version"
            ),
        ),
    ]
