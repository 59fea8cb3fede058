"""people: whether somebody wants large letters"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A constant default: no row is written anew, and processes of the version before need not know the column.
    op.add_column("person", sa.Column("large_text", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    op.drop_column("person", "large_text")
