//! The report for a terminal.

use std::fmt::Write;

use super::lines::{self, HEADINGS, LISTED};
use super::model::{Finding, Report};
use crate::table::table;

/// The whole summary; the answer is its first line.
pub fn render(report: &Report) -> String {
    let mut text = format!("{}\n", report.verdict.sentence);
    let verdict = &report.verdict;
    for (title, findings) in [
        ("Worse, and not meant", &verdict.worse),
        ("Worse, as is meant", &verdict.meant),
        ("Better", &verdict.better),
    ] {
        section(&mut text, report, title, findings);
    }
    doubtful(&mut text, report);
    list(&mut text, "Creeping", &lines::drifts(report));
    list(&mut text, "Unsteady", &lines::unsteady(report));
    if let Some(entry) = verdict.worse.first().map(|first| annotation(report, first)) {
        write!(
            text,
            "\nTo say that a change is meant, add to results/annotations.toml, with the reason:\n\n{entry}"
        )
        .ok();
    }
    list(&mut text, "Looked at", &lines::census(report));
    let machines: Vec<String> = report.machines.iter().map(ToString::to_string).collect();
    list(&mut text, "Machines", &machines);
    let notes: Vec<String> = report.notes.iter().map(ToString::to_string).collect();
    list(&mut text, "Notes", &notes);
    writeln!(text, "\n{}", lines::rules(report)).ok();
    text
}

fn section(text: &mut String, report: &Report, title: &str, findings: &[Finding]) {
    if findings.is_empty() {
        return;
    }
    let mut rows = table(&HEADINGS, 4);
    for found in findings.iter().take(LISTED) {
        rows.add_row(lines::finding(report, found));
    }
    writeln!(text, "\n{title}: {}\n\n{rows}", findings.len()).ok();
    reasons(text, report, findings);
    if findings.len() > LISTED {
        writeln!(text, "{} more: --format json has all", findings.len() - LISTED).ok();
    }
}

/// Why changes are meant, each reason once.
fn reasons(text: &mut String, report: &Report, findings: &[Finding]) {
    let mut told: Vec<String> = Vec::new();
    for found in findings {
        let change = &report.series[found.series].changes[found.change];
        told.extend(
            change.annotation.as_ref().map(ToString::to_string).filter(|reason| !told.contains(reason)),
        );
    }
    told.iter().for_each(|reason| {
        writeln!(text, "meant: {reason}").ok();
    });
}

fn doubtful(text: &mut String, report: &Report) {
    let indices = &report.verdict.doubtful;
    if indices.is_empty() {
        return;
    }
    let mut rows = table(&HEADINGS, 4);
    for one in indices.iter().take(LISTED).map(|&index| &report.series[index]) {
        for change in one.doubtful.iter().filter(|change| change.worse) {
            rows.add_row(lines::change(one, change));
        }
    }
    writeln!(text, "\nLooks worse, but not surely enough: {}\n\n{rows}", indices.len()).ok();
}

fn list(text: &mut String, title: &str, items: &[String]) {
    if !items.is_empty() {
        writeln!(text, "\n{title}:").ok();
        for item in items {
            writeln!(text, "- {item}").ok();
        }
    }
}

/// The entry that blesses a finding.
fn annotation(report: &Report, found: &Finding) -> String {
    let one = &report.series[found.series];
    let change = &one.changes[found.change];
    let mut entry = format!(
        "    [[change]]\n    case = \"{}\"\n    path = \"{}\"\n    what = \"{}\"\n",
        one.case.name,
        one.case.path,
        one.metric.word()
    );
    if !one.metric.is_time() {
        writeln!(entry, "    up_to = {:?}", change.after).ok();
    }
    let commit = change.to_commit.get(..8).unwrap_or(&change.to_commit);
    writeln!(entry, "    commit = \"{commit}\"\n    reason = \"\"").ok();
    entry
}
