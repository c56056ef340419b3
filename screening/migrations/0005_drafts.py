from django.db import migrations

from screening.database import EDITS_CONTENT, audited, guarded


class Migration(migrations.Migration):
    dependencies = [("screening", "0004_audit_loaded_documents"), ("trials", "0005_draft_revisions")]

    operations = [
        guarded("trials_draftrevision", read=EDITS_CONTENT, write=EDITS_CONTENT),
        audited("trials_draftrevision", chain="content"),
        # With its draft a history may go; not a word of it changes.
        migrations.RunSQL(
            "CREATE TRIGGER unchanged BEFORE UPDATE ON trials_draftrevision "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        ),
    ]
