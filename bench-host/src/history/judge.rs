//! From ratios to words: where did a series of ratios to the reference image change, and does it creep?
//!
//! All series are judged together, because the more are looked at, the more of them look changed by chance. The runs are
//! the sample: whatever disturbs a whole run disturbs one value.
//!
//! 1. Every series is split where E-divisive says, the halves again and so on, as long as a split is improbable
//!    ([`divisive`]). Logarithms are split, so that twice and half are equally far.
//! 2. The p-values of all splits of all series are corrected together (Benjamini and Hochberg). Where shuffling has not
//!    found a better split yet it goes on until it could tell, which is as often as the correction asks.
//! 3. A split is a change when q is below [`Rules::q_changed`], the ratio across it is further from 1 than
//!    [`Rules::ratio_floor`] and than two halves of the quieter side usually lie apart, and its interval leaves out 1. What
//!    is large enough and has a q below [`Rules::q_doubt`] is doubtful.
//! 4. Since its last change a series may creep: the trend test of Mann and Kendall, corrected over all series, and the
//!    slope of Theil and Sen. A series in which a line leaves less unexplained than its steps has crept all along and has
//!    no change.
//!
//! The bounds are the same as in [`verdict`](crate::verdict).

use std::num::NonZero;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::stats::summary::median;
use crate::stats::{correction, divisive, shift, trend};
use crate::verdict::{Rules, own_floor};

/// Shuffled so often before it is decided whether to split further.
const ROUNDS_FIRST: usize = 999;

/// Shuffled so often, unless enough better splits were found before, so that chance in shuffling decides nothing.
const ROUNDS_SECOND: usize = 9_999;

/// Never more often: p-values below one in a million make no difference.
const ROUNDS_MAX: usize = 2_000_000;

/// The runs next to a change, on each side, that its size is told by.
const NEAR: usize = 30;

/// The fewest runs a trend is looked for in.
pub const DRIFT_MIN: usize = 10;

/// The most runs a trend is looked for in, the newest ones.
const DRIFT_MAX: usize = 300;

/// Threads that work.
const THREADS_MAX: usize = 4;

/// What came of a series; indices are of its values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Judgement {
    /// Its changes, ascending.
    pub changes: Vec<Change>,
    /// What looks like one.
    pub doubtful: Vec<Change>,
    /// Whether it creeps.
    pub drift: Option<Creep>,
}

/// A change between two runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// Index of the first value after it.
    pub at: usize,
    /// After to before.
    pub ratio: f64,
    /// Of the ratio; none where there are too few runs for one.
    pub interval: Option<[f64; 2]>,
    /// Corrected for all series.
    pub q: f64,
}

/// A trend.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Creep {
    /// Index of its first value.
    pub from: usize,
    /// The factor per run.
    pub per_run: f64,
    /// The factor over all of it.
    pub total: f64,
    /// Corrected for all series.
    pub q: f64,
}

/// The fewest runs in which a change of one of so many series can be shown.
pub fn runs_needed(series: usize, rules: &Rules) -> usize {
    divisive::values_needed(rules.q_changed / series.max(1) as f64)
}

/// The fewest runs in which anything can be shown, if it happened to all series at once.
fn runs_least(rules: &Rules) -> usize {
    divisive::values_needed(rules.q_changed)
}

/// Judges all series together; answers in their order. Every value has to be a positive number; `seeds` says what is drawn
/// for each.
pub fn judge(series: &[Vec<f64>], seeds: &[u64], rules: &Rules) -> Vec<Judgement> {
    let logs: Vec<Vec<f64>> = series.iter().map(|values| values.iter().map(|v| v.ln()).collect()).collect();
    let mut tests: Vec<Test> = in_parallel(&logs, |index, values| {
        let mut tests = Vec::new();
        split(values, index, 0..values.len(), seeds[index], rules, &mut tests);
        tests
    })
    .into_iter()
    .flatten()
    .collect();
    sharpen(&mut tests, rules);
    let p_values: Vec<f64> = tests.iter().map(Test::p).collect();
    let q_values = correction::benjamini_hochberg(&p_values);
    let mut candidates: Vec<Vec<(usize, f64)>> = vec![Vec::new(); series.len()];
    for (test, q) in tests.iter().zip(q_values).filter(|(_, q)| *q < rules.q_doubt) {
        candidates[test.series].push((test.at, q));
    }
    let mut judgements: Vec<Judgement> = in_parallel(&candidates, |index, candidates| {
        let (changes, doubtful) = weigh(&series[index], candidates, seeds[index], rules);
        Judgement { changes, doubtful, drift: None }
    });
    creep(&logs, &mut judgements, rules);
    judgements
}

/// The split of one segment of one series.
struct Test {
    series: usize,
    /// Index of the first value after it.
    at: usize,
    evidence: Evidence,
}

enum Evidence {
    Shuffled(Box<divisive::Shuffled>),
    Ranks(f64),
}

impl Test {
    fn p(&self) -> f64 {
        match &self.evidence {
            Evidence::Shuffled(test) => test.p(),
            Evidence::Ranks(p) => *p,
        }
    }

    /// Whether shuffling has found no better split so far.
    fn is_open(&self) -> bool {
        matches!(&self.evidence, Evidence::Shuffled(test) if test.exceeded == 0)
    }
}

/// Splits a segment, and its sides if that was improbable.
fn split(
    values: &[f64],
    series: usize,
    segment: Range<usize>,
    seed: u64,
    rules: &Rules,
    tests: &mut Vec<Test>,
) {
    let part = &values[segment.clone()];
    // What no order of so few values could show is not asked, as every question makes the others' answers weaker.
    if part.len() < runs_least(rules) {
        return;
    }
    let Some(best) = divisive::best_split(part) else { return };
    let at = segment.start + best.at;
    // Segments of one series draw different numbers.
    let drawn = seed ^ ((segment.start as u64) << 32 | segment.end as u64);
    let evidence = match divisive::Shuffled::of(part, drawn) {
        Some(mut test) => {
            test.up_to(ROUNDS_FIRST);
            Evidence::Shuffled(Box::new(test))
        }
        None => Evidence::Ranks(divisive::by_ranks(part, &best)),
    };
    let test = Test { series, at, evidence };
    let goes_on = test.p() < rules.q_doubt;
    tests.push(test);
    if goes_on {
        split(values, series, segment.start..at, seed, rules, tests);
        split(values, series, at..segment.end, seed, rules, tests);
    }
}

/// Goes on shuffling those for which it matters, as often as the correction asks. If `k` of `N` splits are improbable, each
/// has to have a p-value below `q k / N`; so all of them together are shuffled about `N / q` times, however many there are.
fn sharpen(tests: &mut [Test], rules: &Rules) {
    let all = tests.len();
    go_on(tests, ROUNDS_SECOND, |test| test.p() < rules.q_doubt);
    let mut done = ROUNDS_SECOND;
    loop {
        let floor = rules.q_changed / all as f64;
        let improbable = tests.iter().filter(|test| test.is_open() || test.p() <= floor).count();
        if improbable == 0 {
            return;
        }
        let p = floor * improbable as f64;
        let rounds = ((2.0 / p).ceil() as usize).min(ROUNDS_MAX);
        if rounds <= done {
            return;
        }
        go_on(tests, rounds, Test::is_open);
        done = rounds;
    }
}

/// Shuffles some of them further.
fn go_on(tests: &mut [Test], rounds: usize, some: impl Fn(&Test) -> bool) {
    let some: Vec<Mutex<&mut Test>> = tests.iter_mut().filter(|test| some(test)).map(Mutex::new).collect();
    in_parallel(&some, |_, test| {
        if let Ok(mut test) = test.lock()
            && let Evidence::Shuffled(shuffled) = &mut test.evidence
        {
            shuffled.up_to(rounds);
        }
    });
}

/// Which improbable splits are large enough to be called changes, and which are doubtful.
fn weigh(
    values: &[f64],
    candidates: &[(usize, f64)],
    seed: u64,
    rules: &Rules,
) -> (Vec<Change>, Vec<Change>) {
    let mut sure: Vec<(usize, f64)> =
        candidates.iter().copied().filter(|(_, q)| *q < rules.q_changed).collect();
    sure.sort_by_key(|(at, _)| *at);
    let mut dropped = Vec::new();
    let changes = loop {
        let cuts: Vec<usize> = sure.iter().map(|(at, _)| *at).collect();
        let weighed: Vec<Option<Change>> =
            sure.iter().map(|&(at, q)| weigh_one(values, &cuts, at, q, seed, rules)).collect();
        match weighed.iter().position(Option::is_none) {
            // Without it its neighbours' levels are longer.
            Some(small) => dropped.push(sure.remove(small)),
            None => break weighed.into_iter().flatten().collect::<Vec<_>>(),
        }
    };
    let cuts: Vec<usize> = changes.iter().map(|change| change.at).collect();
    let unsure = candidates.iter().filter(|(at, q)| *q >= rules.q_changed && !cuts.contains(at));
    let mut doubtful: Vec<Change> = unsure
        .filter_map(|&(at, q)| {
            let mut with: Vec<usize> = cuts.iter().copied().chain([at]).collect();
            with.sort_unstable();
            weigh_one(values, &with, at, q, seed, rules)
        })
        .collect();
    doubtful.sort_by_key(|change| change.at);
    (changes, doubtful)
}

/// The change at `at` between its neighbours among `cuts`; `None` when it is too small for one.
fn weigh_one(values: &[f64], cuts: &[usize], at: usize, q: f64, seed: u64, rules: &Rules) -> Option<Change> {
    let from = cuts.iter().copied().filter(|&cut| cut < at).max().unwrap_or(0);
    let to = cuts.iter().copied().find(|&cut| cut > at).unwrap_or(values.len());
    let before = &values[from.max(at.saturating_sub(NEAR))..at];
    let after = &values[at..to.min(at + NEAR)];
    let rank = shift::interval_rank(before.len(), after.len(), rules.confidence);
    let ratio = shift::ratio(before, after, rank).ok()?;
    let floor = own_floor(before, seed).ok()?.min(own_floor(after, seed).ok()?);
    let distance = ratio.estimate.ln().abs().exp() - 1.0;
    let large = distance > rules.ratio_floor.max(rules.own_floor_factor * floor);
    let one_sided = rank.is_none() || ratio.low > 1.0 || ratio.high < 1.0;
    let interval = rank.map(|_| [ratio.low, ratio.high]);
    (large && one_sided).then_some(Change { at, ratio: ratio.estimate, interval, q })
}

/// A series' trend before the correction.
struct Trend {
    series: usize,
    from: usize,
    /// Over all of the series rather than since its last change.
    whole: bool,
    p: f64,
}

/// Looks for trends, and takes changes back where a line says more than they do.
fn creep(logs: &[Vec<f64>], judgements: &mut [Judgement], rules: &Rules) {
    let froms: Vec<Vec<(usize, bool)>> = logs
        .iter()
        .zip(judgements.iter())
        .map(|(values, judgement)| {
            let oldest = values.len().saturating_sub(DRIFT_MAX);
            let last = judgement.changes.last().map_or(0, |change| change.at).max(oldest);
            let first = judgement.changes.first().filter(|change| change.at > oldest).map(|_| (oldest, true));
            first.into_iter().chain([(last, false)]).collect()
        })
        .collect();
    let trends: Vec<Trend> = in_parallel(&froms, |series, froms| {
        let mut trends = Vec::new();
        for &(from, whole) in froms {
            let values = &logs[series][from..];
            if values.len() >= DRIFT_MIN
                && let Ok(found) = trend::mann_kendall(values)
            {
                trends.push(Trend { series, from, whole, p: found.p });
            }
        }
        trends
    })
    .into_iter()
    .flatten()
    .collect();
    let q_values = correction::benjamini_hochberg(&trends.iter().map(|trend| trend.p).collect::<Vec<_>>());
    let found: Vec<(Trend, f64)> =
        trends.into_iter().zip(q_values).filter(|(_, q)| *q < rules.q_changed).collect();
    let slopes = in_parallel(&found, |_, (found, _)| {
        trend::theil_sen(&logs[found.series][found.from..]).ok().flatten()
    });
    for ((trend, q), slope) in found.into_iter().zip(slopes) {
        let (values, judgement) = (&logs[trend.series], &mut judgements[trend.series]);
        let Some(slope) = slope else { continue };
        let span = (values.len() - 1 - trend.from) as f64;
        let total = (slope * span).exp();
        if (slope * span).abs().exp() - 1.0 <= rules.ratio_floor {
            continue;
        }
        if trend.whole {
            let cuts: Vec<usize> = judgement.changes.iter().map(|change| change.at).collect();
            if unexplained_by_line(&values[trend.from..], slope)
                >= unexplained_by_steps(values, trend.from, &cuts)
            {
                continue;
            }
            judgement.changes.retain(|change| change.at <= trend.from);
            judgement.doubtful.clear();
        } else if judgement.drift.is_some() {
            continue;
        }
        judgement.drift = Some(Creep { from: trend.from, per_run: slope.exp(), total, q });
    }
}

/// The sum of distances from a line of this slope.
fn unexplained_by_line(values: &[f64], slope: f64) -> f64 {
    let level: Vec<f64> = values.iter().enumerate().map(|(i, value)| value - slope * i as f64).collect();
    let middle = median(&level).unwrap_or(0.0);
    level.iter().map(|value| (value - middle).abs()).sum()
}

/// The sum of distances from the middle of each level.
fn unexplained_by_steps(values: &[f64], from: usize, cuts: &[usize]) -> f64 {
    let mut ends: Vec<usize> = cuts.iter().copied().filter(|&cut| cut > from).collect();
    ends.push(values.len());
    let mut begin = from;
    let mut sum = 0.0;
    for end in ends {
        let level = &values[begin..end];
        let middle = median(level).unwrap_or(0.0);
        sum += level.iter().map(|value| (value - middle).abs()).sum::<f64>();
        begin = end;
    }
    sum
}

/// Does the same for every item, on several threads; answers in their order.
fn in_parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(usize, &T) -> R + Sync) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get).min(THREADS_MAX);
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(items.len())));
    std::thread::scope(|scope| {
        for _ in 0..threads.min(items.len()) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(index) else { return };
                    let result = work(index, item);
                    if let Ok(mut done) = done.lock() {
                        done.push((index, result));
                    }
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_default();
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::random::Random;

    /// Runs whose ratios scatter by `spread`, `count` of them.
    fn noise(seed: u64, count: usize, spread: f64) -> Vec<f64> {
        let mut random = Random::seeded(seed);
        (0..count).map(|_| (spread * random.normal()).exp()).collect()
    }

    fn scaled(mut values: Vec<f64>, from: usize, factor: f64) -> Vec<f64> {
        values[from..].iter_mut().for_each(|value| *value *= factor);
        values
    }

    fn judged(series: &[Vec<f64>]) -> Vec<Judgement> {
        let seeds: Vec<u64> = (0..series.len() as u64).collect();
        judge(series, &seeds, &Rules::default())
    }

    fn quiet(count: u64, runs: usize) -> Vec<Vec<f64>> {
        (0..count).map(|seed| noise(seed, runs, 0.02)).collect()
    }

    #[test]
    fn a_step_in_one_of_many_series_is_named_there_and_nowhere_else() {
        let mut series = quiet(48, 24);
        series[7] = scaled(noise(7, 24, 0.02), 14, 0.8);
        let judged = judged(&series);
        for (index, judgement) in judged.iter().enumerate().filter(|(index, _)| *index != 7) {
            assert_eq!((&judgement.changes[..], judgement.drift), (&[][..], None), "{index}");
        }
        let [change] = judged[7].changes[..] else { panic!("{:?}", judged[7]) };
        assert_eq!(change.at, 14);
        assert!((change.ratio - 0.8).abs() < 0.02 && change.q < 0.01, "{change:?}");
        let [low, high] = change.interval.unwrap();
        assert!(low < 0.8 && 0.8 < high && high < 0.85, "{change:?}");
    }

    #[test]
    fn noise_alone_is_called_changed_in_no_more_than_one_series_in_a_hundred() {
        let named: usize = (0..10)
            .map(|round| {
                let series: Vec<_> = (0..40).map(|seed| noise(1000 * round + seed, 30, 0.1)).collect();
                let judged = judged(&series);
                judged.iter().filter(|one| !one.changes.is_empty() || one.drift.is_some()).count()
            })
            .sum();
        assert!(named <= 4, "{named} of 400");
    }

    #[test]
    fn two_steps_are_two_changes_each_in_relation_to_the_level_before_it() {
        let values = scaled(scaled(noise(3, 60, 0.02), 20, 0.7), 40, 1.3);
        let judged = judged(&[values]);
        let told: Vec<(usize, f64)> = judged[0]
            .changes
            .iter()
            .map(|change| (change.at, (change.ratio * 10.0).round() / 10.0))
            .collect();
        assert_eq!(told, [(20, 0.7), (40, 1.3)]);
    }

    #[test]
    fn a_change_that_is_sure_but_tiny_is_none() {
        let values = scaled(noise(3, 60, 0.001), 30, 1.01);
        assert_eq!(judged(&[values]), [Judgement::default()]);
    }

    #[test]
    fn a_series_that_creeps_has_a_drift_and_no_steps() {
        let mut values = noise(5, 60, 0.01);
        values.iter_mut().enumerate().for_each(|(i, value)| *value *= (-0.005 * i as f64).exp());
        let judged = judged(&[values, noise(6, 60, 0.01)]);
        let drift = judged[0].drift.unwrap();
        assert!(judged[0].changes.is_empty(), "{:?}", judged[0].changes);
        assert!((drift.per_run - 0.995).abs() < 0.001 && (drift.total - 0.745).abs() < 0.03, "{drift:?}");
        assert_eq!(judged[1].drift, None);
    }

    #[test]
    fn a_step_is_a_step_and_no_drift() {
        let judged = judged(&[scaled(noise(8, 60, 0.02), 30, 1.5)]);
        assert_eq!((judged[0].changes.len(), judged[0].drift), (1, None));
    }

    #[test]
    fn a_long_series_is_judged_up_to_its_newest_runs() {
        let judged = judged(&[scaled(noise(4, 1000, 0.03), 994, 0.8), noise(5, 1000, 0.03)]);
        assert_eq!(judged[0].changes.iter().map(|change| change.at).collect::<Vec<_>>(), [994]);
        assert!(judged[1].changes.is_empty());
    }

    #[test]
    fn few_runs_show_nothing_unless_it_happened_everywhere() {
        let rules = Rules::default();
        assert_eq!((runs_least(&rules), runs_needed(48, &rules)), (10, 16));
        let mut lone = quiet(48, 12);
        lone[3] = scaled(noise(3, 12, 0.02), 6, 0.5);
        assert!(judged(&lone).iter().all(|judgement| judgement.changes.is_empty()));
        let everywhere: Vec<_> = (0..48).map(|seed| scaled(noise(seed, 12, 0.02), 6, 0.5)).collect();
        let named = judged(&everywhere).iter().filter(|judgement| !judgement.changes.is_empty()).count();
        assert!(named >= 40, "{named}");
        assert!(judged(&[noise(1, 9, 0.1), Vec::new()]).iter().all(|one| *one == Judgement::default()));
    }

    #[test]
    fn the_same_values_are_judged_the_same() {
        let series = vec![scaled(noise(1, 40, 0.05), 25, 1.2), noise(2, 40, 0.05)];
        assert_eq!(judged(&series), judged(&series));
    }
}
