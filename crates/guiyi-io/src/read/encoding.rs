//! Which encoding a text file is in, and its bytes as UTF-8.
//!
//! Order: byte-order mark, UTF-16 by its zero bytes, strict UTF-8 over the whole file, else what the statistics of
//! chardetng say, given no top-level domain (with `cn` it takes Big5 for GBK). GBK and GB 2312 are read as GB 18030,
//! which contains them.

use std::fs::File;
use std::io::{self, Read};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, Decoder, Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};

use super::scan::Scan;

/// The encoding of a text file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextEncoding(&'static Encoding);

impl TextEncoding {
    /// UTF-8.
    pub const UTF_8: Self = Self(UTF_8);
    /// UTF-16, little endian.
    pub const UTF_16LE: Self = Self(UTF_16LE);
    /// UTF-16, big endian.
    pub const UTF_16BE: Self = Self(UTF_16BE);
    /// GB 18030, which contains GBK and GB 2312.
    pub const GB18030: Self = Self(GB18030);
    /// Big5.
    pub const BIG5: Self = Self(BIG5);

    /// The encoding with this name, such as `gbk` or `utf-8`, by the labels of the WHATWG Encoding Standard.
    pub fn from_name(name: &str) -> Option<Self> {
        Encoding::for_label(name.as_bytes()).map(Self::from_encoding)
    }

    /// The name of the WHATWG Encoding Standard, in lower case.
    pub fn name(self) -> String {
        self.0.name().to_ascii_lowercase()
    }

    /// The encoding as the decoder has it.
    pub(crate) fn encoding(self) -> &'static Encoding {
        self.0
    }

    /// The other way round.
    pub(crate) fn of(encoding: &'static Encoding) -> Self {
        Self(encoding)
    }

    fn from_encoding(encoding: &'static Encoding) -> Self {
        Self(if encoding == GBK { GB18030 } else { encoding })
    }
}

/// The encoding that a file's bytes speak for.
pub(crate) fn detect(scan: &Scan) -> TextEncoding {
    if let Some((encoding, _)) = Encoding::for_bom(&scan.head) {
        return TextEncoding(encoding);
    }
    if let Some(encoding) = utf16_without_mark(scan) {
        return encoding;
    }
    if scan.is_utf8() || scan.is_damaged_utf8() {
        return TextEncoding::UTF_8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(&scan.sample, false);
    let guess = detector.guess(None, Utf8Detection::Deny);
    if guess == GBK || guess == BIG5 {
        return TextEncoding::from_encoding(guess);
    }
    // A few short rows can look like anything; what reads as Chinese without a fault is Chinese.
    let explains = |encoding: &'static Encoding| {
        let mut text = String::with_capacity(scan.sample.len() * 3 + 16);
        !encoding
            .new_decoder_without_bom_handling()
            .decode_to_string(&scan.sample, &mut text, false)
            .2
    };
    TextEncoding(
        [GB18030, BIG5]
            .into_iter()
            .find(|encoding| explains(encoding))
            .unwrap_or(guess),
    )
}

/// UTF-16 without a byte-order mark: the ASCII part of the text (delimiters, digits, line ends) has its zero bytes
/// all on one side of the units.
fn utf16_without_mark(scan: &Scan) -> Option<TextEncoding> {
    if !scan.has_zero() || !scan.n_bytes.is_multiple_of(2) {
        return None;
    }
    let is_text = |byte: u8| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~');
    let (mut little, mut big, mut units) = (0_usize, 0_usize, 0_usize);
    for unit in scan.head[..scan.head.len().min(1 << 16)].chunks_exact(2) {
        units += 1;
        little += usize::from(unit[1] == 0 && is_text(unit[0]));
        big += usize::from(unit[0] == 0 && is_text(unit[1]));
    }
    let (best, worst, encoding) = if little >= big {
        (little, big, UTF_16LE)
    } else {
        (big, little, UTF_16BE)
    };
    let explained = || {
        let mut text = String::with_capacity(scan.head.len() * 2 + 16);
        let (_, _, faulty) = encoding
            .new_decoder_without_bom_handling()
            .decode_to_string(&scan.head, &mut text, false);
        !faulty && text.contains(['\n', '\r'])
    };
    // A unit of two ASCII bytes would be a rare ideograph; text with stray NUL bytes is full of them.
    (best * 50 >= units && worst * 20 <= best && explained()).then_some(TextEncoding(encoding))
}

/// The text of a file as UTF-8, without its byte-order mark; what cannot be decoded becomes U+FFFD.
pub(crate) struct TextReader {
    file: File,
    /// `None` if the bytes are UTF-8 already and pass as they are.
    decoder: Option<Box<Decoding>>,
    /// Bytes read ahead to look for a byte-order mark.
    ahead: Vec<u8>,
}

struct Decoding {
    decoder: Decoder,
    buffer: Vec<u8>,
    position: usize,
    filled: usize,
    at_end: bool,
    finished: bool,
}

impl TextReader {
    /// Reads `file` from where it stands, which must be its beginning. `is_clean` says that it is known to hold
    /// nothing but UTF-8.
    pub(crate) fn new(mut file: File, encoding: TextEncoding, is_clean: bool) -> io::Result<Self> {
        if !(is_clean && encoding == TextEncoding::UTF_8) {
            let decoder = encoding.0.new_decoder_with_bom_removal();
            let buffer = vec![0; 1 << 16];
            let decoding = Decoding {
                decoder,
                buffer,
                position: 0,
                filled: 0,
                at_end: false,
                finished: false,
            };
            return Ok(Self {
                file,
                decoder: Some(Box::new(decoding)),
                ahead: Vec::new(),
            });
        }
        let mut ahead = Vec::with_capacity(3);
        Read::by_ref(&mut file).take(3).read_to_end(&mut ahead)?;
        if ahead == b"\xef\xbb\xbf" {
            ahead.clear();
        }
        Ok(Self {
            file,
            decoder: None,
            ahead,
        })
    }
}

impl Read for TextReader {
    /// `output` must have room for at least 16 bytes.
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        let Some(decoding) = &mut self.decoder else {
            if self.ahead.is_empty() {
                return self.file.read(output);
            }
            let n_bytes = self.ahead.len().min(output.len());
            output[..n_bytes].copy_from_slice(&self.ahead[..n_bytes]);
            self.ahead.drain(..n_bytes);
            return Ok(n_bytes);
        };
        while !decoding.finished {
            if decoding.position == decoding.filled && !decoding.at_end {
                decoding.position = 0;
                decoding.filled = self.file.read(&mut decoding.buffer)?;
                decoding.at_end = decoding.filled == 0;
            }
            let input = &decoding.buffer[decoding.position..decoding.filled];
            let (result, n_read, n_written, _) = decoding.decoder.decode_to_utf8(input, output, decoding.at_end);
            decoding.position += n_read;
            decoding.finished = decoding.at_end && result == encoding_rs::CoderResult::InputEmpty;
            if n_written > 0 {
                return Ok(n_written);
            }
        }
        Ok(0)
    }
}
