//! One list of values in a few numbers: median, spread, percentiles, and an interval for the median that assumes
//! nothing about the distribution.

use super::{BadSample, sorted};

/// An interval and how often such an interval holds the true value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Lower end, a value of the sample.
    pub low: f64,
    /// Upper end, a value of the sample.
    pub high: f64,
    /// Its real coverage, at least what was asked for.
    pub coverage: f64,
}

/// The quantile `q` in 0..=1, linear between order statistics: definition 7 of Hyndman and Fan, "Sample Quantiles in
/// Statistical Packages", The American Statistician 50 (1996), the one NumPy uses by default.
pub fn quantile(values: &[f64], q: f64) -> Result<f64, BadSample> {
    let ordered = sorted(values)?;
    Ok(quantile_of_sorted(&ordered, q))
}

pub(super) fn quantile_of_sorted(ordered: &[f64], q: f64) -> f64 {
    let position = q.clamp(0.0, 1.0) * (ordered.len() - 1) as f64;
    let below = position.floor() as usize;
    let above = position.ceil() as usize;
    ordered[below] + (ordered[above] - ordered[below]) * (position - below as f64)
}

/// The middle value.
pub fn median(values: &[f64]) -> Result<f64, BadSample> {
    quantile(values, 0.5)
}

/// The median of the distances from the median, unscaled.
pub fn median_absolute_deviation(values: &[f64]) -> Result<f64, BadSample> {
    let centre = median(values)?;
    let distances: Vec<f64> = values.iter().map(|v| (v - centre).abs()).collect();
    median(&distances)
}

/// The narrowest symmetric pair of order statistics that holds the true median with probability `confidence`, by the
/// binomial distribution: David and Nagaraja, "Order Statistics", 3rd edition, section 7.1. `None` when even the
/// smallest and the largest value together do not reach it (fewer than 6 values for 95 %).
pub fn median_interval(values: &[f64], confidence: f64) -> Result<Option<Interval>, BadSample> {
    let ordered = sorted(values)?;
    let n = ordered.len();
    let mut best = None;
    let mut tail = 0.0;
    for rank in 0..n / 2 {
        tail += binomial_half(n, rank);
        let coverage = 1.0 - 2.0 * tail;
        if coverage < confidence {
            break;
        }
        best = Some(Interval { low: ordered[rank], high: ordered[n - 1 - rank], coverage });
    }
    Ok(best)
}

/// Probability of `k` heads in `n` fair throws; by logarithms, so that a large `n` neither overflows nor vanishes.
fn binomial_half(n: usize, k: usize) -> f64 {
    let log_choose: f64 = (0..k).map(|i| ((n - i) as f64).ln() - ((i + 1) as f64).ln()).sum();
    (log_choose - n as f64 * std::f64::consts::LN_2).exp()
}

/// How many values a percentile needs before it says anything: ten beyond it. `p` in 0..1, so 0.99 needs 1000.
pub fn values_needed_for_percentile(p: f64) -> u64 {
    (10.0 / (1.0 - p)).round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_values_carry_no_95_percent_interval_and_six_do() {
        assert_eq!(median_interval(&[1.0, 2.0, 3.0, 4.0, 5.0], 0.95).unwrap(), None);
        let six = median_interval(&[6.0, 1.0, 2.0, 5.0, 3.0, 4.0], 0.95).unwrap().unwrap();
        assert_eq!((six.low, six.high), (1.0, 6.0));
        assert!((six.coverage - 0.96875).abs() < 1e-12);
    }

    #[test]
    fn a_value_that_is_no_number_is_named_by_its_index() {
        assert_eq!(median(&[1.0, f64::NAN]), Err(BadSample::NotFinite { index: 1 }));
        assert_eq!(median(&[]), Err(BadSample::Empty));
    }

    #[test]
    fn equal_values_have_no_spread_and_an_interval_of_one_point() {
        let same = [7.0; 10];
        assert_eq!(median_absolute_deviation(&same), Ok(0.0));
        let interval = median_interval(&same, 0.95).unwrap().unwrap();
        assert_eq!((interval.low, interval.high), (7.0, 7.0));
    }

    #[test]
    fn a_percentile_needs_ten_values_beyond_it() {
        assert_eq!(values_needed_for_percentile(0.5), 20);
        assert_eq!(values_needed_for_percentile(0.99), 1000);
        assert_eq!(values_needed_for_percentile(0.999), 10_000);
    }
}
