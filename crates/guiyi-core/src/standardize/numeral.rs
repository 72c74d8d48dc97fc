//! Chinese numerals: everyday (三百二十, 二〇二四, 廿五), legal upper case (壹万贰仟叁佰元伍角整) and mixed (12万3千).
//!
//! Exact: values are decimals, never floating point. `12万3千` is 123000, `壹佰零伍元零叁分` is 105.03.

use rust_decimal::Decimal;

/// The value of one digit character, everyday or legal.
pub(super) fn digit(character: char) -> Option<u32> {
    Some(match character {
        '0'..='9' => character as u32 - '0' as u32,
        '〇' | '零' | '○' => 0,
        '一' | '壹' | '弌' => 1,
        '二' | '贰' | '貳' | '两' | '兩' => 2,
        '三' | '叁' | '參' | '叄' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' | '陸' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        _ => return None,
    })
}

/// A unit within a group of four places.
fn small_unit(character: char) -> Option<u32> {
    Some(match character {
        '十' | '拾' => 10,
        '百' | '佰' => 100,
        '千' | '仟' => 1000,
        _ => return None,
    })
}

/// A whole number from 0 to 99 as dates write it: `5`, `二十五`, `廿五`, `卅`, `一五`, `初五`.
pub(super) fn small(text: &str) -> Option<u32> {
    let text = text.strip_prefix('初').unwrap_or(text);
    let (tens, ones) = if let Some(rest) = text.strip_prefix('廿') {
        (2, rest)
    } else if let Some(rest) = text.strip_prefix('卅') {
        (3, rest)
    } else if let Some((tens, ones)) = text.split_once(['十', '拾']) {
        (if tens.is_empty() { 1 } else { only_digit(tens)? }, ones)
    } else {
        return (!text.is_empty() && text.chars().count() <= 2)
            .then(|| digits(text))
            .flatten();
    };
    let ones = if ones.is_empty() { 0 } else { only_digit(ones)? };
    (tens < 10).then_some(tens * 10 + ones)
}

fn only_digit(text: &str) -> Option<u32> {
    let mut characters = text.chars();
    let value = characters.next().and_then(digit)?;
    characters.next().is_none().then_some(value)
}

/// Digits written one after the other: `2024`, `二〇二四`; at most nine.
pub(super) fn digits(text: &str) -> Option<u32> {
    if text.is_empty() || text.chars().count() > 9 {
        return None;
    }
    text.chars()
        .try_fold(0, |value, character| Some(value * 10 + digit(character)?))
}

/// The value of a number with units from 十 to 亿, and 元角分; `None` if the text is anything else.
///
/// Figures, a decimal point and thousands commas may stand before a unit: `1.2万`, `1,200万`.
pub(super) fn amount(text: &str) -> Option<Decimal> {
    let mut reader = Reader::default();
    let mut figures = String::new();
    for character in text.chars() {
        match character {
            '0'..='9' | '.' | ',' => figures.push(character),
            '整' | '正' if figures.is_empty() => reader.end()?,
            _ => {
                if !figures.is_empty() {
                    reader.number(super::amount::figures(&figures, false)?)?;
                    figures.clear();
                }
                if let Some(value) = digit(character) {
                    reader.number(Decimal::from(value))?;
                } else if let Some(unit) = small_unit(character) {
                    reader.small(Decimal::from(unit))?;
                } else {
                    match character {
                        '万' | '萬' => reader.large(Decimal::from(10_000))?,
                        '亿' | '億' => reader.large(Decimal::from(100_000_000))?,
                        '元' | '圆' | '圓' | '块' => reader.yuan()?,
                        '角' | '毛' => reader.fraction(Decimal::new(1, 1))?,
                        '分' => reader.fraction(Decimal::new(1, 2))?,
                        _ => return None,
                    }
                }
            }
        }
    }
    if !figures.is_empty() {
        reader.number(super::amount::figures(&figures, false)?)?;
    }
    reader.value()
}

/// Adds up a number from left to right.
#[derive(Default)]
struct Reader {
    /// Sum of what has its unit up to 亿.
    total: Decimal,
    /// Sum below the next 万 or 亿.
    section: Decimal,
    /// The number that waits for its unit.
    pending: Option<Decimal>,
    /// Smallest unit seen in the section; units must fall.
    unit: Option<Decimal>,
    /// Yuan before the fractions, once 元 was seen.
    yuan: Option<Decimal>,
    fractions: Decimal,
    seen: bool,
    ended: bool,
}

impl Reader {
    fn number(&mut self, value: Decimal) -> Option<()> {
        if self.ended {
            return None;
        }
        self.seen = true;
        match self.pending {
            None => self.pending = Some(value),
            // 零 is a filler before a digit; two digits in a row are no number of this kind.
            Some(pending) if pending.is_zero() => self.pending = Some(value),
            Some(_) => return None,
        }
        Some(())
    }

    fn small(&mut self, unit: Decimal) -> Option<()> {
        if self.ended || self.yuan.is_some() || self.unit.is_some_and(|before| before <= unit) {
            return None;
        }
        let ten = unit == Decimal::TEN;
        let times = match self.pending.take() {
            Some(times) if !times.is_zero() => times,
            Some(_) | None if ten => Decimal::ONE,
            _ => return None,
        };
        self.seen = true;
        self.section = self.section.checked_add(times.checked_mul(unit)?)?;
        self.unit = Some(unit);
        Some(())
    }

    fn large(&mut self, unit: Decimal) -> Option<()> {
        if self.ended || self.yuan.is_some() || !self.seen {
            return None;
        }
        let section = self.section.checked_add(self.pending.take().unwrap_or_default())?;
        if section.is_zero() {
            // 一万亿: the unit multiplies all before it.
            self.total = self.total.checked_mul(unit)?;
        } else {
            self.total = self.total.checked_add(section.checked_mul(unit)?)?;
        }
        self.section = Decimal::ZERO;
        self.unit = None;
        Some(())
    }

    fn yuan(&mut self) -> Option<()> {
        if self.ended || self.yuan.is_some() || !self.seen {
            return None;
        }
        let whole = self
            .total
            .checked_add(self.section)?
            .checked_add(self.pending.take().unwrap_or_default())?;
        self.yuan = Some(whole);
        Some(())
    }

    fn fraction(&mut self, unit: Decimal) -> Option<()> {
        let times = self.pending.take()?;
        if self.ended || times >= Decimal::TEN || (self.yuan.is_none() && !(self.total + self.section).is_zero()) {
            return None;
        }
        self.yuan.get_or_insert(Decimal::ZERO);
        self.fractions = self.fractions.checked_add(times.checked_mul(unit)?)?;
        Some(())
    }

    fn end(&mut self) -> Option<()> {
        self.ended = true;
        self.seen.then_some(())
    }

    fn value(self) -> Option<Decimal> {
        if !self.seen {
            return None;
        }
        let pending = self.pending.unwrap_or_default();
        match self.yuan {
            // Digits after 元 without 角 or 分 are not certain.
            Some(_) if !pending.is_zero() => None,
            Some(yuan) => yuan.checked_add(self.fractions),
            // 一百二 and 三万五 leave out the last unit: 120 and 35000, spoken only; held back.
            None if !pending.is_zero() && self.unit.is_some_and(|unit| unit > Decimal::TEN) => None,
            None if !pending.is_zero() && self.unit.is_none() && !self.total.is_zero() && pending < Decimal::TEN => {
                None
            }
            None => self.total.checked_add(self.section)?.checked_add(pending),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_amounts() {
        for (text, expected) in [
            ("三百万元", Some("3000000")),
            ("12万3千", Some("123000")),
            ("1.2万", Some("12000.0")),
            ("3.5亿", Some("350000000.0")),
            ("壹万贰仟叁佰元伍角整", Some("12300.5")),
            ("贰佰捌拾叁圆整", Some("283")),
            ("壹佰零伍元零叁分", Some("105.03")),
            ("伍角整", Some("0.5")),
            ("拾伍元整", Some("15")),
            ("壹拾万零伍拾元整", Some("100050")),
            ("一万亿", Some("1000000000000")),
            ("1,200万元", Some("12000000")),
            ("零元整", Some("0")),
            ("三万五", None),
            ("万元", None),
            ("元", None),
            ("五百人", None),
            ("", None),
        ] {
            assert_eq!(
                amount(text).map(|value| value.to_string()).as_deref(),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn reads_small_numbers() {
        for (text, expected) in [
            ("五", Some(5)),
            ("二十五", Some(25)),
            ("廿五", Some(25)),
            ("十", Some(10)),
            ("12", Some(12)),
            ("十a", None),
            ("", None),
        ] {
            assert_eq!(small(text), expected, "{text}");
        }
        assert_eq!(digits("二〇二四"), Some(2024));
    }
}
