//! Where the time of an operation goes: what the guest saw in the pass in which it watched operations stage by stage.

use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{CellAlignment, ContentArrangement, Table};
use ninewire_bench_guest::record::{Counter, Path};

use super::job_of;
use crate::run::cell::Cell;
use crate::run::{Boot, Run};
use crate::stats::summary::median;

const STAGES: [(Counter, &str); 5] = [
    (Counter::SplitBuildNs, "build+queue us"),
    (Counter::SplitKickNs, "kick us"),
    (Counter::SplitDeviceNs, "device us"),
    (Counter::SplitInterruptNs, "interrupt us"),
    (Counter::SplitParseNs, "parse us"),
];

/// One case on one path.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    /// The case.
    pub name: String,
    /// The path.
    pub path: Path,
    /// Microseconds an operation spent in each stage: the median over boots.
    pub stages: [f64; 5],
    /// Microseconds an operation took while it was watched.
    pub watched: f64,
    /// Microseconds an operation takes when nobody watches.
    pub unwatched: f64,
    /// Microseconds that the stamps alone cost an operation.
    pub stamps: f64,
}

/// What one boot says about a cell: each stage, then the stamps, in microseconds an operation.
fn of_boot(boot: &Boot, cell: &Cell) -> Option<[f64; 6]> {
    let about = |facts: &crate::run::VisitFacts| facts.job == cell.job && facts.path == cell.path;
    let visits = boot.visits.iter().filter(|visit| about(&visit.facts));
    let samples: Vec<_> = visits.flat_map(|visit| &visit.samples).collect();
    let total = |counter: Counter| samples.iter().filter_map(|sample| sample.counter(counter)).sum::<u64>();
    let ops = total(Counter::SplitOps);
    if ops == 0 {
        return None;
    }
    let counters = STAGES.map(|(counter, _)| counter).into_iter().chain([Counter::SplitStampNs]);
    let values: Vec<f64> = counters.map(|counter| total(counter) as f64 / ops as f64 / 1e3).collect();
    values.try_into().ok()
}

/// Every cell that was watched.
pub(super) fn splits(run: &Run, cells: &[Cell]) -> Vec<Split> {
    let of_cell = |cell: &Cell| {
        let boots: Vec<[f64; 6]> = run.boots.iter().filter_map(|boot| of_boot(boot, cell)).collect();
        let middle = |place: usize| median(&boots.iter().map(|boot| boot[place]).collect::<Vec<_>>()).ok();
        let mut stages = [0.0; 5];
        for (place, stage) in stages.iter_mut().enumerate() {
            *stage = middle(place)?;
        }
        let whole: Vec<f64> = boots.iter().map(|boot| boot[..5].iter().sum()).collect();
        let iops = median(&cell.values(|value| Some(value.iops))).ok().filter(|iops| *iops > 0.0)?;
        Some(Split {
            name: job_of(run, cell)?.name.clone(),
            path: cell.path,
            stages,
            watched: median(&whole).ok()?,
            unwatched: 1e6 / iops,
            stamps: middle(5)?,
        })
    };
    cells.iter().filter_map(of_cell).collect()
}

/// The table, and what its columns are; nothing where nobody watched.
pub(super) fn table(splits: &[Split]) -> String {
    if splits.is_empty() {
        return String::new();
    }
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_content_arrangement(ContentArrangement::Disabled);
    let headings = ["where time goes", "path"].into_iter().chain(STAGES.map(|(_, name)| name));
    table.set_header(headings.chain(["watched us", "unwatched us", "stamps us"]));
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_cell_alignment(if index < 2 { CellAlignment::Left } else { CellAlignment::Right });
    }
    for split in splits {
        let times = split.stages.iter().chain([&split.watched, &split.unwatched]);
        let times = times.map(|micros| format!("{micros:.1}"));
        let row = [split.name.clone(), split.path.to_string()].into_iter().chain(times);
        table.add_row(row.chain([format!("{:.2}", split.stamps)]));
    }
    format!(
        "{table}\n\
         Of an operation, one at a time, in a pass of its own: until its message is in the ring; until the device is notified;\n\
         until the answer is found; handlers of interrupts, and until the operation goes on; until it is done. Building a message\n\
         and queueing it are one stage: nobody else runs between them, and a stamp there would be in the way of every message,\n\
         watched or not. Of an operation of several messages, that stage is also what lies between an answer and the next message.\n\
         Stamps is what looking costs.\n"
    )
}

/// How far the watched pass may be from the timed ones before it says little about them.
const FAR: f64 = 1.5;

/// What makes one doubt a split, with advice.
pub(super) fn doubts(splits: &[Split]) -> Vec<String> {
    let far = |split: &&Split| {
        let ratio = split.watched / split.unwatched;
        !(1.0 / FAR..=FAR).contains(&ratio)
    };
    splits
        .iter()
        .filter(far)
        .map(|split| {
            format!(
                "{} {}: watched, an operation took {:.1} us, and otherwise {:.1}: take from its split which stage is the \
                 largest and no more, or use more boots",
                split.name, split.path, split.watched, split.unwatched
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::testing::a_run;

    /// Ten operations watched natively in each boot; times of each stage in the order of the stages, then the stamps.
    fn watched(stages_ns: [u64; 6]) -> Run {
        let mut run = a_run();
        let counters = STAGES.map(|(counter, _)| counter).into_iter().chain([Counter::SplitStampNs]);
        let values: Vec<_> = counters.zip(stages_ns).chain([(Counter::SplitOps, 1)]).collect();
        for visit in run.boots.iter_mut().flat_map(|boot| &mut boot.visits) {
            if (visit.facts.job, visit.facts.visit) == (0, 0) {
                let last = visit.samples.last_mut().unwrap();
                last.counters
                    .extend(values.iter().map(|(counter, value)| (counter.word().to_string(), value * 10)));
            }
        }
        run
    }

    #[test]
    fn stages_are_shown_beside_what_an_operation_takes_unwatched() {
        let run = watched([2_000, 3_000, 80_000, 10_000, 6_000, 90]);
        let splits = splits(&run, &Cell::of_run(&run));
        let [split] = &splits[..] else { panic!("{splits:?}") };
        assert_eq!(split.stages, [2.0, 3.0, 80.0, 10.0, 6.0]);
        assert!((split.watched - 101.0).abs() < 1e-9 && (split.unwatched - 101.0).abs() < 0.1, "{split:?}");
        let told = table(&splits);
        let row = told.lines().find(|line| line.contains("read/x")).unwrap();
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        assert_eq!(cells[1..], ["native", "2.0", "3.0", "80.0", "10.0", "6.0", "101.0", "101.0", "0.09"]);
        assert!(doubts(&splits).is_empty());
    }

    #[test]
    fn a_split_far_from_the_timed_pass_is_doubted_and_none_is_no_table() {
        let run = watched([2_000, 3_000, 280_000, 10_000, 6_000, 90]);
        let far = doubts(&splits(&run, &Cell::of_run(&run)));
        assert!(
            far[0].contains("read/x native: watched, an operation took 301.0 us, and otherwise 101.0"),
            "{far:?}"
        );
        assert_eq!(table(&splits(&a_run(), &Cell::of_run(&a_run()))), "");
    }
}
