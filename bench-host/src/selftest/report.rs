//! The figures, printed and kept.

use std::fmt;

use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{CellAlignment, ContentArrangement, Table};
use serde::Serialize;
use serde_json::json;

use super::times::{Noise, Words};
use super::{BOOTS, Counters, Effort, FALSE_ALARMS_MAX, FOUND, Found, STEP_ASKED, STEPS};
use crate::verdict::Rules;

/// The form of a file of figures.
pub const SCHEMA: &str = "ninewire-selftest/1";

/// What came of putting the judge to the proof.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// How much was tried.
    pub effort: Effort,
    /// The bounds the judge went by.
    pub rules: Rules,
    /// Recorded comparisons of a thing with itself.
    pub pairs: Vec<Noise>,
    /// Boots drawn anew and made-up ones.
    pub noises: Vec<Noise>,
    /// How small a step is found.
    pub found: Vec<Found>,
    /// Exact counters.
    pub counters: Vec<Counters>,
}

impl Report {
    pub(super) fn new(effort: Effort, rules: &Rules) -> Self {
        let (pairs, noises, found, counters) = Default::default();
        Self { effort, rules: *rules, pairs, noises, found, counters }
    }

    /// Whether the judge keeps what it promises; the first thing it does not keep otherwise.
    pub fn broken(&self) -> Option<String> {
        for noise in self.noises.iter().chain(&self.pairs) {
            let Words { judged, alarms, .. } = noise.total();
            // A single report has few cells: one of them may be over without the promise being broken on the whole.
            if noise.reports > 1 && alarms as f64 > FALSE_ALARMS_MAX * judged as f64 {
                return Some(format!("{}: {alarms} false alarms in {judged} cells", noise.source));
            }
        }
        for Counters { source, judged, alarms, planted, named } in &self.counters {
            if *alarms > 0 {
                return Some(format!("{source}: {alarms} of {judged} exact counters fail without a change"));
            }
            if named < planted {
                return Some(format!(
                    "{source}: {} of {planted} planted events were not named",
                    planted - named
                ));
            }
        }
        None
    }

    /// One JSON object a line: what was tried, then every figure.
    pub fn to_lines(&self, made: &str, commit: &str) -> serde_json::Result<String> {
        let Effort { boots, trials, seed } = self.effort;
        let Rules { q_changed, q_doubt, ratio_floor, own_floor_factor, .. } = self.rules;
        let head = json!({
            "type": "selftest", "schema": SCHEMA, "made": made, "commit": commit,
            "boots": boots, "trials": trials, "seed": seed, "steps": STEPS, "boots_tried": BOOTS,
            "step_asked": STEP_ASKED, "found_at": FOUND,
            "q_changed": q_changed, "q_doubt": q_doubt, "ratio_floor": ratio_floor, "own_floor_factor": own_floor_factor,
        });
        let mut lines = vec![head.to_string()];
        let mut put = |kind: &str, value: serde_json::Result<serde_json::Value>| {
            let mut value = value?;
            if let Some(object) = value.as_object_mut() {
                object.insert("type".into(), kind.into());
            }
            lines.push(value.to_string());
            Ok::<_, serde_json::Error>(())
        };
        #[derive(Serialize)]
        struct Line<'n> {
            source: &'n str,
            case: &'n str,
            path: &'n str,
            metric: String,
            #[serde(flatten)]
            words: Words,
        }
        for (kind, noises) in [("pair", &self.pairs), ("noise", &self.noises)] {
            for noise in noises {
                for (series, words) in &noise.series {
                    let (source, metric) = (&noise.source[..], series.metric.to_string());
                    let line = Line { source, case: &series.case, path: &series.path, metric, words: *words };
                    put(kind, serde_json::to_value(line))?;
                }
            }
        }
        self.found.iter().try_for_each(|found| put("found", serde_json::to_value(found)))?;
        self.counters.iter().try_for_each(|counters| put("counters", serde_json::to_value(counters)))?;
        Ok(lines.join("\n") + "\n")
    }

    fn table(&self, noise: &Noise) -> Table {
        let mut table = Table::new();
        table.load_style(ASCII_MARKDOWN).set_content_arrangement(ContentArrangement::Disabled);
        let step = format!("boots for {}", percent(STEP_ASKED));
        table.set_header(["case", "path", "metric", "false alarms", "inconclusive", "smallest step", &step]);
        for (index, column) in table.column_iter_mut().enumerate() {
            column.set_cell_alignment(if index < 3 { CellAlignment::Left } else { CellAlignment::Right });
        }
        for (series, words) in &noise.series {
            let found =
                self.found.iter().find(|found| found.source == noise.source && found.series == *series);
            let Some(found) = found else { continue };
            let largest = STEPS.last().copied().unwrap_or(1.0);
            let most = BOOTS.last().copied().unwrap_or(0);
            table.add_row([
                series.case.clone(),
                series.path.clone(),
                series.metric.to_string(),
                format!("{} of {}", words.alarms, words.judged),
                format!("{} of {}", words.inconclusive, words.judged),
                found.smallest_step.map_or_else(|| format!("over {}", percent(largest)), percent),
                found.boots_for_step.map_or_else(|| format!("over {most}"), |boots| boots.to_string()),
            ]);
        }
        table
    }
}

fn percent(step: f64) -> String {
    format!("{:.3}", (step - 1.0) * 100.0).trim_end_matches('0').trim_end_matches('.').to_string() + " %"
}

fn line(f: &mut fmt::Formatter<'_>, noise: &Noise) -> fmt::Result {
    let Words { judged, alarms, inconclusive } = noise.total();
    writeln!(
        f,
        "{}: {alarms} false alarms and {inconclusive} inconclusive in {judged} cells ({:.2} % false); {} of {} reports show \
         no change in any cell",
        noise.source,
        100.0 * alarms as f64 / (judged as f64).max(1.0),
        noise.clean_reports,
        noise.reports,
    )
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Effort { boots, trials, seed } = self.effort;
        writeln!(f, "nothing changed, {boots} boots a side, {trials} comparisons each, seed {seed}:")?;
        self.noises.iter().try_for_each(|noise| line(f, noise))?;
        if !self.pairs.is_empty() {
            writeln!(f, "\nrecorded comparisons of a thing with itself:")?;
            self.pairs.iter().try_for_each(|noise| line(f, noise))?;
        }
        writeln!(
            f,
            "\nthe smallest step of a cell alone that is found in {:.0} % of comparisons with {boots} boots a side, and how \
             many a slowdown by {} needs:",
            100.0 * FOUND,
            percent(STEP_ASKED),
        )?;
        for noise in &self.noises {
            writeln!(f, "\n{}\n{}", noise.source, self.table(noise))?;
        }
        writeln!(f)?;
        for Counters { source, judged, alarms, planted, named } in &self.counters {
            writeln!(
                f,
                "{source}: {judged} exact counters, {alarms} fail without a change; of {planted} planted events {named} are \
                 named"
            )?;
        }
        match self.broken() {
            None => writeln!(
                f,
                "the judge keeps what it promises: at most {} % of cells falsely, exact counters never, every planted event \
                 named",
                100.0 * FALSE_ALARMS_MAX
            ),
            Some(what) => writeln!(f, "THE JUDGE BREAKS ITS PROMISE: {what}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interrupt::Interrupts;
    use crate::run::testing::a_run;
    use crate::selftest::run;

    #[test]
    fn a_whole_selftest_tells_its_figures_and_keeps_them() {
        let mut recorded = a_run();
        recorded.boots = recorded.boots.iter().cycle().take(6).cloned().collect();
        let effort = Effort { boots: 10, trials: 4, seed: 1 };
        let report = run(&[recorded], effort, &Rules::default(), &Interrupts::never().unwrap()).unwrap();
        assert_eq!(report.broken(), None);
        let told = report.to_string();
        assert!(told.contains("| read/x") && told.contains("the judge keeps what it promises"), "{told}");
        let lines = report.to_lines("2026", "abc").unwrap();
        let kinds: std::collections::BTreeSet<String> = lines
            .lines()
            .map(|line| {
                serde_json::from_str::<serde_json::Value>(line).unwrap()["type"].as_str().unwrap().into()
            })
            .collect();
        assert_eq!(kinds.into_iter().collect::<Vec<_>>(), ["counters", "found", "noise", "selftest"]);
    }

    #[test]
    fn a_broken_promise_is_named() {
        let mut report = Report::new(Effort { boots: 6, trials: 2, seed: 1 }, &Rules::default());
        report.counters.push(Counters { source: "x".into(), judged: 4, alarms: 0, planted: 8, named: 7 });
        assert!(report.broken().unwrap().contains("1 of 8 planted events"));
        report.counters[0].alarms = 1;
        assert!(report.to_string().contains("BREAKS ITS PROMISE: x: 1 of 4"));
    }
}
