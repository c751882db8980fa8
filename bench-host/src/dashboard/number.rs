//! Numbers as the page carries them: six digits that mean something, so that equal data give equal bytes and a page does
//! not grow by digits nobody measured.

use serde::{Serialize, Serializer};

use crate::stats::summary::{median, median_interval};

/// Of the intervals on the page.
pub(super) const CONFIDENCE: f64 = 0.95;

/// A number rounded to six significant digits; one that is not finite is `null`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Number(pub(super) f64);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rounded = rounded(self.0);
        match rounded {
            _ if !rounded.is_finite() => serializer.serialize_none(),
            // Whole numbers without `.0`, as JavaScript writes them.
            _ if rounded.fract() == 0.0 && rounded.abs() < 1e15 => serializer.serialize_i64(rounded as i64),
            _ => serializer.serialize_f64(rounded),
        }
    }
}

/// `value` to six significant digits.
pub(super) fn rounded(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() { value } else { format!("{value:.5e}").parse().unwrap_or(value) }
}

/// A median over boots, with its interval where there are boots enough for one: one number or three.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Spread(Vec<Number>);

impl Spread {
    /// Of one value per boot; nothing without any.
    pub(super) fn of(values: &[f64]) -> Option<Spread> {
        let middle = median(values).ok()?;
        let ends = median_interval(values, CONFIDENCE).ok().flatten();
        Some(Spread(match ends {
            Some(ends) => vec![Number(middle), Number(ends.low), Number(ends.high)],
            None => vec![Number(middle)],
        }))
    }

    /// Of an estimate whose interval is known.
    pub(super) fn with_ends(middle: f64, low: f64, high: f64) -> Spread {
        Spread(vec![Number(middle), Number(low), Number(high)])
    }

    /// Of an estimate without one.
    pub(super) fn bare(middle: f64) -> Spread {
        Spread(vec![Number(middle)])
    }

    /// The estimate.
    pub(super) fn middle(&self) -> f64 {
        self.0[0].0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_six_digits_and_what_is_none_is_null() {
        let written = |value: f64| serde_json::to_string(&Number(value)).unwrap();
        assert_eq!(written(12_345_678.9), "12345700");
        assert_eq!(written(0.000_123_456_78), "0.000123457");
        assert_eq!(written(0.0), "0");
        assert_eq!(written(-2.5), "-2.5");
        assert_eq!(written(f64::NAN), "null");
        assert_eq!(written(1e300), "1e+300");
    }

    #[test]
    fn few_boots_have_a_median_and_no_interval() {
        let written = |values: &[f64]| serde_json::to_string(&Spread::of(values)).unwrap();
        assert_eq!(written(&[]), "null");
        assert_eq!(written(&[3.0, 1.0, 2.0]), "[2]");
        assert_eq!(written(&[6.0, 1.0, 2.0, 5.0, 3.0, 4.0]), "[3.5,1,6]");
    }
}
