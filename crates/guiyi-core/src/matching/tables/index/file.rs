//! An index as one file: a head that says what it is, in which format, how long, and with which checksum; then plain
//! arrays, which are read whole.
//!
//! Kept is what cannot be made again fast: where the nearest neighbors are looked for, the grams of the records are
//! counted again when the file is read. Law: a file that is not exactly what was written is a mistake, never a wrong
//! answer.

use rayon::prelude::*;

use super::super::forms::Forms;
use super::super::keys::{Atom, Part};
use super::super::model::ROOM;
use super::super::model_file;
use super::super::synonyms::Synonyms;
use super::super::vetoes::Grounds;
use super::build::count_members;
use super::bytes::{Reader, Writer};
use super::near::Near;
use super::postings::Postings;
use super::texts::{Texts, Vocabulary};
use super::{Bar, Grams, Index, IndexMistake, Kind, Known, Pass, Side, rings};
use crate::matching::hash::{Map, hash, mix};

/// The format that is written and read.
pub(super) const FORMAT: u32 = 5;
const MAGIC: &[u8; 8] = b"guiyi\x00ix";
/// Bytes of the head: magic, format, length of the rest, checksum of the rest.
pub(super) const HEAD: usize = 28;
/// Bytes whose checksum a thread takes at a time.
const CHUNK: usize = 1 << 20;

fn checksum(bytes: &[u8]) -> u64 {
    let chunks: Vec<u64> = bytes.par_chunks(CHUNK).map(hash).collect();
    chunks
        .into_iter()
        .fold(bytes.len() as u64, |sum, chunk| mix(sum ^ chunk))
}

/// Writes the head of a file whose rest is there.
pub(super) fn seal(bytes: &mut [u8]) {
    let (head, body) = bytes.split_at_mut(HEAD);
    let mut own = MAGIC.to_vec();
    own.extend(FORMAT.to_le_bytes());
    own.extend((body.len() as u64).to_le_bytes());
    own.extend(checksum(body).to_le_bytes());
    head.copy_from_slice(&own);
}

impl Index {
    /// The index as the bytes of a file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.bytes.extend([0; HEAD]);
        self.write(&mut writer);
        let mut bytes = writer.bytes;
        seal(&mut bytes);
        bytes
    }

    /// Reads an index back. The bytes are those of the whole file.
    ///
    /// # Errors
    ///
    /// [`IndexMistake`] if they are no index, or not all of one that this version of the program wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, IndexMistake> {
        let foreign = || IndexMistake::Foreign;
        let rest = bytes.strip_prefix(MAGIC).ok_or_else(foreign)?;
        let (format, rest) = rest.split_first_chunk::<4>().ok_or_else(foreign)?;
        let format = u32::from_le_bytes(*format);
        if format != FORMAT {
            return Err(IndexMistake::Format(format));
        }
        let cut = |said: u64| IndexMistake::Cut {
            found: bytes.len() as u64,
            said,
        };
        let (length, rest) = rest.split_first_chunk::<8>().ok_or_else(|| cut(HEAD as u64))?;
        let (sum, body) = rest.split_first_chunk::<8>().ok_or_else(|| cut(HEAD as u64))?;
        let length = u64::from_le_bytes(*length);
        if length != body.len() as u64 {
            return Err(cut(length.saturating_add(HEAD as u64)));
        }
        if checksum(body) != u64::from_le_bytes(*sum) {
            return Err(IndexMistake::Damaged);
        }
        read(&mut Reader::new(body))
    }

    fn write(&self, writer: &mut Writer) {
        writer.text(&self.model_text);
        for number in [self.bar.least, self.bar.from, f64::from(self.bar.gain), self.bar.alone] {
            writer.number(number.to_bits());
        }
        writer.number(self.sides.len() as u64);
        for (side, distinct) in self.sides.iter().zip(self.distinct) {
            writer.number(u64::from(distinct));
            writer.text(&side.name);
            writer.number(u64::from(side.id.is_some()));
            writer.text(side.id.as_deref().unwrap_or_default());
            writer.number(side.headers.len() as u64);
            side.headers.iter().for_each(|header| writer.text(header));
        }
        write_texts(writer, &self.names);
        writer.numbers(self.clusters.iter().copied());
        writer.numbers(self.side.iter().map(|side| u32::from(*side)));
        writer.number(self.fields.len() as u64);
        for field in &self.fields {
            writer.text(&field.header);
            writer.text(field.kind.name());
            writer.number(field.twin.map_or(0, |twin| twin as u64 + 1));
            writer.number(field.forms.map_or(0, |forms| u64::from(forms.parts)));
            writer.number(field.usual.map_or(0, f64::to_bits));
            writer.number(field.columns.len() as u64);
            for columns in &field.columns {
                writer.numbers(columns.iter().map(|column| *column as u32));
            }
            writer.number(field.synonyms.0.len() as u64);
            for own in &field.synonyms.0 {
                writer.number(own.len() as u64);
                for (from, to) in own {
                    writer.text(from);
                    writer.text(to);
                }
            }
            write_texts(writer, &field.values.texts);
            writer.numbers(field.values.counts.iter().copied());
            match field.values.places.parts() {
                Some(_) => write_postings(writer, &field.values.places),
                None => write_postings(writer, &field.values.filed()),
            }
            let grams = field.grams.as_ref();
            writer.number(u64::from(grams.is_some()));
            for numbers in grams.iter().flat_map(|grams| [&grams.hashes, &grams.counts]) {
                writer.numbers(numbers.iter().copied());
            }
        }
        for at in 0..self.fields.len() {
            writer.numbers(self.ids[at..].chunks(self.fields.len()).map(|ids| ids[0]));
        }
        for numbers in self.vetoes.numbers() {
            writer.numbers(numbers.into_iter());
        }
        writer.number(u64::from(self.marks.is_some()));
        if let Some(marks) = &self.marks {
            let mut marks: Vec<(u64, u32)> = marks.iter().map(|(mark, count)| (*mark, *count)).collect();
            marks.sort_unstable();
            writer.numbers(marks.iter().map(|(mark, _)| (mark >> 32) as u32));
            writer.numbers(marks.iter().map(|(mark, _)| *mark as u32));
            writer.numbers(marks.iter().map(|(_, count)| *count));
        }
        writer.number(self.passes.len() as u64);
        for pass in &self.passes {
            writer.numbers(pass.atoms.iter().map(|atom| atom.field as u32));
            writer.numbers(pass.atoms.iter().map(|atom| atom.part as u32));
            match pass.postings.parts() {
                Some(_) => write_postings(writer, &pass.postings),
                None => write_postings(writer, &self.file(&pass.atoms)),
            }
        }
        writer.number(u64::from(self.near.is_some()));
        if let Some(near) = &self.near {
            writer.numbers(near.least.iter().map(|least| least.to_bits()));
        }
    }
}

fn write_texts(writer: &mut Writer, texts: &Texts) {
    writer.numbers(texts.lengths().into_iter());
    writer.text(&texts.text);
}

fn write_postings(writer: &mut Writer, postings: &Postings) {
    let (sizes, numbers) = postings.parts().unwrap_or_default();
    writer.numbers(sizes.into_iter());
    writer.numbers(numbers.iter().copied());
}

fn read(reader: &mut Reader<'_>) -> Result<Index, IndexMistake> {
    reader.part = "model";
    let model_text = reader.text()?;
    let model = model_file::parse(&model_text)?;
    let mut bits = || Ok::<f64, IndexMistake>(f64::from_bits(reader.number()?));
    let bar = Bar {
        least: bits()?,
        from: bits()?,
        gain: bits()? as f32,
        alone: bits()?,
    };
    reader.part = "list of tables";
    let n_sides = reader.count()?;
    if !(1..=2).contains(&n_sides) {
        return Err(reader.wrong());
    }
    let (mut sides, mut distinct) = (Vec::new(), [false; 2]);
    for distinct in &mut distinct[..n_sides] {
        *distinct = reader.number()? == 1;
        let name = reader.text()?;
        let has_id = reader.number()? == 1;
        let id = Some(reader.text()?).filter(|_| has_id);
        let n = reader.count()?;
        let headers = (0..n).map(|_| reader.text()).collect::<Result<_, _>>()?;
        sides.push(Side { name, id, headers });
    }
    reader.part = "list of records";
    let names = read_texts(reader)?;
    let n = names.len();
    let clusters = reader.numbers()?;
    let is_first = |row: u32| clusters.get(row as usize) == Some(&row);
    if clusters.len() != n
        || !(0_u32..)
            .zip(&clusters)
            .all(|(row, first)| *first <= row && is_first(*first))
    {
        return Err(reader.wrong());
    }
    let side = reader.numbers()?;
    if side.len() != n || side.iter().any(|side| *side as usize >= n_sides) {
        return Err(reader.wrong());
    }
    reader.part = "values";
    let n_fields = reader.count()?;
    let fields = (0..n_fields)
        .map(|_| read_field(reader))
        .collect::<Result<Vec<_>, _>>()?;
    let is_known = |field: &Known| {
        let last_part = field.forms.and_then(|forms| forms.parts.checked_ilog2());
        let others = field.twin.into_iter().chain(last_part.map(|part| part as usize));
        others.into_iter().all(|other| other < n_fields)
    };
    if !fields.iter().all(is_known) {
        return Err(reader.wrong());
    }
    let ids = read_ids(reader, &fields, n)?;
    let numbers = [reader.numbers()?, reader.numbers()?, reader.numbers()?];
    let vetoes = Grounds::of_numbers(&numbers, n_fields).ok_or_else(|| reader.wrong())?;
    let marks = read_marks(reader)?;
    let kinds = fields
        .iter()
        .map(|field| field.kind)
        .chain(marks.iter().map(|_| Kind::Marks));
    if model.fields.len() > ROOM - 1 || !model.fields.iter().map(|field| field.kind).eq(kinds) {
        return Err(reader.wrong());
    }
    reader.part = "passes";
    let n_passes = reader.count()?;
    let passes = (0..n_passes)
        .map(|_| read_pass(reader, n_fields, n))
        .collect::<Result<Vec<_>, _>>()?;
    let is_near = reader.number()? == 1;
    let least_near: Vec<f32> = if is_near {
        reader.numbers()?.into_iter().map(f32::from_bits).collect()
    } else {
        Vec::new()
    };
    if is_near && least_near.len() != n || !reader.is_done() {
        return Err(reader.wrong());
    }
    let mut index = Index {
        model,
        model_text,
        bar,
        sides,
        distinct,
        fields,
        vetoes,
        marks,
        ids,
        side: side.into_iter().map(|side| side as u8).collect(),
        names,
        ring: rings(&clusters),
        clusters,
        passes,
        near: None,
    };
    index.near = is_near.then(|| Near::new(&index, Some(least_near)));
    Ok(index)
}

fn read_texts(reader: &mut Reader<'_>) -> Result<Texts, IndexMistake> {
    let lengths = reader.numbers()?;
    let text = reader.text()?;
    Texts::of(text, &lengths).ok_or_else(|| reader.wrong())
}

fn read_postings(reader: &mut Reader<'_>, n: usize) -> Result<Postings, IndexMistake> {
    let (sizes, numbers) = (reader.numbers()?, reader.numbers()?);
    Postings::of(sizes, numbers, n).ok_or_else(|| reader.wrong())
}

fn read_field(reader: &mut Reader<'_>) -> Result<Known, IndexMistake> {
    let header = reader.text()?;
    let kind = Kind::from_name(&reader.text()?).ok_or_else(|| reader.wrong())?;
    let twin = reader.number()?.checked_sub(1).map(|twin| twin as usize);
    let parts = u32::try_from(reader.number()?).map_err(|_| reader.wrong())?;
    let usual = Some(f64::from_bits(reader.number()?)).filter(|usual| *usual > 0.0);
    let n_sides = reader.count()?;
    let mut columns = Vec::new();
    for _ in 0..n_sides {
        columns.push(reader.numbers()?.into_iter().map(|column| column as usize).collect());
    }
    let synonyms = read_synonyms(reader)?;
    let texts = read_texts(reader)?;
    let counts = reader.numbers()?;
    let places = read_postings(reader, texts.len())?;
    let is_filled = |(text, count): (&str, &u32)| text.is_empty() == (*count == 0);
    let n_filled = counts.iter().try_fold(0_u32, |sum, count| sum.checked_add(*count));
    let fits = counts.len() == texts.len() && counts.first() == Some(&0) && texts.iter().zip(&counts).all(is_filled);
    let n_filled = n_filled.filter(|_| fits).ok_or_else(|| reader.wrong())?;
    let has_grams = reader.number()? == 1;
    if has_grams != kind.is_text() {
        return Err(reader.wrong());
    }
    let grams = if has_grams {
        let (grams, counts) = (reader.numbers()?, reader.numbers()?);
        Some(Grams::of(grams, counts).ok_or_else(|| reader.wrong())?)
    } else {
        None
    };
    let values = Vocabulary { texts, counts, places };
    Ok(Known {
        header,
        kind,
        twin,
        forms: (parts != 0).then_some(Forms { parts }),
        usual,
        columns,
        synonyms,
        members: count_members(kind, &values),
        values,
        n_filled,
        grams,
    })
}

fn read_synonyms(reader: &mut Reader<'_>) -> Result<Synonyms, IndexMistake> {
    let n_sides = reader.count()?;
    let mut sides = Vec::new();
    for _ in 0..n_sides {
        let n = reader.count()?;
        let words = (0..n).map(|_| Ok((reader.text()?, reader.text()?)));
        sides.push(words.collect::<Result<_, IndexMistake>>()?);
    }
    Ok(Synonyms(sides))
}

/// The value of each field, row by row; in the file they stand field by field.
fn read_ids(reader: &mut Reader<'_>, fields: &[Known], n: usize) -> Result<Vec<u32>, IndexMistake> {
    let width = fields.len();
    let mut ids = vec![0; n * width];
    for (at, field) in fields.iter().enumerate() {
        let own = reader.numbers()?;
        if own.len() != n || own.iter().any(|id| *id as usize >= field.values.counts.len()) {
            return Err(reader.wrong());
        }
        for (id, own) in ids[at..].iter_mut().step_by(width).zip(own) {
            *id = own;
        }
    }
    Ok(ids)
}

fn read_marks(reader: &mut Reader<'_>) -> Result<Option<Map<u64, u32>>, IndexMistake> {
    if reader.number()? != 1 {
        return Ok(None);
    }
    let (heads, tails, counts) = (reader.numbers()?, reader.numbers()?, reader.numbers()?);
    if heads.len() != tails.len() || heads.len() != counts.len() {
        return Err(reader.wrong());
    }
    let marks = heads
        .into_iter()
        .zip(tails)
        .map(|(head, tail)| u64::from(head) << 32 | u64::from(tail));
    Ok(Some(marks.zip(counts).collect()))
}

fn read_pass(reader: &mut Reader<'_>, n_fields: usize, n: usize) -> Result<Pass, IndexMistake> {
    let (fields, heads) = (reader.numbers()?, reader.numbers()?);
    let fits = (1..=2).contains(&fields.len()) && fields.len() == heads.len();
    if !fits || fields.iter().any(|field| *field as usize >= n_fields) {
        return Err(reader.wrong());
    }
    let atoms = fields.into_iter().zip(heads).map(|(field, head)| Atom {
        field: field as usize,
        part: match head {
            1 => Part::Head,
            2 => Part::Each,
            3 => Part::Sound,
            _ => Part::Whole,
        },
    });
    Ok(Pass {
        atoms: atoms.collect(),
        postings: read_postings(reader, n)?,
    })
}
