"""One run of a course (kelas): schedule, staff, enrolment."""
