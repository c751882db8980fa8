//! Where does a series change? E-divisive: Matteson and James, "A Nonparametric Approach for Multiple Change Point
//! Analysis of Multivariate Data", Journal of the American Statistical Association 109 (2014).
//!
//! A segment is split where the energy distance between what is before and what follows is largest, with exponent 1:
//! twice the mean distance across, less the mean distances inside, times nm / (n + m). What follows may end before the
//! segment does, so that a level that came and went is found, too. The values may be distributed in any way.
//!
//! How improbable the best split is when nothing changed is asked of the data themselves: if all runs are alike, their
//! order is as good as any other ([`Shuffled`]). Of long segments ([`SHUFFLED_UP_TO`]) it is asked of the rank test at the
//! best split, times the number of splits it was the best of ([`by_ranks`]): there the rank test is improbable enough to
//! pay for the choice, and shuffling would cost more than it tells.

use super::random::Random;
use super::shift::u_at_most;

/// The fewest values on a side.
pub const SIDE_MIN: usize = 3;

/// The longest segment whose values are shuffled.
pub const SHUFFLED_UP_TO: usize = 128;

/// The best split of a segment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Split {
    /// Index of the first value after it.
    pub at: usize,
    /// Where the values end that it parts from those before.
    pub to: usize,
    /// The energy distance across it, weighted.
    pub q: f64,
}

/// The best split; `None` for fewer than two sides' worth of values.
pub fn best_split(values: &[f64]) -> Option<Split> {
    Energy::of(values).map(|mut energy| energy.best())
}

/// The values of a segment in some order, and room for all sums of distances.
struct Energy {
    values: Vec<f64>,
    /// The sum of distances of all pairs among the values from each index up to the one last looked at.
    sums: Vec<f64>,
    /// The same among the first so many values.
    first: Vec<f64>,
    /// One part of the number of pairs among so many values.
    per_pair: Vec<f64>,
    /// One part of so many.
    part: Vec<f64>,
}

impl Energy {
    fn of(values: &[f64]) -> Option<Self> {
        if values.len() < 2 * SIDE_MIN {
            return None;
        }
        // Distances do not care where zero is; near the values sums round less.
        let origin = values[values.len() / 2];
        let size = values.len() + 1;
        let pairs = |count: usize| count as f64 * (count as f64 - 1.0) / 2.0;
        Some(Energy {
            values: values.iter().map(|value| value - origin).collect(),
            sums: vec![0.0; size],
            first: vec![0.0; size],
            per_pair: (0..size).map(|count| if count > 1 { 1.0 / pairs(count) } else { 0.0 }).collect(),
            part: (0..2 * size).map(|count| 1.0 / count.max(1) as f64).collect(),
        })
    }

    /// Looks at every end, and for it at every split before it: quadratic in the number of values, as each end adds its
    /// value's distances to sums that are there already.
    fn best(&mut self) -> Split {
        let Energy { values, sums, first, per_pair, part } = self;
        sums.fill(0.0);
        let mut best = Split { at: SIDE_MIN, to: values.len(), q: f64::NEG_INFINITY };
        for to in 1..=values.len() {
            let newest = values[to - 1];
            let mut distances = 0.0;
            for (sum, value) in sums[..to - 1].iter_mut().zip(&values[..to - 1]).rev() {
                distances += (newest - value).abs();
                *sum += distances;
            }
            first[to] = sums[0];
            for at in SIDE_MIN..=to.saturating_sub(SIDE_MIN) {
                let (before, after) = (first[at], sums[at]);
                let (n, m) = (at as f64, (to - at) as f64);
                // The energy distance, with the divisions done beforehand.
                let q = (2.0 * (sums[0] - before - after)
                    - n * m * (before * per_pair[at] + after * per_pair[to - at]))
                    * part[to];
                if q > best.q {
                    best = Split { at, to, q };
                }
            }
        }
        best
    }
}

/// Equal but for rounding.
const ROUNDING: f64 = 1e-9;

/// The permutation test, which can be gone on with: the more often the values are shuffled, the smaller a p-value it can
/// give, and how small a one is needed is known only when all series were looked at.
pub struct Shuffled {
    energy: Energy,
    random: Random,
    seen: f64,
    /// Shuffled so often.
    pub rounds: usize,
    /// Of those, with a split at least as good.
    pub exceeded: usize,
}

/// After so many better ones the p-value is known well enough: Besag and Clifford, "Sequential Monte Carlo p-values",
/// Biometrika 78 (1991).
const EXCEEDED_ENOUGH: usize = 20;

impl Shuffled {
    /// A test of a segment's best split; `None` where there is none, and for a segment longer than [`SHUFFLED_UP_TO`].
    pub fn of(values: &[f64], seed: u64) -> Option<Self> {
        if values.len() > SHUFFLED_UP_TO {
            return None;
        }
        let mut energy = Energy::of(values)?;
        let seen = energy.best().q;
        Some(Shuffled { energy, random: Random::seeded(seed), seen, rounds: 0, exceeded: 0 })
    }

    /// Shuffles until there were `rounds` in all, or it is clear enough that nothing is shown.
    pub fn up_to(&mut self, rounds: usize) {
        while self.rounds < rounds && self.exceeded < EXCEEDED_ENOUGH {
            self.random.shuffle(&mut self.energy.values);
            let best = self.energy.best().q;
            self.rounds += 1;
            if best >= self.seen - ROUNDING * self.seen.abs() {
                self.exceeded += 1;
            }
        }
    }

    /// How often a split is at least as good when nothing changed; never 0.
    pub fn p(&self) -> f64 {
        if self.exceeded >= EXCEEDED_ENOUGH {
            return self.exceeded as f64 / self.rounds as f64;
        }
        (self.exceeded + 1) as f64 / (self.rounds + 1) as f64
    }
}

/// A p-value for a split that holds although it was chosen as the best of all: the rank test's, times the number of pairs of
/// split and end there are (Bonferroni). Equal values on both sides count half, as always.
pub fn by_ranks(values: &[f64], split: &Split) -> f64 {
    let (before, after) = (&values[..split.at], &values[split.at..split.to]);
    let mut sorted = after.to_vec();
    sorted.sort_by(f64::total_cmp);
    let u: f64 = before
        .iter()
        .map(|value| {
            let below = sorted.partition_point(|other| other < value);
            let up_to = sorted.partition_point(|other| other <= value);
            (below + up_to) as f64 / 2.0
        })
        .sum();
    let product = (before.len() * after.len()) as f64;
    // Rounded towards the middle: a tie makes nothing more improbable.
    let smaller = u.min(product - u).ceil();
    let ends = values.len() + 1 - 2 * SIDE_MIN;
    let splits = (ends * (ends + 1) / 2) as f64;
    (2.0 * u_at_most(before.len(), after.len(), smaller) * splits).min(1.0)
}

/// The fewest values by which a change could ever be shown with a p-value below `p`: all orders of so many values but
/// the ones with every high value on one side are less improbable.
pub fn values_needed(p: f64) -> usize {
    let smallest = |n: usize| super::rank::smallest_p(n / 2, n - n / 2);
    (2 * SIDE_MIN..).find(|&n| smallest(n) < p).unwrap_or(2 * SIDE_MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(seed: u64, count: usize) -> Vec<f64> {
        let mut random = Random::seeded(seed);
        (0..count).map(|_| 1000.0 + random.normal()).collect()
    }

    /// The weighted energy distance between all values before and all values from `at` on, by the definition.
    fn energy(values: &[f64], at: usize) -> f64 {
        let (before, after) = values.split_at(at);
        let mean = |ones: &[f64], others: &[f64]| {
            let distances = ones.iter().flat_map(|x| others.iter().map(move |y| (x - y).abs()));
            distances.sum::<f64>() / (ones.len() * others.len()) as f64
        };
        // Of pairs of two, not of a value with itself.
        let inside = |side: &[f64]| mean(side, side) * side.len() as f64 / (side.len() - 1) as f64;
        let (n, m) = (before.len() as f64, after.len() as f64);
        n * m / (n + m) * (2.0 * mean(before, after) - inside(before) - inside(after))
    }

    #[test]
    fn the_best_split_is_the_best_by_the_definition() {
        for (seed, count) in [(3, 6), (4, 7), (5, 40)] {
            let mut values = noise(seed, count);
            values[5] = values[4];
            let all =
                (2 * SIDE_MIN..=count).flat_map(|to| (SIDE_MIN..=to - SIDE_MIN).map(move |at| (at, to)));
            let of = |&(at, to): &(usize, usize)| energy(&values[..to], at);
            let theirs = all.max_by(|a, b| of(a).total_cmp(&of(b))).unwrap();
            let ours = best_split(&values).unwrap();
            assert_eq!((ours.at, ours.to), theirs);
            assert!((ours.q - of(&theirs)).abs() < 1e-9 * ours.q.abs().max(1.0), "{ours:?}");
        }
    }

    #[test]
    fn a_level_that_came_and_went_is_found() {
        let mut values = noise(1, 36);
        values[12..24].iter_mut().for_each(|value| *value += 5.0);
        let split = best_split(&values).unwrap();
        assert_eq!((split.at, split.to), (12, 24));
        let mut test = Shuffled::of(&values, 7).unwrap();
        test.up_to(9999);
        assert!(test.p() < 0.001, "{}", test.p());
    }

    #[test]
    fn a_step_is_found_where_it_is_and_is_improbable() {
        let mut values = noise(1, 30);
        values[18..].iter_mut().for_each(|value| *value += 3.0);
        assert_eq!(best_split(&values).map(|split| split.at), Some(18));
        let mut test = Shuffled::of(&values, 7).unwrap();
        test.up_to(999);
        assert_eq!((test.rounds, test.exceeded, test.p()), (999, 0, 0.001));
    }

    #[test]
    fn noise_and_equal_values_show_nothing_and_cost_few_rounds() {
        let mut test = Shuffled::of(&noise(2, 50), 7).unwrap();
        test.up_to(100_000);
        assert!(test.p() > 0.05 && test.rounds < 1000, "{} after {}", test.p(), test.rounds);
        let mut same = Shuffled::of(&[5.0; 20], 7).unwrap();
        same.up_to(1000);
        assert_eq!(same.p(), 1.0);
    }

    #[test]
    fn too_few_values_have_no_split_and_too_many_are_not_shuffled() {
        assert_eq!(best_split(&[1.0; 5]), None);
        assert!(Shuffled::of(&[1.0; 5], 1).is_none());
        assert!(Shuffled::of(&noise(1, SHUFFLED_UP_TO + 1), 1).is_none());
    }

    #[test]
    fn the_smallest_p_of_few_values_says_how_many_are_needed() {
        // C(10, 5) = 252.
        assert_eq!(values_needed(0.01), 10);
        assert_eq!(values_needed(0.01 / 48.0), 16);
        let step: Vec<f64> = (0..10).map(|i| if i < 5 { f64::from(i) } else { f64::from(100 + i) }).collect();
        let mut test = Shuffled::of(&step, 3).unwrap();
        test.up_to(20_000);
        assert!((0.004..0.02).contains(&test.p()), "{}", test.p());
    }

    #[test]
    fn in_long_series_ranks_find_a_few_new_values_and_not_noise() {
        let mut values = noise(9, 600);
        let quiet = best_split(&values).unwrap();
        assert!(by_ranks(&values, &quiet) > 0.05);
        values[595..].iter_mut().for_each(|value| *value += 10.0);
        let split = best_split(&values).unwrap();
        assert_eq!(split.at, 595);
        assert!(by_ranks(&values, &split) < 1e-5);
    }

    #[test]
    fn one_series_in_twenty_has_a_p_below_one_in_twenty() {
        let small = (0..400)
            .filter(|&seed| {
                let mut test = Shuffled::of(&noise(1000 + seed, 24), seed).unwrap();
                test.up_to(199);
                test.p() <= 0.05
            })
            .count();
        // 20 expected; five deviations of the binomial on either side.
        assert!((1..=42).contains(&small), "{small} of 400");
    }
}
