"""What messages are about: every feature names its topics, and people choose for each how it reaches them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from flask import current_app

from lms.errors import N_
from lms.feature import Feature, Topic

# For kinds that no feature has given a topic yet; a test finds them.
OTHER = Topic(
    "other", N_("Kabar lain"), N_("Kabar yang tidak termasuk jenis di atas."), frozenset(), icon="bell"
)


def topics() -> Sequence[Topic]:
    """Every topic, in the order of the features."""
    features = cast(Sequence[Feature], current_app.extensions["features"])
    return [topic for feature in features for topic in feature.topics]


def topic_of(kind: str) -> Topic:
    return next((topic for topic in topics() if kind in topic.kinds), OTHER)
