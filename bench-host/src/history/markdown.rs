//! The report as Markdown for a pull request: the answer as the heading, what got worse below it, everything else folded.

use std::fmt::Write;

use super::lines::{self, HEADINGS, LISTED};
use super::model::{Finding, Report, Word};

/// The whole summary.
pub fn render(report: &Report) -> String {
    let verdict = &report.verdict;
    let heading = match verdict.word {
        Word::Worse => "Got worse",
        Word::NothingWorse if report.census.ratios == 0 => "No counter got worse, times were not judged",
        Word::NothingWorse => "Nothing got worse",
        Word::NothingJudged => "Nothing could be judged",
    };
    let mut text = format!("### {heading}\n\n{}\n", escaped(&verdict.sentence));
    let rows =
        |findings: &[Finding]| findings.iter().map(|found| lines::finding(report, found)).collect::<Vec<_>>();
    table(&mut text, &rows(&verdict.worse));
    bullets(&mut text, "Unsteady", &lines::unsteady(report));
    bullets(&mut text, "Creeping", &lines::drifts(report));
    folded(&mut text, "Worse, as is meant", &rows(&verdict.meant));
    folded(&mut text, "Better", &rows(&verdict.better));
    let doubtful: Vec<_> = verdict
        .doubtful
        .iter()
        .map(|&index| &report.series[index])
        .flat_map(|one| {
            one.doubtful.iter().filter(|change| change.worse).map(|change| lines::change(one, change))
        })
        .collect();
    folded(&mut text, "Looks worse, but not surely enough", &doubtful);
    let mut looked_at = lines::census(report);
    looked_at.extend(report.machines.iter().map(|machine| format!("machine: {machine}")));
    looked_at.extend(report.notes.iter().map(ToString::to_string));
    looked_at.push(lines::rules(report));
    text.push_str("\n<details><summary>What was looked at</summary>\n\n");
    for line in &looked_at {
        writeln!(text, "- {}", escaped(line)).ok();
    }
    text.push_str("\n</details>\n");
    text
}

/// What has a meaning in Markdown or in a table of it loses it.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | '|' | '*' | '_' | '`' | '[' | ']' | '#' | '~' => {
                safe.push('\\');
                safe.push(letter);
            }
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '\n' | '\r' => safe.push(' '),
            letter => safe.push(letter),
        }
    }
    safe
}

fn table(text: &mut String, rows: &[[String; 8]]) {
    if rows.is_empty() {
        return;
    }
    writeln!(text, "\n| {} |\n|{}", HEADINGS.join(" | "), " --- |".repeat(HEADINGS.len())).ok();
    for row in rows.iter().take(LISTED) {
        let cells: Vec<String> = row.iter().map(|cell| escaped(cell)).collect();
        writeln!(text, "| {} |", cells.join(" | ")).ok();
    }
    if rows.len() > LISTED {
        writeln!(text, "\n{} more.", rows.len() - LISTED).ok();
    }
}

fn folded(text: &mut String, title: &str, rows: &[[String; 8]]) {
    if !rows.is_empty() {
        writeln!(text, "\n<details><summary>{title}: {}</summary>", rows.len()).ok();
        table(text, rows);
        text.push_str("\n</details>\n");
    }
}

fn bullets(text: &mut String, title: &str, items: &[String]) {
    if !items.is_empty() {
        writeln!(text, "\n{title}:\n").ok();
        for item in items {
            writeln!(text, "- {}", escaped(item)).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_break_out_of_a_cell() {
        let mut text = String::new();
        let row = ["a|b", "<img src=x>", "`x`", "*y*", "[z](u)", "-", "\n", "&"].map(String::from);
        table(&mut text, &[row]);
        let last = text.lines().last().unwrap();
        assert_eq!(last, "| a\\|b | &lt;img src=x&gt; | \\`x\\` | \\*y\\* | \\[z\\](u) | - |   | &amp; |");
    }
}
