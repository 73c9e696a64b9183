"""Change control: the register of systems, changes with their revisions, whom they ask, papers, work, and authorised windows."""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None
TEXT = sqlmodel.sql.sqltypes.AutoString
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "change_template",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("slug", TEXT(), nullable=False),
        sa.Column("title", TEXT(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("digest", TEXT(), nullable=False),
        sa.Column("ends_at", TIME, nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=False),
        sa.Column("written_at", TIME, nullable=False),
        sa.Column("state", TEXT(), nullable=False),
        sa.Column("ended_why", TEXT(), nullable=True),
        sa.CheckConstraint("ends_at > written_at", name="change_template_dates"),
        sa.CheckConstraint("used >= 0 and used <= most", name="change_template_count"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("slug"),
        info={"governed": True},
    )
    op.create_table(
        "change_window",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("bound_to", TEXT(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("model", TEXT(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("digest", TEXT(), nullable=False),
        sa.Column("starts_at", TIME, nullable=False),
        sa.Column("ends_at", TIME, nullable=False),
        sa.Column("implementers", postgresql.JSONB(), nullable=False),
        sa.Column("things", postgresql.JSONB(), nullable=False),
        sa.Column("texts", postgresql.JSONB(), nullable=False),
        sa.Column("authorised_at", TIME, nullable=False),
        sa.Column("opened_at", TIME, nullable=True),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("ended_why", TEXT(), nullable=True),
        sa.CheckConstraint("ends_at > starts_at", name="change_window_time"),
        sa.PrimaryKeyConstraint("id"),
        info={"governed": True},
    )
    op.create_index("change_window_ends", "change_window", ["ends_at"], unique=False)
    op.create_index(
        "change_window_live", "change_window", ["bound_to"], unique=True, postgresql_where=sa.text("ended_at is null")
    )
    op.create_index("change_window_bound", "change_window", ["bound_to"], unique=False)
    op.create_index("change_window_things", "change_window", ["things"], unique=False, postgresql_using="gin")
    op.create_table(
        "file_content",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", TEXT(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest", name="file_content_digest"),
        info={"governed": True},
    )
    op.create_table(
        "change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", TEXT(), nullable=False),
        sa.Column("number", TEXT(), nullable=False),
        sa.Column("model", TEXT(), nullable=False),
        sa.Column("kind", TEXT(), nullable=False),
        sa.Column("state", TEXT(), nullable=False),
        sa.Column("title", TEXT(), nullable=False),
        sa.Column("risk", TEXT(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("digest", TEXT(), nullable=False),
        sa.Column("requester_id", sa.Uuid(), nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("starts_at", TIME, nullable=True),
        sa.Column("ends_at", TIME, nullable=True),
        sa.Column("template_id", sa.Uuid(), nullable=True),
        sa.Column("incident", TEXT(), nullable=True),
        sa.Column("normalises_id", sa.Uuid(), nullable=True),
        sa.Column("authorised_at", TIME, nullable=True),
        sa.Column("started_at", TIME, nullable=True),
        sa.Column("started_by", sa.Uuid(), nullable=True),
        sa.Column("keys_until", TIME, nullable=True),
        sa.Column("finished_at", TIME, nullable=True),
        sa.Column("outcome", TEXT(), nullable=True),
        sa.Column("report", TEXT(), nullable=False),
        sa.Column("documented_at", TIME, nullable=True),
        sa.Column("documented_by", sa.Uuid(), nullable=True),
        sa.Column("documentation_due", TIME, nullable=True),
        sa.Column("suspended_at", TIME, nullable=True),
        sa.Column("suspended_why", TEXT(), nullable=True),
        sa.Column("reviewed_by", sa.Uuid(), nullable=True),
        sa.Column("review", TEXT(), nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("ended_why", TEXT(), nullable=True),
        sa.CheckConstraint("(model = 'standard') = (template_id is not null)", name="change_standard_has_template"),
        sa.CheckConstraint(
            "kind in ('change', 'maintenance', 'patch', 'release', 'design', 'control')", name="change_kind"
        ),
        sa.CheckConstraint("model in ('normal', 'standard', 'emergency', 'unauthorised')", name="change_model"),
        sa.CheckConstraint("ends_at > starts_at", name="change_window_dates"),
        sa.ForeignKeyConstraint(
            ["normalises_id"],
            ["change.id"],
        ),
        sa.ForeignKeyConstraint(
            ["scope"],
            ["scope.id"],
        ),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["change_template.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("number", name="change_number"),
        info={"governed": True},
    )
    op.create_index(
        "change_open",
        "change",
        ["state", "ends_at"],
        unique=False,
        postgresql_where=sa.text("state in ('authorise', 'scheduled', 'implementing')"),
    )
    op.create_index("change_requester", "change", ["requester_id"], unique=False)
    op.create_index("change_time", "change", ["starts_at", "ends_at"], unique=False)
    op.create_index(op.f("ix_change_normalises_id"), "change", ["normalises_id"], unique=False)
    op.create_table(
        "change_freeze",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("about", TEXT(), nullable=False),
        sa.Column("title", TEXT(), nullable=False),
        sa.Column("starts_at", TIME, nullable=False),
        sa.Column("ends_at", TIME, nullable=False),
        sa.Column("declared_by", sa.Uuid(), nullable=False),
        sa.Column("declared_at", TIME, nullable=False),
        sa.Column("lifted_at", TIME, nullable=True),
        sa.Column("lifted_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("ends_at > starts_at", name="change_freeze_dates"),
        sa.ForeignKeyConstraint(
            ["about"],
            ["scope.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        info={"governed": True},
    )
    op.create_index(
        "change_freeze_time",
        "change_freeze",
        ["starts_at", "ends_at"],
        unique=False,
        postgresql_where=sa.text("lifted_at is null"),
    )
    op.create_table(
        "system",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("slug", TEXT(), nullable=False),
        sa.Column("label", TEXT(), nullable=False),
        sa.Column("kind", TEXT(), nullable=False),
        sa.Column("environment", TEXT(), nullable=False),
        sa.Column("function", TEXT(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("scope", TEXT(), nullable=False),
        sa.Column("added_at", TIME, nullable=False),
        sa.Column("retired_at", TIME, nullable=True),
        sa.CheckConstraint("environment in ('development', 'test', 'production')", name="system_environment"),
        sa.CheckConstraint("kind in ('component', 'service')", name="system_kind"),
        sa.ForeignKeyConstraint(
            ["scope"],
            ["scope.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("slug", name="system_slug"),
        info={"governed": True},
    )
    op.create_index(op.f("ix_system_owner_id"), "system", ["owner_id"], unique=False)
    op.create_table(
        "change_attachment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", TEXT(), nullable=False),
        sa.Column("name", TEXT(), nullable=False),
        sa.Column("media_type", TEXT(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", TEXT(), nullable=False),
        sa.Column("attached_by", sa.Uuid(), nullable=False),
        sa.Column("attached_at", TIME, nullable=False),
        sa.CheckConstraint("size > 0", name="change_attachment_size"),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["change.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        info={"governed": True},
    )
    op.create_index("change_attachment_change", "change_attachment", ["change_id"], unique=False)
    op.create_index("change_attachment_digest", "change_attachment", ["digest"], unique=False)
    op.create_table(
        "change_authorisation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("requirement", TEXT(), nullable=False),
        sa.Column("scope", TEXT(), nullable=False),
        sa.Column("approval_id", sa.Uuid(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("digest", TEXT(), nullable=False),
        sa.Column("acknowledged_at", TIME, nullable=True),
        sa.Column("acknowledged_by", sa.Uuid(), nullable=True),
        sa.Column("dropped_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["approval_id"],
            ["approval.id"],
        ),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["change.id"],
        ),
        sa.ForeignKeyConstraint(
            ["scope"],
            ["scope.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        info={"governed": True},
    )
    op.create_index(
        "change_authorisation_once",
        "change_authorisation",
        ["change_id", "requirement", "scope"],
        unique=True,
        postgresql_where=sa.text("dropped_at is null"),
    )
    op.create_index(op.f("ix_change_authorisation_scope"), "change_authorisation", ["scope"], unique=False)
    op.create_table(
        "change_implementer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["change.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("change_id", "person_id", name="change_implementer_once"),
        info={"governed": True},
    )
    op.create_index("change_implementer_person", "change_implementer", ["person_id"], unique=False)
    op.create_table(
        "change_revision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("digest", TEXT(), nullable=False),
        sa.Column("edit", TEXT(), nullable=False),
        sa.Column("reason", TEXT(), nullable=True),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["change.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("change_id", "number", name="change_revision_number"),
        info={"governed": True},
    )
    op.create_table(
        "change_system",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("system_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["change.id"],
        ),
        sa.ForeignKeyConstraint(
            ["system_id"],
            ["system.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("change_id", "system_id", name="change_system_once"),
        info={"governed": True},
    )
    op.create_index("change_system_system", "change_system", ["system_id"], unique=False)
    op.create_table(
        "change_work",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("system_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("what", TEXT(), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["change.id"],
        ),
        sa.ForeignKeyConstraint(
            ["system_id"],
            ["system.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        info={"governed": True},
    )
    op.create_index("change_work_change", "change_work", ["change_id", "at"], unique=False)
    op.create_table(
        "dependency",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("dependent_id", sa.Uuid(), nullable=False),
        sa.Column("on_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("dependent_id <> on_id", name="dependency_not_on_itself"),
        sa.ForeignKeyConstraint(
            ["dependent_id"],
            ["system.id"],
        ),
        sa.ForeignKeyConstraint(
            ["on_id"],
            ["system.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("dependent_id", "on_id", name="dependency_once"),
        info={"governed": True},
    )
    op.create_index("dependency_on", "dependency", ["on_id"], unique=False)
    op.create_table(
        "system_use",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.Uuid(), nullable=False),
        sa.Column("scope", TEXT(), nullable=False),
        sa.CheckConstraint("scope ~ '^(client|campaign):'", name="system_use_scope"),
        sa.ForeignKeyConstraint(
            ["scope"],
            ["scope.id"],
        ),
        sa.ForeignKeyConstraint(
            ["system_id"],
            ["system.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("system_id", "scope", name="system_use_once"),
        info={"governed": True},
    )
    op.create_table(
        "change_test",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("system_id", sa.Uuid(), nullable=False),
        sa.Column("environment", TEXT(), nullable=False),
        sa.Column("outcome", TEXT(), nullable=False),
        sa.Column("tested_at", TIME, nullable=False),
        sa.Column("tested_by", sa.Uuid(), nullable=False),
        sa.Column("what", TEXT(), nullable=False),
        sa.Column("attachment_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("environment in ('development', 'test')", name="change_test_not_in_production"),
        sa.CheckConstraint("outcome in ('passed', 'failed')", name="change_test_outcome"),
        sa.ForeignKeyConstraint(
            ["attachment_id"],
            ["change_attachment.id"],
        ),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["change.id"],
        ),
        sa.ForeignKeyConstraint(
            ["system_id"],
            ["system.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        info={"governed": True},
    )
    op.create_index("change_test_change", "change_test", ["change_id"], unique=False)
