//! Digests put in rows, rows judged, and the report made of them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::aliases::Aliases;
use super::digest::{Digest, Kind};
use super::exact::{is_steady, must_be_steady, steps};
use super::headline;
use super::judge::{self, Change, Judgement};
use super::lineage::{Lineage, Place};
use super::model::{
    Basis, CaseId, Census, ChangePoint, Drift, Machine, Metric, Note, Part, Point, Report, RunFacts, Series,
    SeriesState,
};
use super::read::Store;
use super::thin::Limits;
use crate::annotations::{Annotation, Annotations};
use crate::run::Header;
use crate::run::header::fingerprint;
use crate::stats::summary::median;
use crate::verdict::{Better, Rules};

/// The most commits of a range that are named.
const COMMITS_NAMED: usize = 50;

/// A series that is in none of so many newest runs of its suite and machine has ended.
const NEWEST: usize = 3;

/// A load that differs by this part of all processors is worth a word.
const LOAD_DIFFERS: f64 = 0.5;

/// Computes everything the dashboard tells. Pure: the same store gives the same report.
pub fn report(store: &Store, annotations: &Annotations, aliases: &Aliases, limits: Limits) -> Report {
    let rules = Rules::default();
    let mut notes = store.notes.clone();
    let digests = in_order(store, limits, &mut notes);
    let (machines, runs) = facts(&digests, &store.lineage, limits);
    let mut series = rows(&digests, &runs, aliases);
    set_states(&mut series, &runs, &rules);
    judge_exact(&mut series, &runs, &store.lineage);
    judge_ratios(&mut series, &runs, &store.lineage, &rules);
    bless(&mut series, annotations, &mut notes);
    let census = census(store.files, &runs, &series);
    let verdict = headline::of(&series, &census);
    Report { verdict, census, machines, runs, series, notes, rules }
}

/// The runs in the order of their commits.
fn in_order<'s>(store: &'s Store, limits: Limits, notes: &mut Vec<Note>) -> Vec<&'s Digest> {
    let mut digests: Vec<(Place, &Digest)> = Vec::new();
    for digest in &store.digests {
        if let (Part::Planted, Some(plant)) = (part(digest, limits), &digest.planted) {
            let text = format!("left out: a fault was planted into it ({plant}), so it is no measurement");
            notes.push(Note { file: digest.file.clone(), text });
        }
        let git = &digest.header.git;
        digests.push((store.lineage.place(&git.sha, git.commit_time), digest));
    }
    digests.sort_by(|(a_place, a), (b_place, b)| {
        let key =
            |digest: &Digest| (digest.header.git.dirty, digest.header.began.clone(), digest.file.clone());
        a_place.cmp(b_place).then_with(|| key(a).cmp(&key(b)))
    });
    digests.into_iter().map(|(_, digest)| digest).collect()
}

/// What a run is in the history that was asked for.
fn part(digest: &Digest, limits: Limits) -> Part {
    match digest.part {
        Part::Planted if limits.planted => Part::Point,
        part => part,
    }
}

/// The machines, by their first run, and the runs.
fn facts(digests: &[&Digest], lineage: &Lineage, limits: Limits) -> (Vec<Machine>, Vec<RunFacts>) {
    let (mut machines, mut runs): (Vec<Machine>, Vec<RunFacts>) = (Vec::new(), Vec::new());
    let mut known: HashMap<String, usize> = HashMap::new();
    for digest in digests {
        let machine = machine(&digest.header, &digest.guest);
        let index = *known.entry(machine.id.clone()).or_insert_with(|| {
            machines.push(machine);
            machines.len() - 1
        });
        runs.push(RunFacts {
            part: part(digest, limits),
            subject: lineage.subject(&digest.header.git.sha).map(str::to_string),
            file: digest.file.clone(),
            machine: index,
            header: digest.header.clone(),
            boots: digest.boots,
            reference: digest.reference.clone(),
            planted: digest.planted.clone(),
        });
    }
    (machines, runs)
}

/// What a run's times depend on beside the code. Its fingerprint is computed anew: what an edited header says, or what an
/// older form of this program put in, does not mix unlike machines.
fn machine(header: &Header, guest: &str) -> Machine {
    let fingerprint = fingerprint(&header.host, &header.qemu);
    let mut hash = 0xCBF2_9CE4_8422_2325_u64;
    for byte in fingerprint.bytes().chain([0]).chain(guest.bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3);
    }
    Machine {
        id: format!("{hash:016x}"),
        fingerprint,
        cpu_model: header.host.cpu_model.clone(),
        logical_cpus: header.host.logical_cpus,
        qemu: header.qemu.version.clone(),
        accel: header.qemu.accel.clone(),
        board: header.qemu.machine.clone(),
        guest: guest.to_string(),
    }
}

/// What tells series apart, in the order they are shown.
type Key = (usize, CaseId, Metric, Basis);

/// All points, in series; runs are in order already.
fn rows(digests: &[&Digest], runs: &[RunFacts], aliases: &Aliases) -> Vec<Series> {
    // With each, whether it is another guest's.
    let mut rows: BTreeMap<Key, (bool, Vec<Point>)> = BTreeMap::new();
    let mut newest: HashMap<Arc<str>, Arc<str>> = HashMap::new();
    let mut suites: HashMap<&str, Arc<str>> = HashMap::new();
    for ((index, digest), run) in (0..).zip(digests).zip(runs).filter(|(_, run)| run.part == Part::Point) {
        let suite = digest.header.suite.as_str();
        let suite = suites.entry(suite).or_insert_with(|| Arc::from(suite)).clone();
        for cell in &digest.cells {
            let name = newest
                .entry(cell.case.clone())
                .or_insert_with(|| match aliases.newest(&cell.case) {
                    same if same == &*cell.case => cell.case.clone(),
                    other => Arc::from(other),
                })
                .clone();
            let case =
                CaseId { suite: suite.clone(), name, path: cell.path, settings: cell.settings.clone() };
            for number in &cell.numbers {
                let basis = match (number.kind, &digest.reference) {
                    (Kind::Ratio, Some(reference)) => Basis::Ratio { reference: reference.clone() },
                    (Kind::Exact, _) => Basis::Exact,
                    _ => Basis::Raw,
                };
                let point =
                    Point { run: index, boots: number.boots, value: number.value, interval: number.interval };
                let key = (run.machine, case.clone(), number.metric, basis);
                let (peer, points) = rows.entry(key).or_default();
                *peer |= cell.peer;
                points.push(point);
            }
        }
    }
    let row = |((machine, case, metric, basis), (peer, points)): (Key, (bool, Vec<Point>))| Series {
        case,
        metric,
        basis,
        machine,
        points,
        changes: Vec::new(),
        doubtful: Vec::new(),
        drift: None,
        state: if peer { SeriesState::Peer } else { SeriesState::Judged },
    };
    rows.into_iter().map(row).collect()
}

/// Says of every series of ours whether it can be judged at all.
fn set_states(series: &mut [Series], runs: &[RunFacts], rules: &Rules) {
    let newest = newest_runs(runs);
    let in_ratio: BTreeSet<(usize, CaseId, Metric)> = series
        .iter()
        .filter(|one| matches!(one.basis, Basis::Ratio { .. }))
        .map(|one| (one.machine, one.case.clone(), one.metric))
        .collect();
    let ratios = series.iter().filter(|one| matches!(one.basis, Basis::Ratio { .. })).count();
    let need = judge::runs_needed(ratios, rules);
    for one in series.iter_mut().filter(|one| one.state != SeriesState::Peer) {
        let have = one.points.len();
        let bad = one.points.iter().position(|point| !point.value.is_finite());
        one.state = match &one.basis {
            _ if bad.is_some() => SeriesState::BadData("a value is no finite number".to_string()),
            _ if has_ended(one, runs, &newest) => SeriesState::Ended,
            Basis::Raw if in_ratio.contains(&(one.machine, one.case.clone(), one.metric)) => {
                SeriesState::ShownOnly
            }
            Basis::Raw => SeriesState::NoReference,
            Basis::Exact => exact_state(one),
            Basis::Ratio { .. } if have < need => SeriesState::TooFewRuns { have, need },
            Basis::Ratio { .. } => SeriesState::Judged,
        };
    }
}

/// The newest runs of each machine and suite.
fn newest_runs(runs: &[RunFacts]) -> HashMap<(usize, &str), Vec<usize>> {
    let mut newest: HashMap<(usize, &str), Vec<usize>> = HashMap::new();
    for (index, run) in runs.iter().enumerate().filter(|(_, run)| run.part == Part::Point) {
        newest.entry((run.machine, run.header.suite.as_str())).or_default().push(index);
    }
    newest.values_mut().for_each(|runs| drop(runs.drain(..runs.len().saturating_sub(NEWEST))));
    newest
}

/// Whether none of the newest runs of its suite has it. In a suite with fewer runs nothing has ended yet.
fn has_ended(series: &Series, runs: &[RunFacts], newest: &HashMap<(usize, &str), Vec<usize>>) -> bool {
    let Some(last) = series.points.last().map(|point| point.run as usize) else { return true };
    let suite = runs[last].header.suite.as_str();
    newest
        .get(&(series.machine, suite))
        .is_some_and(|newest| newest.len() == NEWEST && newest.iter().all(|&run| run > last))
}

/// What can be said of an exact counter: runs whose boots differ say nothing.
fn exact_state(series: &Series) -> SeriesState {
    let Metric::Counter(counter) = series.metric else { return SeriesState::Judged };
    let have = series.points.iter().filter(|point| is_steady(counter, point)).count();
    match series.points.last().map(|newest| is_steady(counter, newest)) {
        Some(false) if must_be_steady(counter) => SeriesState::Unsteady,
        _ if have < 2 => SeriesState::TooFewRuns { have, need: 2 },
        Some(false) => SeriesState::Disturbed,
        _ => SeriesState::Judged,
    }
}

/// Exact counters: every step.
fn judge_exact(series: &mut [Series], runs: &[RunFacts], lineage: &Lineage) {
    let judged = |one: &&mut Series| one.basis == Basis::Exact && one.state.speaks();
    for one in series.iter_mut().filter(judged) {
        let cuts = steps(one.metric, &one.points);
        let changes = cuts.iter().map(|&at| {
            let (before, after) = levels(one, &cuts, at);
            let change = Change { at, ratio: after / before, interval: None, q: 0.0 };
            ChangePoint { q: None, ..change_point(one, runs, lineage, &change, before, after) }
        });
        one.changes = changes.collect();
    }
}

/// Ratios to the reference image: change points and drift, all series together.
fn judge_ratios(series: &mut [Series], runs: &[RunFacts], lineage: &Lineage, rules: &Rules) {
    let judged: Vec<usize> = (0..series.len())
        .filter(|&index| {
            let Series { basis, state, .. } = &series[index];
            let counts = matches!(state, SeriesState::Judged | SeriesState::TooFewRuns { .. });
            matches!(basis, Basis::Ratio { .. }) && counts
        })
        .collect();
    let values: Vec<Vec<f64>> =
        judged.iter().map(|&index| series[index].points.iter().map(|point| point.value).collect()).collect();
    let seeds: Vec<u64> = judged.iter().map(|&index| seed(&series[index], rules)).collect();
    for (index, judgement) in judged.into_iter().zip(judge::judge(&values, &seeds, rules)) {
        let Judgement { changes, doubtful, drift } = judgement;
        let one = &series[index];
        let cuts: Vec<usize> = changes.iter().map(|change| change.at).collect();
        let told = |change: &Change| {
            let (before, after) = levels(one, &cuts, change.at);
            change_point(one, runs, lineage, change, before, after)
        };
        let (changes, doubtful): (Vec<_>, Vec<_>) =
            (changes.iter().map(told).collect(), doubtful.iter().map(told).collect());
        let drift = drift.map(|creep| {
            let commit = |at: usize| runs[one.points[at].run as usize].header.git.sha.clone();
            Drift {
                from: creep.from,
                per_run: creep.per_run,
                total: creep.total,
                from_commit: commit(creep.from),
                to_commit: commit(one.points.len() - 1),
                q: creep.q,
                worse: is_worse(one.better(), creep.total),
            }
        });
        let one = &mut series[index];
        // What was found in spite of few runs was found.
        if !changes.is_empty() || drift.is_some() {
            one.state = SeriesState::Judged;
        }
        (one.changes, one.doubtful, one.drift) = (changes, doubtful, drift);
    }
}

/// Everything drawn for a series derives from what it is, so that another series more changes nothing in it.
fn seed(series: &Series, rules: &Rules) -> u64 {
    let mut hash = 0xCBF2_9CE4_8422_2325_u64 ^ rules.seed;
    let name = format!("{} {} {}", series.case, series.case.settings, series.metric.word());
    for byte in name.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3);
    }
    hash
}

/// Typical values before and after a change, from its neighbours on; for counters of the steady points nearest to it.
fn levels(series: &Series, cuts: &[usize], at: usize) -> (f64, f64) {
    let from = cuts.iter().copied().filter(|&cut| cut < at).max().unwrap_or(0);
    let to = cuts.iter().copied().filter(|&cut| cut > at).min().unwrap_or(series.points.len());
    let middle = |points: &[Point]| {
        let values: Vec<f64> = points.iter().map(|point| point.value).collect();
        median(&values).unwrap_or(f64::NAN)
    };
    match series.metric {
        Metric::Counter(counter) => {
            let steady = series.points[from..at].iter().find(|point| is_steady(counter, point));
            let before = steady.map_or_else(|| middle(&series.points[from..at]), |point| point.value);
            (before, series.points[at].value)
        }
        _ => (middle(&series.points[from..at]), middle(&series.points[at..to])),
    }
}

fn is_worse(better: Better, ratio: f64) -> bool {
    (ratio > 1.0) == (better == Better::Lower)
}

fn change_point(
    series: &Series,
    runs: &[RunFacts],
    lineage: &Lineage,
    change: &Change,
    before: f64,
    after: f64,
) -> ChangePoint {
    let run = |at: usize| &runs[series.points[at].run as usize];
    let (last, first) = (run(change.at - 1), run(change.at));
    let (from_commit, to_commit) = (last.header.git.sha.clone(), first.header.git.sha.clone());
    let between = lineage.between(&from_commit, &to_commit).unwrap_or_default();
    ChangePoint {
        at: change.at,
        commit_count: between.len(),
        commits: between[between.len().saturating_sub(COMMITS_NAMED)..].to_vec(),
        from_commit,
        to_commit,
        ratio: change.ratio,
        interval: change.interval,
        before,
        after,
        q: Some(change.q),
        worse: is_worse(
            series.better(),
            if series.metric.is_time() { change.ratio } else { 1.0 + after - before },
        ),
        annotation: None,
        also_changed: also_changed(last, first),
    }
}

/// What is not the same in two runs on one machine, beside their commit.
fn also_changed(before: &RunFacts, after: &RunFacts) -> Vec<String> {
    let (old, new) = (&before.header, &after.header);
    let mut told = Vec::new();
    let mut differ = |what: &str, old: &str, new: &str| {
        if old != new {
            let word = |text: &str| if text.is_empty() { "unknown".to_string() } else { text.to_string() };
            told.push(format!("{what}: {} -> {}", word(old), word(new)));
        }
    };
    differ("compiler", &old.image.rustc, &new.image.rustc);
    differ("profile", &old.image.profile, &new.image.profile);
    differ("host's kernel", &old.host.kernel, &new.host.kernel);
    let governor = |header: &Header| header.host.governor.clone().unwrap_or_default();
    differ("frequency governor", &governor(old), &governor(new));
    let smt =
        |header: &Header| header.host.smt.map_or_else(String::new, |on| if on { "on" } else { "off" }.into());
    differ("several threads a core", &smt(old), &smt(new));
    differ("pinning", &old.qemu.pinning, &new.qemu.pinning);
    differ("seed", &old.seed.to_string(), &new.seed.to_string());
    let planted = |run: &RunFacts| run.planted.clone().unwrap_or_else(|| "none".into());
    differ("fault planted on purpose", &planted(before), &planted(after));
    let dirty = |header: &Header| if header.git.dirty { "yes" } else { "no" };
    differ("changes in no commit", dirty(old), dirty(new));
    let load = |header: &Header| header.host.load_1m / f64::from(header.host.logical_cpus.max(1));
    if (load(old) - load(new)).abs() > LOAD_DIFFERS {
        told.push(format!("host's load: {:.1} -> {:.1}", old.host.load_1m, new.host.load_1m));
    }
    told
}

/// Puts the reason beside changes that are meant, and names entries whose commit is in no range.
fn bless(series: &mut [Series], annotations: &Annotations, notes: &mut Vec<Note>) {
    let mut used: Vec<Annotation> = Vec::new();
    for one in series.iter_mut() {
        let (metric, case) = (one.metric, one.case.clone());
        for change in one.changes.iter_mut().chain(&mut one.doubtful).filter(|change| change.worse) {
            let holds = |commit: &str| is_in(commit, change);
            let meant = annotations.meant(&case.name, case.path, metric.word(), change.after, holds);
            change.annotation = meant.cloned();
            used.extend(change.annotation.clone().filter(|annotation| !used.contains(annotation)));
        }
    }
    for annotation in annotations.iter().filter(|annotation| !used.contains(annotation)) {
        let text = format!("an annotation blesses nothing in the history: {annotation}");
        notes.push(Note { file: String::new(), text });
    }
}

/// Whether a change may have come with this commit.
fn is_in(commit: &str, change: &ChangePoint) -> bool {
    let same = |sha: &str| !sha.is_empty() && (sha.starts_with(commit) || commit.starts_with(sha));
    same(&change.to_commit) || change.commits.iter().any(|known| same(&known.sha))
}

/// How much was judged, and why the rest was not.
fn census(files: usize, runs: &[RunFacts], series: &[Series]) -> Census {
    let points = || runs.iter().filter(|run| run.part == Part::Point);
    let machines: BTreeSet<usize> = points().map(|run| run.machine).collect();
    let mut census = Census { files, runs: points().count(), machines: machines.len(), ..Census::default() };
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for one in series {
        match (&one.state, &one.basis) {
            (SeriesState::Judged, Basis::Exact) => census.exact += 1,
            (SeriesState::Judged, _) => census.ratios += 1,
            // The same numbers are counted as ratios.
            (SeriesState::ShownOnly, _) => {}
            (state, _) => *reasons.entry(state.to_string()).or_default() += 1,
        }
    }
    let waiting = series.iter().filter_map(|one| match (&one.state, &one.basis) {
        (SeriesState::TooFewRuns { have, need }, Basis::Ratio { .. }) => Some((*have, *need)),
        _ => None,
    });
    census.ratios_wait = waiting.max().filter(|_| census.ratios == 0);
    census.not_judged = reasons.into_iter().collect();
    census.not_judged.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    census
}
