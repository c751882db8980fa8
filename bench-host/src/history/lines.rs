//! The report's findings as cells of a table, which text and Markdown share.

use super::headline::plain;
use super::model::{Basis, ChangePoint, Finding, Report, RunFacts, Series};
use crate::table::significant;

/// The most findings of one kind that are listed; JSON has all.
pub(super) const LISTED: usize = 40;

/// The headings of [`finding`].
pub(super) const HEADINGS: [&str; 8] =
    ["since", "case (suite)", "path", "what", "change", "95 %", "q", "what else changed there"];

/// A change that still holds.
pub(super) fn finding(report: &Report, finding: &Finding) -> [String; 8] {
    let one = &report.series[finding.series];
    change(one, &one.changes[finding.change])
}

/// A change.
pub(super) fn change(one: &Series, change: &ChangePoint) -> [String; 8] {
    let mut since = change.range();
    match change.commit_count {
        0 => {}
        1 => since.push_str(" (one commit)"),
        count => since.push_str(&format!(" ({count} commits)")),
    }
    [
        since,
        format!("{} ({})", one.case.name, one.case.suite),
        one.case.path.to_string(),
        one.metric.to_string(),
        size(one, change),
        change.interval.map_or_else(dash, |[low, high]| format!("{low:.3}..{high:.3}")),
        change.q.map_or_else(
            || "exact".to_string(),
            |q| if q < 1e-4 { "<0.0001".into() } else { format!("{q:.4}") },
        ),
        if change.also_changed.is_empty() { dash() } else { change.also_changed.join(", ") },
    ]
}

fn dash() -> String {
    "-".to_string()
}

/// How much it changed: of a ratio the factor, of a counter both values.
pub(super) fn size(one: &Series, change: &ChangePoint) -> String {
    match one.basis {
        Basis::Exact => format!("{} -> {} {}", plain(change.before), plain(change.after), one.unit()),
        _ => format!("{}x", significant(change.ratio)),
    }
}

/// Series that creep, in words.
pub(super) fn drifts(report: &Report) -> Vec<String> {
    let told = report.verdict.drifting.iter().filter_map(|&index| {
        let one = &report.series[index];
        let drift = one.drift.as_ref()?;
        let word = if drift.worse { "worse" } else { "better" };
        let short = |sha: &str| sha.get(..8).unwrap_or(sha).to_string();
        Some(format!(
            "{} {}: {:.3}x over {} runs ({:.4}x a run), for the {word}, {}..{}",
            one.case,
            one.metric,
            drift.total,
            one.points.len() - drift.from,
            drift.per_run,
            short(&drift.from_commit),
            short(&drift.to_commit),
        ))
    });
    told.collect()
}

/// Exact counters whose boots differ, in words.
pub(super) fn unsteady(report: &Report) -> Vec<String> {
    let told = report.verdict.unsteady.iter().filter_map(|&index| {
        let one = &report.series[index];
        let [low, high] = one.points.last()?.interval?;
        Some(format!("{} {}: {} in one boot, {} in another", one.case, one.metric, plain(low), plain(high)))
    });
    told.collect()
}

/// Which run is the newest, how much was judged, and why the rest was not, a line each.
pub(super) fn census(report: &Report) -> Vec<String> {
    let census = &report.census;
    let today = report.today().map(|index| &report.runs[index]);
    let mut lines: Vec<String> = today.into_iter().map(newest).collect();
    lines.push(format!(
        "{}, on {}, in {}; {} series judged: {} exact counters, {} ratios to the reference image",
        counted(census.runs, "run"),
        counted(census.machines, "machine"),
        counted(census.files, "file"),
        census.judged(),
        census.exact,
        census.ratios
    ));
    lines.extend(census.not_judged.iter().map(|(why, count)| format!("not judged: {count}, {why}")));
    lines
}

fn newest(run: &RunFacts) -> String {
    let subject = run.subject.as_ref().map_or_else(String::new, |subject| format!(" ({subject})"));
    let RunFacts { header, boots, .. } = run;
    format!(
        "the newest run is of commit {}{subject}: suite {}, {}, begun {}",
        run.commit(),
        header.suite,
        counted(*boots, "boot"),
        header.began
    )
}

/// `1 run`, `2 runs`.
fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// The bounds, in a line.
pub(super) fn rules(report: &Report) -> String {
    let rules = &report.rules;
    format!(
        "rules: a ratio has changed when q < {} over all series, its interval leaves out 1, and it is further from 1 than {} \
         and than two halves of its quieter side; doubtful when q < {}; exact counters when they differ",
        rules.q_changed, rules.ratio_floor, rules.q_doubt
    )
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::history::model::{CaseId, Metric, SeriesState};
    use ninewire_bench_guest::record::{Counter, Path};

    fn of(basis: Basis, metric: Metric) -> Series {
        Series {
            case: CaseId {
                suite: "smoke".into(),
                name: "read/x".into(),
                path: Path::Native,
                settings: "s".into(),
            },
            metric,
            basis,
            machine: 0,
            points: Vec::new(),
            changes: Vec::new(),
            doubtful: Vec::new(),
            drift: None,
            state: SeriesState::Judged,
        }
    }

    #[test]
    fn a_counter_is_told_by_both_values_and_a_ratio_by_its_factor() {
        let point = ChangePoint {
            at: 1,
            from_commit: "00112233445566".into(),
            to_commit: "8899aabbccddee".into(),
            commits: Vec::new(),
            commit_count: 0,
            ratio: 0.8,
            interval: Some([0.79, 0.81]),
            before: 1.0,
            after: 1.5,
            q: Some(0.00001),
            worse: true,
            annotation: None,
            also_changed: vec!["seed: 1 -> 2".into(), "pinning: a -> b".into()],
        };
        let kicks = of(Basis::Exact, Metric::Counter(Counter::PayloadDescriptors));
        let exact = ChangePoint { interval: None, q: None, also_changed: Vec::new(), ..point.clone() };
        assert_eq!(
            change(&kicks, &exact),
            [
                "00112233..8899aabb",
                "read/x (smoke)",
                "native",
                "payload descriptors",
                "1 -> 1.500 /op",
                "-",
                "exact",
                "-"
            ]
        );
        let iops = of(Basis::Ratio { reference: "r".into() }, Metric::Iops);
        let told = change(&iops, &point);
        assert_eq!(told[4..], ["0.80x", "0.790..0.810", "<0.0001", "seed: 1 -> 2, pinning: a -> b"]);
    }
}
