//! The history and the forms of others as commands, on the recorded runs of this checkout.

use std::path::Path;
use std::process::{Command, Output};

fn ninewire(words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ninewire"));
    command.args(words).output().expect("the command starts")
}

#[track_caller]
fn told(words: &[&str]) -> String {
    let output = ninewire(words);
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

#[track_caller]
fn refused(words: &[&str]) -> String {
    let output = ninewire(words);
    assert!(!output.status.success() && output.stdout.is_empty(), "{words:?}");
    let line = String::from_utf8(output.stderr).expect("text");
    assert_eq!(line.lines().count(), 1, "{line}");
    line
}

#[test]
fn the_history_is_told_in_three_forms_that_agree() {
    let text = told(&["dashboard", "--format", "text"]);
    let json: serde_json::Value =
        serde_json::from_str(&told(&["dashboard", "--format", "json"])).expect("JSON");
    assert_eq!(json["verdict"]["sentence"].as_str(), text.lines().next());
    assert!(json["census"]["runs"].as_u64() > Some(0));
    assert!(told(&["dashboard", "--format", "markdown"]).starts_with("### "));
    assert_eq!(text, told(&["dashboard", "--format", "text"]), "the same twice");
}

#[test]
fn the_page_is_written_where_it_is_asked_for_with_the_benches_of_the_folder_that_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = folder.path().join("criterion/mine/new");
    std::fs::create_dir_all(&bench).expect("a folder");
    let about = r#"{"group_id": "a group of mine", "function_id": "a bench of mine", "value_str": null, "full_id": "x"}"#;
    std::fs::write(bench.join("benchmark.json"), about).expect("the file");
    let times = r#"{"mean": {"confidence_interval": {"lower_bound": 4.0, "upper_bound": 6.0}, "point_estimate": 5.0}}"#;
    std::fs::write(bench.join("estimates.json"), times).expect("the file");
    let (out, folder) = (folder.path().join("page.html"), folder.path().to_str().expect("a name"));
    let made = || {
        let told = told(&["dashboard", "--out", out.to_str().expect("a name"), "--bench-dir", folder]);
        assert_eq!(told.lines().last().map(Path::new), Some(out.as_path()));
        std::fs::read_to_string(&out).expect("the page")
    };
    let page = made();
    assert!(page.contains("a group of mine") && page.contains("a bench of mine"));
    assert_eq!(page, made(), "the same twice");
}

#[test]
fn every_form_of_others_is_written_from_the_recorded_runs() {
    let out = tempfile::tempdir().expect("a folder");
    let folder = out.path().to_str().expect("a name");
    for (form, files) in [
        ("bencher", &["bmf.json"][..]),
        ("action", &["bigger-is-better.json", "smaller-is-better.json", "data.js"]),
        ("go", &["bench.txt"]),
        ("otava", &["otava.yaml"]),
    ] {
        told(&["export", form, "--out", folder]);
        for file in files {
            let text = std::fs::read_to_string(out.path().join(file)).expect("the file");
            assert!(text.len() > 100, "{form}: {text}");
        }
    }
}

#[test]
fn what_fio_measured_stands_beside_our_cases() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("fio.json");
    let text = r#"{"fio version": "fio-3.33", "jobs": [{"jobname": "mine", "job options": {"rw": "read", "bs": "1m"},
        "read": {"bw_bytes": 1048576, "iops": 2.5, "total_ios": 10}}]}"#;
    std::fs::write(&file, text).expect("the file");
    let file = file.to_str().expect("a name");
    let told = told(&["fio", file]);
    assert!(told.contains("| mine ") && told.contains("nothing is judged"), "{told}");
    std::fs::write(file, "{\"benches\": []}").expect("the file");
    assert!(refused(&["fio", file]).contains("not what fio writes"));
}

#[test]
fn folders_and_files_that_are_not_there_are_named() {
    let empty = tempfile::tempdir().expect("a folder");
    let empty = empty.path().to_str().expect("a name");
    let nowhere = Path::new(empty).join("nowhere");
    let nowhere = nowhere.to_str().expect("a name");
    assert!(refused(&["dashboard", nowhere, "--format", "text"]).contains("there is no folder"));
    assert!(refused(&["export", "go", "--results", empty]).contains("there is no run below"));
    assert!(refused(&["export", "go", nowhere]).contains("nowhere"));
    let told = told(&["dashboard", empty, "--format", "text"]);
    assert!(told.starts_with("There are no runs, so nothing can be said.\n"), "{told}");
}
