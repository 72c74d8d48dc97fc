//! Amounts in legal capital characters, 壹万贰仟叁佰元伍角整 (支付结算办法, annex 1: 正确填写票据和结算凭证的基本规定).

const DIGITS: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];

/// `fen` in capital characters; amounts up to 9999 亿元.
pub(crate) fn capitals(fen: u64) -> String {
    let (yuan, jiao, fen) = (fen / 100, fen / 10 % 10, fen % 10);
    let mut out = String::new();
    let mut skipped = false;
    for (part, name) in [
        (yuan / 100_000_000, "亿"),
        (yuan / 10_000 % 10_000, "万"),
        (yuan % 10_000, ""),
    ] {
        if part == 0 {
            skipped = true;
            continue;
        }
        if !out.is_empty() && (part < 1000 || skipped) {
            out.push('零');
        }
        push_thousands(&mut out, part);
        out.push_str(name);
        skipped = false;
    }
    if !out.is_empty() {
        out.push('元');
    }
    if jiao > 0 {
        out.push(DIGITS[jiao as usize]);
        out.push('角');
    } else if fen > 0 && !out.is_empty() {
        out.push('零');
    }
    if fen > 0 {
        out.push(DIGITS[fen as usize]);
        out.push('分');
    } else if out.is_empty() {
        out.push_str("零元整");
    } else {
        out.push('整');
    }
    out
}

fn push_thousands(out: &mut String, number: u64) {
    let mut gap = false;
    let mut begun = false;
    for (unit, name) in [(1000, "仟"), (100, "佰"), (10, "拾"), (1, "")] {
        let digit = number / unit % 10;
        if digit == 0 {
            gap = true;
            continue;
        }
        if gap && begun {
            out.push('零');
        }
        out.push(DIGITS[digit as usize]);
        out.push_str(name);
        (gap, begun) = (false, true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_in_capitals() {
        let cases = [
            (1_230_050, "壹万贰仟叁佰元伍角整"),
            (28_300, "贰佰捌拾叁元整"),
            (10_503, "壹佰零伍元零叁分"),
            (50, "伍角整"),
            (0, "零元整"),
            (100_000_100, "壹佰万零壹元整"),
            (1_000_000_000, "壹仟万元整"),
            (10_000_000_500, "壹亿零伍元整"),
            (10_020_000_000, "壹亿零贰拾万元整"),
        ];
        for (fen, expected) in cases {
            assert_eq!(capitals(fen), expected);
        }
    }
}
