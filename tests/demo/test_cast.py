"""The invented people are plausible, told apart, and reachable by nobody."""

import re
from datetime import date

from courses.demo.cast import AGENCIES, PEOPLE, RANKS, ROLES, UNITS, DemoPerson

NUMBER = re.compile(r"(\d{8})(\d{4})(\d{2})([12])(\d{3})")
PERSON = {person.key: person for person in PEOPLE}
UNIT = {unit.key: unit for unit in UNITS}
POSITION_TYPES = {"jpt_pratama", "administrator", "pengawas", "fungsional", "pelaksana"}


def _agency(person: DemoPerson) -> str:
    return UNIT[person.unit].agency


def _parts(person: DemoPerson) -> tuple[date, int, int, int]:
    match = NUMBER.fullmatch(person.employee_number)
    assert match, person
    birth, year, code, _sex, serial = match.groups()
    return date.fromisoformat(birth), int(year), int(code), int(serial)


def test_there_are_sixty_people_in_two_cities() -> None:
    assert len(PEOPLE) == 60
    assert (
        {_agency(person) for person in PEOPLE}
        == {agency.key for agency in AGENCIES}
        == {"sorong", "salatiga"}
    )


def test_keys_names_numbers_and_addresses_belong_to_one_person_each() -> None:
    for values in (
        [person.key for person in PEOPLE],
        [person.full_name for person in PEOPLE],
        [person.employee_number for person in PEOPLE],
        [person.email for person in PEOPLE],
        [unit.key for unit in UNITS],
    ):
        assert len(set(values)) == len(values)


def test_numbers_follow_the_rule_of_their_employment_type() -> None:
    for person in PEOPLE:
        birth, year, code, serial = _parts(person)
        assert date(1966, 1, 1) < birth < date(2005, 1, 1), person
        assert birth.year + 16 <= year <= 2026, person
        assert code in (range(21, 40) if person.employment_type == "pppk" else range(1, 13)), person
        assert serial >= 1, person


def test_a_cpns_was_appointed_within_the_last_year() -> None:
    assert [_parts(person)[1] for person in PEOPLE if person.employment_type == "cpns"] == [2026] * 3


def test_only_a_pppk_has_a_grade_without_a_rank() -> None:
    for person in PEOPLE:
        assert (person.grade in RANKS) == (person.employment_type != "pppk"), person
        assert (person.rank_name is None) == (person.employment_type == "pppk"), person


def test_position_types_are_the_known_ones_and_all_occur() -> None:
    assert {person.position_type for person in PEOPLE} == POSITION_TYPES


def test_every_superior_works_for_the_same_city_and_the_line_ends() -> None:
    for person in PEOPLE:
        seen, above = {person.key}, person.superior
        while above:
            assert above not in seen, person
            assert _agency(PERSON[above]) == _agency(person)
            seen.add(above)
            above = PERSON[above].superior
    assert sum(person.superior is None for person in PEOPLE) == len(AGENCIES)


def test_units_form_a_tree_inside_one_agency_and_none_is_empty() -> None:
    for unit in UNITS:
        assert unit.parent is None or UNIT[unit.parent].agency == unit.agency
        assert unit.parent is None or UNIT[unit.parent].parent is None
    assert {person.unit for person in PEOPLE} == set(UNIT)


def test_the_standing_cast_exists_and_the_learner_reports_to_the_superior() -> None:
    assert set(ROLES.values()) <= set(PERSON)
    assert len(set(ROLES.values())) == len(ROLES)
    assert PERSON[ROLES["learner"]].superior == ROLES["superior"]
    assert _agency(PERSON[ROLES["salatiga_admin"]]) == "salatiga"
    assert {_agency(PERSON[key]) for role, key in ROLES.items() if role != "salatiga_admin"} == {"sorong"}


def test_no_address_can_receive_mail() -> None:
    assert all(re.fullmatch(r"[a-z.]+@contoh\.invalid", person.email) for person in PEOPLE)


def test_names_of_one_word_and_names_with_titles_on_both_sides_occur() -> None:
    assert PERSON["sukarti"].display_name == "Sukarti"
    assert PERSON["maria-wairisal"].display_name == "Dr. Ir. Maria Magdalena Wairisal, S.E., M.Si."
    assert sum(" " not in person.full_name for person in PEOPLE) >= 5
