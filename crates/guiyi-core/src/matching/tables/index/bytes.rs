//! Numbers and texts as bytes: little-endian, each array as wide as its largest number needs.
//!
//! Law: whatever bytes are read, what comes out is a value or a mistake.

use super::IndexMistake;

/// Bytes being written.
#[derive(Default)]
pub(super) struct Writer {
    pub(super) bytes: Vec<u8>,
}

impl Writer {
    pub(super) fn number(&mut self, number: u64) {
        self.bytes.extend(number.to_le_bytes());
    }

    pub(super) fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.bytes.extend(text.as_bytes());
    }

    /// An array: its length, how many bytes each number takes, and the numbers.
    pub(super) fn numbers(&mut self, numbers: impl ExactSizeIterator<Item = u32> + Clone) {
        let most = numbers.clone().max().unwrap_or(0);
        // At least one, so that no file claims more numbers than it has bytes.
        let width = (32 - most.leading_zeros()).div_ceil(8).max(1) as usize;
        self.number(numbers.len() as u64);
        self.bytes.push(width as u8);
        self.bytes.reserve(numbers.len() * width);
        for number in numbers {
            self.bytes.extend(&number.to_le_bytes()[..width]);
        }
    }
}

/// Bytes being read.
pub(super) struct Reader<'b> {
    rest: &'b [u8],
    /// What is being read, to be named in a mistake.
    pub(super) part: &'static str,
}

impl<'b> Reader<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self {
            rest: bytes,
            part: "beginning",
        }
    }

    pub(super) fn wrong(&self) -> IndexMistake {
        IndexMistake::Part(self.part)
    }

    fn take(&mut self, n: usize) -> Result<&'b [u8], IndexMistake> {
        let (taken, rest) = self.rest.split_at_checked(n).ok_or_else(|| self.wrong())?;
        self.rest = rest;
        Ok(taken)
    }

    pub(super) fn number(&mut self) -> Result<u64, IndexMistake> {
        let (bytes, rest) = self.rest.split_first_chunk::<8>().ok_or_else(|| self.wrong())?;
        self.rest = rest;
        Ok(u64::from_le_bytes(*bytes))
    }

    /// A number that counts something in memory.
    pub(super) fn count(&mut self) -> Result<usize, IndexMistake> {
        usize::try_from(self.number()?).map_err(|_| self.wrong())
    }

    pub(super) fn text(&mut self) -> Result<String, IndexMistake> {
        let length = self.count()?;
        let bytes = self.take(length)?;
        String::from_utf8(bytes.to_vec()).map_err(|_| self.wrong())
    }

    pub(super) fn numbers(&mut self) -> Result<Vec<u32>, IndexMistake> {
        let n = self.count()?;
        let width = usize::from(self.take(1)?[0]);
        let length = n.checked_mul(width).ok_or_else(|| self.wrong())?;
        let bytes = self.take(length)?;
        Ok(match width {
            1 => bytes.iter().map(|byte| u32::from(*byte)).collect(),
            2 => wide(bytes, |[a, b]: [u8; 2]| u32::from_le_bytes([a, b, 0, 0])),
            3 => wide(bytes, |[a, b, c]: [u8; 3]| u32::from_le_bytes([a, b, c, 0])),
            4 => wide(bytes, u32::from_le_bytes),
            _ => return Err(self.wrong()),
        })
    }

    /// Whether all was read.
    pub(super) fn is_done(&self) -> bool {
        self.rest.is_empty()
    }
}

fn wide<const N: usize>(bytes: &[u8], number: impl Fn([u8; N]) -> u32) -> Vec<u32> {
    bytes.as_chunks::<N>().0.iter().map(|bytes| number(*bytes)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for most in [0, 1, 255, 256, 65_535, 65_536, 1 << 24, u32::MAX] {
            let numbers = [0, most / 2, most];
            let mut writer = Writer::default();
            writer.numbers(numbers.into_iter());
            writer.text("归一");
            writer.number(7);
            let mut reader = Reader::new(&writer.bytes);
            assert_eq!(reader.numbers().unwrap(), numbers);
            assert_eq!(reader.text().unwrap(), "归一");
            assert_eq!(reader.number().unwrap(), 7);
            assert!(reader.is_done() && reader.number().is_err() && reader.numbers().is_err());
        }
    }
}
