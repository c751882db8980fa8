//! The page `cargo ninewire dashboard` writes: one HTML file that needs nothing but a browser, no network and no other
//! file.
//!
//! Rust decides and computes, the page only shows: [`make`] turns the history's report, the newer runs themselves, the
//! interleaved comparisons and what `cargo bench` left into one JSON text (the view model, `Model`), and puts it into
//! the page with the style and the scripts of `page/`, which are embedded as they are. The scripts draw; they compute no
//! statistics and judge nothing, so that every number on the page is one of the model.
//!
//! The same data give the same bytes: nothing of the page depends on the clock, the host or the order of a folder. It
//! stays below [`BYTES_MAX`]: older runs lose first what is long, then their cells, and series their older points; the
//! page says how many.
//!
//! What comes from files is never markup: the model is JSON whose `<` are escaped, and the scripts set text only.

mod benches;
mod cells;
mod html;
mod linux;
mod number;
mod reproduce;
mod runs;
mod series;
mod sides;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Result, bail};
use serde::Serialize;

use crate::annotations::Annotations;
use crate::history::Report;
use crate::store;
use crate::variants::DEFAULT;
use benches::Benches;
use runs::{Kind, RunView};
use series::{SeriesView, VerdictView};
use sides::Comparison;

/// No page is larger.
pub const BYTES_MAX: usize = 20_000_000;

/// Where in `results/` a copy of what `cargo bench` left is kept.
pub const BENCHES: &str = "benches.json";

/// The form of the view model; the scripts know this one.
const FORM: &str = "ninewire-page/1";

/// How much of a run the page carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Detail {
    /// Everything.
    Full,
    /// Its cells without distributions, single boots and circumstances.
    Brief,
    /// That it is there.
    Line,
}

/// Where the data are.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'a> {
    /// What the history engine made of the results.
    pub report: &'a Report,
    /// The folder the report's files are named from.
    pub results: &'a Path,
    /// Changes that are meant.
    pub annotations: &'a Annotations,
    /// The target folder `cargo bench` left its files in.
    pub bench_dir: &'a Path,
    /// What it left when it was recorded.
    pub recorded_benches: &'a Path,
}

/// A page.
#[derive(Clone, Debug)]
pub struct Page {
    /// The file's text.
    pub html: String,
    /// What was left out to keep it small, and files that were not understood.
    pub notes: Vec<String>,
}

/// Everything the page shows.
#[derive(Serialize)]
struct Model {
    form: &'static str,
    verdict: VerdictView,
    /// The bounds everything was judged by, in words.
    rules: Vec<(&'static str, String)>,
    machines: Vec<MachineView>,
    /// In the order of commits.
    runs: Vec<RunView>,
    /// Which of them tells of today.
    today: Option<usize>,
    series: Vec<SeriesView>,
    comparisons: Vec<Comparison>,
    benches: Benches,
    notes: Vec<String>,
    /// What was left out to keep the page small.
    left_out: Vec<String>,
}

#[derive(Serialize)]
struct MachineView {
    id: String,
    fingerprint: String,
    words: String,
    accel: String,
    qemu: String,
}

/// How much room there is for what; halved until the page fits.
#[derive(Clone, Copy)]
struct Room {
    full_bytes: usize,
    brief_bytes: usize,
    comparison_bytes: usize,
    points: usize,
}

impl Room {
    const ALL: Room =
        Room { full_bytes: 6_000_000, brief_bytes: 3_000_000, comparison_bytes: 1_500_000, points: 150_000 };

    fn halved(self, times: u32) -> Room {
        Room {
            full_bytes: self.full_bytes >> times,
            brief_bytes: self.brief_bytes >> times,
            comparison_bytes: self.comparison_bytes >> times,
            points: self.points >> times,
        }
    }
}

/// Makes the page.
pub fn make(sources: &Sources<'_>) -> Result<Page> {
    make_within(sources, BYTES_MAX)
}

fn make_within(sources: &Sources<'_>, bytes_max: usize) -> Result<Page> {
    for times in 0..16 {
        let model = model(sources, Room::ALL.halved(times))?;
        let html = html::page(&model.verdict.sentence, &serde_json::to_string(&model)?);
        if html.len() <= bytes_max {
            return Ok(Page { html, notes: [model.left_out, model.notes].concat() });
        }
    }
    bail!("{} runs do not fit into a page of {bytes_max} bytes", sources.report.runs.len())
}

/// Writes down what `cargo bench` left below `bench_dir`, for pages made where no bench was run; how many benches. Those
/// of a kind that was not run stay as they were recorded.
pub fn keep_benches(bench_dir: &Path, recorded: &Path) -> Result<usize> {
    if benches::find(bench_dir, Path::new("")).rows.is_empty() {
        bail!("there are no benches below {}: run `cargo bench` first", bench_dir.display());
    }
    let found = benches::find(bench_dir, recorded);
    std::fs::write(recorded, found.to_text()?)?;
    Ok(found.rows.len())
}

fn model(sources: &Sources<'_>, room: Room) -> Result<Model> {
    let Sources { report, annotations, bench_dir, recorded_benches, .. } = *sources;
    let benches = benches::find(bench_dir, recorded_benches);
    let mut notes: Vec<String> = report.notes.iter().map(ToString::to_string).collect();
    notes.extend(benches.refused.iter().cloned());
    let mut left_out = Vec::new();
    let runs = detailed_runs(sources, room, &mut notes);
    let (brief, line) = (count(&runs, Detail::Brief), count(&runs, Detail::Line));
    if brief > 0 {
        left_out.push(format!("{brief} older runs without distributions and circumstances"));
    }
    if line > 0 {
        left_out.push(format!("{line} older runs without their cells"));
    }
    let (comparisons, beyond) = comparisons(sources, &runs, room.comparison_bytes, annotations);
    if beyond > 0 {
        left_out.push(format!("{beyond} older comparisons"));
    }
    let series = series::all(report, room.points);
    let points: usize = series.iter().map(|series| series.left_out).sum();
    if points > 0 {
        left_out.push(format!("{points} older points of the history"));
    }
    let machines = report.machines.iter().map(|machine| MachineView {
        id: machine.id.clone(),
        fingerprint: machine.fingerprint.clone(),
        words: machine.to_string(),
        accel: machine.accel.clone(),
        qemu: machine.qemu.clone(),
    });
    Ok(Model {
        form: FORM,
        verdict: series::verdict(report),
        rules: rules(report),
        machines: machines.collect(),
        runs,
        today: report.today(),
        series,
        comparisons,
        benches,
        notes,
        left_out,
    })
}

fn rules(report: &Report) -> Vec<(&'static str, String)> {
    let rules = &report.rules;
    vec![
        ("a change is called one when q is below", rules.q_changed.to_string()),
        ("and in doubt when q is below", rules.q_doubt.to_string()),
        ("smaller ratios are no change", format!("{} %", rules.ratio_floor * 100.0)),
        ("nor are those within the case's own scatter, times", rules.own_floor_factor.to_string()),
        ("intervals hold the true value in", format!("{} % of cases", rules.confidence * 100.0)),
    ]
}

fn count(runs: &[RunView], detail: Detail) -> usize {
    runs.iter().filter(|run| run.detail == detail).count()
}

/// Every run in the report's order, the newer ones with what is in them. Of each machine and kind that of the newest
/// commit comes first, then the second newest of each, so that one busy machine takes nobody's room.
fn detailed_runs(sources: &Sources<'_>, room: Room, notes: &mut Vec<String>) -> Vec<RunView> {
    let mut runs: Vec<RunView> = sources.report.runs.iter().map(RunView::line).collect();
    let mut ranks: BTreeMap<(usize, Kind, String), usize> = BTreeMap::new();
    let mut order: Vec<(usize, usize)> = Vec::new();
    for index in (0..runs.len()).rev() {
        let run = &runs[index];
        let rank = ranks.entry((run.machine, run.kind, run.suite.clone())).or_insert(0);
        order.push((*rank, index));
        *rank += 1;
    }
    // Stable: of equal rank the newest comes first.
    order.sort_by_key(|(rank, _)| *rank);
    let (mut full, mut brief) = (room.full_bytes, room.brief_bytes);
    for (_, index) in order {
        if full == 0 && brief == 0 {
            break;
        }
        match store::read(&sources.results.join(&runs[index].file)) {
            Ok(run) => {
                let detail = if full > 0 { Detail::Full } else { Detail::Brief };
                let view = runs[index].with(&run, detail);
                let bytes = serde_json::to_string(&view).map_or(0, |text| text.len());
                let left = if full > 0 { &mut full } else { &mut brief };
                *left = left.saturating_sub(bytes);
                runs[index] = view;
            }
            Err(error) => notes.push(error.to_string()),
        }
    }
    runs
}

/// The newest comparisons, and how many there are besides. Half of the room is for those with the reference image, of
/// which there is one for every other run.
fn comparisons(
    sources: &Sources<'_>,
    runs: &[RunView],
    bytes: usize,
    annotations: &Annotations,
) -> (Vec<Comparison>, usize) {
    let mut groups: BTreeMap<&String, Vec<usize>> = BTreeMap::new();
    for (index, run) in runs.iter().enumerate() {
        run.group.iter().for_each(|group| groups.entry(group).or_default().push(index));
    }
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for (after, run) in runs.iter().enumerate().filter(|(_, run)| run.kind != Kind::Reference) {
        let Some(group) = &run.group else { continue };
        let before = groups.get(group).into_iter().flatten().find(|&&other| match run.side_name() {
            Some("b") => runs[other].side_name() == Some("a"),
            Some("a" | DEFAULT) => false,
            Some(_) => runs[other].side_name() == Some(DEFAULT),
            None => runs[other].kind == Kind::Reference,
        });
        pairs.extend(before.map(|&before| (before, after)));
    }
    pairs.sort_by_key(|&(_, after)| Reverse(after));
    let all = pairs.len();
    let (references, others): (Vec<_>, Vec<_>) =
        pairs.into_iter().partition(|&(before, _)| runs[before].kind == Kind::Reference);
    let mut made = Vec::new();
    for pairs in [others, references] {
        let mut used = 0;
        for (before, after) in pairs {
            if used >= bytes / 2 {
                break;
            }
            let read = |index: usize| store::read(&sources.results.join(&runs[index].file)).ok();
            let (Some(a), Some(b)) = (read(before), read(after)) else { continue };
            let comparison = sides::comparison(&a, &b, runs[after].machine, annotations);
            used += serde_json::to_string(&comparison).map_or(0, |text| text.len());
            made.push(comparison);
        }
    }
    let beyond = all - made.len();
    (made, beyond)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::testing::{Recorder, at_commit, slower};
    use crate::history::{self, Aliases, Limits, Lineage, Store};
    use crate::run::testing::a_run;

    #[test]
    fn a_page_that_would_be_too_large_leaves_out_what_is_old_and_says_so() {
        let recorder = Recorder::new();
        for number in 0..12 {
            let run = at_commit(slower(&a_run(), 1.0 + number as f64 / 1000.0), number);
            recorder.beside_reference(&format!("{number:02}"), &run);
        }
        let (annotations, limits) = (Annotations::default(), Limits::default());
        let store = Store::read(recorder.results(), Lineage::default(), limits);
        let report = history::report(&store, &annotations, &Aliases::default(), limits);
        let nowhere = Path::new("/nowhere");
        let sources = Sources {
            report: &report,
            results: recorder.results(),
            annotations: &annotations,
            bench_dir: nowhere,
            recorded_benches: nowhere,
        };
        let whole = make(&sources).unwrap();
        assert_eq!(whole.notes, [""; 0]);
        let bare = html::page("", "").len();
        let within = bare + (whole.html.len() - bare) / 2;
        let less = make_within(&sources, within).unwrap();
        assert!(less.html.len() <= within);
        assert!(less.notes.iter().any(|note| note.contains("older runs without")), "{:?}", less.notes);
        assert!(less.html.contains("older runs without"), "the page itself says so");
        let error = make_within(&sources, bare).unwrap_err().to_string();
        assert_eq!(error, format!("24 runs do not fit into a page of {bare} bytes"));
    }
}
