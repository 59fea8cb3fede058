"""platform: what must never change is refused by the database itself"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

APPEND_ONLY = (
    "audit_entry",
    "mark_entry",
    "answer_revision",
    "answer_mark",
    "project_version",
    "project_version_file",
)
# What an issued certificate is; how it ended and where its PDF lies may still be written.
FROZEN = (
    "id",
    "agency_id",
    "cohort_id",
    "enrolment_id",
    "person_id",
    "year",
    "sequence",
    "number",
    "code",
    "name",
    "facts",
    "issued_on",
    "issued_at",
    "issued_by",
)


# What the directory is searched by (SQLAlchemy's icontains, which compares small letters).
SEARCHED = ("full_name", "email")


def upgrade() -> None:
    op.execute("""
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
        END $$
    """)
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
    changed = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in FROZEN)
    op.execute(
        f"CREATE TRIGGER frozen BEFORE UPDATE ON certificate FOR EACH ROW WHEN ({changed} OR"
        " (OLD.state <> 'valid' AND NEW.state <> OLD.state)) EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER kept BEFORE DELETE ON certificate FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER forward_only BEFORE UPDATE ON number_counter FOR EACH ROW"
        " WHEN (NEW.last < OLD.last) EXECUTE FUNCTION refuse_change()"
    )
    _index_parts_of_names()


def _index_parts_of_names() -> None:
    """Find any part of a name by an index where PostgreSQL has trigrams; without them each row of an agency is read."""
    indexes = "".join(
        f"CREATE INDEX trgm_person_{column} ON person USING gin (lower({column}) gin_trgm_ops);"
        for column in SEARCHED
    )
    op.execute(f"""
        DO $$
        BEGIN
          CREATE EXTENSION IF NOT EXISTS pg_trgm;
          {indexes}
        EXCEPTION
          WHEN undefined_file OR feature_not_supported OR insufficient_privilege OR undefined_object THEN
            RAISE NOTICE 'no index over parts of names: %', SQLERRM;
        END $$
    """)


def downgrade() -> None:
    for column in SEARCHED:
        op.execute(f"DROP INDEX IF EXISTS trgm_person_{column}")
    op.execute("DROP TRIGGER forward_only ON number_counter")
    op.execute("DROP TRIGGER kept ON certificate")
    op.execute("DROP TRIGGER frozen ON certificate")
    for table in APPEND_ONLY:
        op.execute(f"DROP TRIGGER append_only ON {table}")
    op.execute("DROP FUNCTION refuse_change()")
