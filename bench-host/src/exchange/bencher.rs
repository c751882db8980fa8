//! Bencher's metric format (`bencher run --adapter json`): benchmark, measure, value with its ends.
//!
//! Bencher knows the measures `latency` in nanoseconds and `throughput` in operations per second; the others are named
//! by their numbers and are made by the first upload that has them.

use serde_json::{Map, Value, json};

use super::Export;
use crate::history::Metric;
use crate::history::digest::{CellDigest, Digest, Kind, Number};

/// Bencher takes names of benchmarks up to this length.
const NAME_MAX: usize = 1024;

/// The file of one run.
pub fn export(digest: &Digest) -> Export {
    let mut benchmarks = Map::new();
    for cell in &digest.cells {
        let mut measures = Map::new();
        for number in &cell.numbers {
            measures.insert(measure(number), metric(number));
        }
        benchmarks.insert(name(cell), Value::Object(measures));
    }
    Export::new("bmf.json", format!("{:#}\n", Value::Object(benchmarks)))
}

fn name(cell: &CellDigest) -> String {
    format!("{}/{}", cell.case, cell.path).chars().take(NAME_MAX).collect()
}

/// The measure's slug: small letters, digits and dashes.
fn measure(number: &Number) -> String {
    let base = match number.metric {
        Metric::Iops => "throughput".to_string(),
        Metric::P50 => "latency".to_string(),
        Metric::P99 => "latency-p99".to_string(),
        Metric::Counter(counter) => format!("{}-per-operation", counter.word().replace('_', "-")),
    };
    if number.kind == Kind::Ratio { format!("{base}-to-reference") } else { base }
}

fn metric(number: &Number) -> Value {
    // Durations are microseconds here and nanoseconds there.
    let nanos = number.kind == Kind::Raw && matches!(number.metric, Metric::P50 | Metric::P99);
    let scaled = |value: f64| if nanos { value * 1e3 } else { value };
    match number.interval {
        Some([low, high]) => json!({
            "value": scaled(number.value), "lower_value": scaled(low), "upper_value": scaled(high),
        }),
        None => json!({"value": scaled(number.value)}),
    }
}
