//! Files as they are written, read back, and spoiled.

use super::*;
use crate::run::testing::a_run;

#[test]
fn a_run_is_read_as_it_was_written() {
    let run = a_run();
    let dir = tempfile::tempdir().unwrap();
    let path = write(&run, dir.path()).unwrap();
    assert_eq!(path.parent().unwrap().file_name().unwrap().to_str(), Some(run.header.fingerprint.as_str()));
    assert_eq!(read(&path).unwrap(), run);
    let left: Vec<_> = fs::read_dir(path.parent().unwrap()).unwrap().collect();
    assert_eq!(left.len(), 1, "no temporary file stays");
}

#[test]
fn a_recorded_run_is_never_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let path = write(&a_run(), dir.path()).unwrap();
    let before = fs::read(&path).unwrap();
    assert_eq!(write(&a_run(), dir.path()).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn of_runs_that_belong_together_none_is_kept_when_one_cannot_be() {
    let dir = tempfile::tempdir().unwrap();
    let (a, mut b) = (a_run(), a_run());
    b.header.run_id = "no/such/folder".into();
    write_all(&[a.clone(), b.clone()], dir.path()).unwrap_err();
    assert_eq!(fs::read_dir(dir.path().join(&a.header.fingerprint)).unwrap().count(), 0);
    b.header.run_id = "b".into();
    assert_eq!(write_all(&[a, b], dir.path()).unwrap().len(), 2);
}

#[test]
fn the_read_me_of_the_results_tells_every_field() {
    let told = include_str!("../../../results/README.md");
    let mut run = a_run();
    run.header.peer = Some(crate::run::header::Peer::default());
    run.header.variant = Some("default".into());
    let text = to_text(&run).unwrap();
    let mut fields = std::collections::BTreeSet::new();
    for line in text.lines() {
        let serde_json::Value::Object(line) = serde_json::from_str(line).unwrap() else {
            panic!("an object")
        };
        for (name, value) in &line {
            // Maps keyed by counter or path and lists of devices are told in words.
            let inner = value.as_object().filter(|_| {
                matches!(&name[..], "git" | "host" | "qemu" | "image" | "side" | "peer" | "granted")
            });
            match inner {
                Some(inner) => fields.extend(inner.keys().map(|field| format!("{name}.{field}"))),
                None => drop(fields.insert(name.clone())),
            }
        }
    }
    fields.remove("type");
    assert!(fields.len() > 50);
    for field in fields {
        assert!(told.contains(&format!("`{field}`")), "{field} is not told");
    }
}

#[test]
fn the_committed_baseline_is_whole_and_passes_its_own_gate() {
    let baseline =
        from_text(include_bytes!("../../../results/baseline.jsonl")).map_err(|(line, _)| line).unwrap();
    assert!(!baseline.header.git.dirty);
    assert!(crate::gate::judge(&baseline, &baseline).passes());
}

fn problem(text: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.jsonl");
    fs::write(&path, text).unwrap();
    let told = read(&path).unwrap_err().to_string();
    told.replace(path.to_str().unwrap(), "x")
}

#[test]
fn cut_changed_and_foreign_files_are_told_apart() {
    let text = to_text(&a_run()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let cut = ": the file is cut: its end is missing";
    assert_eq!(problem(""), format!("x{cut}"));
    assert_eq!(problem(&lines[..3].join("\n")), format!("x{cut}"));
    assert_eq!(problem(&text[..text.len() - 3]), format!("x:{}{cut}", lines.len()));
    assert_eq!(problem(&text[..40]), format!("x:1{cut}"));
    assert!(problem("{\"benches\":[]}").starts_with("x:1: not a line of a result file"));
    assert!(problem("{\"benches\":[").starts_with("x:1: not a line of a result file"));
    assert!(problem("\x7fELF\x02\x01\x01").starts_with("x:1: not a line of a result file"));
    let newer = problem(&text.replacen(SCHEMA, "ninewire-run/9", 1));
    assert_eq!(newer, "x:1: its form is \"ninewire-run/9\", this program reads \"ninewire-run/3\"");
    let changed = text.replacen("\"suite\":\"smoke\"", "\"suite\":\"smokf\"", 1);
    assert!(problem(&changed).ends_with("the file was changed: its last line counts or sums up other lines"));
    assert!(problem(&lines[1..].join("\n")).starts_with("x:1: the line does not belong here"));
    assert!(problem(&format!("{text}{text}")).contains("does not belong here"));
    for cut in (0..text.len() - 1).step_by(97) {
        problem(&text[..cut]);
    }
}

/// The text with a part replaced and its checksum made right again: what somebody else's writer might have made.
fn forged(text: &str, from: &str, to: &str) -> String {
    let text = text.replacen(from, to, 1);
    let end = text.trim_end().rfind('\n').unwrap() + 1;
    let (before, last) = text.split_at(end);
    let crc = last.rfind(':').unwrap() + 1;
    format!("{before}{}{}}}\n", &last[..crc], Crc32c::of(before.as_bytes()))
}

#[test]
fn numbers_no_run_has_are_refused_even_under_a_right_checksum() {
    let text = to_text(&a_run()).unwrap();
    assert_eq!(forged(&text, "x", "x"), text);
    let told = |from: &str, to: &str| problem(&forged(&text, from, to));
    let line = 1 + text.lines().position(|line| line.contains("\"type\":\"visit\"")).unwrap();
    let visit = text.lines().nth(line - 1).unwrap();
    let part = |name: &str| visit.split(&format!("\"{name}\":\"")).nth(1).unwrap().split('"').next().unwrap();
    let (samples, durations) = (part("samples"), part("durations"));

    let packed = format!("x:{line}: its repetitions are not packed as they should be");
    for spoiled in ["?", &samples[4..], "", "00000000"] {
        let told = told(samples, spoiled);
        assert!(told == packed || spoiled.is_empty() && told.ends_with("sums up other lines"), "{told}");
    }
    let mut many = a_run();
    let samples_of_one = &mut many.boots[0].visits[0].samples;
    *samples_of_one = vec![samples_of_one[0].clone(); 65_537];
    assert_eq!(
        problem(&to_text(&many).unwrap()),
        format!("x:{line}: a visit of more than 65536 repetitions")
    );
    let counted = format!("x:{line}: its durations are not counted in the guest's buckets");
    assert_eq!(told(durations, "00000000"), counted);
    assert_eq!(
        told("\"granted\":0,\"samples\"", "\"granted\":99,\"samples\""),
        format!("x:{line}: no settings have its number")
    );
    assert!(told("\"tsc_hz\":1000000000", "\"tsc_hz\":0").ends_with(": the guest's clock has no rate"));
    assert!(told("\"columns\":[\"ops\"", "\"columns\":[\"oops\"").contains("not those of a repetition"));
    for number in ["-1", "1.5", "NaN", "Infinity", "null", "1e400"] {
        let told = told("\"tsc_hz\":1000000000", &format!("\"tsc_hz\":{number}"));
        assert!(told.contains("not a line of a result file"), "{number}: {told}");
    }
}

/// What the Python in the read-me says the first visit's texts are.
const PYTHON: &str = r#"
import sys
lines = [json.loads(line) for line in open(sys.argv[1])]
visit = next(line for line in lines if "samples" in line and "durations" in line)
print(json.dumps([list(numbers(visit["samples"])), [list(pair) for pair in durations(visit["durations"])]]))
"#;

#[test]
fn the_python_of_the_read_me_reads_what_is_written() {
    let told = include_str!("../../../results/README.md");
    let program = told.split("```python\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let (run, dir) = (a_run(), tempfile::tempdir().unwrap());
    let path = dir.path().join("x.jsonl");
    fs::write(&path, to_text(&run).unwrap()).unwrap();
    let python =
        std::process::Command::new("python3").args(["-c", &format!("{program}{PYTHON}")]).arg(path).output();
    let Ok(python) = python else {
        eprintln!("not run: there is no python3 here");
        return;
    };
    assert!(python.status.success(), "{}", String::from_utf8_lossy(&python.stderr));
    let (numbers, durations): (Vec<Option<u64>>, Vec<(u16, u64)>) =
        serde_json::from_slice(&python.stdout).unwrap();
    let columns = Columns::of(&run);
    let visits = run.boots.iter().flat_map(|boot| &boot.visits);
    let mut visits = visits.filter(|visit| !visit.samples.is_empty() && visit.durations.total() > 0);
    let visit = visits.next().unwrap();
    assert_eq!(packed::pack_numbers(numbers.into_iter()), columns.pack(&visit.samples));
    assert_eq!(durations, visit.durations.iter().collect::<Vec<_>>());
}

#[test]
fn every_committed_run_is_read() {
    let results = Path::new(env!("CARGO_MANIFEST_DIR")).join("../results");
    let is_run = |path: &PathBuf| path.extension().is_some_and(|extension| extension == EXTENSION);
    let mut seen = 0;
    for folder in fs::read_dir(results).unwrap().flatten().filter(|entry| entry.file_name() != "selftest") {
        let files = fs::read_dir(folder.path()).into_iter().flatten().flatten().map(|entry| entry.path());
        for path in files.filter(is_run) {
            read(&path).unwrap_or_else(|error| panic!("{error}"));
            seen += 1;
        }
    }
    assert!(seen > 0);
}
