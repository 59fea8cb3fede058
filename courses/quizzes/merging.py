"""Which of several answers to a question counts: whatever the order, however often they arrive, nothing disappears.

The newest answer of the device that holds the attempt counts. What another device sends counts where it knew the answer
that stands, or where there was none; otherwise it is put beside it and the learner chooses (quality A7, rules 2 and 5).
"""

from __future__ import annotations

import enum
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any


class Verdict(enum.Enum):
    """What becomes of an answer. FULL: nothing more is kept of its attempt, and its giver is told (quizzes.room)."""

    COUNTS = "counts"
    BESIDE = "beside"
    KNOWN = "known"
    MISMATCH = "mismatch"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Change:
    """One answer as it arrived. `rev` counts up on its device; `base` is the revision that its page had seen.

    A form without script has no device: it counts as soon as it arrives. `settles` says that its giver has seen both
    answers of a conflict and chose this one.
    """

    number: int
    value: Any
    device: uuid.UUID | None = None
    rev: int | None = None
    base: int | None = None
    made_at: datetime | None = None
    settles: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """How a question stands: what counts, from where, and what its sender's device has sent before.

    `revision` is the place in the journal of what counts (0: nothing yet), `last` the last place used. `newest` is the
    sender's highest `rev`; `seen` holds (revision, value) of those of its revs that arrive again.
    """

    value: Any = None
    revision: int = 0
    last: int = 0
    device: uuid.UUID | None = None
    conflict: int | None = None
    newest: int = 0
    seen: Mapping[int, tuple[int, Any]] = field(default_factory=dict)


def judge(standing: Standing, change: Change, holder: uuid.UUID | None) -> Verdict:
    """What a change is to a question that stands so, in an attempt held by a device."""
    if change.device is None or change.rev is None:
        return Verdict.COUNTS
    if change.rev in standing.seen:
        same = standing.seen[change.rev][1] == change.value
        return Verdict.KNOWN if same else Verdict.MISMATCH
    if change.rev < standing.newest:
        return Verdict.BESIDE
    # Who says the same by chance has not seen it: what that device says next must not count unseen either.
    if change.device == holder or not _is_unaware(standing, change):
        return Verdict.COUNTS
    return Verdict.BESIDE


def _unseen(standing: Standing, change: Change) -> bool:
    """Whether what counts now came from elsewhere, says something else, and the change knew nothing of it."""
    return _is_unaware(standing, change) and standing.value != change.value


def _is_unaware(standing: Standing, change: Change) -> bool:
    """Whether what counts now came from elsewhere, and the change knew nothing of it."""
    if change.settles or standing.revision == 0 or standing.device == change.device:
        return False
    return (change.base or 0) < standing.revision


def after(standing: Standing, change: Change, verdict: Verdict) -> Standing:
    """How the question stands once the change was taken; `verdict` is what judge() said."""
    if verdict not in (Verdict.COUNTS, Verdict.BESIDE):
        return standing
    place = standing.last + 1
    noted = replace(standing, last=place)
    if change.device is not None and change.rev is not None:
        seen = {**standing.seen, change.rev: (place, change.value)}
        noted = replace(noted, newest=max(standing.newest, change.rev), seen=seen)
    unseen = _unseen(standing, change)
    if verdict is Verdict.BESIDE:
        stale = change.rev is not None and change.rev < standing.newest
        return noted if stale or not unseen else replace(noted, conflict=place)
    conflict = standing.revision if unseen and change.device is not None else standing.conflict
    return replace(
        noted,
        value=change.value,
        revision=place,
        device=change.device,
        conflict=None if change.settles else conflict,
    )
