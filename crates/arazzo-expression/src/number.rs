//! Numbers compared as the decimals that are written, without a detour through floating point.

use std::cmp::Ordering;

/// A decimal number: `0.d₁d₂d₃… × 10^magnitude`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decimal {
    negative: bool,
    /// Without zeros at either end; empty for zero.
    digits: Vec<u8>,
    magnitude: i64,
}

impl Decimal {
    /// Reads a number as JSON writes it; leading zeros are accepted, as in an id that is compared with a number.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, parse_exponent(exponent)?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
            Some(_) => return None,
            None => (mantissa, ""),
        };
        let all_digits = whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !all_digits {
            return None;
        }
        let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
        let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
        let mut digits: Vec<u8> = digits.into_iter().skip(zeros).collect();
        let kept = digits.iter().rposition(|digit| *digit != b'0').map_or(0, |last| last + 1);
        digits.truncate(kept);
        let point = i64::try_from(whole.len()).ok()?.checked_sub(i64::try_from(zeros).ok()?)?;
        let zero = digits.is_empty();
        Some(Self {
            negative: negative && !zero,
            digits,
            magnitude: if zero { 0 } else { point.saturating_add(exponent) },
        })
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    fn compare_absolute(&self, other: &Self) -> Ordering {
        match (self.is_zero(), other.is_zero()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => {
                self.magnitude.cmp(&other.magnitude).then_with(|| self.digits.cmp(&other.digits))
            }
        }
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => self.compare_absolute(other),
            (true, true) => other.compare_absolute(self),
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// An exponent too large to count with is the largest of its sign.
fn parse_exponent(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let size = digits.parse().unwrap_or(i64::MAX / 2);
    Some(if negative { -size } else { size })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(left: &str, right: &str) -> Ordering {
        Decimal::parse(left).unwrap().cmp(&Decimal::parse(right).unwrap())
    }

    #[test]
    fn one_number_has_many_spellings() {
        for text in ["80", "80.0", "8e1", "8E+1", "0.8e2", "800e-1", "080"] {
            assert_eq!(order(text, "80"), Ordering::Equal, "{text}");
        }
        assert_eq!(order("-0", "0.00e7"), Ordering::Equal);
    }

    #[test]
    fn big_and_small_numbers_keep_every_digit() {
        assert_eq!(order("9007199254740993", "9007199254740992"), Ordering::Greater);
        assert_eq!(order("0.1", "0.10000000000000000001"), Ordering::Less);
        assert_eq!(order("1e400", "2e400"), Ordering::Less);
        assert_eq!(order("1e999999999999999999999", "1e5"), Ordering::Greater);
        assert_eq!(order("1e-999999999999999999999", "0"), Ordering::Greater);
    }

    #[test]
    fn signs_and_lengths_are_ordered() {
        for (left, right) in
            [("-5", "3"), ("-5", "-3"), ("9", "10"), ("0.9", "0.95"), ("-1", "0"), ("99", "100.5")]
        {
            assert_eq!(order(left, right), Ordering::Less, "{left} {right}");
            assert_eq!(order(right, left), Ordering::Greater, "{right} {left}");
        }
    }

    #[test]
    fn other_text_is_no_number() {
        for text in [
            "", "-", "+1", "1.", ".5", "1e", "1e+", "0x10", "NaN", "inf", " 1", "1 ", "1_000", "--1",
            "1.2.3", "٣",
        ] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }
}
