//! The history as the page carries it: every series with its points, its changes and its state, and the verdict made of
//! them. Judging is the history engine's; here its words are only put down.

use serde::Serialize;

use super::number::Number;
use crate::history::{self, Basis, ChangePoint, CommitLine, Finding, Report};
use crate::verdict::Better;

/// A series keeps at least so many points, however many series there are.
const POINTS_MIN: usize = 8;

/// What stands on top of the page.
#[derive(Clone, Debug, Serialize)]
pub(super) struct VerdictView {
    word: &'static str,
    pub(super) sentence: String,
    worse: Vec<FindingView>,
    meant: Vec<FindingView>,
    better: Vec<FindingView>,
    drifting: Vec<usize>,
    doubtful: Vec<usize>,
    unsteady: Vec<usize>,
    files: usize,
    runs: usize,
    machines: usize,
    judged_exact: usize,
    judged_ratios: usize,
    not_judged: Vec<(String, usize)>,
}

#[derive(Clone, Debug, Serialize)]
struct FindingView {
    series: usize,
    change: usize,
    /// Today's level to that before the change.
    now: Number,
}

/// One number of one case, run after run.
#[derive(Clone, Debug, Serialize)]
pub(super) struct SeriesView {
    suite: String,
    case: String,
    path: String,
    settings: String,
    metric: String,
    unit: &'static str,
    better: &'static str,
    basis: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    machine: usize,
    state: String,
    judged: bool,
    /// Run, value, and the ends of its interval where it has one.
    points: Vec<Vec<Number>>,
    /// How many points were left out.
    #[serde(skip_serializing_if = "is_none")]
    pub(super) left_out: usize,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changes: Vec<ChangeView>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    doubtful: Vec<ChangeView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    drift: Option<DriftView>,
}

fn is_none(count: &usize) -> bool {
    *count == 0
}

#[derive(Clone, Debug, Serialize)]
struct ChangeView {
    /// Index of the first point after it.
    at: usize,
    range: String,
    from: String,
    to: String,
    commits: Vec<String>,
    commit_count: usize,
    ratio: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    interval: Option<[Number; 2]>,
    before: Number,
    after: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    q: Option<Number>,
    worse: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    meant: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    also: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
struct DriftView {
    from: usize,
    per_run: Number,
    total: Number,
    from_commit: String,
    to_commit: String,
    q: Number,
    worse: bool,
}

/// The verdict and its census.
pub(super) fn verdict(report: &Report) -> VerdictView {
    let (headline, census) = (&report.verdict, &report.census);
    let findings = |findings: &[Finding]| {
        let view = |finding: &Finding| FindingView {
            series: finding.series,
            change: finding.change,
            now: Number(finding.now),
        };
        findings.iter().map(view).collect()
    };
    VerdictView {
        word: match headline.word {
            history::Word::Worse => "worse",
            history::Word::NothingWorse => "nothing-worse",
            history::Word::NothingJudged => "nothing-judged",
        },
        sentence: headline.sentence.clone(),
        worse: findings(&headline.worse),
        meant: findings(&headline.meant),
        better: findings(&headline.better),
        drifting: headline.drifting.clone(),
        doubtful: headline.doubtful.clone(),
        unsteady: headline.unsteady.clone(),
        files: census.files,
        runs: census.runs,
        machines: census.machines,
        judged_exact: census.exact,
        judged_ratios: census.ratios,
        not_judged: census.not_judged.clone(),
    }
}

/// All series, with at most about `points_max` points together.
pub(super) fn all(report: &Report, points_max: usize) -> Vec<SeriesView> {
    let total: usize = report.series.iter().map(|series| series.points.len()).sum();
    let each = match total > points_max {
        true => (points_max / report.series.len().max(1)).max(POINTS_MIN),
        false => usize::MAX,
    };
    report.series.iter().map(|series| view(series, each)).collect()
}

fn view(series: &history::Series, points_max: usize) -> SeriesView {
    let kept = kept(series, points_max);
    let place = |at: usize| kept.partition_point(|&index| index < at);
    let change = |change: &ChangePoint| ChangeView { at: place(change.at), ..ChangeView::of(change) };
    SeriesView {
        suite: series.case.suite.to_string(),
        case: series.case.name.to_string(),
        path: series.case.path.word().to_string(),
        settings: series.case.settings.to_string(),
        metric: series.metric.to_string(),
        unit: series.unit(),
        better: if series.better() == Better::Higher { "higher" } else { "lower" },
        basis: match series.basis {
            Basis::Ratio { .. } => "ratio",
            Basis::Raw => "raw",
            Basis::Exact => "exact",
        },
        reference: match &series.basis {
            Basis::Ratio { reference } => Some(reference.to_string()),
            Basis::Raw | Basis::Exact => None,
        },
        machine: series.machine,
        state: series.state.to_string(),
        judged: series.state.is_judged(),
        points: kept.iter().map(|&index| point(&series.points[index])).collect(),
        left_out: series.points.len() - kept.len(),
        changes: series.changes.iter().map(change).collect(),
        doubtful: series.doubtful.iter().map(change).collect(),
        drift: series.drift.as_ref().map(|drift| DriftView {
            from: place(drift.from),
            per_run: Number(drift.per_run),
            total: Number(drift.total),
            from_commit: drift.from_commit.clone(),
            to_commit: drift.to_commit.clone(),
            q: Number(drift.q),
            worse: drift.worse,
        }),
    }
}

/// Which points stay: the newest half of what may, those beside a change, and of the rest as many as fit, evenly.
fn kept(series: &history::Series, points_max: usize) -> Vec<usize> {
    let count = series.points.len();
    if count <= points_max {
        return (0..count).collect();
    }
    let newest = count - points_max / 2;
    let stride = newest.div_ceil((points_max - points_max / 2).max(1));
    let changes: Vec<usize> = series
        .changes
        .iter()
        .chain(&series.doubtful)
        .flat_map(|change| [change.at.saturating_sub(1), change.at])
        .collect();
    (0..count).filter(|index| *index >= newest || index % stride == 0 || changes.contains(index)).collect()
}

fn point(point: &history::Point) -> Vec<Number> {
    let mut numbers = vec![Number(f64::from(point.run)), Number(point.value)];
    numbers.extend(point.interval.into_iter().flatten().map(Number));
    numbers
}

impl ChangeView {
    fn of(change: &ChangePoint) -> ChangeView {
        ChangeView {
            at: change.at,
            range: change.range(),
            from: change.from_commit.clone(),
            to: change.to_commit.clone(),
            commits: change.commits.iter().map(commit).collect(),
            commit_count: change.commit_count,
            ratio: Number(change.ratio),
            interval: change.interval.map(|ends| ends.map(Number)),
            before: Number(change.before),
            after: Number(change.after),
            q: change.q.map(Number),
            worse: change.worse,
            meant: change.annotation.as_ref().map(ToString::to_string),
            also: change.also_changed.clone(),
        }
    }
}

fn commit(commit: &CommitLine) -> String {
    format!("{} {}", commit.sha.get(..8).unwrap_or(&commit.sha), commit.subject)
}
