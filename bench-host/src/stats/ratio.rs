//! How much do two groups of boots differ? The ratio by Hodges and Lehmann, and a bootstrap interval over boots.

use super::random::Random;
use super::summary::quantile_of_sorted;
use super::{BadSample, sorted};

/// A ratio of the second group to the first, with an interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ratio {
    /// The estimate: 1.2 means the second group is 20 % larger.
    pub estimate: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

/// The median of all pairwise ratios `b / a`: Hodges and Lehmann, "Estimates of Location Based on Rank Tests", Annals of
/// Mathematical Statistics 34 (1963), on logarithms, so that b over a and a over b are each other's inverse.
pub fn hodges_lehmann(a: &[f64], b: &[f64]) -> Result<f64, BadSample> {
    let (a, b) = (logarithms(a)?, logarithms(b)?);
    Ok(log_shift(&a, &b, &mut Vec::new()).exp())
}

/// [`hodges_lehmann`] with a percentile bootstrap interval: Efron and Tibshirani, "An Introduction to the Bootstrap",
/// chapter 13. Both groups are drawn anew with replacement, boot by boot; the seed makes it repeatable.
pub fn ratio_with_interval(
    a: &[f64],
    b: &[f64],
    confidence: f64,
    resamples: usize,
    seed: u64,
) -> Result<Ratio, BadSample> {
    let (a, b) = (logarithms(a)?, logarithms(b)?);
    let mut pairs = Vec::with_capacity(a.len() * b.len());
    let estimate = log_shift(&a, &b, &mut pairs).exp();
    let mut random = Random::seeded(seed);
    let (mut a_drawn, mut b_drawn) = (a.clone(), b.clone());
    let mut shifts = Vec::with_capacity(resamples);
    for _ in 0..resamples {
        a_drawn.fill_with(|| a[random.below(a.len())]);
        b_drawn.fill_with(|| b[random.below(b.len())]);
        shifts.push(log_shift(&a_drawn, &b_drawn, &mut pairs));
    }
    let ordered = sorted(&shifts)?;
    let outside = (1.0 - confidence) / 2.0;
    let end = |q| quantile_of_sorted(&ordered, q).exp();
    Ok(Ratio { estimate, low: end(outside), high: end(1.0 - outside) })
}

fn logarithms(values: &[f64]) -> Result<Vec<f64>, BadSample> {
    let ordered = sorted(values)?;
    if ordered[0] <= 0.0 {
        let index = values.iter().position(|v| *v <= 0.0).unwrap_or(0);
        return Err(BadSample::NotPositive { index });
    }
    Ok(ordered.iter().map(|v| v.ln()).collect())
}

fn log_shift(a: &[f64], b: &[f64], pairs: &mut Vec<f64>) -> f64 {
    pairs.clear();
    pairs.extend(a.iter().flat_map(|x| b.iter().map(move |y| y - x)));
    pairs.sort_by(f64::total_cmp);
    quantile_of_sorted(pairs, 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twice_as_large_is_a_ratio_of_two_and_its_inverse_one_half() {
        let a = [1.0, 2.0, 4.0, 8.0];
        let b = a.map(|v| v * 2.0);
        assert!((hodges_lehmann(&a, &b).unwrap() - 2.0).abs() < 1e-12);
        assert!((hodges_lehmann(&b, &a).unwrap() - 0.5).abs() < 1e-12);
    }

    #[test]
    fn the_same_seed_gives_the_same_interval_and_it_holds_the_estimate() {
        let a = [9.0, 10.0, 11.0, 10.5, 9.5, 10.2, 9.9, 10.1, 10.4, 9.7];
        let b = a.map(|v| v * 1.3);
        let first = ratio_with_interval(&a, &b, 0.95, 2000, 7).unwrap();
        assert_eq!(first, ratio_with_interval(&a, &b, 0.95, 2000, 7).unwrap());
        assert!(first.low < first.estimate && first.estimate < first.high && first.low > 1.2);
    }

    #[test]
    fn zero_has_no_ratio() {
        assert_eq!(hodges_lehmann(&[1.0, 0.0], &[1.0]), Err(BadSample::NotPositive { index: 1 }));
    }
}
