//! One large file of persons of whom about a quarter are there more than once, with the truth: what matching is
//! measured with at a hundred thousand records and more.
//!
//! Nine fields: names, day of birth, address, phone, mail, employer. A copy carries what registers really do to people:
//! slips of the typist, initials, names in each other's column, days misread, removals, abbreviations, gaps.
//! Laws: the files are a function of rows and seed alone; every row is made by its index, so memory stays flat.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::permutation::Permutation;
use super::rng::{Rng, Stream, mix};

/// Copies of each of the fifteen persons that share twenty rows.
const COPIES: [u64; 15] = [1, 1, 2, 1, 1, 1, 2, 1, 1, 3, 1, 1, 2, 1, 1];
const ROWS_PER_BLOCK: u64 = 20;

const HEADER: &str = "id,given_name,family_name,birth_date,street,town,postcode,phone,email,employer";
const KINDS: [(&str, &str); 5] = [
    ("street", "st"),
    ("road", "rd"),
    ("avenue", "av"),
    ("square", "sq"),
    ("lane", "ln"),
];
const MAILS: [&str; 4] = ["example.org", "example.com", "mail.example.net", "example.edu"];
const FIRMS: [&str; 3] = [" ltd", " limited", ""];

/// A vocabulary of invented words, of which the first are far more frequent than the last.
struct Words {
    tag: u64,
    size: f64,
    /// 1 makes all words equally frequent; the larger, the more frequent the first.
    skew: f64,
}

const GIVEN: Words = Words {
    tag: 11,
    size: 3_000.0,
    skew: 2.6,
};
const FAMILY: Words = Words {
    tag: 12,
    size: 40_000.0,
    skew: 2.0,
};
const STREET: Words = Words {
    tag: 13,
    size: 9_000.0,
    skew: 1.5,
};
const TOWN: Words = Words {
    tag: 14,
    size: 1_500.0,
    skew: 2.6,
};
const TRADE: Words = Words {
    tag: 15,
    size: 60.0,
    skew: 1.0,
};
const POSTCODES: usize = 60_000;

impl Words {
    fn draw(&self, rng: &mut Rng) -> String {
        let rank = (self.size * rng.unit().powf(self.skew)) as u64;
        let mut bits = mix(self.tag << 32 | rank);
        let mut take = |n: u64| {
            let own = bits % n;
            bits = mix((bits / n) ^ self.tag);
            own as usize
        };
        let mut word = String::new();
        for _ in 0..2 + take(2) {
            word.push(char::from(b"bdfghklmnprstvz"[take(15)]));
            word.push(char::from(b"aeiou"[take(5)]));
            if take(3) == 0 {
                word.push(char::from(b"lnrs"[take(4)]));
            }
        }
        word
    }
}

#[derive(Clone)]
struct Person {
    given: String,
    family: String,
    birth: [usize; 3],
    street: String,
    town: String,
    postcode: String,
    phone: String,
    email: String,
    employer: String,
}

impl Person {
    fn new(rng: &mut Rng) -> Self {
        let (given, family) = (GIVEN.draw(rng), FAMILY.draw(rng));
        let email = format!("{given}.{family}{}@{}", rng.range(1, 1000), rng.pick(&MAILS));
        let employer = format!("{} {} ltd", FAMILY.draw(rng), TRADE.draw(rng));
        let mut person = Self {
            birth: [rng.range(1935, 2007), rng.range(1, 13), rng.range(1, 29)],
            street: String::new(),
            town: String::new(),
            postcode: String::new(),
            phone: phone(rng),
            email,
            employer,
            given,
            family,
        };
        person.settle(rng);
        for (field, share) in [
            (&mut person.phone, 0.2),
            (&mut person.email, 0.25),
            (&mut person.employer, 0.4),
        ] {
            if rng.chance(share) {
                field.clear();
            }
        }
        person
    }

    /// Gives the person a new address.
    fn settle(&mut self, rng: &mut Rng) {
        let (number, name) = (rng.range(1, 240), STREET.draw(rng));
        self.street = format!("{number} {name} {}", rng.pick(&KINDS).0);
        self.town = TOWN.draw(rng);
        let code = mix(rng.below(POSTCODES) as u64) as usize;
        let letter = |at: usize| char::from(b'A' + (code >> at & 0xff) as u8 % 12);
        self.postcode = format!(
            "{}{}{} {}{}{}",
            letter(0),
            letter(8),
            1 + (code >> 16) % 60,
            (code >> 24) % 10,
            letter(32),
            letter(40)
        );
    }

    /// The person as another clerk took them down, perhaps years later.
    fn copied(&self, rng: &mut Rng) -> Self {
        let mut copy = self.clone();
        if rng.chance(0.24) {
            slip(&mut copy.given, rng);
        } else if rng.chance(0.07) {
            copy.given.truncate(1);
        }
        if rng.chance(0.22) {
            slip(&mut copy.family, rng);
        } else if rng.chance(0.04) {
            copy.family = FAMILY.draw(rng);
        }
        if rng.chance(0.04) {
            std::mem::swap(&mut copy.given, &mut copy.family);
        }
        if rng.chance(0.15) {
            let [year, month, day] = &mut copy.birth;
            match rng.below(4) {
                0 if *day <= 12 => std::mem::swap(month, day),
                0 | 1 => *day = 1 + *day % 28,
                2 => *month = 1 + *month % 12,
                _ => *year += [1, 10][rng.below(2)],
            }
        }
        if rng.chance(0.18) {
            copy.settle(rng);
        } else {
            if rng.chance(0.35) {
                for (full, short) in KINDS {
                    copy.street = copy.street.replace(full, short);
                }
            }
            for (field, share) in [
                (&mut copy.street, 0.2),
                (&mut copy.postcode, 0.1),
                (&mut copy.town, 0.08),
            ] {
                if rng.chance(share) {
                    slip(field, rng);
                }
            }
        }
        if rng.chance(0.1) {
            copy.phone = phone(rng);
        }
        if rng.chance(0.1) {
            slip(&mut copy.email, rng);
        }
        if rng.chance(0.3) {
            copy.employer = copy.employer.replace(" ltd", FIRMS[rng.below(3)]);
            slip(&mut copy.employer, rng);
        }
        for (field, share) in [
            (&mut copy.given, 0.04),
            (&mut copy.street, 0.04),
            (&mut copy.town, 0.04),
            (&mut copy.postcode, 0.04),
            (&mut copy.phone, 0.15),
            (&mut copy.email, 0.15),
            (&mut copy.employer, 0.05),
        ] {
            if rng.chance(share) {
                field.clear();
            }
        }
        copy
    }

    fn write(&self, row: u64, out: &mut impl Write) -> io::Result<()> {
        let [year, month, day] = self.birth;
        writeln!(
            out,
            "{row},{},{},{year}-{month:02}-{day:02},{},{},{},{},{},{}",
            self.given, self.family, self.street, self.town, self.postcode, self.phone, self.email, self.employer
        )
    }
}

fn phone(rng: &mut Rng) -> String {
    let mut phone = String::from("07");
    rng.push_digits(&mut phone, 9);
    phone
}

/// One letter lost, doubled up with its neighbor's place, wrong, or too many. All texts here are ASCII.
fn slip(text: &mut String, rng: &mut Rng) {
    if text.len() < 3 {
        return;
    }
    let at = rng.range(1, text.len() - 1);
    let letter = char::from(b'a' + rng.below(26) as u8);
    match rng.below(4) {
        0 => {
            text.remove(at);
        }
        1 => {
            let own = text.remove(at);
            text.insert(at + 1, own);
        }
        2 => {
            text.remove(at);
            text.insert(at, letter);
        }
        _ => text.insert(at, letter),
    }
}

/// The person of a row before shuffling, and which copy it is.
fn person_of(row: u64) -> (u64, u64) {
    let (block, mut place) = (row / ROWS_PER_BLOCK, row % ROWS_PER_BLOCK);
    let mut person = block * COPIES.len() as u64;
    for copies in COPIES {
        if place < copies {
            return (person, place);
        }
        place -= copies;
        person += 1;
    }
    (person, place)
}

/// Writes `records.csv` and `pairs.csv` (`left_id,right_id`) of so many rows into a directory; gives the number of true
/// pairs.
///
/// # Errors
///
/// If a file cannot be written.
pub fn persons(rows: u64, seed: u64, out: &Path) -> io::Result<u64> {
    std::fs::create_dir_all(out)?;
    let shuffle = Permutation::new(rows, seed, "persons");
    let mut records = BufWriter::new(File::create(out.join("records.csv"))?);
    writeln!(records, "{HEADER}")?;
    for row in 0..rows {
        let (person, copy) = person_of(shuffle.inverse(row));
        let own = Person::new(&mut Rng::new(seed, Stream::Person, person));
        let own = match copy {
            0 => own,
            copy => own.copied(&mut Rng::new(seed, Stream::PersonCopy, person << 2 | copy)),
        };
        own.write(row, &mut records)?;
    }
    records.flush()?;
    let mut pairs = BufWriter::new(File::create(out.join("pairs.csv"))?);
    writeln!(pairs, "left_id,right_id")?;
    let mut n_pairs = 0;
    for row in 0..rows {
        let (_, copy) = person_of(row);
        for before in row - copy..row {
            let (a, b) = (shuffle.forward(before), shuffle.forward(row));
            writeln!(pairs, "{},{}", a.min(b), a.max(b))?;
            n_pairs += 1;
        }
    }
    pairs.flush()?;
    Ok(n_pairs)
}
