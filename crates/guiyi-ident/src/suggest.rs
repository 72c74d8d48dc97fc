//! Repairs of a mistyped code: what one slip of the hand or the eye explains.
//!
//! Callers apply a repair only when exactly one fits; this module only lists those that do.
//! Law: every candidate returned is valid, none equals the input, and the order depends on the input alone.

/// Pairs that are read or typed for each other; GB 32100 leaves out I O S V Z for this reason.
const CONFUSABLE: [(char, char); 10] = [
    ('O', '0'),
    ('Q', '0'),
    ('D', '0'),
    ('I', '1'),
    ('L', '1'),
    ('S', '5'),
    ('Z', '2'),
    ('B', '8'),
    ('V', 'U'),
    ('G', '6'),
];

/// All letters that a digit-only or GB 32100 code cannot contain, taken for what they look like.
const FORBIDDEN: [(char, char); 4] = [('O', '0'), ('I', '1'), ('S', '5'), ('Z', '2')];

/// Texts one slip away from `compact` that `valid` accepts, without repetition; empty when the text is valid already.
///
/// Slips: every O I S Z taken for 0 1 5 2, one confusable pair at one place, two neighbors swapped.
/// Cost: one call of `valid` per candidate, about three per character.
pub(crate) fn repairs(compact: &str, valid: impl Fn(&str) -> bool) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let chars: Vec<char> = compact.chars().collect();
    if chars.is_empty() || chars.len() > 64 || valid(compact) {
        return found;
    }
    let mut offer = |candidate: &[char]| {
        let candidate: String = candidate.iter().collect();
        if candidate != compact && !found.contains(&candidate) && valid(&candidate) {
            found.push(candidate);
        }
    };
    let replace = |c: char| FORBIDDEN.iter().find(|pair| pair.0 == c).map_or(c, |pair| pair.1);
    offer(&chars.iter().map(|&c| replace(c)).collect::<Vec<_>>());
    for place in 0..chars.len() {
        for (a, b) in CONFUSABLE {
            let other = match chars[place] {
                c if c == a => b,
                c if c == b => a,
                _ => continue,
            };
            let mut candidate = chars.clone();
            candidate[place] = other;
            offer(&candidate);
        }
    }
    for place in 1..chars.len() {
        let mut candidate = chars.clone();
        candidate.swap(place - 1, place);
        offer(&candidate);
    }
    found
}
