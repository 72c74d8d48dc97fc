//! Check characters, one function per published scheme.
//!
//! Each function takes ASCII that its caller has already judged, and returns the check character.
//! Law: a foreign byte gives a wrong character, never a panic.

/// ISO 7064 MOD 11-2, used by GB 11643-1999: `0`..`9` or `X`.
pub(crate) fn mod_11_2(digits: &[u8]) -> u8 {
    let remainder = digits.iter().fold(0_u32, |sum, &b| (sum + value(b)) * 2 % 11);
    match (12 - remainder) % 11 {
        10 => b'X',
        digit => b'0' + digit as u8,
    }
}

/// ISO 7064 MOD 11,10, used by GS 15-2006 registration numbers and bank routing numbers: a digit.
pub(crate) fn mod_11_10(digits: &[u8]) -> u8 {
    let product = digits.iter().fold(10_u32, |product, &b| {
        let sum = (product + value(b)) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    b'0' + ((11 - product) % 10) as u8
}

/// Luhn, ISO/IEC 7812-1 annex B, used by bank cards: a digit.
pub(crate) fn luhn(digits: &[u8]) -> u8 {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, &b)| {
            let doubled = value(b) * if place % 2 == 0 { 2 } else { 1 };
            doubled / 10 + doubled % 10
        })
        .sum();
    b'0' + ((10 - sum % 10) % 10) as u8
}

/// GS1 General Specifications 7.9, weights 3 and 1 from the right: a digit.
pub(crate) fn gs1(digits: &[u8]) -> u8 {
    let weighted = digits.iter().rev().enumerate();
    let sum: u32 = weighted
        .map(|(place, &b)| value(b) * if place % 2 == 0 { 3 } else { 1 })
        .sum();
    b'0' + ((10 - sum % 10) % 10) as u8
}

/// ISO/IEC 7064 MOD 97-10, used by ISO 17442: two digits; letters count as 10..35.
pub(crate) fn mod_97_10(code: &[u8]) -> [u8; 2] {
    let remainder = code.iter().chain(b"00").fold(0_u32, |sum, &b| {
        let value = value(b);
        (sum * if value > 9 { 100 } else { 10 } + value) % 97
    });
    let check = 98 - remainder;
    [b'0' + (check / 10) as u8, b'0' + (check % 10) as u8]
}

/// ICAO Doc 9303 part 3, weights 7 3 1, letters 10..35: a digit.
pub(crate) fn icao(code: &[u8]) -> u8 {
    let sum: u32 = code
        .iter()
        .zip([7, 3, 1].into_iter().cycle())
        .map(|(&b, weight)| value(b) * weight)
        .sum();
    b'0' + (sum % 10) as u8
}

/// `0`..`9` as 0..9, `A`..`Z` as 10..35.
pub(crate) fn value(b: u8) -> u32 {
    match b {
        b'0'..=b'9' => u32::from(b - b'0'),
        b'A'..=b'Z' => u32::from(b - b'A') + 10,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worked_sums() {
        assert_eq!(mod_11_2(b"11010519491231002"), b'X'); // sum 167 mod 11 = 2
        assert_eq!(mod_11_2(b"13050319670401001"), b'6');
        assert_eq!(mod_11_2(b"91139819901231002"), b'1'); // sum 330 mod 11 = 0
        assert_eq!(mod_11_10(b"10210009999"), b'6'); // remainders 2 4 1 4 8 5 10 7 1 9 5
        assert_eq!(mod_11_10(b"11010801266042"), b'2');
        assert_eq!(gs1(b"690123456789"), b'2'); // sum 128
        assert_eq!(icao(b"KAZ11009012310"), b'5'); // sum 265
        assert_eq!(luhn(b"7992739871"), b'3'); // the example of ISO/IEC 7812-1
        assert_eq!(&mod_97_10(b"HWUPKR0MPOU8FGXBT3"), b"94"); // a published LEI, ISO 17442
    }
}
