//! The report as JSON, for programs: `ninewire-report/1`, told in `results/README.md`.

use serde::Serialize;
use serde_json::{Value, json};

use super::model::{Basis, ChangePoint, Drift, Finding, Report, RunFacts, Series, Word};
use crate::verdict::Better;

/// The form.
pub const SCHEMA: &str = "ninewire-report/1";

/// The whole report, indented by nothing: series are long.
pub fn render(report: &Report) -> serde_json::Result<String> {
    let verdict = &report.verdict;
    let word = match verdict.word {
        Word::Worse => "worse",
        Word::NothingWorse => "nothing worse",
        Word::NothingJudged => "nothing judged",
    };
    let findings = |list: &[Finding]| {
        let one = |found: &Finding| json!({"series": found.series, "change": found.change, "now": number(found.now)});
        list.iter().map(one).collect::<Vec<Value>>()
    };
    let not_judged: Vec<Value> =
        report.census.not_judged.iter().map(|(why, series)| json!({"why": why, "series": series})).collect();
    let machines: Vec<Value> = report
        .machines
        .iter()
        .map(|machine| {
            json!({
                "id": machine.id, "fingerprint": machine.fingerprint, "cpu_model": machine.cpu_model,
                "logical_cpus": machine.logical_cpus, "qemu": machine.qemu, "accel": machine.accel,
                "board": machine.board, "guest": machine.guest,
            })
        })
        .collect();
    let notes: Vec<Value> =
        report.notes.iter().map(|note| json!({"file": note.file, "text": note.text})).collect();
    let whole = Whole {
        schema: SCHEMA,
        verdict: json!({
            "word": word,
            "sentence": verdict.sentence,
            "worse": findings(&verdict.worse),
            "meant": findings(&verdict.meant),
            "better": findings(&verdict.better),
            "drifting": verdict.drifting,
            "doubtful": verdict.doubtful,
            "unsteady": verdict.unsteady,
        }),
        census: json!({
            "files": report.census.files, "runs": report.census.runs, "machines": report.census.machines,
            "exact": report.census.exact, "ratios": report.census.ratios, "not_judged": not_judged,
        }),
        rules: json!({
            "q_changed": report.rules.q_changed, "q_doubt": report.rules.q_doubt,
            "ratio_floor": report.rules.ratio_floor, "own_floor_factor": report.rules.own_floor_factor,
            "confidence": report.rules.confidence, "seed": report.rules.seed,
        }),
        machines,
        runs: report.runs.iter().map(run).collect(),
        series: report.series.iter().map(series).collect(),
        notes,
    };
    Ok(serde_json::to_string(&whole)? + "\n")
}

#[derive(Serialize)]
struct Whole<'r> {
    schema: &'static str,
    verdict: Value,
    census: Value,
    rules: Value,
    machines: Vec<Value>,
    runs: Vec<RunLine<'r>>,
    series: Vec<SeriesLine<'r>>,
    notes: Vec<Value>,
}

/// JSON has no numbers that are none.
fn number(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

#[derive(Serialize)]
struct RunLine<'r> {
    run_id: &'r str,
    file: &'r str,
    part: &'static str,
    machine: usize,
    suite: &'r str,
    began: &'r str,
    commit: &'r str,
    commit_time: u64,
    dirty: bool,
    boots: usize,
    reference: Option<&'r str>,
    planted: Option<&'r str>,
    rustc: &'r str,
}

fn run(run: &RunFacts) -> RunLine<'_> {
    let header = &run.header;
    RunLine {
        run_id: &header.run_id,
        file: &run.file,
        part: run.part.word(),
        machine: run.machine,
        suite: &header.suite,
        began: &header.began,
        commit: &header.git.sha,
        commit_time: header.git.commit_time,
        dirty: header.git.dirty,
        boots: run.boots,
        reference: run.reference.as_deref(),
        planted: run.planted.as_deref(),
        rustc: &header.image.rustc,
    }
}

/// Run, value, boots, lower and upper end.
#[derive(Serialize)]
struct PointLine(u32, Option<f64>, u32, Option<f64>, Option<f64>);

#[derive(Serialize)]
struct SeriesLine<'r> {
    suite: &'r str,
    case: &'r str,
    path: &'static str,
    settings: &'r str,
    metric: &'static str,
    basis: &'static str,
    reference: Option<&'r str>,
    unit: &'static str,
    better: &'static str,
    machine: usize,
    judged: bool,
    state: String,
    points: Vec<PointLine>,
    changes: Vec<ChangeLine<'r>>,
    doubtful: Vec<ChangeLine<'r>>,
    drift: Option<DriftLine<'r>>,
}

#[derive(Serialize)]
struct ChangeLine<'r> {
    at: usize,
    from_commit: &'r str,
    to_commit: &'r str,
    commits: Vec<&'r str>,
    ratio: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    before: Option<f64>,
    after: Option<f64>,
    q: Option<f64>,
    worse: bool,
    meant: Option<String>,
    also_changed: &'r [String],
}

#[derive(Serialize)]
struct DriftLine<'r> {
    from: usize,
    per_run: f64,
    total: f64,
    from_commit: &'r str,
    to_commit: &'r str,
    q: f64,
    worse: bool,
}

fn series(one: &Series) -> SeriesLine<'_> {
    let (basis, reference) = match &one.basis {
        Basis::Ratio { reference } => ("ratio", Some(&**reference)),
        Basis::Raw => ("raw", None),
        Basis::Exact => ("exact", None),
    };
    let points = one.points.iter().map(|point| {
        let end = |index: usize| point.interval.and_then(|ends| number(ends[index]));
        PointLine(point.run, number(point.value), point.boots, end(0), end(1))
    });
    SeriesLine {
        suite: &one.case.suite,
        case: &one.case.name,
        path: one.case.path.word(),
        settings: &one.case.settings,
        metric: one.metric.word(),
        basis,
        reference,
        unit: one.unit(),
        better: if one.better() == Better::Higher { "higher" } else { "lower" },
        machine: one.machine,
        judged: one.state.is_judged(),
        state: one.state.to_string(),
        points: points.collect(),
        changes: one.changes.iter().map(change).collect(),
        doubtful: one.doubtful.iter().map(change).collect(),
        drift: one.drift.as_ref().map(drift),
    }
}

fn change(change: &ChangePoint) -> ChangeLine<'_> {
    ChangeLine {
        at: change.at,
        from_commit: &change.from_commit,
        to_commit: &change.to_commit,
        commits: change.commits.iter().map(|commit| commit.sha.as_str()).collect(),
        ratio: number(change.ratio),
        low: change.interval.map(|ends| ends[0]),
        high: change.interval.map(|ends| ends[1]),
        before: number(change.before),
        after: number(change.after),
        q: change.q,
        worse: change.worse,
        meant: change.annotation.as_ref().map(ToString::to_string),
        also_changed: &change.also_changed,
    }
}

fn drift(drift: &Drift) -> DriftLine<'_> {
    DriftLine {
        from: drift.from,
        per_run: drift.per_run,
        total: drift.total,
        from_commit: &drift.from_commit,
        to_commit: &drift.to_commit,
        q: drift.q,
        worse: drift.worse,
    }
}
