//! The tables a run ends with: native against serial in fio's words, and below what an operation cost and with which
//! settings. Every number is derived from the run that is passed in; what was not measured is a dash.

use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{CellAlignment, ContentArrangement, Table};
use ninewire_bench_guest::record::{Counter, Path};
use ninewire_bench_guest::units::{Bytes, Nanos};

use crate::qemu::Part;
use crate::run::cell::{BootValue, Cell};
use crate::run::{Granted, Job, Run};
use crate::stats::summary::median;

/// Stands where nothing was measured.
pub(crate) const NOTHING: &str = "-";

/// Both tables, and a line about the boots.
pub fn render(run: &Run) -> String {
    let cells = Cell::of_run(run);
    let parts = [boots_line(run), speed(run, &cells), cost(run, &cells)];
    parts.join("\n\n") + "\n"
}

fn boots_line(run: &Run) -> String {
    let millis = |number: fn(&crate::run::BootFacts) -> Option<u64>| {
        let values: Vec<f64> =
            run.boots.iter().filter_map(|boot| Some(number(&boot.facts)? as f64 / 1e6)).collect();
        median(&values).map_or_else(|_| NOTHING.to_string(), |millis| format!("{millis:.1} ms"))
    };
    format!(
        "{} boot{}, QEMU {} ({}, {}): kernel entry to first 9P message {}, QEMU start to it {} (median); {}",
        run.boots.len(),
        if run.boots.len() == 1 { "" } else { "s" },
        run.header.qemu.version,
        run.header.qemu.accel,
        run.header.qemu.machine,
        millis(|facts| facts.entry_to_first_9p_ns),
        millis(|facts| facts.start_to_first_9p_ns),
        run.header.qemu.host_settings(),
    )
}

/// A table whose first `words` columns are words, and the others numbers.
pub(crate) fn table(headings: &[&str], words: usize) -> Table {
    let mut table = Table::new();
    table
        .load_style(ASCII_MARKDOWN)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(headings);
    for (index, column) in table.column_iter_mut().enumerate() {
        let alignment = if index < words { CellAlignment::Left } else { CellAlignment::Right };
        column.set_cell_alignment(alignment);
    }
    table
}

fn job_of<'r>(run: &'r Run, cell: &Cell) -> Option<&'r Job> {
    run.jobs.get(usize::from(cell.job))
}

fn speed(run: &Run, cells: &[Cell]) -> String {
    let headings =
        ["case", "path", "bw MiB/s", "IOPS", "p50 us", "p99 us", "native/serial", "spread", "boots"];
    let mut table = table(&headings, 2);
    for cell in cells {
        let Some(job) = job_of(run, cell) else { continue };
        let name = if is_first_of_case(cells, cell) { job.name.as_str() } else { "" };
        if cell.boots.is_empty() {
            let reason = cell.unsupported.as_deref().unwrap_or(NOTHING);
            table.add_row([name, cell.path.word(), reason]);
            continue;
        }
        let iops = cell.values(|value| Some(value.iops));
        table.add_row([
            name.to_string(),
            cell.path.to_string(),
            shown(cell, |value| value.bw_mib_s),
            shown(cell, |value| Some(value.iops)),
            shown(cell, |value| value.latency.percentile(0.50).map(Nanos::micros)),
            shown(cell, |value| value.latency.percentile(0.99).map(Nanos::micros)),
            if cell.path == Path::Native { ratio(cells, cell) } else { String::new() },
            spread(&iops),
            cell.boots.len().to_string(),
        ]);
    }
    format!(
        "{table}\n\
         Each number is the median over boots of one value per boot. Spread: the fastest boot's IOPS over the \
         slowest's.\nPercentiles are shown where at least ten operations of every boot lie beyond them."
    )
}

fn is_first_of_case(cells: &[Cell], cell: &Cell) -> bool {
    cells.iter().find(|other| other.job == cell.job).is_some_and(|first| first.path == cell.path)
}

/// The median of one number over the boots that have it; nothing unless all of them have.
fn shown(cell: &Cell, number: impl Fn(&BootValue) -> Option<f64>) -> String {
    let values = cell.values(number);
    if values.len() < cell.boots.len() {
        return NOTHING.to_string();
    }
    median(&values).map_or_else(|_| NOTHING.to_string(), significant)
}

/// Three digits that mean something, and never fewer than stand before the point.
pub(crate) fn significant(value: f64) -> String {
    let decimals = match value.abs() {
        magnitude if magnitude >= 100.0 => 0,
        magnitude if magnitude >= 10.0 => 1,
        _ => 2,
    };
    format!("{value:.decimals$}")
}

fn ratio(cells: &[Cell], native: &Cell) -> String {
    let serial = cells.iter().find(|other| other.job == native.job && other.path == Path::Serial);
    let iops = |cell: &Cell| median(&cell.values(|value| Some(value.iops))).ok().filter(|iops| *iops > 0.0);
    match (iops(native), serial.and_then(iops)) {
        (Some(native), Some(serial)) => format!("{}x", significant(native / serial)),
        _ => NOTHING.to_string(),
    }
}

fn spread(values: &[f64]) -> String {
    let (low, high) =
        values.iter().fold((f64::INFINITY, 0.0_f64), |(low, high), &value| (low.min(value), high.max(value)));
    if values.len() < 2 || low <= 0.0 { NOTHING.to_string() } else { format!("{:.2}x", high / low) }
}

const COSTS: [(Counter, &str); 7] = [
    (Counter::Instructions, "instrs"),
    (Counter::Kicks, "kicks"),
    (Counter::Interrupts, "irqs"),
    (Counter::Descriptors, "descs"),
    (Counter::Messages, "msgs"),
    (Counter::CopiedBytes, "copied B"),
    (Counter::Halts, "halts"),
];

fn cost(run: &Run, cells: &[Cell]) -> String {
    let mut headings = vec!["per operation", "path"];
    headings.extend(COSTS.map(|(_, name)| name));
    headings.extend(["host us", "depth", "msize", "wait", "dialect", "server", "over", "reads into"]);
    let mut table = table(&headings, 2);
    for cell in cells.iter().filter(|cell| !cell.boots.is_empty()) {
        let Some(job) = job_of(run, cell) else { continue };
        let name = if is_first_of_case(cells, cell) { job.name.as_str() } else { "" };
        let mut row = vec![name.to_string(), cell.path.to_string()];
        row.extend(COSTS.map(|(counter, _)| {
            let middle = cell.per_op(counter).and_then(|values| median(&values).ok());
            middle.map_or_else(|| NOTHING.to_string(), significant)
        }));
        row.push(host(cell));
        row.push(job.iodepth.to_string());
        row.push(granted(run, cell, |granted| Bytes(granted.msize_bytes.into()).to_string()));
        row.push(granted(run, cell, |granted| granted.wait.to_string()));
        row.push(granted(run, cell, |granted| granted.dialect.to_string()));
        row.push(job.servers.get(cell.path.word()).cloned().unwrap_or_else(|| NOTHING.to_string()));
        row.push(granted(run, cell, |granted| granted.device.clone()));
        row.push(granted(run, cell, |granted| granted.placement.to_string()));
        table.add_row(row);
    }
    let uncounted =
        run.header.not_counted.as_ref().map_or_else(String::new, |why| format!(" (not measured: {why})"));
    format!(
        "{table}\n\
         Instrs are the guest's instructions, waiting left out{uncounted}.\n\
         Kicks are notifications to the device, irqs interrupts taken, descs descriptors given to it, msgs 9P requests; \
         copied is payload\nthe guest's processor copied; halts are sleeps. Reads end in pages the reader brought (own-pages) or in the \
         transport's (loan).\nHost is what its processors worked for it: guest core + QEMU's main loop + its other threads + \
         the embedded 9P server."
    )
}

/// What the host's processors worked for an operation, in microseconds: guest core, main loop, workers, server.
fn host(cell: &Cell) -> String {
    let part = |part: Part| {
        let of_boot = |boot: &BootValue| {
            boot.host_cpu.iter().find(|(known, _)| *known == part).map(|(_, ran)| ran.micros())
        };
        let values = cell.values(of_boot);
        (values.len() == cell.boots.len()).then(|| median(&values).ok()).flatten()
    };
    let parts: Option<Vec<String>> =
        Part::ALL.iter().map(|&known| part(known).map(|micros| format!("{micros:.1}"))).collect();
    parts.map_or_else(|| NOTHING.to_string(), |parts| parts.join(" + "))
}

/// A granted setting of a cell; all of them where visits differ.
fn granted(run: &Run, cell: &Cell, setting: impl Fn(&Granted) -> String) -> String {
    let visits = run.boots.iter().flat_map(|boot| &boot.visits);
    let about = visits.filter(|visit| visit.facts.job == cell.job && visit.facts.path == cell.path);
    let mut settings: Vec<String> =
        about.filter_map(|visit| visit.facts.granted.as_ref()).map(setting).collect();
    settings.sort_unstable();
    settings.dedup();
    if settings.is_empty() { NOTHING.to_string() } else { settings.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::durations::Durations;
    use crate::run::testing::a_run;
    use ninewire_bench_guest::record::Outcome;

    /// The cells of the row that begins with these two.
    fn row(text: &str, case: &str, path: &str, table: usize) -> Vec<String> {
        let rows = text.lines().map(|line| -> Vec<String> {
            line.trim_matches('|').split('|').map(|cell| cell.trim().to_string()).collect()
        });
        let mut of_case = String::new();
        let mut found = Vec::new();
        for row in rows.filter(|row| row.len() > 2) {
            if !row[0].is_empty() {
                of_case.clone_from(&row[0]);
            }
            if of_case == case && row[1] == path {
                found.push(row);
            }
        }
        found.swap_remove(table)
    }

    #[test]
    fn the_tables_show_medians_ratios_and_costs() {
        let text = render(&a_run());
        // The middle boot takes 101 us an operation natively and 404 us over serial.
        assert_eq!(
            row(&text, "read/x", "native", 0)[2..],
            ["9901", "9901", "101", "101", "4.00x", "1.02x", "3"]
        );
        assert_eq!(row(&text, "read/x", "serial", 0)[2..4], ["2475", "2475"]);
        assert_eq!(row(&text, "filestat/x", "native", 0)[2..4], ["-", "9901"]);
        let cost = row(&text, "read/x", "serial", 1);
        assert_eq!(cost[2..9], ["500", "1.00", "-", "-", "1.00", "11.0", "-"]);
        assert_eq!(
            cost[9..],
            [
                "50.0 + 9.0 + 0.0 + 0.0",
                "8",
                "1028k",
                "adaptive",
                "9P2000.L",
                "ninewire",
                "virtio-console-1",
                "loan"
            ]
        );
        assert!(
            text.starts_with("3 boots, QEMU 7.2.22 (tcg, q35): kernel entry to first 9P message 2.1 ms"),
            "{text}"
        );
    }

    #[test]
    fn percentiles_that_too_few_operations_carry_are_not_shown() {
        let mut run = a_run();
        for boot in &mut run.boots {
            boot.visits.retain(|visit| visit.facts.visit == 0);
            for visit in &mut boot.visits {
                let Some((bucket, _)) = visit.durations.iter().next() else { continue };
                visit.durations = Durations::default();
                visit.durations.add(bucket, 200).unwrap();
            }
        }
        let native = row(&render(&run), "read/x", "native", 0);
        assert_eq!((native[4].as_str(), native[5].as_str()), ("101", "-"));
        assert_eq!(native[6], "-", "there is nothing to compare with");
    }

    #[test]
    fn a_case_a_path_cannot_run_says_why() {
        let mut run = a_run();
        for visit in run.boots.iter_mut().flat_map(|boot| &mut boot.visits) {
            if visit.facts.path == Path::Serial {
                visit.samples.clear();
                visit.facts.outcome = Outcome::Unsupported;
                visit.facts.reason = "msize too small".into();
            }
        }
        assert_eq!(row(&render(&run), "read/x", "serial", 0)[2], "msize too small");
    }
}
