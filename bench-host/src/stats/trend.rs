//! Does a series drift, and how fast? Mann-Kendall for whether, Theil-Sen for how much.

use super::rank::normal_upper_tail;
use super::{BadSample, sorted};

/// What the trend test found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trend {
    /// Rising pairs less falling pairs.
    pub s: i64,
    /// Two-sided, normal approximation with ties and continuity corrected.
    pub p: f64,
}

/// The trend test of Mann (Econometrica 13, 1945) and Kendall ("Rank Correlation Methods", 1975), values in order of
/// time.
pub fn mann_kendall(series: &[f64]) -> Result<Trend, BadSample> {
    let ordered = sorted(series)?;
    let n = series.len() as f64;
    let s: i64 = pairs(series)
        .map(|(early, late)| match late.1.total_cmp(&early.1) {
            _ if late.1 == early.1 => 0,
            std::cmp::Ordering::Greater => 1,
            _ => -1,
        })
        .sum();
    let ties: f64 = ordered
        .chunk_by(|x, y| x == y)
        .map(|g| g.len() as f64)
        .map(|t| t * (t - 1.0) * (2.0 * t + 5.0))
        .sum();
    let variance = (n * (n - 1.0) * (2.0 * n + 5.0) - ties) / 18.0;
    let p = if variance <= 0.0 || s == 0 {
        1.0
    } else {
        (2.0 * normal_upper_tail((s.abs() - 1) as f64 / variance.sqrt())).min(1.0)
    };
    Ok(Trend { s, p })
}

/// The median slope over all pairs, in units of the series per step: Theil (1950), Sen (Journal of the American
/// Statistical Association 63, 1968). `None` for a single value.
pub fn theil_sen(series: &[f64]) -> Result<Option<f64>, BadSample> {
    sorted(series)?;
    let slopes: Vec<f64> =
        pairs(series).map(|(early, late)| (late.1 - early.1) / (late.0 - early.0) as f64).collect();
    if slopes.is_empty() {
        return Ok(None);
    }
    super::summary::median(&slopes).map(Some)
}

fn pairs(series: &[f64]) -> impl Iterator<Item = ((usize, f64), (usize, f64))> + '_ {
    series.iter().enumerate().flat_map(move |(i, &early)| {
        series[i + 1..].iter().enumerate().map(move |(k, &late)| ((i, early), (i + 1 + k, late)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_line_is_a_trend_of_its_slope() {
        let line: Vec<f64> = (0..20).map(|i| 3.0 + 0.5 * f64::from(i)).collect();
        assert_eq!(mann_kendall(&line).unwrap().s, 190);
        assert!(mann_kendall(&line).unwrap().p < 1e-6);
        assert_eq!(theil_sen(&line).unwrap(), Some(0.5));
    }

    #[test]
    fn equal_values_and_a_single_one_have_no_trend() {
        assert_eq!(mann_kendall(&[2.0; 9]).unwrap(), Trend { s: 0, p: 1.0 });
        assert_eq!(mann_kendall(&[2.0]).unwrap().p, 1.0);
        assert_eq!(theil_sen(&[2.0]).unwrap(), None);
    }
}
