//! github-action-benchmark: the two files its tools `customBiggerIsBetter` and `customSmallerIsBetter` read, of one run; and
//! its own store, `data.js`, of the whole history, to begin its page with.
//!
//! The action judges a value by the one before it, so the counters are what is worth an alert there.

use serde_json::{Value, json};

use super::Export;
use crate::history::digest::{CellDigest, Digest, Kind, Number};
use crate::history::{Part, Store};
use crate::verdict::Better;

/// The action's words for a direction, and our names of the files.
const TOOLS: [(Better, &str, &str); 2] = [
    (Better::Higher, "customBiggerIsBetter", "bigger-is-better.json"),
    (Better::Lower, "customSmallerIsBetter", "smaller-is-better.json"),
];

/// Both files of one run.
pub fn run(digest: &Digest) -> Vec<Export> {
    let file =
        |(better, _, name)| Export::new(name, format!("{:#}\n", Value::Array(benches(digest, better))));
    TOOLS.into_iter().map(file).collect()
}

/// The store, a suite for each machine and direction; runs in the order they were made.
pub fn history(store: &Store, repository: &str) -> Export {
    let points = store.digests.iter().filter(|digest| digest.part == Part::Point);
    let mut digests: Vec<&Digest> = points.collect();
    digests.sort_by(|a, b| (&a.header.began, &a.file).cmp(&(&b.header.began, &b.file)));
    let mut entries = serde_json::Map::new();
    let mut newest_ms = 0;
    for digest in digests {
        let header = &digest.header;
        let (sha, seconds) = (&header.git.sha, header.git.commit_time);
        let date_ms = millis(&header.began).unwrap_or(seconds * 1000);
        newest_ms = newest_ms.max(date_ms);
        let subject = store.lineage.subject(sha).unwrap_or_default();
        let nobody = json!({"name": "", "username": "", "email": ""});
        for (better, tool, _) in TOOLS {
            let benches = benches(digest, better);
            if benches.is_empty() {
                continue;
            }
            let direction = if better == Better::Higher { "bigger" } else { "smaller" };
            let suite = format!("{} {} ({direction} is better)", header.suite, header.fingerprint);
            let entry = json!({
                "commit": {
                    "author": nobody, "committer": nobody, "distinct": true, "id": sha, "message": subject,
                    "timestamp": rfc3339(seconds), "url": link(repository, sha),
                },
                "date": date_ms, "tool": tool, "benches": benches,
            });
            let list = entries.entry(suite).or_insert_with(|| Value::Array(Vec::new()));
            list.as_array_mut().into_iter().for_each(|list| list.push(entry.clone()));
        }
    }
    let data = json!({"lastUpdate": newest_ms, "repoUrl": repository, "entries": entries});
    Export::new("data.js", format!("window.BENCHMARK_DATA = {data:#}\n"))
}

fn link(repository: &str, sha: &str) -> String {
    if repository.is_empty() {
        String::new()
    } else {
        format!("{}/commit/{sha}", repository.trim_end_matches('/'))
    }
}

fn benches(digest: &Digest, better: Better) -> Vec<Value> {
    let cells = digest.cells.iter();
    let numbers = cells.flat_map(|cell| cell.numbers.iter().map(move |number| (cell, number)));
    numbers
        .filter(|(_, number)| number.metric.better() == better)
        .map(|(cell, number)| bench(digest, cell, number))
        .collect()
}

fn bench(digest: &Digest, cell: &CellDigest, number: &Number) -> Value {
    let (ratio, header) = (number.kind == Kind::Ratio, &digest.header);
    let suffix = if ratio { " to the reference" } else { "" };
    let unit = if ratio { "x" } else { number.metric.unit() };
    let extra = format!(
        "{} boots, {} {}, {}",
        number.boots, header.host.cpu_model, header.qemu.version, cell.settings
    );
    let mut bench = json!({
        "name": format!("{} {} {}{suffix}", cell.case, cell.path, number.metric.word()),
        "unit": unit,
        "value": number.value,
        "extra": extra,
    });
    if let (Some([low, high]), Value::Object(fields)) = (number.interval, &mut bench) {
        let half = (high - low) / 2.0;
        fields.insert("range".into(), Value::String(format!("± {half:.3}")));
    }
    bench
}

/// Milliseconds since 1970 of a time such as `2026-11-23T17:15:10.803383Z`. The day by Howard Hinnant's
/// `days_from_civil` ("chrono-compatible low-level date algorithms", 2013), which counts years from March.
fn millis(time: &str) -> Option<u64> {
    let number = |range: std::ops::Range<usize>| time.get(range)?.parse::<u64>().ok();
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
    let (year, month) = if month > 2 { (year, month - 3) } else { (year.checked_sub(1)?, month + 9) };
    let (era, year_of_era) = (year / 400, year % 400);
    let day_of_year = (153 * month + 2) / 5 + day.checked_sub(1)?;
    let days = era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    let seconds = days.checked_sub(719_468)? * 86_400 + hour * 3_600 + minute * 60 + second;
    Some(seconds * 1000 + number(20..23).unwrap_or(0))
}

fn rfc3339(seconds: u64) -> String {
    let whole = crate::run::header::time_of(std::time::Duration::from_secs(seconds));
    // The action writes whole seconds.
    whole.replace(".000000Z", "Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_milliseconds_since_1970() {
        assert_eq!(millis("1970-01-01T00:00:00.000000Z"), Some(0));
        assert_eq!(millis("2000-02-29T00:00:00.250000Z"), Some(951_782_400_250));
        assert_eq!(millis("2001-09-09T01:46:40Z"), Some(1_000_000_000_000));
        for no_date in ["nonsense", "", "0000-01-01T00:00:00Z", "2001-03-00T00:00:00Z"] {
            assert_eq!(millis(no_date), None, "{no_date}");
        }
        assert_eq!(rfc3339(1_000_000_000), "2001-09-09T01:46:40Z");
    }
}
