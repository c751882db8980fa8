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
    let shifts_of_pairs = Pairs::of(&a, &b);
    let estimate = shifts_of_pairs.median(&vec![1; a.len()], &vec![1; b.len()]).exp();
    let mut random = Random::seeded(seed);
    let (mut a_times, mut b_times) = (vec![0; a.len()], vec![0; b.len()]);
    let mut shifts = Vec::with_capacity(resamples);
    for _ in 0..resamples {
        for times in [&mut a_times, &mut b_times] {
            let count = times.len();
            times.fill(0);
            (0..count).for_each(|_| times[random.below(count)] += 1);
        }
        shifts.push(shifts_of_pairs.median(&a_times, &b_times));
    }
    let ordered = sorted(&shifts)?;
    let outside = (1.0 - confidence) / 2.0;
    let end = |q| quantile_of_sorted(&ordered, q).exp();
    Ok(Ratio { estimate, low: end(outside), high: end(1.0 - outside) })
}

/// The values' natural logarithms in ascending order.
pub(crate) fn logarithms(values: &[f64]) -> Result<Vec<f64>, BadSample> {
    let ordered = sorted(values)?;
    if ordered[0] <= 0.0 {
        let index = values.iter().position(|v| *v <= 0.0).unwrap_or(0);
        return Err(BadSample::NotPositive { index });
    }
    Ok(ordered.iter().map(|v| v.ln()).collect())
}

/// The median of all differences between logarithms `b - a`; `pairs` is room that is used again.
pub(crate) fn log_shift(a: &[f64], b: &[f64], pairs: &mut Vec<f64>) -> f64 {
    pairs.clear();
    pairs.extend(a.iter().flat_map(|x| b.iter().map(move |y| y - x)));
    let middle = pairs.len() / 2;
    let (below, &mut upper, _) = pairs.select_nth_unstable_by(middle, f64::total_cmp);
    match below.iter().copied().max_by(f64::total_cmp).filter(|_| (a.len() * b.len()).is_multiple_of(2)) {
        Some(lower) => (lower + upper) / 2.0,
        None => upper,
    }
}

/// The differences of all pairs in ascending order. Drawing values anew changes how often each pair counts, never
/// their order, so it is established once for all resamples.
struct Pairs {
    /// A difference, and which values it is of.
    differences: Vec<(f64, usize, usize)>,
}

impl Pairs {
    fn of(a: &[f64], b: &[f64]) -> Self {
        let of_a =
            |(i, x): (usize, &f64)| b.iter().enumerate().map(|(j, y)| (y - x, i, j)).collect::<Vec<_>>();
        let mut differences: Vec<_> = a.iter().enumerate().flat_map(of_a).collect();
        differences.sort_by(|x, y| x.0.total_cmp(&y.0));
        Pairs { differences }
    }

    /// The median difference when each value counts so many times.
    fn median(&self, a_times: &[usize], b_times: &[usize]) -> f64 {
        let all = a_times.iter().sum::<usize>() * b_times.iter().sum::<usize>();
        let (mut seen, mut below) = (0, None);
        for &(difference, i, j) in &self.differences {
            seen += a_times[i] * b_times[j];
            // With an even number of pairs the median lies between the two in the middle.
            if below.is_none() && seen > (all - 1) / 2 {
                below = Some(difference);
            }
            if seen > all / 2 {
                return (below.unwrap_or(difference) + difference) / 2.0;
            }
        }
        f64::NAN
    }
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
