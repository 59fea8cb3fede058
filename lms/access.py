"""The rule book's grammar: who asks (Actor), what they may do (Permission), and the mark on every page (needs).

No tables and no Flask: features name their permissions with these words and lms.shell.guard enforces them.
"""

from __future__ import annotations

import enum
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from lms.errors import N_, Forbidden

View = TypeVar("View", bound=Callable[..., object])


class Role(enum.StrEnum):
    """What somebody is in one agency. Everybody with an account may learn; that needs no grant."""

    INSTRUCTOR = "instructor"
    ADMIN = "admin"
    ISSUER = "issuer"
    AUDITOR = "auditor"
    OPERATOR = "operator"


ROLE_NAMES = {
    Role.INSTRUCTOR: N_("Pengajar"),
    Role.ADMIN: N_("Pengelola pelatihan"),
    Role.ISSUER: N_("Penerbit sertifikat"),
    Role.AUDITOR: N_("Pemeriksa"),
    Role.OPERATOR: N_("Operator sistem"),
}

# What stands for "no agency" in the grants of an operator, who serves the installation.
NOWHERE = uuid.UUID(int=0)

# Roles whose holders must prove themselves with a second factor (quality A5).
GUARDED_ROLES = frozenset({Role.ADMIN, Role.ISSUER, Role.OPERATOR})


@dataclass(frozen=True)
class Actor:
    """Somebody who asks for something, as the guard found them.

    `roles` maps each role to the agencies in which it was granted (an operator's is NOWHERE); `zone` is an IANA name;
    `sign_in_id` is the session they came with.
    """

    id: uuid.UUID
    agency_id: uuid.UUID | None
    name: str
    roles: Mapping[Role, frozenset[uuid.UUID]] = field(default_factory=dict)
    zone: str = "Asia/Jakarta"
    locale: str = "id"
    theme: str = "auto"
    large_text: bool = False
    data_saver: bool = False
    agency_name: str = ""
    unread: int = 0
    sign_in_id: uuid.UUID = NOWHERE

    @property
    def initials(self) -> str:
        words = self.name.split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()

    @property
    def is_staff(self) -> bool:
        return bool(self.roles)


@dataclass(frozen=True, slots=True)
class Permission:
    """One thing that may be done, as `<feature>:<verb>`, what it says to an administrator, and the roles that hold it."""

    name: str
    says: str
    roles: frozenset[Role]
    writes: bool = True


@dataclass(frozen=True, slots=True)
class Rule:
    """What a page asks of its visitor: nothing, a session, or a permission; `fresh` asks for the password again."""

    permission: Permission | None = None
    signed_in: bool = True
    fresh: bool = False
    own_token: bool = False


ANYONE = Rule(signed_in=False)
SIGNED_IN = Rule()
# Whoever holds the link: the view itself checks a signed token (approval by a superior, a stored file).
BEARER = Rule(signed_in=False, own_token=True)


def needs(what: Rule | Permission, *, fresh: bool = False) -> Callable[[View], View]:
    """Name the rule of a page. lms.shell.guard refuses to start an application with a page that has none."""
    rule = what if isinstance(what, Rule) else Rule(permission=what, fresh=fresh)
    if fresh and isinstance(what, Rule):
        rule = Rule(permission=what.permission, signed_in=what.signed_in, fresh=True)

    def mark(view: View) -> View:
        view.rule = rule  # type: ignore[attr-defined]
        return view

    return mark


def agencies_where(actor: Actor, permission: Permission) -> frozenset[uuid.UUID]:
    """The agencies in which the actor holds a permission."""
    return frozenset().union(*(actor.roles.get(role, frozenset()) for role in permission.roles))


def allows(actor: Actor, permission: Permission, agency_id: uuid.UUID | None = None) -> bool:
    """Whether the actor holds a permission, in one agency or (without one) anywhere."""
    agencies = agencies_where(actor, permission)
    return bool(agencies) if agency_id is None else agency_id in agencies


def check(actor: Actor, permission: Permission, agency_id: uuid.UUID | None = None) -> None:
    """Refuse with `Forbidden` unless allowed."""
    if not allows(actor, permission, agency_id):
        raise Forbidden
