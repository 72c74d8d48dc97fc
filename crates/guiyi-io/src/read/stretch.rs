//! A file in stretches of rows that are parsed side by side, only the columns that somebody needs, the bytes of each row
//! kept: what judging a file larger than memory reads.
//!
//! [`Reader::stretches`] gives two halves. [`Stretches`] is the file itself: it hands out stretches in order, as cheaply
//! as it can. [`Parser`] turns a stretch into a batch and is shared by all threads.
//! Laws: the rows are those of [`Reader::batches`], with the same numbers, states and findings, but that bytes which
//! cannot be decoded are told of the columns that were asked for only; memory is a few stretches.

use std::borrow::Cow;
use std::io::Read;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::StringArray;
use encoding_rs::Encoding;
use guiyi_core::finding::{Fault, Notes};
use guiyi_core::record::{Batch, RowState};
use guiyi_core::rulebook::Source;
use memchr::memchr_iter;

use super::batches::{Batches, RowFault, assemble, judge_bytes, judge_shape};
use super::block::{Block, Blocks};
use super::cells::Cells;
use super::column::ColumnBuilder;
use super::json_lines::JsonRows;
use super::not_a_record::may_be_no_record;
use super::row::Row;
use super::rows::split_error;
use super::{Format, Reader, TextEncoding, open_file, system};
use crate::IoError;

/// Bytes of a stretch of text, at most and at least.
const STRETCH_BYTES: Range<usize> = 1 << 14..1 << 20;

/// The stretches of a file, in order; made by [`Reader::stretches`].
pub struct Stretches<'a> {
    content: Content<'a>,
    path: PathBuf,
    preamble: Vec<u8>,
}

enum Content<'a> {
    /// Text whose rows can be found in its own bytes.
    Text(Blocks<Box<dyn Read + Send + 'a>>),
    Rows(Box<Batches<'a>>),
}

/// A part of a file that begins and ends between two rows.
pub struct Stretch(Part);

enum Part {
    Text(Block),
    Rows(Box<(Batch, Notes)>),
}

/// Makes batches of stretches.
pub struct Parser {
    path: PathBuf,
    headers: Vec<Arc<str>>,
    /// Columns of the file that are built, in the order of the batch's own columns.
    columns: Vec<usize>,
    source: Source,
    number: u16,
    key_column: usize,
    format: Format,
    delimiter: u8,
    /// The encoding of the bytes of a stretch; UTF-8 for text that was decoded on the way.
    encoding: &'static Encoding,
    /// Whether rows are judged by their shape.
    judges_shape: bool,
    /// The file's own encoding, where its text was decoded on the way.
    encode_again: Option<&'static Encoding>,
}

/// A parsed stretch.
pub struct Parsed {
    /// The rows; its own columns are those that were asked for.
    pub batch: Batch,
    /// What reading found wrong.
    pub notes: Notes,
    /// For each row whether it is a totals, page or header row.
    pub is_no_record: Vec<bool>,
    /// The bytes of the rows.
    pub bytes: RowBytes,
}

/// The bytes of rows as the file has them.
pub enum RowBytes {
    /// Of a text file: the rows' places in the stretch, line ends included.
    Text {
        /// The stretch.
        bytes: Vec<u8>,
        /// One range a row.
        rows: Vec<Range<usize>>,
        /// The encoding to write in, where the stretch is not in the file's own.
        encoding: Option<TextEncoding>,
    },
    /// A workbook or Parquet file has none; all its columns are in the batch.
    None,
}

impl Reader {
    /// The rows in stretches, to be parsed side by side.
    ///
    /// `number` is the source's position in the rulebook; `columns` are the positions in [`Reader::headers`] of the
    /// columns wanted, ascending, and `source` is mapped onto positions in `columns`. `key_column` is the column of the source key;
    /// `None` for no key. About `rows` rows make a stretch.
    ///
    /// # Errors
    ///
    /// [`IoError`] if the file cannot be opened again.
    pub fn stretches(
        &mut self,
        number: u16,
        source: &Source,
        columns: &[usize],
        key_column: Option<usize>,
        rows: usize,
    ) -> Result<(Stretches<'_>, Parser), IoError> {
        let encoding = self.encoding.unwrap_or(TextEncoding::UTF_8).encoding();
        let delimiter = self.delimiter.unwrap_or(b',');
        let is_text = matches!(self.format, Format::Csv | Format::JsonLines);
        // Where a byte of the delimiter may be half a character, or a character two bytes, rows show only in the text.
        let is_open = encoding.is_ascii_compatible() && (delimiter != b'|' || encoding.is_single_byte());
        let reads_own_bytes = is_open || encoding == encoding_rs::UTF_8;
        let parser = Parser {
            path: self.path.clone(),
            headers: self.headers.clone(),
            columns: columns.to_vec(),
            source: source.clone(),
            number,
            key_column: key_column
                .and_then(|key| columns.iter().position(|column| *column == key))
                .unwrap_or(usize::MAX),
            format: self.format,
            delimiter,
            encoding: if reads_own_bytes { encoding } else { encoding_rs::UTF_8 },
            judges_shape: true,
            encode_again: (is_text && !reads_own_bytes).then_some(encoding),
        };
        let path = self.path.clone();
        if !is_text {
            let mut all = source.clone();
            all.headers.clone_from(&self.headers);
            all.mapping = (source.mapping.iter())
                .map(|position| position.and_then(|position| columns.get(position).copied()))
                .collect();
            all.key_column = key_column.unwrap_or(usize::MAX);
            let batches = self.batches(number, &all, rows.min(4096))?;
            let content = Content::Rows(Box::new(batches));
            let preamble = Vec::new();
            return Ok((
                Stretches {
                    content,
                    path,
                    preamble,
                },
                parser,
            ));
        }
        let block_bytes = (rows.saturating_mul(self.row_bytes.max(8))).clamp(STRETCH_BYTES.start, STRETCH_BYTES.end);
        let mut input: Box<dyn Read + Send> = if reads_own_bytes {
            Box::new(open_file(&path)?)
        } else {
            Box::new(std::io::BufReader::with_capacity(1 << 16, self.text()?))
        };
        let mut mark = Vec::new();
        let mut start = Vec::new();
        let read = Read::by_ref(&mut input).take(3).read_to_end(&mut start);
        read.map_err(|source| system(&path, "read", source))?;
        if start == b"\xef\xbb\xbf" && reads_own_bytes {
            mark = std::mem::take(&mut start);
        }
        let quoting = (self.format == Format::Csv).then_some(delimiter);
        let input: Box<dyn Read + Send> = Box::new(std::io::Cursor::new(start).chain(input));
        let mut blocks = Blocks::new(input, quoting, block_bytes);
        let preamble =
            skip_header(&mut blocks, self.header_row, delimiter, mark).map_err(|error| split_error(error, &path))?;
        let preamble = match parser.encode_again {
            Some(encoding) => [byte_order_mark(&path)?, own_bytes(&preamble, encoding)].concat(),
            None => preamble,
        };
        let content = Content::Text(blocks);
        Ok((
            Stretches {
                content,
                path,
                preamble,
            },
            parser,
        ))
    }
}

/// The byte-order mark of a file, empty if it has none.
fn byte_order_mark(path: &std::path::Path) -> Result<Vec<u8>, IoError> {
    let mut start = Vec::new();
    let read = open_file(path)?.take(3).read_to_end(&mut start);
    read.map_err(|source| system(path, "read", source))?;
    let length = Encoding::for_bom(&start).map_or(0, |(_, length)| length);
    start.truncate(length);
    Ok(start)
}

/// Takes the rows up to the header off the first blocks, and gives their bytes.
fn skip_header(
    blocks: &mut Blocks<Box<dyn Read + Send + '_>>,
    header_row: u64,
    delimiter: u8,
    mut preamble: Vec<u8>,
) -> Result<Vec<u8>, super::split::SplitError> {
    use super::split::SplitError::System;
    while header_row > 0
        && let Some(block) = blocks.next().map_err(System)?
    {
        let mut cells = Cells::new(&block.bytes, delimiter, block.line);
        let (mut passed, mut line) = (0, block.line);
        let mut is_over = false;
        while let Some((number, bytes)) = cells.next_row()? {
            is_over = number >= header_row;
            if number <= header_row {
                (passed, line) = (bytes.end, cells.line());
            }
            if is_over {
                break;
            }
        }
        if is_over {
            preamble.extend_from_slice(&block.bytes[..passed]);
            blocks.put_back(block, passed, line);
            break;
        }
        preamble.extend_from_slice(&block.bytes);
    }
    Ok(preamble)
}

impl Stretches<'_> {
    /// What stands above the first row: byte-order mark, titles, header; empty for a file that is no text.
    pub fn preamble(&self) -> &[u8] {
        &self.preamble
    }

    /// The next stretch; `None` at the end.
    ///
    /// # Errors
    ///
    /// [`IoError`] if reading fails.
    pub fn next_stretch(&mut self) -> Result<Option<Stretch>, IoError> {
        let part = match &mut self.content {
            Content::Text(blocks) => blocks
                .next()
                .map_err(|source| system(&self.path, "read", source))?
                .map(Part::Text),
            Content::Rows(batches) => batches.next().transpose()?.map(|batch| Part::Rows(Box::new(batch))),
        };
        Ok(part.map(Stretch))
    }
}

/// Rows as they are split off, before they are a batch.
struct Split {
    numbers: Vec<u64>,
    states: Vec<RowState>,
    faults: Vec<RowFault>,
    columns: Vec<ColumnBuilder>,
    rows: Vec<Range<usize>>,
}

impl Parser {
    /// Looks at no more of each row than the columns asked for: what makes a row no record is known, but a row with too
    /// many or too few cells is not told, and neither is a quotation mark that is never closed.
    #[must_use]
    pub fn values_only(mut self) -> Self {
        self.judges_shape = false;
        self
    }

    /// Parses a stretch.
    ///
    /// # Errors
    ///
    /// [`IoError`] if a row passes a limit.
    pub fn parse(&self, stretch: Stretch) -> Result<Parsed, IoError> {
        let (batch, notes, bytes) = match stretch.0 {
            Part::Rows(batch) => (batch.0, batch.1, RowBytes::None),
            Part::Text(block) => self.parse_text(block)?,
        };
        let mut is_no_record = vec![false; batch.len()];
        for finding in notes
            .findings
            .iter()
            .filter(|finding| finding.fault == Fault::NotARecord)
        {
            if let Ok(row) = batch.rows.binary_search(&finding.row) {
                is_no_record[row] = true;
            }
        }
        Ok(Parsed {
            batch,
            notes,
            is_no_record,
            bytes,
        })
    }

    fn parse_text(&self, block: Block) -> Result<(Batch, Notes, RowBytes), IoError> {
        let mut text: Cow<'_, [u8]> = Cow::Borrowed(&block.bytes);
        if self.encoding != encoding_rs::UTF_8 {
            text = decoded(&block.bytes, self.encoding);
        }
        let split = |text: &[u8]| -> Result<_, IoError> {
            let mut split = self.split(text, block.line)?;
            let columns = std::mem::take(&mut split.columns);
            let received: Option<Vec<StringArray>> = columns.into_iter().map(ColumnBuilder::finish).collect();
            Ok((split, received))
        };
        let (mut rows, mut received) = split(&text)?;
        if received.is_none() {
            // Not UTF-8 after all: what cannot be decoded becomes U+FFFD, and is told.
            text = decoded(&block.bytes, encoding_rs::UTF_8);
            (rows, received) = split(&text)?;
        }
        let received = received.ok_or_else(|| IoError::Changed {
            file: self.path.clone(),
        })?;
        if let Cow::Owned(_) = text {
            rows.rows = self.places(&block)?;
        }
        for (column, values) in received.iter().enumerate() {
            judge_bytes(column, values, &mut rows.faults);
        }
        let mapping = &self.source.mapping;
        let (batch, notes) = assemble(
            rows.numbers,
            rows.states,
            received,
            rows.faults,
            self.number,
            self.key_column,
            mapping,
        );
        drop(text);
        let bytes = RowBytes::Text {
            bytes: block.bytes,
            rows: rows.rows,
            encoding: self.encode_again.map(TextEncoding::of),
        };
        Ok((batch, notes, bytes))
    }

    fn split(&self, text: &[u8], line: u64) -> Result<Split, IoError> {
        let n_rows = text.len() / 128;
        let mut split = Split {
            numbers: Vec::with_capacity(n_rows),
            states: Vec::with_capacity(n_rows),
            faults: Vec::new(),
            columns: self.columns.iter().map(|_| ColumnBuilder::new(n_rows)).collect(),
            rows: Vec::with_capacity(n_rows),
        };
        if self.format == Format::JsonLines {
            self.split_json(text, line, &mut split)?;
        } else {
            self.split_csv(text, line, &mut split)?;
        }
        Ok(split)
    }

    fn split_csv(&self, text: &[u8], line: u64, split: &mut Split) -> Result<(), IoError> {
        let delimiter = char::from(self.delimiter).to_string();
        let width = self.headers.len();
        let n_wanted = self.columns.last().map_or(0, |last| last + 1);
        let mut cells = Cells::new(text, self.delimiter, line);
        // The last column takes what is too much in a row, so all cells must be known.
        let in_part = !self.judges_shape && n_wanted < width;
        if in_part {
            cells = cells.first(n_wanted);
        }
        let mut copy = Row::default();
        while let Some((number, bytes)) = cells.next_row().map_err(|error| split_error(error, &self.path))? {
            let first = (0..cells.len())
                .map(|column| cells.cell(column))
                .find(|cell| !cell.is_empty());
            let first = first.unwrap_or_default();
            let is_usual = (in_part || cells.len() == width)
                && !cells.is_unclosed()
                && first
                    .first()
                    .is_some_and(|byte| byte.is_ascii_graphic() || *byte >= 0xE3)
                && !may_be_no_record(first, cells.cell(0), &self.headers);
            let mut state = RowState::Clean;
            if !is_usual {
                if in_part {
                    cells.whole_row().map_err(|error| split_error(error, &self.path))?;
                }
                cells.copy_to(&mut copy, number);
                if copy.is_blank() {
                    continue;
                }
                let fault = judge_shape(&copy, split.numbers.len(), &self.headers, false, &delimiter);
                state = fault.as_ref().map_or(RowState::Clean, RowFault::state);
                split.faults.extend(fault);
            }
            split.numbers.push(number);
            split.states.push(state);
            split.rows.push(bytes);
            for (&column, builder) in self.columns.iter().zip(&mut split.columns) {
                if column + 1 == width && cells.len() > width {
                    builder.push(&surplus(&cells, width, self.delimiter));
                } else {
                    builder.push(cells.cell(column));
                }
            }
        }
        Ok(())
    }

    fn split_json(&self, text: &[u8], line: u64, split: &mut Split) -> Result<(), IoError> {
        let lines = line_places(text);
        let mut rows = JsonRows::new(text, &self.headers);
        let mut row = Row::default();
        while rows
            .next_row(&mut row)
            .map_err(|error| split_error(error, &self.path))?
        {
            let number = row.number + line - 1;
            let place = lines.get(row.number as usize - 1).cloned().unwrap_or_default();
            let fault = judge_shape(&row, split.numbers.len(), &self.headers, true, ",");
            split
                .states
                .push(fault.as_ref().map_or(RowState::Clean, RowFault::state));
            split.faults.extend(fault);
            split.numbers.push(number);
            split.rows.push(place);
            for (&column, builder) in self.columns.iter().zip(&mut split.columns) {
                builder.push(row.cell(column));
            }
        }
        Ok(())
    }

    /// Where the rows of a block stand in its own bytes, if its text was decoded.
    fn places(&self, block: &Block) -> Result<Vec<Range<usize>>, IoError> {
        let again = Self {
            path: self.path.clone(),
            headers: self.headers.clone(),
            columns: Vec::new(),
            source: self.source.clone(),
            ..*self
        };
        Ok(again.split(&block.bytes, block.line)?.rows)
    }
}

/// The last column of a row with more cells than the header: they are kept in it, as the text stood in the file.
fn surplus(cells: &Cells<'_>, width: usize, delimiter: u8) -> Vec<u8> {
    let last = (width..cells.len()).rposition(|column| !cells.cell(column).is_empty());
    let kept = last.map_or(width, |last| width + last + 1);
    let parts: Vec<&[u8]> = (width - 1..kept).map(|column| cells.cell(column)).collect();
    parts.join(&delimiter)
}

/// The lines of a text, their line ends included.
fn line_places(text: &[u8]) -> Vec<Range<usize>> {
    let mut places = Vec::new();
    let mut start = 0;
    for end in memchr_iter(b'\n', text).map(|at| at + 1).chain([text.len()]) {
        places.push(start..end);
        start = end;
    }
    places
}

fn decoded<'t>(bytes: &'t [u8], encoding: &'static Encoding) -> Cow<'t, [u8]> {
    match encoding.decode_without_bom_handling(bytes).0 {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    }
}

/// UTF-8 text in another encoding; UTF-16 behind its byte-order mark is not the business of this function.
pub(super) fn own_bytes(text: &[u8], encoding: &'static Encoding) -> Vec<u8> {
    let text = String::from_utf8_lossy(text);
    if encoding == encoding_rs::UTF_16LE {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    } else if encoding == encoding_rs::UTF_16BE {
        text.encode_utf16().flat_map(u16::to_be_bytes).collect()
    } else {
        encoding.encode(&text).0.into_owned()
    }
}

impl RowBytes {
    /// Writes some rows, ascending, as the file has them, line ends included; nothing for a file without bytes of its
    /// own. Rows that stand side by side are written at once.
    ///
    /// # Errors
    ///
    /// Those of `output`.
    pub fn write(&self, wanted: impl Iterator<Item = usize>, output: &mut impl std::io::Write) -> std::io::Result<()> {
        let Self::Text { bytes, rows, encoding } = self else {
            return Ok(());
        };
        let mut write = |range: Range<usize>| match encoding {
            Some(encoding) => output.write_all(&own_bytes(&bytes[range], encoding.encoding())),
            None => output.write_all(&bytes[range]),
        };
        let mut run = 0..0;
        for row in wanted {
            let row = rows[row].clone();
            if row.start == run.end {
                run.end = row.end;
            } else {
                write(run)?;
                run = row;
            }
        }
        write(run)
    }
}
