//! Check characters, written here a second time on purpose.
//!
//! The generator is an oracle for the engine's own validators, so it shares no code with them.

/// Alphabet of the unified social credit code (GB 32100-2015): no I O S V Z.
pub(crate) const CREDIT_ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Check character of a credit code from its first 17 characters (GB 32100-2015): weights 3^i mod 31.
pub(crate) fn credit_code(first_17: &str) -> char {
    let mut weight = 1;
    let mut sum = 0;
    for byte in first_17.bytes() {
        let value = CREDIT_ALPHABET.iter().position(|&letter| letter == byte).unwrap_or(0);
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    char::from(CREDIT_ALPHABET[(31 - sum % 31) % 31])
}

/// Check character of an organization code from its first 8 characters (GB 11714-1997).
pub(crate) fn organization_code(first_8: &str) -> char {
    let sum: u32 = first_8
        .chars()
        .zip([3, 7, 9, 10, 5, 8, 4, 2])
        .map(|(letter, weight)| letter.to_digit(36).unwrap_or(0) * weight)
        .sum();
    match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        digit => char::from(b'0' + digit as u8),
    }
}

/// Check character of a resident ID from its first 17 digits (GB 11643-1999, ISO 7064 MOD 11-2).
pub(crate) fn resident_id(first_17: &str) -> char {
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = digits(first_17)
        .zip(weights)
        .map(|(digit, weight)| digit * weight)
        .sum();
    char::from(b"10X98765432"[(sum % 11) as usize])
}

/// ISO 7064 MOD 11,10: CNAPS codes and 15-digit registration numbers (GS 15-2006).
pub(crate) fn mod_11_10(number: &str) -> char {
    let product = digits(number).fold(10, |product, digit| {
        let sum = (product + digit) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    char::from(b'0' + ((11 - product) % 10) as u8)
}

/// Luhn, ISO/IEC 7812-1 annex B: bank cards.
pub(crate) fn luhn(number: &str) -> char {
    let sum: u32 = number
        .bytes()
        .rev()
        .enumerate()
        .map(|(i, byte)| {
            let digit = u32::from(byte - b'0') * if i % 2 == 0 { 2 } else { 1 };
            if digit > 9 { digit - 9 } else { digit }
        })
        .sum();
    char::from(b'0' + ((10 - sum % 10) % 10) as u8)
}

fn digits(number: &str) -> impl Iterator<Item = u32> {
    number.chars().filter_map(|c| c.to_digit(10))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `published` ends in its check character, which `check` must find from the rest.
    fn check(check: fn(&str) -> char, published: &str) {
        let (body, last) = published.split_at(published.len() - 1);
        assert_eq!(check(body).to_string(), last, "{published}");
    }

    #[test]
    fn published_numbers_pass() {
        // Organizations' codes as they publish them: 华为, 浙江大学, 复旦大学, 腾讯科技（深圳）.
        for code in [
            "914403001922038216",
            "12100000470095016Q",
            "12100000425006117P",
            "9144030071526726XG",
        ] {
            check(credit_code, code);
            check(organization_code, &code[8..17]);
        }
        check(resident_id, "11010519491231002X"); // the example in GB 11643-1999
        check(mod_11_10, "102100099996"); // CNAPS code of a head office
        check(mod_11_10, "110108012660422"); // registration number
        check(luhn, "79927398713"); // the customary example
    }

    #[test]
    fn every_remainder_of_the_organization_code_is_reached() {
        let letters: std::collections::BTreeSet<char> = (0..2000)
            .map(|i| organization_code(&format!("{:08}", i * 37)))
            .collect();
        assert_eq!(letters.into_iter().collect::<String>(), "0123456789X");
    }
}
