//! The gate: did a counter get worse against a committed baseline? Times are not looked at.
//!
//! A counter that the guest alone decides ([`Exactness::Exact`]) has to be equal in every boot and equal to the
//! baseline's; any rise fails. A counter that depends on timing fails when its median leaves the baseline's own band by
//! [`BAND_FACTOR`] and by more than [`BAND_FLOOR`] per operation. What was not judged is said, with the reason: silence
//! is no approval.
//!
//! Counters per operation do not depend on the machine, so a baseline recorded anywhere judges a run made anywhere, as
//! long as the case is the same.

use std::fmt;

use ninewire_bench_guest::record::{Counter, Path};

use crate::annotations::{Annotation, Annotations};
use crate::run::cell::Cell;
use crate::run::exact::{Exactness, exactness, floor};
use crate::run::{Job, Run};
use crate::stats::summary::median;

/// A counter in a band may leave the baseline's smallest and largest boot by this factor.
pub const BAND_FACTOR: f64 = 1.5;

/// And by this much per operation, in the counter's own unit.
pub const BAND_FLOOR: f64 = 0.25;

/// What a counter was compared by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rule {
    /// Equal in every boot and to the baseline.
    Exact,
    /// Inside the baseline's band.
    Band {
        /// The largest value that passes.
        most: f64,
    },
}

/// What came of one counter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Finding {
    /// As in the baseline.
    Same,
    /// Less than in the baseline: worth a new baseline.
    Better,
    /// More than in the baseline.
    Worse,
    /// Should be equal in every boot of one run and is not.
    Unsteady {
        /// Smallest value of a boot.
        low: f64,
        /// Largest value of a boot.
        high: f64,
    },
}

/// One counter of a case, judged.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// The case.
    pub case: String,
    /// The path.
    pub path: Path,
    /// The counter.
    pub counter: Counter,
    /// By which rule.
    pub rule: Rule,
    /// Per operation in the baseline.
    pub before: f64,
    /// Per operation now.
    pub now: f64,
    /// What came of it.
    pub finding: Finding,
    /// Why a failure is meant, if it is.
    pub blessed: Option<Annotation>,
}

/// What was not judged, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotJudged {
    /// The case.
    pub case: String,
    /// On which path; both when absent.
    pub path: Option<Path>,
    /// Which counter; all when absent.
    pub counter: Option<Counter>,
    /// Why.
    pub why: String,
}

/// What the gate says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// Counters that were judged.
    pub judged: Vec<Judged>,
    /// Everything else.
    pub not_judged: Vec<NotJudged>,
    /// Annotations that bless nothing here.
    pub idle: Vec<Annotation>,
}

impl Report {
    /// Those that fail the gate.
    pub fn failures(&self) -> impl Iterator<Item = &Judged> {
        self.judged.iter().filter(|judged| judged.fails() && judged.blessed.is_none())
    }

    /// Lets changes that are meant pass. Only a rise can be meant: a counter that is unsteady is not what it was meant to
    /// be.
    #[must_use]
    pub fn bless(mut self, annotations: &Annotations) -> Self {
        for judged in self.judged.iter_mut().filter(|judged| judged.finding == Finding::Worse) {
            let Judged { case, path, counter, now, .. } = judged;
            judged.blessed = annotations.blessing(case, *path, counter.word(), *now).cloned();
        }
        let used: Vec<Annotation> = self.judged.iter().filter_map(|judged| judged.blessed.clone()).collect();
        self.idle = annotations.idle(&used).cloned().collect();
        self
    }

    /// Nothing failed, and something was looked at: a gate that judges nothing is not open.
    pub fn passes(&self) -> bool {
        !self.judged.is_empty() && self.failures().next().is_none()
    }
}

/// Judges `now` by `baseline`: cases whose settings differ are unlike, and not judged.
pub fn judge(baseline: &Run, now: &Run) -> Report {
    judge_cases(baseline, now, |old, new| {
        difference(old, new).map(|what| format!("{what} is not the baseline's"))
    })
}

/// Judges the counters of side B by those of side A: a setting that differs is what the comparison is about.
pub fn judge_sides(a: &Run, b: &Run) -> Report {
    judge_cases(a, b, |_, _| None)
}

fn judge_cases(baseline: &Run, now: &Run, unlike: impl Fn(&Job, &Job) -> Option<String>) -> Report {
    let mut report = Report::default();
    let (before, after) = (Cell::of_run(baseline), Cell::of_run(now));
    let images = Images::of(baseline, now);
    for old in &baseline.jobs {
        let skip =
            |path, why: &str| NotJudged { case: old.name.clone(), path, counter: None, why: why.to_string() };
        let Some(new) = now.jobs.iter().find(|job| job.name == old.name) else {
            report.not_judged.push(skip(None, "the case is in the baseline and not in this run"));
            continue;
        };
        if let Some(why) = unlike(old, new) {
            report.not_judged.push(skip(None, &why));
            continue;
        }
        for &path in Path::ALL {
            let cell = |cells: &[Cell], job: &Job| {
                let found = cells.iter().find(|cell| cell.job == job.job && cell.path == path);
                found.filter(|cell| !cell.boots.is_empty()).cloned()
            };
            match (cell(&before, old), cell(&after, new)) {
                (Some(before), Some(after)) => judge_cell([old, new], &before, &after, &images, &mut report),
                (Some(_), None) => report.not_judged.push(skip(Some(path), "it has no values in this run")),
                (None, Some(_)) => {
                    report.not_judged.push(skip(Some(path), "it has no values in the baseline"))
                }
                (None, None) => {}
            }
        }
    }
    for new in now.jobs.iter().filter(|new| baseline.jobs.iter().all(|old| old.name != new.name)) {
        let why = "the case is not in the baseline".to_string();
        report.not_judged.push(NotJudged { case: new.name.clone(), path: None, counter: None, why });
    }
    report
}

/// The setting that makes two cases of one name unlike each other, if one does.
pub fn difference(old: &Job, new: &Job) -> Option<&'static str> {
    let settings = [
        (old.work == new.work, "the work"),
        (old.bs_bytes == new.bs_bytes, "bs"),
        (old.iodepth == new.iodepth, "iodepth"),
        (old.msize_bytes == new.msize_bytes, "msize"),
        (old.dialect == new.dialect, "the dialect"),
        (old.wait == new.wait, "the way to wait"),
        (old.servers == new.servers, "a 9P server"),
    ];
    settings.into_iter().find(|(same, _)| !same).map(|(_, what)| what)
}

/// What has to be known of both images before their instructions can be compared.
struct Images {
    /// Why they cannot be, if so.
    unlike: Option<&'static str>,
    /// Why they were not counted now.
    not_counted: Option<String>,
}

impl Images {
    fn of(baseline: &Run, now: &Run) -> Self {
        let (old, new) = (&baseline.header.image, &now.header.image);
        let unlike = match (old.rustc == new.rustc, old.profile == new.profile) {
            (false, _) => Some("another compiler built the baseline's image"),
            (_, false) => Some("the baseline's image was built by another profile"),
            _ => None,
        };
        Images { unlike, not_counted: now.header.not_counted.clone() }
    }
}

fn judge_cell([old, job]: [&Job; 2], before: &Cell, after: &Cell, images: &Images, report: &mut Report) {
    for &counter in Counter::ALL {
        let values = |cell: &Cell| cell.per_op(counter);
        let exactness = exactness(old, after.path, counter).weaker(exactness(job, after.path, counter));
        let why = match (exactness, values(before), values(after)) {
            // Not measured then and not now: nothing has been lost.
            (_, None, None) => continue,
            (Exactness::Not(why), ..) => why,
            (_, None, Some(_)) => "not measured in the baseline",
            (_, Some(_), None) => match &images.not_counted {
                Some(why) if counter == Counter::Instructions => why,
                _ => "not measured in this run",
            },
            (_, Some(_), Some(_)) if counter == Counter::Instructions && images.unlike.is_some() => {
                images.unlike.unwrap_or_default()
            }
            (exactness, Some(old), Some(new)) => {
                report.judged.push(judge_counter(job, after.path, counter, exactness, &old, &new));
                continue;
            }
        };
        report.not_judged.push(NotJudged {
            case: job.name.clone(),
            path: Some(after.path),
            counter: Some(counter),
            why: why.to_string(),
        });
    }
}

fn judge_counter(
    job: &Job,
    path: Path,
    counter: Counter,
    exactness: Exactness,
    old: &[f64],
    new: &[f64],
) -> Judged {
    let ends = |values: &[f64]| {
        values
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &value| (low.min(value), high.max(value)))
    };
    let middle = |values: &[f64]| median(values).unwrap_or(f64::NAN);
    // What disturbs a count of instructions leaves some out, so the largest is the one to go by, and boots may differ.
    let counted = counter == Counter::Instructions && exactness == Exactness::Exact;
    let (before, now) = if counted { (ends(old).1, ends(new).1) } else { (middle(old), middle(new)) };
    let ((old_low, old_high), (low, high)) = (ends(old), ends(new));
    let (rule, finding) = if exactness == Exactness::Exact {
        let floor = floor(counter);
        let finding = match now - before {
            _ if high - low > floor && !counted => Finding::Unsteady { low, high },
            rise if rise > floor => Finding::Worse,
            rise if rise < -floor => Finding::Better,
            _ => Finding::Same,
        };
        (Rule::Exact, finding)
    } else {
        let most = (old_high * BAND_FACTOR).max(old_high + BAND_FLOOR);
        let least = (old_low / BAND_FACTOR).min(old_low - BAND_FLOOR);
        let finding = match now {
            now if now > most => Finding::Worse,
            now if now < least => Finding::Better,
            _ => Finding::Same,
        };
        (Rule::Band { most }, finding)
    };
    Judged { case: job.name.clone(), path, counter, rule, before, now, finding, blessed: None }
}

impl Judged {
    fn fails(&self) -> bool {
        matches!(self.finding, Finding::Worse | Finding::Unsteady { .. })
    }
}

impl fmt::Display for Judged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Judged { case, path, counter, before, now, .. } = self;
        write!(f, "{case} {path}: {counter} per operation ")?;
        match self.finding {
            Finding::Unsteady { low, high } => {
                return write!(
                    f,
                    "lie between {low:.4} and {high:.4} in one run (rule: equal in every boot)"
                );
            }
            _ => write!(f, "{before:.4} -> {now:.4}")?,
        }
        match self.rule {
            Rule::Exact => write!(f, " (rule: equal to the baseline)"),
            Rule::Band { most } => write!(f, " (rule: at most {most:.4}, the baseline's band)"),
        }
    }
}

/// What failed, what got better, how much was judged, and what was not.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for judged in self.failures() {
            writeln!(f, "FAILED {judged}")?;
        }
        for judged in &self.judged {
            if let Some(annotation) = &judged.blessed {
                writeln!(f, "meant {judged}: {annotation}")?;
            }
        }
        for annotation in &self.idle {
            writeln!(f, "an annotation blesses nothing here: {annotation}")?;
        }
        let better = |judged: &&Judged| judged.finding == Finding::Better;
        for judged in self.judged.iter().filter(better) {
            writeln!(f, "better {judged}: worth a new baseline")?;
        }
        let exact = self.judged.iter().filter(|judged| judged.rule == Rule::Exact).count();
        writeln!(
            f,
            "gate: {} counters judged ({exact} exactly, {} by a band), {} failed, {} better",
            self.judged.len(),
            self.judged.len() - exact,
            self.failures().count(),
            self.judged.iter().filter(better).count(),
        )?;
        let mut census: Vec<(String, usize)> = Vec::new();
        for NotJudged { why, .. } in &self.not_judged {
            match census.iter_mut().find(|(known, _)| known == why) {
                Some((_, count)) => *count += 1,
                None => census.push((why.clone(), 1)),
            }
        }
        for (why, count) in census {
            writeln!(f, "not judged: {count}, because {why}")?;
        }
        if self.judged.is_empty() {
            writeln!(f, "nothing was judged, so nothing passes")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::Sample;
    use crate::run::testing::a_run;
    use ninewire_bench_guest::record::Wait;

    fn baseline() -> Run {
        let mut run = a_run();
        for job in &mut run.jobs {
            (job.iodepth, job.wait) = (1, Wait::Poll);
        }
        run
    }

    /// The baseline with every sample of a path changed.
    fn changed(path: Path, change: impl Fn(&mut Sample)) -> Run {
        let mut run = baseline();
        let visits = run.boots.iter_mut().flat_map(|boot| &mut boot.visits);
        visits.flat_map(|visit| &mut visit.samples).filter(|sample| sample.path == path).for_each(change);
        run
    }

    fn add(sample: &mut Sample, counter: &str, per_op: u64) {
        *sample.counters.get_mut(counter).unwrap() += sample.ops * per_op;
    }

    fn failures(now: &Run) -> Vec<String> {
        let report = judge(&baseline(), now);
        assert_eq!(report.passes(), report.failures().next().is_none());
        report
            .failures()
            .map(|judged| format!("{} {} {}", judged.case, judged.path, judged.counter))
            .collect()
    }

    #[test]
    fn a_run_passes_by_itself() {
        let report = judge(&baseline(), &baseline());
        assert!(report.passes());
        assert!(report.judged.iter().all(|judged| judged.finding == Finding::Same));
        assert!(report.to_string().contains("0 failed, 0 better"), "{report}");
    }

    #[test]
    fn instructions_may_differ_by_five_an_operation_and_only_where_one_compiler_built_both() {
        let more = |per_op: u64| {
            let mut run = baseline();
            let native = run.counted.iter_mut().filter(|counted| counted.path == Path::Native);
            native.for_each(|counted| counted.instructions += per_op * counted.ops);
            run
        };
        assert_eq!(failures(&more(5)), [""; 0]);
        assert_eq!(failures(&more(6)), ["read/x native instructions", "filestat/x native instructions"]);
        let mut disturbed = more(0);
        for counted in disturbed.counted.iter_mut().filter(|counted| counted.boot == 1) {
            counted.instructions -= 20 * counted.ops;
        }
        assert_eq!(failures(&disturbed), [""; 0], "a boot in which rounds fell into one");
        let mut other = more(100);
        other.header.image.rustc = "rustc 9".into();
        let told = judge(&baseline(), &other).to_string();
        assert!(
            told.contains("not judged: 2, because another compiler built the baseline's image"),
            "{told}"
        );
        other.counted.clear();
        other.header.not_counted = Some("QEMU 10 is new".into());
        assert!(judge(&baseline(), &other).to_string().contains("because QEMU 10 is new"));
    }

    #[test]
    fn a_rise_that_is_meant_passes_with_its_reason_and_an_idle_annotation_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("annotations.toml");
        let entry = |case: &str| {
            format!("[[change]]\ncase='{case}'\nwhat='kicks'\nup_to=2.0\ncommit='c'\nreason='meant so'\n")
        };
        std::fs::write(&file, entry("read/*") + &entry("write/*")).unwrap();
        let annotations = Annotations::read(&file).unwrap();
        let kicks = |per_op| changed(Path::Native, move |sample| add(sample, "kicks", per_op));
        let report = judge(&baseline(), &kicks(1)).bless(&annotations);
        let failing: Vec<&str> = report.failures().map(|judged| judged.case.as_str()).collect();
        assert_eq!(failing, ["filestat/x"]);
        let told = report.to_string();
        assert!(told.contains("meant read/x native: kicks per operation 1.0000 -> 2.0000"), "{told}");
        assert!(told.contains("blesses nothing here: meant so (c)"), "{told}");
        let more = judge(&baseline(), &kicks(2)).bless(&annotations);
        assert_eq!(more.failures().count(), 2, "more than was meant");
    }

    #[test]
    fn one_more_copy_and_one_more_kick_are_caught_by_name() {
        let copying = changed(Path::Native, |sample| add(sample, "copied_bytes", 1));
        assert_eq!(failures(&copying), ["read/x native copied_bytes", "filestat/x native copied_bytes"]);
        let kicking = changed(Path::Native, |sample| add(sample, "kicks", 1));
        assert_eq!(failures(&kicking), ["read/x native kicks", "filestat/x native kicks"]);
        let told = judge(&baseline(), &kicking).to_string();
        assert!(
            told.contains("FAILED read/x native: kicks per operation 1.0000 -> 2.0000 (rule: equal"),
            "{told}"
        );
    }

    #[test]
    fn a_band_gives_room_and_then_fails() {
        let little =
            changed(Path::Serial, |sample| *sample.counters.get_mut("kicks").unwrap() += sample.ops / 3);
        assert!(failures(&little).is_empty());
        let much = changed(Path::Serial, |sample| add(sample, "kicks", 2));
        assert_eq!(failures(&much), ["read/x serial kicks", "filestat/x serial kicks"]);
    }

    #[test]
    fn fewer_is_better_and_passes() {
        let fewer = changed(Path::Serial, |sample| {
            sample.counters.insert("messages".into(), 0);
        });
        let report = judge(&baseline(), &fewer);
        assert!(report.passes());
        assert_eq!(report.judged.iter().filter(|judged| judged.finding == Finding::Better).count(), 2);
    }

    #[test]
    fn boots_that_differ_where_they_must_not_are_caught() {
        let unsteady = changed(Path::Native, |sample| {
            if sample.boot == 1 {
                add(sample, "messages", 1);
            }
        });
        assert_eq!(failures(&unsteady), ["read/x native messages", "filestat/x native messages"]);
    }

    #[test]
    fn what_is_not_judged_is_said() {
        let mut now = baseline();
        now.jobs[0].iodepth = 8;
        now.jobs[1].name = "filestat/y".into();
        let report = judge(&baseline(), &now);
        assert!(!report.passes(), "a gate that judged nothing does not pass");
        let told = report.to_string();
        for why in [
            "iodepth is not the baseline's",
            "the case is in the baseline and not in this run",
            "the case is not in the baseline",
            "nothing was judged",
        ] {
            assert!(told.contains(why), "{why}: {told}");
        }
        let unmeasured = changed(Path::Native, |sample| {
            sample.counters.remove("kicks");
        });
        let report = judge(&baseline(), &unmeasured);
        assert!(report.to_string().contains("not judged: 2, because not measured in this run"), "{report}");
    }
}
