//! An interval for the ratio of two groups that assumes nothing about their distribution and draws nothing at random:
//! the rank test of [`rank`](super::rank) turned round. It holds every ratio by which the second group may be divided
//! without the test noticing: Lehmann, "Nonparametrics", chapter 2.3 and 2.4; Hollander, Wolfe and Chicken,
//! "Nonparametric Statistical Methods", 3rd edition, section 4.3.
//!
//! Cheap enough for every case of every run of a long history, where a bootstrap is not.

use super::BadSample;
use super::rank::normal_upper_tail;
use super::ratio::{Ratio, logarithms};

/// Up to so many values in both groups together the rank statistic's distribution is counted: its largest count still
/// is a number.
const COUNTED_UP_TO: usize = 1000;

/// P(U <= u) of the rank statistic of groups of these sizes when nothing differs and there are no ties.
///
/// The counts are the coefficients of the Gaussian binomial (Andrews, "The Theory of Partitions", theorem 3.1), of
/// which only the first `u + 1` are computed: the improbable ends cost little.
pub fn u_at_most(n: usize, m: usize, u: f64) -> f64 {
    let product = n * m;
    if u < 0.0 || product == 0 {
        return if u < 0.0 { 0.0 } else { 1.0 };
    }
    if u >= product as f64 {
        return 1.0;
    }
    // The distribution is symmetric; the shorter tail is counted.
    if u > product as f64 / 2.0 {
        return 1.0 - u_at_most(n, m, (product as f64 - u).ceil() - 1.0);
    }
    if n + m > COUNTED_UP_TO {
        let deviation = (product as f64 * (n + m + 1) as f64 / 12.0).sqrt();
        return normal_upper_tail((product as f64 / 2.0 - u.floor() - 0.5) / deviation);
    }
    let counts = counts_up_to(n, m, u.floor() as usize);
    let all: f64 = (1..=n.min(m)).map(|i| ((n.max(m) + i) as f64 / i as f64).ln()).sum();
    (counts.iter().sum::<f64>().ln() - all).exp().min(1.0)
}

/// In how many ways groups of these sizes give each U from 0 to `most`.
fn counts_up_to(n: usize, m: usize, most: usize) -> Vec<f64> {
    let (few, many) = (n.min(m), n.max(m));
    let mut counts = vec![0.0; most + 1];
    counts[0] = 1.0;
    for i in 1..=few {
        // Times 1 - q^(many + i): from the end, so that each is still the old one when it is taken away.
        for u in (many + i..=most).rev() {
            counts[u] -= counts[u - many - i];
        }
        // Divided by 1 - q^i: running sums.
        for u in i..=most {
            counts[u] += counts[u - i];
        }
    }
    counts
}

/// Which of all pairwise ratios, counted from the smallest and from the largest, is the end of the interval; `None` when
/// not even the outermost ones are far enough out. The first is 1.
pub fn interval_rank(n: usize, m: usize, confidence: f64) -> Option<usize> {
    let outside = (1.0 - confidence) / 2.0;
    let (mut enough, mut too_many) = (0, n * m / 2 + 1);
    // The largest k with P(U < k) <= outside.
    while too_many - enough > 1 {
        let k = enough + (too_many - enough) / 2;
        if u_at_most(n, m, k as f64 - 1.0) <= outside { enough = k } else { too_many = k }
    }
    (enough > 0).then_some(enough)
}

/// The median of all pairwise ratios `b / a` (as [`hodges_lehmann`](super::ratio::hodges_lehmann)), and the interval whose
/// ends [`interval_rank`] says. Without a rank both ends are the estimate.
pub fn ratio(a: &[f64], b: &[f64], rank: Option<usize>) -> Result<Ratio, BadSample> {
    let (a, b) = (logarithms(a)?, logarithms(b)?);
    let mut shifts: Vec<f64> = a.iter().flat_map(|x| b.iter().map(move |y| y - x)).collect();
    shifts.sort_unstable_by(f64::total_cmp);
    let estimate = super::summary::quantile_of_sorted(&shifts, 0.5);
    let end = |index: usize| shifts[index.min(shifts.len() - 1)].exp();
    let (low, high) = match rank {
        Some(rank) => (end(rank - 1), end(shifts.len().saturating_sub(rank))),
        None => (estimate.exp(), estimate.exp()),
    };
    Ok(Ratio { estimate: estimate.exp(), low, high })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_against_three_carry_no_interval_and_four_against_four_one_of_the_outermost_ratios() {
        assert_eq!(interval_rank(3, 3, 0.95), None);
        assert_eq!(interval_rank(4, 4, 0.95), Some(1));
        let shown = ratio(&[1.0, 2.0, 4.0, 8.0], &[2.0, 4.0, 8.0, 16.0], Some(1)).unwrap();
        assert_eq!(
            [shown.estimate, shown.low, shown.high].map(|x| (x * 1e9).round() / 1e9),
            [2.0, 0.25, 16.0]
        );
    }

    #[test]
    fn counted_and_approximated_tails_meet() {
        // C(6, 3) = 20 ways, one of which has U = 0.
        assert!((u_at_most(3, 3, 0.0) - 0.05).abs() < 1e-12 && (u_at_most(3, 3, 8.0) - 0.95).abs() < 1e-12);
        assert_eq!((u_at_most(3, 3, 9.0), u_at_most(3, 3, -1.0)), (1.0, 0.0));
        let (counted, near) = (u_at_most(500, 500, 116_000.0), u_at_most(501, 500, 116_233.0));
        assert!((counted / near - 1.0).abs() < 0.05, "{counted} {near}");
    }

    #[test]
    fn swapping_the_groups_turns_the_interval_round() {
        let (a, b) = ([3.0, 1.0, 4.0, 1.5, 5.0, 9.0], [2.0, 6.0, 5.0, 3.5, 8.0]);
        let rank = interval_rank(6, 5, 0.95);
        let (forth, back) = (ratio(&a, &b, rank).unwrap(), ratio(&b, &a, rank).unwrap());
        assert!(
            (forth.low * back.high - 1.0).abs() < 1e-12
                && (forth.estimate * back.estimate - 1.0).abs() < 1e-12
        );
    }
}
