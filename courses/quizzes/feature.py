"""Questions, attempts and marks, as a plug."""

from __future__ import annotations

from courses.quizzes import author_views, class_views, views
from courses.quizzes.closing import warn_closing
from courses.quizzes.events import QuizMarked
from courses.quizzes.jobs import close_attempt, close_overdue, prepare_class, prepare_papers
from courses.quizzes.listeners import tell_learner
from courses.quizzes.operations import OPERATIONS
from courses.quizzes.permissions import MARK, MARK_ALL, RESULTS
from lms.errors import N_
from lms.feature import Feature, Topic

views.blueprint.register_blueprint(class_views.blueprint)
views.blueprint.register_blueprint(author_views.blueprint)

FEATURE = Feature(
    name="quizzes",
    blueprint=views.blueprint,
    permissions=[MARK, MARK_ALL, RESULTS],
    operations=OPERATIONS,
    jobs=[close_overdue, close_attempt, warn_closing, prepare_papers, prepare_class],
    listeners=[(QuizMarked, tell_learner)],
    topics=[
        Topic(
            "closing",
            N_("Waktu kuis hampir habis"),
            N_("Percobaan Anda masih terbuka dan segera ditutup."),
            frozenset({"quizzes:closing"}),
            icon="clock",
            urgent=True,
        ),
        Topic(
            "marks",
            N_("Nilai kuis"),
            N_("Jawaban uraian Anda dinilai, atau jawaban yang terlambat diputuskan."),
            frozenset({"quizzes:marked", "quizzes:late"}),
            icon="question",
        ),
    ],
)
