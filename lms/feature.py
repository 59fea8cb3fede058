"""Feature: the plug that every package fills in. lms.app assembles the application from a list of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import click
from flask import Blueprint

from lms.access import Actor, Permission
from lms.events import Event, Listener
from lms.sending import Operation


@dataclass(frozen=True, slots=True)
class NavItem:
    """A place in the navigation: where it leads, how it is called, and for whom it stands there.

    `holds` names the blueprints and endpoints whose pages belong to this place besides its own blueprint's; the longest
    name wins, so that "quizzes.bank" may stand under courses and the rest of "quizzes" under classes.
    """

    endpoint: str
    label: str
    icon: str
    shows: Callable[[Actor], bool]
    group: str = "main"
    order: int = 50
    holds: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Topic:
    """What messages are about, in the words by which people choose how to get them; `kinds` are those of its messages.

    An urgent one does not wait for the end of quiet hours; a fixed one cannot be switched off.
    """

    name: str
    label: str
    says: str
    kinds: frozenset[str]
    icon: str = "bell"
    urgent: bool = False
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Feature:
    """What a package adds to the application. Everything is optional but the name."""

    name: str
    blueprint: Blueprint | None = None
    permissions: Sequence[Permission] = ()
    jobs: Sequence[Any] = ()
    listeners: Sequence[tuple[type[Event], Listener]] = ()
    nav: Sequence[NavItem] = ()
    operations: Sequence[Operation] = ()
    topics: Sequence[Topic] = ()
    cli: click.Command | None = None
    before_request: Sequence[Callable[[], Any]] = field(default=())
