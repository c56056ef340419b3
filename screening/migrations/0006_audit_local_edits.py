from django.db import migrations

from screening.database import audited


class Migration(migrations.Migration):
    dependencies = [("screening", "0005_drafts"), ("trials", "0006_local_edits")]
    operations = [audited("trials_localedit", chain="content", imports_too=False)]
