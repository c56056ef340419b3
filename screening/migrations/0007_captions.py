from django.db import migrations

from screening.database import EDITS_CONTENT, audited, guarded


class Migration(migrations.Migration):
    """Everybody reads the captions of a trial's page; administrators write them, and it is recorded."""

    dependencies = [("screening", "0006_audit_local_edits"), ("trials", "0007_captions")]
    operations = [
        guarded("trials_caption", read="true", write=EDITS_CONTENT),
        audited("trials_caption", chain="content"),
    ]
