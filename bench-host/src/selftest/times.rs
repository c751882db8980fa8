//! Words about times: how often they are wrong, and how small a step gets the right one.

use serde::Serialize;

use super::source::{Series, Source};
use super::{BOOTS, Effort, FOUND, STEP_ASKED, STEPS};
use crate::compare::compare;
use crate::run::Run;
use crate::stats::random::Random;
use crate::verdict::{self, Better, Cell, Measured, Rules, Verdict};

/// What the judge says of boots between which nothing changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Noise {
    /// Where the boots are from.
    pub source: String,
    /// For each of its series: how often it was falsely called changed, and how often inconclusive.
    pub series: Vec<(Series, Words)>,
    /// Reports in which every cell had no change shown.
    pub clean_reports: usize,
    /// Reports judged.
    pub reports: usize,
}

/// Words about a cell that did not change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Words {
    /// How often it was judged.
    pub judged: usize,
    /// How often it was called improved or regressed.
    pub alarms: usize,
    /// How often it was called inconclusive.
    pub inconclusive: usize,
}

impl Words {
    fn count(&mut self, verdict: &Verdict) {
        self.judged += usize::from(!matches!(verdict, Verdict::NotComparable(_) | Verdict::BadData(_)));
        self.alarms += usize::from(matches!(verdict, Verdict::Improved | Verdict::Regressed));
        self.inconclusive += usize::from(matches!(verdict, Verdict::Inconclusive));
    }
}

impl std::iter::Sum for Words {
    fn sum<I: Iterator<Item = Words>>(all: I) -> Words {
        all.fold(Words::default(), |sum, words| Words {
            judged: sum.judged + words.judged,
            alarms: sum.alarms + words.alarms,
            inconclusive: sum.inconclusive + words.inconclusive,
        })
    }
}

impl Noise {
    /// All cells together.
    pub fn total(&self) -> Words {
        self.series.iter().map(|(_, words)| *words).sum()
    }
}

/// Every other pair of boots changes places, as interleaved boots do.
fn sides(values: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let of_a = |place: &usize| matches!(place % 4, 0 | 3);
    let pick =
        |a: bool| (0..values.len()).filter(|place| of_a(place) == a).map(|place| values[place]).collect();
    (pick(true), pick(false))
}

fn better(series: &Series) -> Better {
    series.metric.better()
}

/// Judges reports of boots that are all of one kind.
pub(super) fn noise(source: &Source, effort: Effort, rules: &Rules) -> Noise {
    let mut random = Random::seeded(effort.seed);
    let mut words = vec![Words::default(); source.series.len()];
    let mut clean_reports = 0;
    for _ in 0..effort.trials {
        let pairs: Vec<_> =
            source.draw(2 * effort.boots, &mut random).iter().map(|values| sides(values)).collect();
        let cells: Vec<Cell<'_>> =
            pairs.iter().zip(&source.series).map(|((a, b), series)| cell(a, b, series)).collect();
        let judged = verdict::judge(&cells, rules);
        clean_reports += usize::from(judged.iter().all(|judged| judged.verdict == Verdict::NoChangeShown));
        words.iter_mut().zip(&judged).for_each(|(words, judged)| words.count(&judged.verdict));
    }
    let series = source.series.iter().cloned().zip(words).collect();
    Noise { source: source.name.clone(), series, clean_reports, reports: effort.trials }
}

fn cell<'a>(before: &'a [f64], after: &'a [f64], series: &Series) -> Cell<'a> {
    let absolute_floor = series.metric.absolute_floor();
    Cell { before, after, better: better(series), absolute_floor, not_comparable: None }
}

/// Recorded sides of interleaved runs that are the same thing twice, judged as they are.
pub(super) fn pairs(runs: &[Run], rules: &Rules) -> Vec<Noise> {
    let same = |a: &Run, b: &Run| {
        let (x, y) = (&a.header, &b.header);
        let made = |run: &Run| {
            let cmdline = run.boots.first().map(|boot| boot.facts.cmdline.clone());
            (run.header.image.crc32c.clone(), run.header.qemu.version.clone(), run.jobs.clone(), cmdline)
        };
        x.group.is_some() && x.group == y.group && x.fingerprint == y.fingerprint && made(a) == made(b)
    };
    let mut found = Vec::new();
    for (index, a) in runs.iter().enumerate() {
        for b in runs[index + 1..].iter().filter(|b| same(a, b)) {
            let report = compare(a, b, rules);
            let series = report.rows.iter().map(|row| {
                let mut words = Words::default();
                words.count(&row.judged.verdict);
                let (case, path) = (row.case.clone(), row.path.to_string());
                (Series { case, path, metric: row.metric }, words)
            });
            let clean = report.rows.iter().all(|row| row.judged.verdict == Verdict::NoChangeShown);
            let source = format!("{} and {}", a.header.run_id, b.header.run_id);
            found.push(Noise { source, series: series.collect(), clean_reports: clean.into(), reports: 1 });
        }
    }
    found
}

/// How small a step of one cell alone is found among all cells of its report.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Found {
    /// Where the boots are from.
    pub source: String,
    /// The cell.
    pub series: Series,
    /// The smallest of the steps tried that is found; absent when none is.
    pub smallest_step: Option<f64>,
    /// The fewest of the boots tried with which the step asked about is found; absent when none is enough.
    pub boots_for_step: Option<usize>,
}

impl Found {
    pub(super) fn of(source: &Source, index: usize, effort: Effort, rules: &Rules) -> Found {
        let found = |step: f64, boots: usize| is_found(source, index, step, boots, effort, rules);
        // A larger step, or more boots, is not found less often: so halving finds the first that is.
        let first = STEPS.partition_point(|&step| !found(step, effort.boots));
        let fewest = BOOTS.partition_point(|&boots| !found(STEP_ASKED, boots));
        Found {
            source: source.name.clone(),
            series: source.series[index].clone(),
            smallest_step: STEPS.get(first).copied(),
            boots_for_step: BOOTS.get(fewest).copied(),
        }
    }
}

/// Whether a slowdown of one cell by `step` is called a regression in [`FOUND`] of all trials. The other cells are as
/// they were, so that the correction weighs this one by their number.
fn is_found(source: &Source, index: usize, step: f64, boots: usize, effort: Effort, rules: &Rules) -> bool {
    let (series, cells) = (&source.series[index], source.series.len());
    let mut random = Random::seeded(effort.seed ^ index as u64);
    let misses_max = ((1.0 - FOUND) * effort.trials as f64 + 1e-9) as usize;
    let mut misses = 0;
    for _ in 0..effort.trials {
        let (before, mut after) = sides(&source.draw(2 * boots, &mut random)[index]);
        after.iter_mut().for_each(|value| match better(series) {
            Better::Higher => *value /= step,
            Better::Lower => *value *= step,
        });
        let cell = cell(&before, &after, series);
        let q = |p: f64| (p * cells as f64).min(1.0);
        let verdict = match Measured::of(&cell, cells, rules) {
            Ok(measured) => measured.judge(&cell, q(measured.p), rules).verdict,
            Err(verdict) => verdict,
        };
        misses += usize::from(verdict != Verdict::Regressed);
        if misses > misses_max {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    const EFFORT: Effort = Effort { boots: 10, trials: 40, seed: 3 };

    /// Resampling as often as for a report would take minutes here; it narrows the interval's ends and no more.
    fn rules() -> Rules {
        Rules { resamples: 200, ..Rules::default() }
    }

    fn made_up(word: &str) -> Source {
        Source::made_up().find(|source| source.name.contains(word)).unwrap()
    }

    #[test]
    fn boots_change_places_in_pairs() {
        let values = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0];
        assert_eq!(sides(&values), (vec![0.0, 3.0, 4.0, 7.0], vec![1.0, 2.0, 5.0, 6.0]));
    }

    #[test]
    fn no_noise_that_boots_share_or_not_raises_more_alarms_than_promised() {
        for source in Source::made_up() {
            let noise = noise(&source, EFFORT, &rules());
            let total = noise.total();
            assert!(total.judged == EFFORT.trials * source.series.len());
            assert!(total.alarms as f64 <= super::super::FALSE_ALARMS_MAX * total.judged as f64, "{noise:?}");
        }
    }

    #[test]
    fn a_judge_that_believes_any_difference_is_caught() {
        let gullible = Rules { q_changed: 0.5, own_floor_factor: 0.0, ..rules() };
        let total = noise(&made_up("two kinds of boots, 40 % up or down in all"), EFFORT, &gullible).total();
        assert!(total.alarms as f64 > super::super::FALSE_ALARMS_MAX * total.judged as f64, "{total:?}");
    }

    #[test]
    fn small_steps_are_found_in_quiet_boots_and_only_large_ones_in_noisy_boots() {
        let rules = rules();
        let quiet = Found::of(&made_up("3 %"), 0, EFFORT, &rules);
        assert!(quiet.smallest_step.is_some_and(|step| step <= 1.1), "{quiet:?}");
        assert!(quiet.boots_for_step.is_some_and(|boots| boots <= 10), "{quiet:?}");
        let noisy = Found::of(&made_up("40 % up or down in each"), 0, EFFORT, &rules);
        assert!(noisy.smallest_step.is_none_or(|step| step > 1.3), "{noisy:?}");
        assert_eq!(noisy.boots_for_step, None);
    }
}
