from django.contrib.postgres.indexes import GinIndex
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("trials", "0014_no_search_text")]

    operations = [
        migrations.AddIndex("trial", GinIndex(fields=["nct_id_aliases"], name="trial_former_numbers")),
    ]
