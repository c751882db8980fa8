//! What `cargo bench` left: criterion's estimates and the instruction counts of iai-callgrind or gungraun. A recorded copy
//! in `results/benches.json` stands in where no bench was run.
//!
//! Read with distrust: a folder may hold files of other versions and other programs. What is not understood is named.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::BENCHES;

/// The form of a recorded copy.
const FORM: &str = "ninewire-benches/1";

/// Where benches are from, in words.
const RUN: &str = "the newest run of cargo bench here";
const RECORDED: &str = "a recorded run of cargo bench";

/// The two kinds.
const TIME: &str = "time";
const INSTRUCTIONS: &str = "instructions";

/// Below the target folder, where each program leaves its files.
const FOLDERS: [(&str, Tool); 3] =
    [("criterion", Tool::Criterion), ("iai", Tool::Callgrind), ("gungraun", Tool::Callgrind)];

/// Folders inside folders inside folders: deeper than this is nobody's bench.
const DEPTH_MAX: usize = 8;

/// Operations a counting bench of this checkout makes: chains and pairs.
const COUNTED_OPERATIONS: f64 = 10_000.0;

/// The crates whose counting benches make so many.
const COUNTED_PACKAGES: [&str; 2] = ["dma", "queue"];

/// In the names of benches of what others made.
const PEERS: [&str; 11] = [
    "virtio-drivers",
    "virtio_drivers",
    "slab",
    "ArrayQueue",
    "array_queue",
    "heapless",
    "linked_list",
    "bitvec",
    "talc",
    "buddy",
    "spin",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tool {
    Criterion,
    Callgrind,
}

/// Everything found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Benches {
    form: String,
    /// Where from, in words.
    pub(super) from: String,
    pub(super) rows: Vec<Bench>,
    /// Files that were not understood.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) refused: Vec<String>,
}

/// One bench.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Bench {
    /// [`TIME`] or [`INSTRUCTIONS`].
    kind: String,
    /// The crate, where the file tells.
    #[serde(default)]
    package: String,
    group: String,
    name: String,
    /// Somebody else's.
    peer: bool,
    /// Nanoseconds, or instructions, of one operation.
    value: f64,
    /// The ends of the estimate's interval; counts have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    interval: Option<[f64; 2]>,
    /// What it was when the bench ran before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    before: Option<f64>,
}

/// Looks below `target`; benches of a kind and a crate of which nothing is there are those of the recorded copy.
pub(super) fn find(target: &Path, recorded: &Path) -> Benches {
    let mut found = Benches { form: FORM.into(), from: RUN.into(), ..Benches::default() };
    for (folder, tool) in FOLDERS {
        let wanted = if tool == Tool::Criterion { "estimates.json" } else { "summary.json" };
        let mut files = Vec::new();
        list(&target.join(folder), wanted, 0, &mut files);
        files.sort_unstable();
        for file in files {
            let read = if tool == Tool::Criterion { criterion(&file) } else { callgrind(&file) };
            match read {
                Ok(bench) => found.rows.extend(bench),
                Err(why) => {
                    let file = file.strip_prefix(target).unwrap_or(&file);
                    found.refused.push(format!("{}: {why}", file.display()));
                }
            }
        }
    }
    match fs::read(recorded) {
        Ok(bytes) => match serde_json::from_slice::<Benches>(&bytes) {
            Ok(kept) if kept.form == FORM => {
                let run = |row: &Bench| {
                    found.rows.iter().any(|new| (&new.kind, &new.package) == (&row.kind, &row.package))
                };
                let rest: Vec<Bench> = kept.rows.into_iter().filter(|row| !run(row)).collect();
                found.from = match (found.rows.is_empty(), rest.is_empty()) {
                    (true, _) => kept.from,
                    (false, true) => RUN.into(),
                    (false, false) => format!("{RUN}; what was not run then, from {}", kept.from),
                };
                found.rows.extend(rest);
            }
            Ok(kept) => found
                .refused
                .push(format!("{BENCHES}: its form is {:?}, this program reads {FORM:?}", kept.form)),
            Err(error) => found.refused.push(format!("{BENCHES}: {error}")),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => found.refused.push(format!("{BENCHES}: {error}")),
    }
    found
}

impl Benches {
    /// The lines of a recorded copy.
    pub(super) fn to_text(&self) -> serde_json::Result<String> {
        let copy = Benches { from: RECORDED.into(), refused: Vec::new(), ..self.clone() };
        Ok(serde_json::to_string_pretty(&copy)? + "\n")
    }
}

/// Files called `wanted` below `folder`.
fn list(folder: &Path, wanted: &str, depth: usize, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let (path, kind) = (entry.path(), entry.file_type());
        if kind.as_ref().is_ok_and(fs::FileType::is_dir) && depth < DEPTH_MAX {
            list(&path, wanted, depth + 1, found);
        } else if path.file_name().is_some_and(|name| name == wanted) {
            found.push(path);
        }
    }
}

fn json(path: &Path) -> Result<Value, String> {
    let bytes = fs::read(path).map_err(|error| error.to_string())?;
    serde_json::from_slice(&bytes).map_err(|error| error.to_string())
}

/// The newest estimates of a criterion bench; nothing where the file is of an older run or of a change. The bench's name
/// is in the file beside it: folders are named by what a file system takes.
fn criterion(estimates: &Path) -> Result<Option<Bench>, String> {
    let folder = estimates.parent().unwrap_or(Path::new(""));
    if folder.file_name().is_none_or(|name| name != "new") {
        return Ok(None);
    }
    let (about, now) = (json(&folder.join("benchmark.json"))?, json(estimates)?);
    // What criterion prints: the slope where it has one, which flat sampling has not.
    let estimate = |estimates: &Value| {
        let of = |name: &str| Some(estimates.get(name)?).filter(|value| value.is_object()).cloned();
        of("slope").or_else(|| of("mean"))
    };
    let found = estimate(&now).ok_or("it has neither a slope nor a mean")?;
    let number = |value: &Value, what: &str| {
        value
            .as_f64()
            .filter(|value| value.is_finite() && *value > 0.0)
            .ok_or(format!("its {what} is no time"))
    };
    let ends = &found["confidence_interval"];
    let text = |name: &str| about[name].as_str().unwrap_or_default().to_string();
    let parts = [text("function_id"), text("value_str")];
    let name = parts.iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(" / ");
    let before = folder.with_file_name("base").join("estimates.json");
    let before = json(&before).ok().filter(|before| *before != now).and_then(|before| estimate(&before));
    let name = if name.is_empty() { text("full_id") } else { name };
    Ok(Some(Bench {
        kind: TIME.into(),
        package: String::new(),
        group: text("group_id"),
        peer: is_peer(&name),
        name,
        value: number(&found["point_estimate"], "estimate")?,
        interval: Some([
            number(&ends["lower_bound"], "lower end")?,
            number(&ends["upper_bound"], "upper end")?,
        ]),
        before: before.and_then(|before| before["point_estimate"].as_f64()),
    }))
}

/// The count of a bench by iai-callgrind (form 6) or gungraun (form 7).
fn callgrind(summary: &Path) -> Result<Option<Bench>, String> {
    let summary = json(summary)?;
    let counts = match summary["version"].as_str() {
        Some("6") => {
            let counts =
                &summary["profiles"][0]["summaries"]["total"]["summary"]["Callgrind"]["Ir"]["metrics"];
            // `Left` alone is a first run, `Both` one compared with the run before it: the new count comes first.
            match &counts["Both"] {
                Value::Array(both) => [both.first().cloned(), both.get(1).cloned()],
                _ => [Some(counts["Left"].clone()), None],
            }
        }
        Some("7") => {
            let counts = &summary["profiles"][0]["data"]["total"]["metrics"]["Ir"]["values"];
            [Some(counts["new"].clone()), counts.get("old").cloned()]
        }
        Some(other) => return Err(format!("its form is {other:?}, this program reads 6 and 7")),
        None => return Err("it is no summary of a bench".into()),
    };
    let [now, before] = counts.map(|count| {
        let count = count?;
        ["Int", "Float"].iter().find_map(|kind| count[kind].as_f64()).or(count.as_f64())
    });
    let text = |name: &str| summary[name].as_str().unwrap_or_default().to_string();
    let package =
        summary["package_dir"].as_str().and_then(|folder| folder.rsplit('/').next()).unwrap_or_default();
    let operations = if COUNTED_PACKAGES.contains(&package) { COUNTED_OPERATIONS } else { 1.0 };
    let name = text("id");
    Ok(Some(Bench {
        kind: INSTRUCTIONS.into(),
        package: package.to_string(),
        group: text("function_name"),
        peer: is_peer(&name),
        name,
        value: now.ok_or("it has no instruction count")? / operations,
        interval: None,
        before: before.filter(|before| Some(*before) != now).map(|before| before / operations),
    }))
}

fn is_peer(name: &str) -> bool {
    PEERS.iter().any(|peer| name.contains(peer))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(root: &Path, file: &str, text: &str) {
        let path = root.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn estimates(slope: &str, mean: f64) -> String {
        format!(
            "{{\"mean\":{{\"confidence_interval\":{{\"confidence_level\":0.95,\"lower_bound\":{mean},\"upper_bound\":{mean}}},\
             \"point_estimate\":{mean},\"standard_error\":1.0}},\"slope\":{slope}}}"
        )
    }

    const ABOUT: &str =
        "{\"group_id\":\"pair\",\"function_id\":\"hot\",\"value_str\":\"slab + spin\",\"full_id\":\"x\"}";

    #[test]
    fn criterion_is_read_by_its_newest_estimate_and_named_by_the_file_beside_it() {
        let target = tempfile::tempdir().unwrap();
        let root = target.path();
        put(root, "criterion/pair/hot/new/benchmark.json", ABOUT);
        put(root, "criterion/pair/hot/new/estimates.json", &estimates("null", 12.5));
        put(root, "criterion/pair/hot/base/estimates.json", &estimates("null", 10.0));
        put(root, "criterion/pair/hot/change/estimates.json", "{}");
        let found = find(root, Path::new("/nowhere"));
        assert_eq!(found.refused, [""; 0]);
        let bench = &found.rows[0];
        assert_eq!(
            (bench.group.as_str(), bench.name.as_str(), bench.peer),
            ("pair", "hot / slab + spin", true)
        );
        assert_eq!((bench.value, bench.interval, bench.before), (12.5, Some([12.5, 12.5]), Some(10.0)));
    }

    #[test]
    fn both_forms_of_instruction_counts_are_read_per_operation() {
        let target = tempfile::tempdir().unwrap();
        let root = target.path();
        let six = |metrics: &str| {
            format!(
                "{{\"version\":\"6\",\"package_dir\":\"/a/queue\",\"function_name\":\"chain\",\"id\":\"split_2\",\"profiles\":[{{\
                 \"summaries\":{{\"total\":{{\"summary\":{{\"Callgrind\":{{\"Ir\":{{\"metrics\":{metrics}}}}}}}}}}}}}]}}"
            )
        };
        put(root, "iai/a/summary.json", &six("{\"Left\":{\"Int\":1110000}}"));
        put(root, "iai/b/summary.json", &six("{\"Both\":[{\"Int\":1110000},{\"Int\":1200000}]}"));
        let seven = "{\"version\":\"7\",\"function_name\":\"f\",\"id\":\"i\",\"profiles\":[{\"data\":{\"total\":{\"metrics\":{\"Ir\":\
                     {\"values\":{\"new\":372}}}}}}]}";
        put(root, "gungraun/c/summary.json", seven);
        let found = find(root, Path::new("/nowhere"));
        let told: Vec<_> = found.rows.iter().map(|bench| (bench.value, bench.before)).collect();
        assert_eq!(told, [(111.0, None), (111.0, Some(120.0)), (372.0, None)]);
    }

    #[test]
    fn foreign_and_cut_files_are_named_and_the_rest_is_kept() {
        let target = tempfile::tempdir().unwrap();
        let root = target.path();
        put(root, "criterion/a/new/benchmark.json", ABOUT);
        put(root, "criterion/a/new/estimates.json", "{\"mean\":");
        put(root, "iai/b/summary.json", "{\"version\":\"9\"}");
        put(root, "iai/c/summary.json", "[]");
        let found = find(root, Path::new("/nowhere"));
        assert_eq!((found.rows.len(), found.refused.len()), (0, 3));
        assert!(found.refused[1].contains("its form is \"9\""), "{:?}", found.refused);
    }

    #[test]
    fn a_recorded_copy_stands_in_and_is_read_as_it_was_written() {
        let target = tempfile::tempdir().unwrap();
        let recorded = target.path().join(BENCHES);
        put(target.path(), "criterion/a/new/benchmark.json", ABOUT);
        put(target.path(), "criterion/a/new/estimates.json", &estimates("null", 3.0));
        let made = find(target.path(), &recorded);
        fs::write(&recorded, made.to_text().unwrap()).unwrap();
        let kept = find(Path::new("/nowhere"), &recorded);
        assert_eq!((kept.rows, kept.from.as_str()), (made.rows, RECORDED));
        // Of the kind that was not run.
        let iai = "{\"version\":\"7\",\"function_name\":\"f\",\"id\":\"i\",\"profiles\":[{\"data\":{\"total\":{\"metrics\":{\"Ir\":\
                   {\"values\":{\"new\":372}}}}}}]}";
        let counted = tempfile::tempdir().unwrap();
        put(counted.path(), "gungraun/c/summary.json", iai);
        let both = find(counted.path(), &recorded);
        let kinds: Vec<&str> = both.rows.iter().map(|row| row.kind.as_str()).collect();
        assert_eq!(kinds, [INSTRUCTIONS, TIME]);
        assert_eq!(both.from, format!("{RUN}; what was not run then, from {RECORDED}"));
        fs::write(&recorded, "{\"form\":\"x\",\"from\":\"\",\"rows\":[]}").unwrap();
        assert!(find(Path::new("/nowhere"), &recorded).refused[0].contains("its form is \"x\""));
    }

    #[test]
    fn the_counting_benches_make_as_many_operations_as_is_divided_by() {
        let line = |name: &str| format!("const {name}: u64 = 10_000;");
        assert_eq!(COUNTED_OPERATIONS, 10_000.0);
        assert!(include_str!("../../../queue/benches/instructions.rs").contains(&line("CHAINS")));
        assert!(include_str!("../../../dma/benches/instructions.rs").contains(&line("PAIRS")));
    }
}
