//! Go's benchmark lines (golang.org/design/14313-benchmark-format), one for each boot of each case, which is what
//! `benchstat` takes for samples: `benchstat before/bench.txt after/bench.txt`.
//!
//! `ns/op` is elapsed time by operations, so at a depth of 8 an operation that takes 80 ns costs 10; how long each one
//! took is `p50-ns` and `p99-ns`.

use std::collections::BTreeSet;
use std::fmt::Write;

use ninewire_bench_guest::record::Counter;
use ninewire_bench_guest::units::Nanos;

use super::Export;
use crate::peer::setting::is_pilot;
use crate::run::Run;
use crate::run::cell::{BootValue, Cell};
use crate::run::exact::{Exactness, exactness};

/// The file of one run.
pub fn export(run: &Run) -> Export {
    let header = &run.header;
    let mut text = String::new();
    for (key, value) in [
        ("goos", "linux"),
        ("goarch", "amd64"),
        ("pkg", &format!("ninewire/{}", header.suite)),
        ("cpu", &header.host.cpu_model),
        ("commit", &header.git.sha),
        ("qemu", &header.qemu.version),
        ("accel", &header.qemu.accel),
        ("board", &header.qemu.machine),
        ("fingerprint", &header.fingerprint),
    ] {
        // A line is a line.
        writeln!(text, "{key}: {}", value.replace(['\n', '\r'], " ")).ok();
    }
    let (mut lines, mut units) = (String::new(), BTreeSet::new());
    for cell in Cell::of_run(run) {
        let Some(job) = run.jobs.get(usize::from(cell.job)).filter(|job| !is_pilot(&job.name)) else {
            continue;
        };
        let name = name(&job.name, &cell);
        for boot in &cell.boots {
            write!(lines, "{name} {}", boot.ops).ok();
            for (value, unit) in times(boot) {
                write!(lines, " {value} {unit}").ok();
            }
            for counter in Counter::ALL.iter().copied() {
                let exact = exactness(job, cell.path, counter) == Exactness::Exact;
                if let Some(value) = boot.per_op(counter).filter(|_| exact) {
                    write!(lines, " {value} {}", unit(counter)).ok();
                    units.insert(unit(counter));
                }
            }
            lines.push('\n');
        }
    }
    text.push_str("Unit op/s better=higher\nUnit p50-ns better=lower\nUnit p99-ns better=lower\n");
    for unit in units {
        writeln!(text, "Unit {unit} better=lower").ok();
    }
    text.push_str(&lines);
    Export::new("bench.txt", text)
}

/// `BenchmarkRead/bs=4k/iodepth=1/path=native`: what follows `Benchmark` must not begin with a small letter, and nothing
/// in a name may be a space.
fn name(case: &str, cell: &Cell) -> String {
    let mut letters = case.chars();
    let first = letters.next().map_or_else(String::new, |letter| letter.to_uppercase().to_string());
    let rest: String = letters.map(|letter| if letter.is_whitespace() { '_' } else { letter }).collect();
    format!("Benchmark{first}{rest}/path={}", cell.path)
}

fn unit(counter: Counter) -> String {
    match counter {
        Counter::CopiedBytes => "copied-B/op".to_string(),
        Counter::BytesIn => "in-B/op".to_string(),
        Counter::BytesOut => "out-B/op".to_string(),
        other => format!("{}/op", other.word().replace('_', "-")),
    }
}

fn times(boot: &BootValue) -> Vec<(f64, &'static str)> {
    let mut values = Vec::new();
    if boot.iops > 0.0 {
        values.push((1e9 / boot.iops, "ns/op"));
        values.push((boot.iops, "op/s"));
    }
    // Go's MB are a million bytes.
    values.extend(boot.bw_mib_s.map(|mib| (mib * 1.048576, "MB/s")));
    let nanos = |p: f64| boot.latency.percentile(p).map(|Nanos(nanos)| nanos as f64);
    values.extend(nanos(0.50).map(|value| (value, "p50-ns")));
    values.extend(nanos(0.99).map(|value| (value, "p99-ns")));
    values
}
