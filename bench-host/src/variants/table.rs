//! The table of `run --suite variants`: below each case the default, and each variant with its ratio to it, the ratio's
//! interval and a word; and what an operation cost in each. All cells are judged together, as in any report.

use std::fmt::Write as _;

use ninewire_bench_guest::record::{Counter, Path};

use super::Variant;
use crate::run::cell::Cell;
use crate::run::{Header, Run};
use crate::stats::summary::median;
use crate::table::{NOTHING, significant, table};
use crate::verdict::{self, Better, Judged, Rules, Verdict};

/// What an operation costs, in the columns' order.
const COSTS: [(Counter, &str); 6] = [
    (Counter::Instructions, "instrs"),
    (Counter::Kicks, "kicks"),
    (Counter::Interrupts, "irqs"),
    (Counter::Descriptors, "descs"),
    (Counter::CopiedBytes, "copied B"),
    (Counter::Halts, "halts"),
];

/// One row: a case on one path as a side has it.
struct Row {
    case: String,
    path: Path,
    /// Which side; 0 is the default.
    side: usize,
    /// Its values, where it has any.
    cell: Option<Cell>,
    /// Compared with the default's.
    judged: Option<Judged>,
}

/// The table of runs whose boots took turns, the default's first, and what makes each. `missing` are variants that gave
/// up, and why.
pub fn render(runs: &[Run], missing: &[(String, String)], rules: &Rules) -> String {
    let Some(default) = runs.first() else { return String::new() };
    let rows = rows(default, runs, rules);
    let mut headings = vec!["case", "path", "variant", "IOPS", "to default", "95 %", "verdict"];
    headings.extend(COSTS.map(|(_, name)| name));
    headings.push("boots");
    let mut shown = table(&headings, 3);
    for row in &rows {
        let name = |header: &Header| header.variant.clone().unwrap_or_default();
        let first = row.side == 0;
        let mut cells = vec![
            if first { row.case.clone() } else { String::new() },
            if first { row.path.to_string() } else { String::new() },
            name(&runs[row.side].header),
        ];
        let Some(cell) = &row.cell else {
            cells.push(NOTHING.to_string());
            shown.add_row(cells);
            continue;
        };
        let iops = cell.values(|value| Some(value.iops));
        cells.push(median(&iops).map_or_else(|_| NOTHING.to_string(), significant));
        let ratio = row.judged.as_ref().and_then(|judged| judged.ratio);
        let times = ratio.map(|ratio| ratio.estimate).or_else(|| apart(&rows, row));
        cells.push(times.map_or_else(String::new, |times| format!("{times:.2}x")));
        cells.push(ratio.map_or_else(String::new, |ratio| format!("{:.2}..{:.2}", ratio.low, ratio.high)));
        cells.push(row.judged.as_ref().map_or_else(String::new, |judged| word(&judged.verdict)));
        cells.extend(COSTS.map(|(counter, _)| {
            let middle = cell.per_op(counter).and_then(|values| median(&values).ok());
            middle.map_or_else(|| NOTHING.to_string(), significant)
        }));
        cells.push(cell.boots.len().to_string());
        shown.add_row(cells);
    }
    let mut text = format!(
        "{}\n\n{shown}\n\
         IOPS are medians over boots of one value per boot; the boots of all sides took turns. The rest is per operation.\n\n",
        conditions(&default.header)
    );
    for run in &runs[1..] {
        let name = run.header.variant.clone().unwrap_or_default();
        let words = run.header.side.as_ref().map_or("", |side| side.words.as_str());
        let told = Variant::named(&name).map_or("", |variant| variant.told);
        let uncounted = run
            .header
            .not_counted
            .as_ref()
            .map_or_else(String::new, |why| format!("\n    instructions not measured: {why}"));
        // A machine with more cores leaves none of the host's processors to pin the rest to.
        let settings = run.header.qemu.host_settings();
        let unlike = match settings == default.header.qemu.host_settings() {
            true => String::new(),
            false => format!("\n    unlike the default: {settings}"),
        };
        // Nothing can go wrong when a text is written to.
        let _ = writeln!(
            text,
            "{name}: {told}\n    cargo ninewire run --suite {} --ab -- {words}{unlike}{uncounted}",
            default.header.suite
        );
    }
    for (name, why) in missing {
        let _ = writeln!(text, "{name}: not measured: {why}");
    }
    text
}

/// A variant's median over the default's: what is shown where there are too few boots for an interval.
fn apart(rows: &[Row], row: &Row) -> Option<f64> {
    let middle = |row: &Row| median(&row.cell.as_ref()?.values(|value| Some(value.iops))).ok();
    let is_default = |other: &&Row| other.side == 0 && (&other.case, other.path) == (&row.case, row.path);
    let before = rows.iter().find(is_default).and_then(middle).filter(|_| row.side > 0)?;
    middle(row).filter(|_| before > 0.0).map(|now| now / before)
}

/// What held for all sides.
fn conditions(header: &Header) -> String {
    format!(
        "default: QEMU {} ({}, {}), {}",
        header.qemu.version,
        header.qemu.accel,
        header.qemu.machine,
        header.qemu.host_settings()
    )
}

/// In a word; what the interval says already is left out.
fn word(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Improved => "faster".to_string(),
        Verdict::Regressed => "slower".to_string(),
        other => other.to_string(),
    }
}

fn rows(default: &Run, runs: &[Run], rules: &Rules) -> Vec<Row> {
    let cells: Vec<Vec<Cell>> = runs.iter().map(Cell::of_run).collect();
    let mut rows = Vec::new();
    for (job, path) in default.jobs.iter().flat_map(|job| Path::ALL.iter().map(move |&path| (job, path))) {
        let of = |side: usize| {
            // A side has the default's cases, under its own numbers.
            let number = runs[side].jobs.iter().find(|other| other.name == job.name)?.job;
            let cell = cells[side].iter().find(|cell| cell.job == number && cell.path == path)?;
            Some(cell.clone()).filter(|cell| !cell.boots.is_empty())
        };
        if of(0).is_none() {
            continue;
        }
        rows.extend((0..runs.len()).map(|side| Row {
            case: job.name.clone(),
            path,
            side,
            cell: of(side),
            judged: None,
        }));
    }
    judge(&mut rows, rules);
    rows
}

/// Judges every variant's row by the default's of its case and path.
fn judge(rows: &mut [Row], rules: &Rules) {
    let values =
        |row: &Row| row.cell.as_ref().map_or_else(Vec::new, |cell| cell.values(|value| Some(value.iops)));
    let mut pairs: Vec<(usize, Vec<f64>, Vec<f64>)> = Vec::new();
    let mut before = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        match row.side {
            0 => before = values(row),
            _ if row.cell.is_some() => pairs.push((index, before.clone(), values(row))),
            _ => {}
        }
    }
    let cells: Vec<verdict::Cell<'_>> = pairs
        .iter()
        .map(|(_, before, after)| verdict::Cell {
            before,
            after,
            better: Better::Higher,
            absolute_floor: 0.0,
            not_comparable: None,
        })
        .collect();
    let judged = verdict::judge(&cells, rules);
    for ((index, ..), judged) in pairs.iter().zip(judged) {
        rows[*index].judged = Some(judged);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::header::Side;
    use crate::run::testing::ten_boots;

    fn side(name: &str, words: &str, percent: u64) -> Run {
        let mut run = ten_boots(percent);
        run.header.variant = Some(name.into());
        run.header.side = Some(Side { name: name.into(), words: words.into() });
        run
    }

    #[test]
    fn each_variant_is_below_the_default_with_its_ratio_and_a_word() {
        let runs = [
            side("default", "", 100),
            side("packed", "--virtio packed=on", 80),
            side("poll", "--job wait=poll", 125),
        ];
        let mut runs = runs;
        runs[2].header.qemu.pinning = "guest 0, rest 1".into();
        let missing = [("microvm".to_string(), "it does not boot".to_string())];
        let text = render(&runs, &missing, &Rules::default());
        let row = |name: &str, nth: usize| {
            let rows = text.lines().filter(|line| line.starts_with('|'));
            let cells = |line: &str| -> Vec<String> {
                line.trim_matches('|').split('|').map(|cell| cell.trim().to_string()).collect()
            };
            rows.map(cells).filter(|cells| cells[2] == name).nth(nth).unwrap()
        };
        let default = row("default", 0);
        assert_eq!((default[0].as_str(), default[1].as_str(), default[4].as_str()), ("read/x", "native", ""));
        let packed = row("packed", 0);
        assert_eq!((packed[0].as_str(), packed[4].as_str(), packed[6].as_str()), ("", "1.25x", "faster"));
        assert_eq!((packed[8].as_str(), packed[13].as_str()), ("1.00", "10"));
        assert_eq!((row("poll", 0)[4].as_str(), row("poll", 0)[6].as_str()), ("0.80x", "slower"));
        assert_eq!(row("packed", 1)[6], "no change shown", "the serial path is the same");
        assert!(text.contains("packed: packed rings instead of split ones\n    cargo ninewire run --suite smoke --ab -- --virtio packed=on"), "{text}");
        assert!(
            text.contains(
                "--job wait=poll\n    unlike the default: threads pinned (guest 0, rest 1), spinners off\n"
            ),
            "{text}"
        );
        assert!(text.ends_with("microvm: not measured: it does not boot\n"), "{text}");
    }

    #[test]
    fn few_boots_get_no_word_and_a_cell_that_is_gone_a_dash() {
        let mut runs = [side("default", "", 100), side("packed", "", 50)];
        runs[1].boots.truncate(2);
        for boot in &mut runs[1].boots {
            boot.visits.retain(|visit| visit.facts.path == Path::Native);
        }
        let text = render(&runs, &[], &Rules::default());
        let packed = text.lines().find(|line| line.contains("| packed ")).unwrap();
        let cells: Vec<&str> = packed.split('|').map(str::trim).collect();
        assert_eq!((cells[5], cells[6]), ("2.00x", ""));
        assert!(cells[7].starts_with("too few samples: 2 of "), "{packed}");
        assert!(
            text.lines().any(|line| line.contains("| packed ")
                && line.split('|').nth(4).is_some_and(|cell| cell.trim() == "-")),
            "{text}"
        );
    }
}
