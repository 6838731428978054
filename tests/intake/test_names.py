"""Names in Latin letters as the resolution has it, in every spelling that people use, and whatever comes as a name."""

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotse_intake.domain.names import given as given_names
from lotse_intake.domain.names.cleaning import CHARACTERS_MAX, NotText, bounded, cleaned
from lotse_intake.domain.names.folding import sounds
from lotse_intake.domain.names.given import classes_of
from lotse_intake.domain.names.parsing import Name, readings_of
from lotse_intake.domain.names.scripts import script_of
from lotse_intake.domain.names.transliteration import AT_START, LETTERS, latin

ALPHABET = "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя"
EXAMPLES = """
    Алушта Alushta, Андрій Andrii, Борщагівка Borshchahivka, Борисенко Borysenko, Вінниця Vinnytsia,
    Володимир Volodymyr, Гадяч Hadiach, Богдан Bohdan, Згурський Zghurskyi, Ґалаґан Galagan, Ґорґани Gorgany,
    Донецьк Donetsk, Дмитро Dmytro, Рівне Rivne, Олег Oleh, Есмань Esman, Єнакієве Yenakiieve, Гаєвич Haievych,
    Короп'є Koropie, Житомир Zhytomyr, Жанна Zhanna, Жежелів Zhezheliv, Закарпаття Zakarpattia,
    Казимирчук Kazymyrchuk, Медвин Medvyn, Михайленко Mykhailenko, Іванків Ivankiv, Іващенко Ivashchenko,
    Їжакевич Yizhakevych, Кадиївка Kadyivka, Мар'їне Marine, Йосипівка Yosypivka, Стрий Stryi, Олексій Oleksii,
    Київ Kyiv, Коваленко Kovalenko, Лебедин Lebedyn, Леонід Leonid, Миколаїв Mykolaiv, Маринич Marynych,
    Ніжин Nizhyn, Наталія Nataliia, Одеса Odesa, Онищенко Onyshchenko, Полтава Poltava, Петро Petro,
    Решетилівка Reshetylivka, Рибчинський Rybchynskyi, Суми Sumy, Соломія Solomiia, Тернопіль Ternopil, Троць Trots,
    Ужгород Uzhhorod, Уляна Uliana, Фастів Fastiv, Філіпчук Filipchuk, Харків Kharkiv, Христина Khrystyna,
    Біла Bila, Стеценко Stetsenko, Чернівці Chernivtsi, Шевченко Shevchenko, Шостка Shostka,
    Кишеньки Kyshenky, Щербухи Shcherbukhy, Гоща Hoshcha, Гаращенко Harashchenko, Юрій Yurii,
    Корюківка Koriukivka, Яготин Yahotyn, Ярошенко Yaroshenko, Костянтин Kostiantyn, Знам'янка Znamianka,
    Феодосія Feodosiia, Згорани Zghorany, Розгон Rozghon
"""
"""The examples of the table in resolution 55 of 27 January 2010, as its public copies give them."""


@pytest.mark.parametrize("pair", [pair.split() for pair in EXAMPLES.split(",")], ids=lambda pair: pair[1])
def test_the_examples_of_the_resolution(pair: list[str]) -> None:
    assert latin(pair[0]) == pair[1]
    assert latin(pair[0].upper()) == pair[1].upper()
    assert latin(pair[0].lower()) == pair[1].lower()


def test_every_letter_has_its_place_in_the_table() -> None:
    assert set(LETTERS) == set(ALPHABET)
    assert len(ALPHABET) == 33
    assert set(AT_START) == set("єїйюя")
    assert [latin(f"а{letter}") for letter in "єїйюя"] == ["aie", "ai", "ai", "aiu", "aia"]
    assert [latin(letter) for letter in "єїйюя"] == ["ye", "yi", "y", "yu", "ya"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Нечуй-Яворський", "Nechui-Yavorskyi"),  # a part of a double name is a word
        ("Короленко-Їжак", "Korolenko-Yizhak"),
        ("Знам’янка", "Znamianka"),
        ("Знамʼянка", "Znamianka"),
        ("В'юн", "Viun"),
        ("ЗГУРСЬКИЙ-ЩУР", "ZGHURSKYI-SHCHUR"),
        ("Щ", "Shch"),
        ("Ю. Я. Щ.", "Yu. Ya. Shch."),
        ("ПОДІЄ", "PODIIE"),
        ("Юрій ЩЕРБА", "Yurii SHCHERBA"),
        ("Марі\u0301я", "Mariia"),  # a stress mark
        (unicodedata.normalize("NFD", "Їжакевич Йосип"), "Yizhakevych Yosyp"),
        ("Müller O'Brien 12", "Müller O'Brien 12"),
        ("", ""),
    ],
)
def test_case_hyphens_apostrophes_and_what_is_no_ukrainian(written: str, expected: str) -> None:
    assert latin(written) == expected


@given(st.text(alphabet=ALPHABET + ALPHABET.upper() + "'’- "))
def test_nothing_cyrillic_is_left_and_words_stay_words(text: str) -> None:
    written = latin(text)
    assert script_of(written) in ("latin", "none")
    assert written.count("-") == text.count("-")
    assert latin(written) == written
    assert latin(text.lower()) == written.lower()


@pytest.mark.parametrize(
    "spellings",
    [
        "Зеленський Zelenskyi Зеленский Selenskyj Zelensky Zelenskiy Zelenskyy Zelenskij",
        "Шевченко Shevchenko Schewtschenko Chevtchenko ШЕВЧЕНКО Szewczenko",
        "Цимбалюк Tsymbaliuk Zymbaljuk Цымбалюк Tsymbalyuk",
        "Журавель Zhuravel Juravel Schurawel",
        "Володимир Volodymyr Wolodymyr",
        "Євген Yevhen Jewhen Ievhen Evhen",
        "Хоменко Khomenko Chomenko Homenko",
        "Григорій Hryhorii Hryhorij",
        "В'ячеслав Вячеслав Viacheslav Wjatscheslaw Vyacheslav",
        "Щербак Shcherbak Schtscherbak",
        "Юлія Yuliia Julija Iuliia Yulia",
    ],
)
def test_every_spelling_of_a_name_sounds_the_same(spellings: str) -> None:
    first, *others = spellings.split()
    for other in others:
        assert set(sounds(first)) & set(sounds(other)), other


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(("Олександр", other) for other in ("Aleksandr", "Alexander", "Саша", "Oleksandr", "Александр", "Сашко")),
        *(("Євгенія", other) for other in ("Женя", "Yevheniia", "Евгения", "Jewhenija", "Evgenia")),
        *(("Дмитро", other) for other in ("Дмитрий", "Діма", "Dmitry", "Dmytro", "Митя")),
        *(("Ганна", other) for other in ("Анна", "Hanna", "Аня", "Anna")),
        *(("Михайло", other) for other in ("Михаил", "Миша", "Michael", "Mykhailo")),
    ],
)
def test_forms_of_one_given_name_are_one(one: str, other: str) -> None:
    assert classes_of(one) & classes_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Олексій", "Олександр"), ("Марія", "Марина"), ("Яна", "Анна"), ("Уляна", "Юлія"), ("Інна", "Ірина")],
)
def test_names_of_two_are_not_one(one: str, other: str) -> None:
    assert classes_of(one)
    assert classes_of(other)
    assert not classes_of(one) & classes_of(other)


def test_the_list_of_given_names_is_sorted_and_sourced() -> None:
    listed = json.loads((Path(given_names.__file__).parents[2] / "data" / "given_names.json").read_text())
    names = [entry["name"] for entry in listed["names"]]
    assert names == sorted(set(names))
    assert listed["version"]
    assert listed["source"]
    for entry in listed["names"]:
        assert entry["gender"] in ("f", "m")
        assert entry["forms"] == sorted(set(entry["forms"]))
        assert not cleaned(" ".join(entry["forms"]), characters_max=1_000).notes
        assert {script_of(form) for form in entry["forms"]} <= {"cyrillic", "latin"}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Шевченко Тарас Григорович", Name("Тарас", "Григорович", ("Шевченко",))),
        ("Тарас Григорович Шевченко", Name("Тарас", "Григорович", ("Шевченко",))),
        ("Попович, Іван Петрович", Name("Іван", "Петрович", ("Попович",))),
        ("Попович Іван Петрович", Name("Іван", "Петрович", ("Попович",))),
        ("Прядко Ю. А.", Name("Ю", "А", ("Прядко",))),
        ("Ю.А. Прядко", Name("Ю", "А", ("Прядко",))),
        ("Mykhailo O. Trylis", Name("Mykhailo", "O", ("Trylis",))),
        ("Старюк - Гнєзділова Аза", Name("Аза", None, ("Старюк", "Гнєзділова"))),
        ("Мелешкевич Тарас", Name("Тарас", None, ("Мелешкевич",))),
    ],
)
def test_the_words_of_a_name_are_told_apart(written: str, expected: Name) -> None:
    assert readings_of(written) == (expected,)


def test_where_it_is_open_both_ways_are_read() -> None:
    assert {reading.given for reading in readings_of("Іван Панас")} == {"Іван", "Панас"}
    assert {reading.given for reading in readings_of("Кшиштоф Заглоба")} == {"Кшиштоф", "Заглоба"}
    assert {reading.given for reading in readings_of("Олена")} == {"Олена", None}


# Whatever comes


@pytest.mark.parametrize(
    ("written", "text", "notes"),
    [
        ("\u202eОлена\u202c", "Олена", ("invisible_removed",)),
        ("О\u200bле\u200dна\ufeff", "Олена", ("invisible_removed",)),
        ("Олена 😀🇺🇦", "Олена", ("symbols_removed",)),
        ("  Олена\t\n Коваль ", "Олена Коваль", ()),
        ("Коваль–Бойко", "Коваль-Бойко", ()),
        ("", "", ()),
    ],
)
def test_what_nobody_sees_is_left_out_and_said(written: str, text: str, notes: tuple[str, ...]) -> None:
    found = cleaned(written)
    assert (found.text, found.notes) == (text, notes)


@pytest.mark.parametrize(
    ("written", "code"),
    [("О\0лена", "control_characters"), ("О\x1bлена", "control_characters"), ("Ж" * 10_000, "too_long")],
)
def test_what_cannot_be_a_name_is_refused_by_a_code(written: str, code: str) -> None:
    with pytest.raises(NotText) as fault:
        cleaned(written)
    assert fault.value.code == code
    assert written not in str(fault.value) + fault.value.allowed


@given(st.text())
def test_whatever_a_person_wrote_can_be_compared(text: str) -> None:
    found = bounded(text)
    assert len(found) <= CHARACTERS_MAX
    assert not {unicodedata.category(one) for one in found} & {"Cc", "Cf", "Cs"}
    assert bounded(found) == found
    assert readings_of(text)


def test_a_name_of_ten_thousand_words_is_read_in_bounds() -> None:
    assert len(readings_of("Олена " * 10_000)) <= 6
    assert len(readings_of("Іван-" * 5_000)) <= 6


def test_letters_say_which_alphabet_and_nothing_else() -> None:
    assert script_of("Олена") == "cyrillic"
    assert script_of("Olena") == "latin"
    assert script_of("Oлена") == "mixed"
    assert script_of("123 😀") == "none"
    assert script_of("李") == "other"
    assert "ukr" not in " ".join(dir(__import__("lotse_intake.domain.names.scripts", fromlist=["x"]))).lower()
