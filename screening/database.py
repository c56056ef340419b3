"""What migrations say so that the database itself guards a table: isolation by center, audit, append-only."""

from __future__ import annotations

from django.conf import settings
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import RunPython, RunSQL
from django.db.migrations.state import StateApps

READ_CENTERS = "ANY ((SELECT app_read_centers())::bigint[])"
WRITE_CENTERS = "ANY ((SELECT app_write_centers())::bigint[])"
EDITS_CONTENT = "(SELECT app_edits_content())"


def guarded(table: str, *, read: str, write: str) -> RunSQL:
    """Row-level security with these two conditions, which bind the tables' owner too."""
    return RunSQL(
        f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY may_read ON {table} FOR SELECT USING ({read});
        CREATE POLICY may_insert ON {table} FOR INSERT WITH CHECK ({write});
        CREATE POLICY may_update ON {table} FOR UPDATE USING ({write}) WITH CHECK ({write});
        CREATE POLICY may_delete ON {table} FOR DELETE USING ({write});
        """
    )


def of_center(table: str) -> RunSQL:
    """A table about patients: read and written by those who may read and write its center."""
    return guarded(table, read=f"center_id = {READ_CENTERS}", write=f"center_id = {WRITE_CENTERS}")


def references(table: str, columns: str, target: str, target_columns: str) -> RunSQL:
    """A composite foreign key, checked at once: a deferred one would fail after the view has said 200.

    Row-level security does not do this: a foreign key may point at rows that its writer cannot see.
    """
    name = f"{table}_{columns.replace(', ', '_')}_fk"
    return RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({columns}) "
        f"REFERENCES {target} ({target_columns}) NOT DEFERRABLE"
    )


def audited(table: str, *, chain: str, imports_too: bool = True) -> RunSQL:
    """Each change of a row becomes an event: in its center's chain ("center"), or in chain 0 ("content")."""
    condition = "" if imports_too else "WHEN (NOT app_importing())"
    return RunSQL(
        f"CREATE TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW {condition} EXECUTE FUNCTION audit_row('{chain}')"
    )


def append_only(table: str) -> RunSQL:
    """Rows are added and never touched again, by whomever."""
    return RunSQL(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )


def changed_once(table: str, *columns: str) -> RunSQL:
    """Rows stay as they were added, but for these columns, which are written once; the first says when."""
    names = ", ".join(f"'{name}'" for name in columns)
    return RunSQL(
        f"CREATE TRIGGER changed_once BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION refuse_second_change({names})"
    )


def compared_with_trail(*tables: str) -> RunSQL:
    """Have `verify_audit` compare the rows of these tables, too, with what their last events say."""
    return RunSQL(
        f"""
        DO $$ BEGIN EXECUTE format(
            'CREATE OR REPLACE FUNCTION audit_compared() RETURNS text[]'
            ' LANGUAGE sql IMMUTABLE RETURN %L::text[]',
            audit_compared() || '{{{",".join(tables)}}}'::text[]
        ); END $$;
        GRANT SELECT ON {", ".join(tables)} TO trialdesk_figures;
        """
    )


def only_read_by_application(*tables: str) -> RunPython:
    """Take back what the default privileges gave the application role."""

    def revoke(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        role = schema_editor.connection.ops.quote_name(settings.DATABASES["default"]["USER"])
        for table in tables:
            schema_editor.execute(f"REVOKE INSERT, UPDATE, DELETE ON {table} FROM {role}")
            schema_editor.execute(f"REVOKE ALL ON SEQUENCE {table}_id_seq FROM {role}")

    return RunPython(revoke)
