//! Two runs side by side: in every cell the ratio, its interval, and a word.
//!
//! Times are judged only when the boots of both runs were interleaved (`run --ab`), because a machine is not the same
//! machine an hour later; runs made apart are shown with their ratio and called not comparable. Counters are judged by
//! [`gate`] in either case.

use std::fmt;

use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{CellAlignment, ContentArrangement, Table};
use ninewire_bench_guest::record::Path;
use ninewire_bench_guest::units::Nanos;

use crate::annotations::{Annotation, Annotations};
use crate::gate;
use crate::run::cell::{BootValue, Cell};
use crate::run::{Header, Run};
use crate::stats::summary::median;
use crate::verdict::{self, Better, Judged, Rules, Verdict};

/// One number of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Metric {
    /// Operations per second.
    Iops,
    /// The median duration of an operation.
    P50,
    /// The duration 99 of 100 operations do not exceed.
    P99,
}

impl Metric {
    pub(crate) const ALL: [Metric; 3] = [Metric::Iops, Metric::P50, Metric::P99];

    pub(crate) fn of(self, value: &BootValue) -> Option<f64> {
        match self {
            Metric::Iops => Some(value.iops),
            Metric::P50 => value.latency.percentile(0.50).map(Nanos::micros),
            Metric::P99 => value.latency.percentile(0.99).map(Nanos::micros),
        }
    }

    fn word(self) -> &'static str {
        match self {
            Metric::Iops => "iops",
            Metric::P50 => "p50",
            Metric::P99 => "p99",
        }
    }

    pub(crate) fn better(self) -> Better {
        if self == Metric::Iops { Better::Higher } else { Better::Lower }
    }

    /// A nanosecond; operations per second have no floor of their own.
    pub(crate) fn absolute_floor(self) -> f64 {
        if self == Metric::Iops { 0.0 } else { 1e-3 }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Metric::Iops => "IOPS",
            Metric::P50 => "p50 us",
            Metric::P99 => "p99 us",
        })
    }
}

/// One cell of the report.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The case.
    pub case: String,
    /// The path.
    pub path: Path,
    /// The number.
    pub metric: Metric,
    /// A value per boot of the first run.
    pub before: Vec<f64>,
    /// A value per boot of the second run.
    pub after: Vec<f64>,
    /// The word and the numbers behind it.
    pub judged: Judged,
    /// Why a regression is meant, if it is.
    pub blessed: Option<Annotation>,
}

/// Two runs compared.
#[derive(Clone, Debug)]
pub struct Report {
    /// What is compared, before and after.
    pub sides: [String; 2],
    /// Every cell that at least one of them has.
    pub rows: Vec<Row>,
    /// The counters.
    pub counters: gate::Report,
    rules: Rules,
}

/// Compares `after` with `before`.
pub fn compare(before: &Run, after: &Run, rules: &Rules) -> Report {
    let apart = apart(before, after);
    let (old, new) = (Cell::of_run(before), Cell::of_run(after));
    let name = |run: &Run, cell: &Cell| run.jobs.get(usize::from(cell.job)).map(|job| job.name.clone());
    let mut rows = Vec::new();
    let mut reasons = Vec::new();
    let mut push = |case: String, path, pair: (Option<&Cell>, Option<&Cell>), why: Option<String>| {
        for metric in Metric::ALL {
            let values = |cell: Option<&Cell>| {
                cell.map_or_else(Vec::new, |cell| cell.values(|value| metric.of(value)))
            };
            let (before, after) = (values(pair.0), values(pair.1));
            // A percentile that a run's operations do not carry is no cell.
            if metric != Metric::Iops && (before.is_empty() || after.is_empty()) {
                continue;
            }
            let judged = Judged { verdict: Verdict::NoChangeShown, ratio: None, q: None, own_floor: None };
            rows.push(Row { case: case.clone(), path, metric, before, after, judged, blessed: None });
            reasons.push(why.clone());
        }
    };
    for cell in &old {
        let Some(case) = name(before, cell) else { continue };
        let same = |other: &&Cell| other.path == cell.path && name(after, other).as_ref() == Some(&case);
        match new.iter().find(same) {
            Some(other) => {
                let settings = gate::difference(
                    &before.jobs[usize::from(cell.job)],
                    &after.jobs[usize::from(other.job)],
                );
                // What an interleaved comparison varies is what it is about.
                let settings = settings.filter(|_| apart.is_some()).map(|what| format!("{what} differs"));
                push(case, cell.path, (Some(cell), Some(other)), settings.or_else(|| apart.clone()));
            }
            None => push(case, cell.path, (Some(cell), None), Some("only in the first run".to_string())),
        }
    }
    for cell in &new {
        let Some(case) = name(after, cell) else { continue };
        let known =
            old.iter().any(|other| other.path == cell.path && name(before, other).as_ref() == Some(&case));
        if !known {
            push(case, cell.path, (None, Some(cell)), Some("only in the second run".to_string()));
        }
    }
    let cells: Vec<verdict::Cell<'_>> = rows
        .iter()
        .zip(&reasons)
        .map(|(row, why)| verdict::Cell {
            before: &row.before,
            after: &row.after,
            better: row.metric.better(),
            absolute_floor: row.metric.absolute_floor(),
            not_comparable: why.as_deref(),
        })
        .collect();
    let judged = verdict::judge(&cells, rules);
    rows.iter_mut().zip(judged).for_each(|(row, judged)| row.judged = judged);
    let counters =
        if apart.is_none() { gate::judge_sides(before, after) } else { gate::judge(before, after) };
    let sides = [before, after].map(|run| title(&run.header));
    Report { sides, rows, counters, rules: *rules }
}

/// A run in a line: its side if it is one, and what it was made with.
fn title(header: &Header) -> String {
    let what = match &header.side {
        Some(side) => side.to_string(),
        None => header.run_id.clone(),
    };
    let commit = header.git.sha.get(..8).unwrap_or("no commit");
    let dirty = if header.git.dirty { " and changes" } else { "" };
    let (qemu, image) = (&header.qemu, &header.image.crc32c);
    format!(
        "{what}: commit {commit}{dirty}, image {image}, QEMU {} ({}, {}), {}",
        qemu.version,
        qemu.accel,
        qemu.machine,
        qemu.host_settings()
    )
}

/// Why the times of two runs say nothing about each other, unless they were made for that.
fn apart(before: &Run, after: &Run) -> Option<String> {
    let (a, b) = (&before.header, &after.header);
    if a.host.cpu_model != b.host.cpu_model || a.host.logical_cpus != b.host.logical_cpus {
        return Some("another machine".to_string());
    }
    if a.qemu.accel != b.qemu.accel {
        return Some(format!("{} against {}", a.qemu.accel, b.qemu.accel));
    }
    if a.group.is_some() && a.group == b.group {
        return None;
    }
    Some("the boots of the two runs were not interleaved".to_string())
}

impl Report {
    /// Shows the reason beside regressions that are meant.
    #[must_use]
    pub fn bless(mut self, annotations: &Annotations) -> Self {
        for row in self.rows.iter_mut().filter(|row| row.judged.verdict == Verdict::Regressed) {
            let now = median(&row.after).unwrap_or(f64::NAN);
            let annotation = annotations.blessing(&row.case, row.path, row.metric.word(), now);
            row.blessed = annotation.cloned();
        }
        self.counters = self.counters.bless(annotations);
        self
    }

    /// How many cells have this word.
    pub fn count(&self, wanted: &Verdict) -> usize {
        self.rows.iter().filter(|row| row.judged.verdict == *wanted).count()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new();
        table.load_style(ASCII_MARKDOWN).set_content_arrangement(ContentArrangement::Disabled);
        table.set_header([
            "case", "path", "metric", "before", "after", "ratio", "95 %", "q", "boots", "verdict",
        ]);
        for (index, column) in table.column_iter_mut().enumerate() {
            let right = (3..9).contains(&index);
            column.set_cell_alignment(if right { CellAlignment::Right } else { CellAlignment::Left });
        }
        for row in &self.rows {
            let middle = |values: &[f64]| {
                median(values).map_or_else(|_| "-".to_string(), |value| format!("{value:.1}"))
            };
            let Judged { verdict, ratio, q, .. } = &row.judged;
            let shown = ratio.map(|ratio| ratio.estimate).or_else(|| {
                let (before, after) = (median(&row.before).ok()?, median(&row.after).ok()?);
                (before > 0.0).then_some(after / before)
            });
            table.add_row([
                row.case.clone(),
                row.path.to_string(),
                row.metric.to_string(),
                middle(&row.before),
                middle(&row.after),
                shown.map_or_else(|| "-".to_string(), |shown| format!("{shown:.3}")),
                ratio.map_or_else(|| "-".to_string(), |ratio| format!("{:.3}..{:.3}", ratio.low, ratio.high)),
                q.map_or_else(|| "-".to_string(), |q| format!("{q:.4}")),
                format!("{}+{}", row.before.len(), row.after.len()),
                match &row.blessed {
                    Some(annotation) => format!("{verdict}, as is meant: {annotation}"),
                    None => verdict.to_string(),
                },
            ]);
        }
        let Rules { q_changed, q_doubt, ratio_floor, own_floor_factor, resamples, seed, .. } = self.rules;
        self.sides.iter().try_for_each(|side| writeln!(f, "{side}"))?;
        writeln!(f, "\n{table}")?;
        writeln!(
            f,
            "{} cells: {} improved, {} regressed, {} without a change shown, {} inconclusive",
            self.rows.len(),
            self.count(&Verdict::Improved),
            self.count(&Verdict::Regressed),
            self.count(&Verdict::NoChangeShown),
            self.count(&Verdict::Inconclusive),
        )?;
        writeln!(
            f,
            "rules: changed when q < {q_changed} over all cells, the interval leaves out 1, and the ratio is further from 1 \
             than {ratio_floor} and {own_floor_factor} times the case's own floor; inconclusive when q < {q_doubt}; \
             {resamples} resamples, seed {seed}\n"
        )?;
        write!(f, "{}", self.counters)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::testing::ten_boots;

    fn of_group(group: Option<&str>, percent: u64) -> Run {
        let mut run = ten_boots(percent);
        run.header.group = group.map(str::to_string);
        run
    }

    fn words(report: &Report, metric: Metric) -> Vec<String> {
        let rows = report.rows.iter().filter(|row| row.metric == metric);
        rows.map(|row| format!("{} {} {}", row.case, row.path, row.judged.verdict)).collect()
    }

    #[test]
    fn an_interleaved_run_against_itself_shows_no_change_in_any_cell() {
        let report = compare(&of_group(Some("g"), 100), &of_group(Some("g"), 100), &Rules::default());
        assert!(report.rows.len() >= 4);
        assert_eq!(report.count(&Verdict::NoChangeShown), report.rows.len());
        assert!(report.counters.passes());
    }

    #[test]
    fn a_planted_delay_is_found_on_its_path_and_only_there() {
        let report = compare(&of_group(Some("g"), 100), &of_group(Some("g"), 120), &Rules::default());
        assert_eq!(
            words(&report, Metric::Iops),
            [
                "read/x native regressed",
                "read/x serial no change shown",
                "filestat/x native regressed",
                "filestat/x serial no change shown",
            ]
        );
        let told = report.to_string();
        assert!(told.contains("2 regressed"), "{told}");
    }

    #[test]
    fn runs_made_apart_or_unlike_are_not_judged_by_time() {
        let verdict = |after: &Run| {
            words(&compare(&of_group(None, 100), after, &Rules::default()), Metric::Iops)[0].clone()
        };
        let mut other = of_group(None, 150);
        assert_eq!(
            verdict(&other),
            "read/x native not comparable: the boots of the two runs were not interleaved"
        );
        other.jobs[0].iodepth = 32;
        assert_eq!(verdict(&other), "read/x native not comparable: iodepth differs");
        other.header.qemu.accel = "kvm".into();
        other.jobs[0].iodepth = 8;
        assert_eq!(verdict(&other), "read/x native not comparable: tcg against kvm");
        other.header.host.cpu_model = "B".into();
        assert_eq!(verdict(&other), "read/x native not comparable: another machine");
        other.jobs[0].name = "gone".into();
        assert_eq!(verdict(&other), "read/x native not comparable: only in the first run");
    }

    #[test]
    fn few_boots_get_no_verdict() {
        let mut few = of_group(Some("g"), 100);
        few.boots.truncate(3);
        let report = compare(&few, &of_group(Some("g"), 100), &Rules::default());
        assert_eq!(words(&report, Metric::Iops)[0], "read/x native too few samples: 3 of 7 boots");
    }
}
