//! Do two groups of boots differ? The rank test of Mann and Whitney, "On a Test of Whether one of Two Random Variables
//! is Stochastically Larger than the Other", Annals of Mathematical Statistics 18 (1947).
//!
//! The distribution of the rank sum is counted exactly, ties included (midranks, conditional on the pattern of ties:
//! Lehmann, "Nonparametrics", chapter 1.4), for every size a run ever has. Above [`EXACT_UP_TO`] values in both groups
//! together, the normal approximation with tie and continuity correction takes over.

use super::{BadSample, sorted};

/// Up to so many values in both groups together the p-value is counted, not approximated.
pub const EXACT_UP_TO: usize = 100;

/// What the rank test found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankTest {
    /// U of the first group: in how many pairs its value is the larger one, a tie counting one half.
    pub u: f64,
    /// Two-sided: how often equal groups would differ at least as much.
    pub p: f64,
}

/// The smallest p-value that groups of these sizes can have: all of one above all of the other.
pub fn smallest_p(n: usize, m: usize) -> f64 {
    let ways = (1..=n).map(|i| (m + i) as f64 / i as f64).product::<f64>();
    (2.0 / ways).min(1.0)
}

/// Compares two groups. Two-sided, exact for small groups.
pub fn mann_whitney(a: &[f64], b: &[f64]) -> Result<RankTest, BadSample> {
    let (a_sorted, b_sorted) = (sorted(a)?, sorted(b)?);
    let ranks = Midranks::of(&a_sorted, &b_sorted);
    let n = a.len();
    let u = ranks.doubled_sum_of_a as f64 / 2.0 - (n * (n + 1)) as f64 / 2.0;
    let p = if ranks.doubled.len() <= EXACT_UP_TO { ranks.exact_p(n) } else { ranks.normal_p(u, n, b.len()) };
    Ok(RankTest { u, p })
}

/// Twice the midrank of every value of both groups, so that ties stay whole numbers.
struct Midranks {
    doubled: Vec<usize>,
    tie_sizes: Vec<usize>,
    doubled_sum_of_a: usize,
}

impl Midranks {
    fn of(a: &[f64], b: &[f64]) -> Self {
        let mut all: Vec<(f64, bool)> =
            a.iter().map(|&v| (v, true)).chain(b.iter().map(|&v| (v, false))).collect();
        all.sort_by(|x, y| x.0.total_cmp(&y.0));
        let mut ranks = Midranks { doubled: Vec::new(), tie_sizes: Vec::new(), doubled_sum_of_a: 0 };
        let mut start = 0;
        for group in all.chunk_by(|x, y| x.0 == y.0) {
            let doubled = (start + 1) + (start + group.len());
            ranks.doubled.extend(std::iter::repeat_n(doubled, group.len()));
            ranks.doubled_sum_of_a += doubled * group.iter().filter(|(_, of_a)| *of_a).count();
            ranks.tie_sizes.push(group.len());
            start += group.len();
        }
        ranks
    }

    /// Counts, over all ways to choose which `n` of the values are the first group, how many rank sums lie at least
    /// as far from the middle as the one seen. `ways[k][s]`: choices of `k` values with doubled rank sum `s`.
    fn exact_p(&self, n: usize) -> f64 {
        let total: usize = self.doubled.iter().sum();
        let mut ways = vec![vec![0.0_f64; total + 1]; n + 1];
        ways[0][0] = 1.0;
        let mut reached = 0;
        for (seen, &rank) in self.doubled.iter().enumerate() {
            reached += rank;
            for k in (1..=n.min(seen + 1)).rev() {
                let (fewer, exact) = ways.split_at_mut(k);
                let sums = exact[0][rank..=reached].iter_mut().zip(&fewer[k - 1]);
                sums.for_each(|(count, added)| *count += added);
            }
        }
        let all: f64 = ways[n].iter().sum();
        let values = self.doubled.len();
        // Twice the doubled expectation, n (N + 1), kept whole: the distance is compared without rounding.
        let middle = n * (values + 1);
        let seen = self.doubled_sum_of_a.abs_diff(middle);
        let at_least: f64 =
            ways[n].iter().enumerate().filter(|(sum, _)| sum.abs_diff(middle) >= seen).map(|(_, c)| c).sum();
        (at_least / all).min(1.0)
    }

    fn normal_p(&self, u: f64, n: usize, m: usize) -> f64 {
        let (n, m) = (n as f64, m as f64);
        let values = n + m;
        let ties: f64 = self.tie_sizes.iter().map(|&t| (t as f64).powi(3) - t as f64).sum();
        let variance = n * m / 12.0 * (values + 1.0 - ties / (values * (values - 1.0)));
        if variance <= 0.0 {
            return 1.0;
        }
        let z = ((u - n * m / 2.0).abs() - 0.5) / variance.sqrt();
        (2.0 * normal_upper_tail(z)).min(1.0)
    }
}

/// P(Z > z) of the standard normal distribution.
pub(super) fn normal_upper_tail(z: f64) -> f64 {
    0.5 * erfc(z / std::f64::consts::SQRT_2)
}

/// The complementary error function by the continued fraction for large arguments and the Maclaurin series near zero
/// (Abramowitz and Stegun 7.1.5 and 7.1.14); relative error below 1e-12 where a p-value is looked at.
fn erfc(x: f64) -> f64 {
    if x < 0.0 {
        return 2.0 - erfc(-x);
    }
    if x < 2.5 {
        let mut term = x;
        let mut sum = x;
        let mut n = 0.0;
        while term.abs() > 1e-17 * sum.abs() {
            n += 1.0;
            term *= -x * x / n;
            sum += term / (2.0 * n + 1.0);
            if n > 200.0 {
                break;
            }
        }
        return 1.0 - sum * std::f64::consts::FRAC_2_SQRT_PI;
    }
    let mut fraction = 0.0;
    for k in (1..=120).rev() {
        fraction = (f64::from(k) / 2.0) / (x + fraction);
    }
    (-x * x).exp() / std::f64::consts::PI.sqrt() / (x + fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_groups_show_no_difference() {
        let test = mann_whitney(&[5.0; 10], &[5.0; 10]).unwrap();
        assert_eq!((test.u, test.p), (50.0, 1.0));
    }

    #[test]
    fn the_smallest_p_of_three_against_three_is_one_in_ten() {
        let test = mann_whitney(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0]).unwrap();
        assert_eq!(test.u, 0.0);
        assert!((test.p - 0.1).abs() < 1e-12);
        assert!(
            (smallest_p(3, 3) - 0.1).abs() < 1e-12 && (smallest_p(10, 10) - 2.0 / 184_756.0).abs() < 1e-15
        );
    }

    #[test]
    fn swapping_the_groups_keeps_p() {
        let (a, b) = ([3.0, 1.0, 4.0, 1.0, 5.0], [9.0, 2.0, 6.0, 5.0]);
        let (forth, back) = (mann_whitney(&a, &b).unwrap(), mann_whitney(&b, &a).unwrap());
        assert!((forth.p - back.p).abs() < 1e-12);
        assert_eq!(forth.u + back.u, 20.0);
    }
}
