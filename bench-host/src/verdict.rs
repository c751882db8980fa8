//! From two groups of boots to words: did a case get better, worse, or is nothing shown?
//!
//! Pure: `compare` and `run --ab` hand in one value per boot and side for every cell, and print what comes back. All
//! cells of a report are judged together, because the more cells are looked at, the more of them differ by chance.
//!
//! A cell has changed when four things hold at once:
//!
//! 1. The rank test, corrected for all cells, finds the difference improbable: q < [`Rules::q_changed`]. The correction
//!    keeps the false discovery rate, the expected part of wrong words among all "improved" and "regressed". Falsely
//!    judged cells are at most that part of *all* cells, as no more cells are called changed than there are; so this one
//!    bound is the promise "at most one cell in a hundred", whatever the noise looks like, as long as boots of both sides
//!    could change places. Interleaving them sees to that.
//! 2. The bootstrap interval of the ratio lies wholly on one side of 1, so that the number shown agrees with the word.
//! 3. The ratio is further from 1 than [`Rules::ratio_floor`] (below that nobody would act on it) and than
//!    [`Rules::own_floor_factor`] times the case's own A/A floor: how far two halves of the *same* side usually lie apart.
//!    Halves have half the boots, so they lie further apart than whole sides do. The quieter side counts: a change that
//!    makes a case scatter must not hide behind its own scatter.
//! 4. The difference is larger than the cell's absolute floor (a nanosecond, five instructions, one kick).
//!
//! What is large enough and lies between [`Rules::q_changed`] and [`Rules::q_doubt`] is inconclusive: worth more boots.
//! Equal sides get that word in any cell of at most that part of all reports, so an A/A report says "no change shown"
//! throughout in at least 95 of 100 cases.
//!
//! How many boots are too few follows from the same bound: a side has too few when not even boots that are all above all
//! of the other side's could give one cell alone the word ([`boots_needed`]).
//!
//! All of this is put to the proof by [`selftest`](crate::selftest).

use std::fmt;

use crate::stats::random::Random;
use crate::stats::ratio::{self, Ratio};
use crate::stats::summary::median;
use crate::stats::{BadSample, correction, rank};

/// Which way a cell's values are better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// Throughput, operations per second.
    Higher,
    /// Time, instructions, kicks.
    Lower,
}

/// The bounds a verdict goes by; every report prints them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rules {
    /// Corrected p-values below this are a difference.
    pub q_changed: f64,
    /// Corrected p-values below this, and not below the other, are a reason to measure on.
    pub q_doubt: f64,
    /// Changes up to this part are none.
    pub ratio_floor: f64,
    /// Changes up to this many times the case's own floor are none.
    pub own_floor_factor: f64,
    /// Of the interval for the ratio.
    pub confidence: f64,
    /// Of the bootstrap.
    pub resamples: usize,
    /// Of everything drawn at random.
    pub seed: u64,
}

impl Default for Rules {
    fn default() -> Self {
        Rules {
            q_changed: 0.01,
            q_doubt: 0.05,
            ratio_floor: 0.02,
            own_floor_factor: 1.0,
            confidence: 0.95,
            resamples: 2000,
            seed: 1,
        }
    }
}

/// One case and metric of a report: a value per boot on each side.
#[derive(Clone, Debug)]
pub struct Cell<'a> {
    /// Values before, or of side A.
    pub before: &'a [f64],
    /// Values after, or of side B.
    pub after: &'a [f64],
    /// Which way is better.
    pub better: Better,
    /// Differences up to this, in the metric's own unit, are none.
    pub absolute_floor: f64,
    /// Why the two sides cannot be compared, when they cannot: another machine, another accelerator.
    pub not_comparable: Option<&'a str>,
}

/// The word for a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Shown to be better.
    Improved,
    /// Shown to be worse.
    Regressed,
    /// Nothing is shown; that is not the same as shown to be equal.
    NoChangeShown,
    /// Looks changed, but not surely enough to say so: more boots would tell.
    Inconclusive,
    /// A side has fewer boots than the rules ask for.
    TooFewSamples {
        /// Boots of the smaller side.
        have: usize,
        /// Boots it must have.
        need: usize,
    },
    /// The sides are unlike things.
    NotComparable(String),
    /// A value is unusable.
    BadData(BadSample),
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Improved => f.write_str("improved"),
            Verdict::Regressed => f.write_str("regressed"),
            Verdict::NoChangeShown => f.write_str("no change shown"),
            Verdict::Inconclusive => f.write_str("inconclusive: use more boots"),
            Verdict::TooFewSamples { have, need } => write!(f, "too few samples: {have} of {need} boots"),
            Verdict::NotComparable(why) => write!(f, "not comparable: {why}"),
            Verdict::BadData(why) => write!(f, "not judged: {why}"),
        }
    }
}

/// A cell judged, with the numbers behind the word.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// The word.
    pub verdict: Verdict,
    /// After to before, with its interval; none where nothing could be computed.
    pub ratio: Option<Ratio>,
    /// The rank test's p-value, corrected for all cells judged together.
    pub q: Option<f64>,
    /// How far two halves of the quieter side usually lie apart, as a part of 1.
    pub own_floor: Option<f64>,
}

impl Judged {
    fn word(verdict: Verdict) -> Self {
        Judged { verdict, ratio: None, q: None, own_floor: None }
    }
}

/// A 95 % interval for a median needs as many.
const BOOTS_MIN: usize = 6;

/// How many boots a side needs in a report of so many cells.
pub fn boots_needed(cells: usize, rules: &Rules) -> usize {
    let enough = |boots: &usize| can_show(*boots, *boots, cells, rules);
    (BOOTS_MIN..).find(enough).unwrap_or(BOOTS_MIN)
}

/// Whether groups of these sizes could ever give one cell of so many a word.
fn can_show(before: usize, after: usize, cells: usize, rules: &Rules) -> bool {
    before.min(after) >= BOOTS_MIN && rank::smallest_p(before, after) * (cells as f64) < rules.q_changed
}

/// Judges all cells of a report together; answers in their order.
pub fn judge(cells: &[Cell<'_>], rules: &Rules) -> Vec<Judged> {
    let comparable = cells.iter().filter(|cell| cell.not_comparable.is_none()).count();
    let measured: Vec<Result<Measured, Verdict>> =
        cells.iter().map(|cell| Measured::of(cell, comparable, rules)).collect();
    let p_values: Vec<f64> = measured.iter().flatten().map(|m| m.p).collect();
    let mut corrected = correction::benjamini_hochberg(&p_values).into_iter();
    cells
        .iter()
        .zip(measured)
        .map(|(cell, measured)| match measured {
            Err(verdict) => Judged::word(verdict),
            Ok(measured) => {
                let q = corrected.next().unwrap_or(1.0);
                measured.judge(cell, q, rules)
            }
        })
        .collect()
}

/// The numbers of one cell before the correction over all cells.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measured {
    ratio: Ratio,
    /// Of the rank test.
    pub(crate) p: f64,
    own_floor: f64,
    difference: f64,
}

impl Measured {
    /// Of one of `cells` cells, or the word for what cannot be judged.
    pub(crate) fn of(cell: &Cell<'_>, cells: usize, rules: &Rules) -> Result<Self, Verdict> {
        if let Some(why) = cell.not_comparable {
            return Err(Verdict::NotComparable(why.to_owned()));
        }
        let (before, after) = (cell.before.len(), cell.after.len());
        if !can_show(before, after, cells, rules) {
            let have = before.min(after);
            return Err(Verdict::TooFewSamples { have, need: boots_needed(cells, rules).max(have + 1) });
        }
        Self::numbers(cell, rules).map_err(Verdict::BadData)
    }

    fn numbers(cell: &Cell<'_>, rules: &Rules) -> Result<Self, BadSample> {
        let (before, after) = (cell.before, cell.after);
        Ok(Measured {
            ratio: ratio::ratio_with_interval(before, after, rules.confidence, rules.resamples, rules.seed)?,
            p: rank::mann_whitney(before, after)?.p,
            own_floor: own_floor(before, rules.seed)?.min(own_floor(after, rules.seed)?),
            difference: (median(after)? - median(before)?).abs(),
        })
    }

    /// The word, once the correction over all cells is known.
    pub(crate) fn judge(self, cell: &Cell<'_>, q: f64, rules: &Rules) -> Judged {
        let Measured { ratio, own_floor, difference, .. } = self;
        let distance = (ratio.estimate.ln().abs()).exp() - 1.0;
        let floor = rules.ratio_floor.max(rules.own_floor_factor * own_floor);
        let large = distance > floor && difference > cell.absolute_floor;
        let one_sided = ratio.low > 1.0 || ratio.high < 1.0;
        let verdict = match (large, q < rules.q_changed && one_sided) {
            (true, false) if q < rules.q_doubt => Verdict::Inconclusive,
            (false, _) | (true, false) => Verdict::NoChangeShown,
            (true, true) if (ratio.estimate > 1.0) == (cell.better == Better::Higher) => Verdict::Improved,
            (true, true) => Verdict::Regressed,
        };
        Judged { verdict, ratio: Some(ratio), q: Some(q), own_floor: Some(own_floor) }
    }
}

/// Splits into halves drawn for the floor of a side.
const SPLITS: usize = 201;

/// How far two halves of the same side usually lie apart: the median over random splits of the distance of their
/// Hodges-Lehmann ratio from 1. Boots that come in two kinds make it large, and the bar with it.
pub fn own_floor(values: &[f64], seed: u64) -> Result<f64, BadSample> {
    let half = values.len() / 2;
    if half == 0 {
        return Ok(0.0);
    }
    let mut values = ratio::logarithms(values)?;
    let mut random = Random::seeded(seed);
    let (mut distances, mut pairs) = (Vec::with_capacity(SPLITS), Vec::new());
    for _ in 0..SPLITS {
        random.shuffle(&mut values);
        let shift = ratio::log_shift(&values[..half], &values[half..], &mut pairs);
        distances.push(shift.abs().exp() - 1.0);
    }
    median(&distances)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boots(seed: u64, centre: f64, spread: f64) -> Vec<f64> {
        let mut random = Random::seeded(seed);
        (0..10).map(|_| centre * (1.0 + spread * (random.below(2001) as f64 / 1000.0 - 1.0))).collect()
    }

    fn cell<'a>(before: &'a [f64], after: &'a [f64], better: Better) -> Cell<'a> {
        Cell { before, after, better, absolute_floor: 0.0, not_comparable: None }
    }

    fn word(cell: Cell<'_>) -> Verdict {
        judge(&[cell], &Rules::default()).remove(0).verdict
    }

    #[test]
    fn a_step_of_twenty_percent_is_named_by_its_direction() {
        let (slow, fast) = (boots(1, 100.0, 0.05), boots(2, 120.0, 0.05));
        assert_eq!(word(cell(&slow, &fast, Better::Higher)), Verdict::Improved);
        assert_eq!(word(cell(&slow, &fast, Better::Lower)), Verdict::Regressed);
        assert_eq!(word(cell(&fast, &slow, Better::Higher)), Verdict::Regressed);
    }

    #[test]
    fn equal_sides_show_no_change_even_when_every_value_is_the_same() {
        let same = [42.0; 10];
        assert_eq!(word(cell(&same, &same, Better::Higher)), Verdict::NoChangeShown);
        assert_eq!(
            word(cell(&boots(3, 9.0, 0.2), &boots(4, 9.0, 0.2), Better::Higher)),
            Verdict::NoChangeShown
        );
    }

    #[test]
    fn a_change_does_not_hide_behind_the_scatter_it_brings() {
        let before = boots(7, 65.0, 0.03);
        let after = [110.0, 105.0, 240.0, 112.0, 235.0, 108.0, 250.0, 115.0, 111.0, 245.0];
        assert_eq!(word(cell(&before, &after, Better::Lower)), Verdict::Regressed);
        assert_eq!(word(cell(&after, &before, Better::Lower)), Verdict::Improved);
    }

    #[test]
    fn a_difference_that_is_sure_but_tiny_is_no_change() {
        let (before, after) = (boots(5, 100.0, 0.001), boots(6, 101.0, 0.001));
        assert_eq!(word(cell(&before, &after, Better::Higher)), Verdict::NoChangeShown);
    }

    #[test]
    fn a_difference_below_the_absolute_floor_is_no_change() {
        let (before, after) = (boots(5, 10.0, 0.001), boots(6, 12.0, 0.001));
        let judged = Cell { absolute_floor: 5.0, ..cell(&before, &after, Better::Lower) };
        assert_eq!(word(judged), Verdict::NoChangeShown);
    }

    #[test]
    fn what_is_improbable_but_not_improbable_enough_is_inconclusive() {
        let before = [10.0, 11.0, 12.0, 13.0, 14.0, 15.0, 21.5];
        let after = [16.0, 17.0, 18.0, 19.0, 20.0, 21.0, 9.9];
        let rules = Rules { own_floor_factor: 0.0, ..Rules::default() };
        let judged = judge(&[cell(&before, &after, Better::Higher)], &rules).remove(0);
        assert!(judged.q.is_some_and(|q| q > 0.05));
        assert_eq!(judged.verdict, Verdict::NoChangeShown);
        let after = [16.0, 17.0, 18.0, 19.0, 20.0, 21.0, 14.5];
        let judged = judge(&[cell(&before, &after, Better::Higher)], &rules).remove(0);
        assert!(judged.q.is_some_and(|q| q > 0.01 && q < 0.05), "{:?}", judged.q);
        assert_eq!(judged.verdict, Verdict::Inconclusive);
    }

    #[test]
    fn few_boots_unlike_sides_and_bad_values_get_their_own_words() {
        let five = [1.0; 5];
        let need = Verdict::TooFewSamples { have: 5, need: 6 };
        assert_eq!(word(cell(&five, &boots(1, 1.0, 0.1), Better::Higher)), need);
        let one = [1.0];
        assert_eq!(word(cell(&one, &one, Better::Higher)).to_string(), "too few samples: 1 of 6 boots");
        let none: [f64; 0] = [];
        assert_eq!(word(cell(&none, &none, Better::Higher)).to_string(), "too few samples: 0 of 6 boots");
        let ten = [1.0; 10];
        let other = Cell { not_comparable: Some("TCG against KVM"), ..cell(&ten, &ten, Better::Higher) };
        assert_eq!(word(other).to_string(), "not comparable: TCG against KVM");
        let broken = [1.0, 1.0, f64::NAN, 1.0, 1.0, 1.0];
        let bad = word(cell(&broken, &ten, Better::Higher));
        assert_eq!(bad, Verdict::BadData(BadSample::NotFinite { index: 2 }));
    }

    #[test]
    fn more_cells_need_more_boots_before_any_can_get_a_word() {
        let rules = Rules::default();
        let needed = |cells| boots_needed(cells, &rules);
        assert_eq!([1, 50, 400].map(needed), [6, 8, 10]);
        let (before, after) = (boots(1, 100.0, 0.01), boots(2, 200.0, 0.01));
        let lone = |boots: usize| {
            let mut cells = vec![cell(&before[..boots], &before[..boots], Better::Higher); 50];
            cells[7] = cell(&before[..boots], &after[..boots], Better::Higher);
            judge(&cells, &rules).remove(7).verdict
        };
        assert_eq!(lone(7), Verdict::TooFewSamples { have: 7, need: 8 });
        assert_eq!(lone(8), Verdict::Improved);
    }

    #[test]
    fn one_true_step_is_found_among_many_equal_cells() {
        let sides: Vec<(Vec<f64>, Vec<f64>)> = (0..40)
            .map(|i| (boots(100 + i, 50.0, 0.05), boots(200 + i, if i == 7 { 60.0 } else { 50.0 }, 0.05)))
            .collect();
        let cells: Vec<Cell<'_>> = sides.iter().map(|(a, b)| cell(a, b, Better::Higher)).collect();
        let judged = judge(&cells, &Rules::default());
        for (i, judged) in judged.iter().enumerate() {
            let expected = if i == 7 { Verdict::Improved } else { Verdict::NoChangeShown };
            assert_eq!(judged.verdict, expected, "cell {i}");
        }
    }
}
