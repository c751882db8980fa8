//! Whole histories, from files to words.

use std::path::Path;

use ninewire_bench_guest::record::{Counter, Path as Way, Wait};

use super::testing::{Recorder, at_commit, slower};
use super::*;
use crate::annotations::Annotations;
use crate::run::Run;
use crate::run::testing::a_run;

/// Two cases at depth 1, so that their counters are exact; times differ a little from run to run.
fn run_of(number: u64, factor: f64) -> Run {
    let mut run =
        at_commit(slower(&a_run(), factor * (1.0 + 0.004 * ((number * 7 % 5) as f64 - 2.0))), number);
    for job in &mut run.jobs {
        (job.iodepth, job.wait) = (1, Wait::Poll);
    }
    run
}

fn lineage(count: u64) -> Lineage {
    let line = |number: u64| format!("{number:040x}\t{number}\tCommit {number}\n");
    Lineage::of_lines(&(0..count).map(line).collect::<String>())
}

fn told(results: &Path, annotations: &Annotations, aliases: &Aliases) -> Report {
    let limits = Limits::default();
    report(&Store::read(results, lineage(100), limits), annotations, aliases, limits)
}

fn plainly(recorder: &Recorder) -> Report {
    told(recorder.results(), &Annotations::default(), &Aliases::default())
}

fn series<'r>(report: &'r Report, case: &str, path: Way, metric: Metric) -> &'r Series {
    let wanted = |one: &&Series| {
        (&*one.case.name, one.case.path, one.metric) == (case, path, metric) && one.basis != Basis::Raw
    };
    report.series.iter().find(wanted).expect("the series")
}

/// Twenty-four runs beside the reference, a fourth slower from the sixteenth on.
fn a_step() -> Recorder {
    let recorder = Recorder::new();
    for number in 0..24 {
        let factor = if number < 16 { 1.0 } else { 1.25 };
        recorder.beside_reference(&format!("{number:02}"), &run_of(number, factor));
    }
    recorder
}

#[test]
fn a_slowdown_is_told_with_how_much_and_since_which_commit() {
    let recorder = a_step();
    let report = plainly(&recorder);
    assert_eq!(report.verdict.word, Word::Worse, "{}", report.verdict.sentence);
    let iops = series(&report, "read/x", Way::Native, Metric::Iops);
    let [change] = &iops.changes[..] else { panic!("{iops:?}") };
    assert!((change.ratio - 0.8).abs() < 0.01 && change.worse, "{change:?}");
    assert_eq!(
        (change.from_commit.clone(), change.to_commit.clone()),
        (format!("{:040x}", 15), format!("{:040x}", 16))
    );
    let subjects: Vec<&str> = change.commits.iter().map(|commit| commit.subject.as_str()).collect();
    assert_eq!(subjects, ["Commit 16"]);
    assert!(change.also_changed.is_empty(), "{change:?}");
    // The made-up reference has the durations of the made-up runs in its histogram: percentiles did not change.
    assert!(report.verdict.worse.iter().all(|finding| report.series[finding.series].metric == Metric::Iops));
    assert_eq!(report.verdict.worse.len(), 4);
    let raw = report
        .series
        .iter()
        .find(|one| (one.metric, &one.case, &one.basis) == (iops.metric, &iops.case, &Basis::Raw));
    let raw = raw.expect("the raw numbers");
    assert_eq!((&raw.state, raw.points.len(), raw.changes.len()), (&SeriesState::ShownOnly, 24, 0));
    assert!(report.verdict.sentence.starts_with("4 of "), "{}", report.verdict.sentence);
}

#[test]
fn the_same_files_give_the_same_report() {
    let recorder = a_step();
    let (first, second) = (plainly(&recorder), plainly(&recorder));
    assert_eq!(format!("{first:?}"), format!("{second:?}"));
}

#[test]
fn a_step_that_was_taken_back_is_no_longer_worse() {
    let recorder = Recorder::new();
    for number in 0..36 {
        let factor = if (12..24).contains(&number) { 1.25 } else { 1.0 };
        recorder.beside_reference(&format!("{number:02}"), &run_of(number, factor));
    }
    let report = plainly(&recorder);
    assert_eq!(series(&report, "read/x", Way::Native, Metric::Iops).changes.len(), 2);
    assert_eq!((report.verdict.word, report.verdict.worse.len()), (Word::NothingWorse, 0));
    assert!(report.verdict.better.is_empty(), "what only came back is not better");
}

#[test]
fn times_without_the_reference_are_shown_and_never_judged() {
    let recorder = Recorder::new();
    for number in 0..24 {
        recorder.alone(&format!("{number:02}"), &run_of(number, if number < 12 { 1.0 } else { 3.0 }));
    }
    let report = plainly(&recorder);
    let times = report.series.iter().filter(|one| one.metric.is_time());
    assert!(times.clone().count() >= 4);
    assert!(times.clone().all(|one| one.state == SeriesState::NoReference && one.changes.is_empty()));
    assert_eq!(report.verdict.word, Word::NothingWorse, "counters were judged");
    assert!(report.census.not_judged[0].0.contains("no reference image"), "{:?}", report.census);
    let counters = report.census.exact;
    let sentence = format!(
        "None of {counters} judged counters got worse. Times are not judged: no run took turns with the reference image."
    );
    assert_eq!(report.verdict.sentence, sentence);
    assert!(markdown::render(&report).starts_with("### No counter got worse, times were not judged\n"));
}

#[test]
fn times_of_too_few_runs_are_counted_until_there_are_enough() {
    let recorder = Recorder::new();
    for number in 0..5 {
        recorder.beside_reference(&format!("{number:02}"), &run_of(number, 1.0));
    }
    let report = plainly(&recorder);
    let iops = series(&report, "read/x", Way::Native, Metric::Iops);
    let SeriesState::TooFewRuns { have: 5, need } = iops.state else { panic!("{iops:?}") };
    let told = format!("Times are not judged yet: 5 of {need} runs beside the reference image.");
    assert!(report.verdict.sentence.ends_with(&told), "{}", report.verdict.sentence);
    let report = plainly(&a_step());
    assert!(!report.verdict.sentence.contains("not judged"), "{}", report.verdict.sentence);
}

#[test]
fn one_more_kick_is_named_at_once_and_blessed_by_its_commit_alone() {
    let recorder = Recorder::new();
    for number in 0..3 {
        let mut run = run_of(number, 1.0);
        for sample in
            run.boots.iter_mut().flat_map(|boot| &mut boot.visits).flat_map(|visit| &mut visit.samples)
        {
            if number == 2 && sample.path == Way::Native && sample.job == 0 {
                *sample.counters.get_mut("kicks").unwrap() *= 2;
            }
        }
        recorder.alone(&format!("{number}"), &run);
    }
    let report = plainly(&recorder);
    let kicks = series(&report, "read/x", Way::Native, Metric::Counter(Counter::Kicks));
    let [change] = &kicks.changes[..] else { panic!("{kicks:?}") };
    assert_eq!((change.at, change.before, change.after, change.q), (2, 1.0, 2.0, None));
    assert_eq!(report.verdict.worse.len(), 1);
    assert!(
        report.verdict.sentence.contains("read/x native kicks 1 -> 2 /op"),
        "{}",
        report.verdict.sentence
    );

    let blessed = |commit: &str| {
        let file = recorder.results().join("annotations.toml");
        let text =
            format!("[[change]]\ncase='read/*'\nwhat='kicks'\nup_to=2.0\ncommit='{commit}'\nreason='so'\n");
        std::fs::write(&file, text).unwrap();
        let annotations = Annotations::read(&file).unwrap();
        told(recorder.results(), &annotations, &Aliases::default())
    };
    let report = blessed(&format!("{:040x}", 2));
    assert_eq!((report.verdict.word, report.verdict.meant.len()), (Word::NothingWorse, 1));
    let report = blessed("0123abcd");
    assert_eq!((report.verdict.word, report.verdict.meant.len()), (Word::Worse, 0));
    assert!(
        report.notes.iter().any(|note| note.text.contains("blesses nothing in the history: so (0123abcd)"))
    );
}

#[test]
fn boots_that_differ_where_they_must_not_are_worse() {
    let recorder = Recorder::new();
    for number in 0..2 {
        let mut run = run_of(number, 1.0);
        for sample in run.boots[1].visits.iter_mut().flat_map(|visit| &mut visit.samples) {
            *sample.counters.get_mut("messages").unwrap() += number * sample.ops;
        }
        recorder.alone(&format!("{number}"), &run);
    }
    let report = plainly(&recorder);
    let messages = series(&report, "read/x", Way::Native, Metric::Counter(Counter::Messages));
    assert_eq!(messages.state, SeriesState::Unsteady);
    assert_eq!(report.verdict.word, Word::Worse);
    assert!(report.verdict.sentence.contains("differ between boots"), "{}", report.verdict.sentence);
}

#[test]
fn a_count_of_instructions_that_nothing_confirms_is_not_judged() {
    let recorder = Recorder::new();
    let counted = |report: &Report| {
        series(report, "read/x", Way::Native, Metric::Counter(Counter::Instructions)).state.clone()
    };
    for number in 0..3 {
        let mut run = run_of(number, 1.0);
        if number != 1 {
            run.counted.retain(|counted| (counted.boot, counted.visit, counted.repetition) == (0, 0, 0));
        }
        recorder.alone(&format!("{number}"), &run);
    }
    assert_eq!(counted(&plainly(&recorder)), SeriesState::TooFewRuns { have: 1, need: 2 });
    recorder.alone("3", &run_of(3, 1.0));
    assert_eq!(counted(&plainly(&recorder)), SeriesState::Judged);
    let mut disturbed = run_of(4, 1.0);
    disturbed.counted.retain(|counted| (counted.boot, counted.visit, counted.repetition) == (0, 0, 0));
    recorder.alone("4", &disturbed);
    let report = plainly(&recorder);
    assert_eq!(counted(&report), SeriesState::Disturbed);
    assert_eq!(report.verdict.word, Word::NothingWorse, "a busy machine is no fault of the code");
    assert!(report.census.not_judged.iter().any(|(why, _)| why.starts_with("disturbed: ")));
}

#[test]
fn no_run_one_run_and_few_runs_each_get_a_word() {
    let recorder = Recorder::new();
    let word = |report: &Report| (report.verdict.word, report.verdict.sentence.clone());
    let nothing = word(&plainly(&recorder));
    assert_eq!(nothing, (Word::NothingJudged, "There are no runs, so nothing can be said.".into()));
    recorder.beside_reference("0", &run_of(0, 1.0));
    let (one, sentence) = word(&plainly(&recorder));
    assert_eq!((one, &sentence[..17]), (Word::NothingJudged, "There is one run,"));
    recorder.beside_reference("1", &run_of(1, 2.0));
    let report = plainly(&recorder);
    let iops = series(&report, "read/x", Way::Native, Metric::Iops);
    assert!(matches!(iops.state, SeriesState::TooFewRuns { have: 2, .. }), "{:?}", iops.state);
    assert_eq!(report.verdict.word, Word::NothingWorse, "twice as slow, but two runs show nothing");
}

#[test]
fn another_machine_another_setting_and_another_case_are_series_of_their_own() {
    let recorder = Recorder::new();
    recorder.alone("0", &run_of(0, 1.0));
    let mut other = run_of(1, 1.0);
    other.header.host.cpu_model = "Another".into();
    recorder.alone("1", &other);
    let mut other = run_of(2, 1.0);
    other.header.qemu.argv = ["qemu", "-append", "mode=bench dma.pool=64M"].map(String::from).to_vec();
    recorder.alone("2", &other);
    let mut other = run_of(3, 1.0);
    other.jobs[0].bs_bytes = 4096;
    recorder.alone("3", &other);
    let report = plainly(&recorder);
    assert_eq!(report.machines.len(), 3);
    let names: Vec<&str> = report.machines.iter().map(|machine| machine.guest.as_str()).collect();
    assert!(names[2].contains("dma.pool=64M"), "{names:?}");
    let lengths = |case: &str| -> Vec<usize> {
        let found = report
            .series
            .iter()
            .filter(|one| (&*one.case.name, one.case.path, one.metric) == (case, Way::Native, Metric::Iops));
        found.map(|one| one.points.len()).collect()
    };
    assert_eq!((lengths("read/x"), lengths("filestat/x")), (vec![1, 1, 1, 1], vec![2, 1, 1]));
}

#[test]
fn a_renamed_case_stays_one_series() {
    let recorder = Recorder::new();
    recorder.alone("0", &run_of(0, 1.0));
    let mut renamed = run_of(1, 1.0);
    renamed.jobs[0].name = "read/y".into();
    recorder.alone("1", &renamed);
    let file = recorder.results().join("aliases.toml");
    std::fs::write(&file, "[[renamed]]\nfrom='read/x'\nto='read/y'\n").unwrap();
    let report = told(recorder.results(), &Annotations::default(), &Aliases::read(&file).unwrap());
    assert_eq!(series(&report, "read/y", Way::Native, Metric::Counter(Counter::Kicks)).points.len(), 2);
    assert!(report.series.iter().all(|one| &*one.case.name != "read/x"));
}

#[test]
fn a_case_the_newest_runs_do_not_have_has_ended() {
    let recorder = Recorder::new();
    for number in 0..5 {
        let mut run = run_of(number, 1.0);
        if number > 1 {
            run.jobs[0].name = "read/new".into();
        }
        recorder.alone(&format!("{number}"), &run);
    }
    let report = plainly(&recorder);
    let kicks = Metric::Counter(Counter::Kicks);
    assert_eq!(series(&report, "read/x", Way::Native, kicks).state, SeriesState::Ended);
    assert_eq!(series(&report, "read/new", Way::Native, kicks).state, SeriesState::Judged);
}

#[test]
fn planted_faults_are_left_out_and_shown_when_asked_for() {
    let recorder = Recorder::new();
    for number in 0..3 {
        let mut run = run_of(number, 1.0);
        if number == 2 {
            run.boots.iter_mut().for_each(|boot| boot.facts.cmdline.push_str(" plant=copy"));
            for sample in
                run.boots.iter_mut().flat_map(|boot| &mut boot.visits).flat_map(|visit| &mut visit.samples)
            {
                sample.counters.insert("copied_bytes".into(), sample.ops * 4096);
            }
        }
        recorder.alone(&format!("{number}"), &run);
    }
    let report = plainly(&recorder);
    assert_eq!((report.census.runs, report.verdict.word), (2, Word::NothingWorse));
    assert_eq!(report.runs.last().map(|run| run.part), Some(Part::Planted), "it is listed");
    assert!(report.notes.iter().any(|note| note.text.contains("a fault was planted into it (copy)")));
    let limits = Limits { planted: true, ..Limits::default() };
    let store = Store::read(recorder.results(), lineage(9), limits);
    let report = super::report(&store, &Annotations::default(), &Aliases::default(), limits);
    assert_eq!(report.verdict.word, Word::Worse);
    let copied = series(&report, "read/x", Way::Native, Metric::Counter(Counter::CopiedBytes));
    assert_eq!(copied.changes[0].also_changed, ["fault planted on purpose: none -> copy"]);
}

/// Doubles the kicks of the native path, which any series they were in would be judged by.
fn with_more_kicks(mut run: Run) -> Run {
    let visits = run.boots.iter_mut().flat_map(|boot| &mut boot.visits);
    for sample in visits.flat_map(|visit| &mut visit.samples).filter(|sample| sample.path == Way::Native) {
        *sample.counters.get_mut("kicks").unwrap() *= 2;
    }
    run
}

#[test]
fn sides_of_comparisons_are_no_points_of_the_history() {
    let recorder = Recorder::new();
    recorder.beside_reference("0", &run_of(0, 1.0));
    recorder.beside_reference("1", &run_of(1, 1.0));
    for (number, name, words) in [(2, "a", ""), (3, "b", "--append plant=kick"), (4, "b", "--qemu 10.0")] {
        let mut run = with_more_kicks(run_of(number, 1.0));
        if words.contains("plant") {
            run.boots.iter_mut().for_each(|boot| boot.facts.cmdline.push_str(" plant=kick"));
        }
        recorder.side(&number.to_string(), name, words, &run);
    }
    let report = plainly(&recorder);
    let parts: Vec<Part> = report.runs.iter().map(|run| run.part).collect();
    assert_eq!((parts.len(), parts.iter().filter(|&&part| part == Part::Side).count()), (7, 3));
    assert_eq!((report.census.runs, report.verdict.word), (2, Word::NothingWorse));
    assert!(report.series.iter().all(|one| one.points.len() == 2 && one.changes.is_empty()));
    assert!(report.notes.is_empty(), "a planted side is in its place: {:?}", report.notes);
    assert_eq!(report.today().map(|index| report.runs[index].header.run_id.as_str()), Some("1"));
}

#[test]
fn a_suite_is_compared_with_itself_alone() {
    let recorder = Recorder::new();
    recorder.alone("0", &run_of(0, 1.0));
    for (number, suite) in [(1, "peer-linux-smoke"), (2, "gate")] {
        let mut other = with_more_kicks(run_of(number, 1.0));
        other.header.suite = suite.into();
        recorder.alone(&number.to_string(), &other);
    }
    recorder.alone("3", &run_of(3, 1.0));
    let report = plainly(&recorder);
    let kicks = report.series.iter().filter(|one| one.metric == Metric::Counter(Counter::Kicks));
    let lengths: Vec<(&str, usize)> = kicks
        .filter(|one| (&*one.case.name, one.case.path) == ("read/x", Way::Native))
        .map(|one| (&*one.case.suite, one.points.len()))
        .collect();
    assert_eq!(lengths, [("gate", 1), ("peer-linux-smoke", 1), ("smoke", 2)]);
    assert_eq!(report.verdict.word, Word::NothingWorse);
    assert!(report.series.iter().all(|one| one.changes.is_empty()));
}

#[test]
fn another_guest_s_case_takes_nothing_of_ours_by_its_name() {
    let recorder = Recorder::new();
    let mut theirs = run_of(0, 1.0);
    theirs.header.suite = "theirs".into();
    theirs.boots.iter_mut().for_each(|boot| boot.facts.guest = "linux".into());
    recorder.alone("0", &theirs);
    recorder.alone("1", &run_of(1, 1.0));
    let report = plainly(&recorder);
    for one in &report.series {
        assert_eq!(one.state == SeriesState::Peer, &*one.case.suite == "theirs", "{}", one.case);
    }
}

#[test]
fn today_is_the_newest_commit_and_not_the_last_run_that_was_made() {
    let recorder = Recorder::new();
    for (made, number) in [(0, 5), (1, 2), (2, 3)] {
        recorder.alone(&made.to_string(), &run_of(number, 1.0));
    }
    let mut gate = run_of(6, 1.0);
    gate.header.suite = "gate".into();
    recorder.alone("3", &gate);
    let report = plainly(&recorder);
    let today = &report.runs[report.today().unwrap()];
    assert_eq!((today.header.run_id.as_str(), today.subject.as_deref()), ("0", Some("Commit 5")));
    let line = "the newest run is of commit 00000000 (Commit 5): suite smoke, 3 boots, begun 0";
    assert!(text::render(&report).contains(line), "{}", text::render(&report));
}

#[test]
fn what_else_changed_in_the_range_is_told() {
    let recorder = Recorder::new();
    for number in 0..2 {
        let mut run = run_of(number, 1.0);
        if number == 1 {
            run.header.image.rustc = "rustc 2".into();
            run.header.host.kernel = "6.2".into();
            run.header.host.load_1m = 4.0;
            run.counted.iter_mut().for_each(|counted| counted.instructions += 50 * counted.ops);
        }
        recorder.alone(&format!("{number}"), &run);
    }
    let report = plainly(&recorder);
    let instructions = series(&report, "read/x", Way::Native, Metric::Counter(Counter::Instructions));
    assert_eq!(
        instructions.changes[0].also_changed,
        ["compiler: unknown -> rustc 2", "host's kernel: unknown -> 6.2", "host's load: 0.0 -> 4.0"]
    );
}

#[test]
fn text_markdown_and_json_tell_the_same() {
    let recorder = a_step();
    let report = plainly(&recorder);
    let (text, markdown) = (text::render(&report), markdown::render(&report));
    assert!(text.starts_with(&report.verdict.sentence));
    let change = &series(&report, "read/x", Way::Native, Metric::Iops).changes[0];
    let [low, high] = change.interval.unwrap();
    for told in [format!("{:.2}x", change.ratio), format!("{low:.3}..{high:.3}"), "00000000..00000000".into()]
    {
        assert!(text.contains(&told) && markdown.contains(&told), "{told}: {text}{markdown}");
    }
    assert!(text.contains("what = \"iops\""), "{text}");
    assert!(text.contains("24 runs, on 1 machine, in 48 files"), "{text}");
    assert!(markdown.starts_with("### Got worse\n"), "{markdown}");
    let json: serde_json::Value = serde_json::from_str(&json::render(&report).unwrap()).unwrap();
    assert_eq!(json["verdict"]["sentence"], report.verdict.sentence.as_str());
    assert_eq!(json["series"].as_array().unwrap().len(), report.series.len());
    let first = &report.verdict.worse[0];
    let told = &json["series"][first.series]["changes"][first.change];
    assert_eq!(told["ratio"].as_f64(), Some(report.series[first.series].changes[first.change].ratio));
    let runs = json["runs"].as_array().unwrap();
    let points: Vec<_> = runs.iter().filter(|run| run["part"] == "point").collect();
    assert_eq!((runs.len(), points.len()), (48, 24));
    assert_eq!(points[23]["commit"], format!("{:040x}", 23));
}

#[test]
fn an_empty_history_has_every_form() {
    let report = plainly(&Recorder::new());
    assert!(text::render(&report).starts_with("There are no runs, so nothing can be said.\n"));
    assert!(markdown::render(&report).starts_with("### Nothing could be judged\n"));
    let json: serde_json::Value = serde_json::from_str(&json::render(&report).unwrap()).unwrap();
    assert_eq!(json["verdict"]["word"], "nothing judged");
}

#[test]
fn the_read_me_of_the_results_tells_every_field_of_the_json() {
    let told = include_str!("../../../results/README.md");
    let recorder = a_step();
    let json: serde_json::Value = serde_json::from_str(&json::render(&plainly(&recorder)).unwrap()).unwrap();
    let mut fields = std::collections::BTreeSet::new();
    let mut left = vec![&json];
    while let Some(value) = left.pop() {
        match value {
            serde_json::Value::Object(map) => {
                fields.extend(map.keys().cloned());
                left.extend(map.values());
            }
            serde_json::Value::Array(items) => left.extend(items),
            _ => {}
        }
    }
    assert!(fields.len() > 60, "{}", fields.len());
    for field in fields {
        assert!(told.contains(&format!("`{field}`")), "{field} is not told");
    }
}
