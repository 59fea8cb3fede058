"""Passwords that many people choose, made by our own rules from our own words (quality A5, ASVS V6.2.4, V6.2.12).

`blocked.txt.gz` holds what `made()` returns, so that a process reads a file instead of making it again.
All entries are in small letters, letters and digits only, and at least eight long: shorter ones are refused anyway.
"""

from __future__ import annotations

import functools
import gzip
from collections.abc import Iterator
from itertools import product
from pathlib import Path

FILE = Path(__file__).with_name("blocked.txt.gz")
SHORTEST = 8

INDONESIAN = """
indonesia merdeka bismillah alhamdulillah assalamualaikum insyaallah allahuakbar sayang sayangku cinta cintaku kamu
aku rahasia katasandi sandi masuk selamat datang terimakasih semangat sukses berkah keluarga bahagia bersama
selamanya mama papa ibu bapak ayah bunda anak istri suami kakak adik doraemon garuda pancasila bhinneka nusantara
proklamasi kemerdekaan jakarta bandung surabaya medan makassar semarang palembang denpasar manado ambon sorong
jayapura papua sumatera kalimantan sulawesi jawa bali lombok timor maluku madura borobudur bromo rinjani merapi toba
senin selasa rabu kamis jumat sabtu minggu januari februari maret april juni juli agustus september oktober november
desember ramadhan lebaran syawal natal paskah persib persija persebaya arema sepakbola bulutangkis nasigoreng
rendang sate bakso kopi mawar melati anggrek kenanga matahari bulan bintang pelangi langit samudra gunung harimau
elang rajawali naga macan
"""
OFFICE = """
pegawai negeri sipil pns asn pppk cpns korpri bkn lan panrb kemenpan bkd bkpsdm bkpp kominfo diskominfo dinas badan
kantor kelurahan kecamatan kabupaten kota provinsi pemda pemkot pemkab pemprov pemerintah walikota bupati gubernur
camat lurah sekda sekretariat inspektorat bappeda dukcapil puskesmas rumahsakit sekolah guru dosen widyaiswara
pelatihan diklat latsar bimtek belajar kursus kelas sertifikat bina lms elearning simpeg siasn myasn ekinerja
absensi presensi pelayanan masyarakat berakhlak aparatur birokrasi reformasi integritas admin administrator operator
superadmin pengelola peserta
"""
ENGLISH = """
password passw0rd passcode letmein welcome login master dragon monkey sunshine princess football baseball superman
batman iloveyou shadow michael jordan computer internet server system secret changeme default guest user test
testing qwerty qwertyuiop asdfgh asdfghjkl zxcvbn zxcvbnm abcdef abcdefgh abc123 trustno1 freedom whatever starwars
google facebook whatsapp instagram samsung android iphone xiaomi oppo windows microsoft friend forever family flower
angel
"""
MEN_AND_WOMEN = """
agus budi andi dedi eko hendra joko rudi slamet wahyu yanto bambang ahmad muhammad abdul arif rizki fajar dimas bayu
siti sri dewi ayu putri ratna rina yuli wati lestari nur indah fitri maya lina ani rahma aisyah fatimah kartini
"""

TAILS = """
1 12 123 1234 12345 123456 1234567 12345678 123456789 321 4321 01 007 11 22 69 88 99 77 00 000 111 1111 777 888 666 999
1945 17081945 170845 2010 2015 2018 2019 2020 2021 2022 2023 2024 2025 2026 2027
abc oke ok aja saja banget jaya hebat keren ganteng cantik bisa sukses
"""
YEARS = range(1962, 2006)
ROWS = [
    "1234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "abcdefghijklmnopqrstuvwxyz",
    "1qaz2wsx3edc4rfv5tgb6yhn",
]


@functools.cache
def blocked() -> frozenset[str]:
    """The list as it lies on the disk."""
    return frozenset(gzip.decompress(FILE.read_bytes()).decode().split("\n"))


def made() -> list[str]:
    """The list as the rules make it, sorted."""
    return sorted({word for word in _all() if len(word) >= SHORTEST})


def write() -> None:
    """Write the file again, after the rules or words changed."""
    FILE.write_bytes(gzip.compress("\n".join(made()).encode(), mtime=0))


def _all() -> Iterator[str]:
    words = sorted(set(f"{INDONESIAN} {OFFICE} {ENGLISH} {MEN_AND_WOMEN}".split()))
    tails = [*TAILS.split(), *map(str, YEARS)]
    yield from words
    yield from (word + tail for word, tail in product(words, tails))
    yield from (tail + word for word, tail in product(words, tails[:8]))
    # What reaches fifteen letters most easily: two common words, or one twice.
    yield from (first + second for first, second in product(words, words[::3]) if len(first + second) >= 15)
    yield from (word * times for word in words for times in (2, 3))
    yield from _along_the_keyboard()


def _along_the_keyboard() -> Iterator[str]:
    rows = [*ROWS, *(row[::-1] for row in ROWS), *(a + b for a, b in product(ROWS, ROWS))]
    for row in rows:
        yield from (
            row[start:end] for start in range(len(row)) for end in range(start + SHORTEST, len(row) + 1)
        )
