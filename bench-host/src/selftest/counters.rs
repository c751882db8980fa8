//! Words about counters: nothing of an unchanged run may fail the gate, and one event more has to be named.

use ninewire_bench_guest::record::Counter;
use serde::Serialize;

use crate::gate::{self, Rule};
use crate::run::exact::floor;
use crate::run::{Boot, Run};

/// What the gate says of a recorded run's exact counters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counters {
    /// The run.
    pub source: String,
    /// Exact counters judged by another boot of the same run.
    pub judged: usize,
    /// Of these, how many failed.
    pub alarms: usize,
    /// How often one event more was added, to every operation or once in one repetition; of instructions six, to every
    /// operation.
    pub planted: usize,
    /// How often the gate failed, and named that case, path and counter alone.
    pub named: usize,
}

impl Counters {
    /// Puts the gate to the proof with a run, if it has two boots and an exact counter.
    pub fn of_run(run: &Run) -> Option<Counters> {
        let [first, rest @ ..] = &run.boots[..] else { return None };
        if rest.is_empty() {
            return None;
        }
        let part = |boots: &[Boot]| Run { boots: boots.to_vec(), ..run.clone() };
        let unchanged = gate::judge(&part(std::slice::from_ref(first)), &part(rest));
        let exact: Vec<&gate::Judged> =
            unchanged.judged.iter().filter(|judged| judged.rule == Rule::Exact).collect();
        let failing = |report: &gate::Report| -> Vec<(String, String, String)> {
            let exact = report.failures().filter(|judged| judged.rule == Rule::Exact);
            exact.map(name).collect()
        };
        let mut counters = Counters {
            source: run.header.run_id.clone(),
            judged: exact.len(),
            alarms: failing(&unchanged).len(),
            ..Counters::default()
        };
        for judged in exact {
            // Instructions may differ by a few an operation: one more than that, and everywhere, has to be named.
            let ways = if judged.counter == Counter::Instructions { &[true][..] } else { &[true, false] };
            for &everywhere in ways {
                counters.planted += 1;
                let report = gate::judge(run, &planted(run, judged, everywhere));
                counters.named += usize::from(failing(&report) == [name(judged)]);
            }
        }
        (counters.judged > 0).then_some(counters)
    }
}

fn name(judged: &gate::Judged) -> (String, String, String) {
    (judged.case.clone(), judged.path.to_string(), judged.counter.word().to_string())
}

/// The run with one event more: in each operation of the case, or in one repetition of it only.
fn planted(run: &Run, of: &gate::Judged, everywhere: bool) -> Run {
    let mut run = run.clone();
    let job = run.jobs.iter().position(|job| job.name == of.case).unwrap_or(0);
    if of.counter == Counter::Instructions {
        let about = run
            .counted
            .iter_mut()
            .filter(|counted| usize::from(counted.job) == job && counted.path == of.path);
        about.for_each(|counted| counted.instructions += (floor(of.counter) as u64 + 1) * counted.ops);
        return run;
    }
    let visits = run.boots.iter_mut().flat_map(|boot| &mut boot.visits);
    let about = visits.filter(|visit| usize::from(visit.facts.job) == job && visit.facts.path == of.path);
    let samples = about.flat_map(|visit| &mut visit.samples);
    for sample in samples.take(if everywhere { usize::MAX } else { 1 }) {
        let added = if everywhere { sample.ops } else { 1 };
        *sample.counters.entry(of.counter.word().to_string()).or_insert(0) += added;
    }
    run
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::testing::a_run;

    #[test]
    fn one_event_more_is_always_named_and_none_is_never() {
        let counters = Counters::of_run(&a_run()).unwrap();
        assert!(counters.judged >= 6, "{counters:?}");
        assert_eq!((counters.alarms, counters.named), (0, counters.planted));
    }

    #[test]
    fn instructions_beyond_what_may_differ_are_named() {
        let mut run = a_run();
        run.jobs
            .iter_mut()
            .for_each(|job| (job.iodepth, job.wait) = (1, ninewire_bench_guest::record::Wait::Poll));
        let counters = Counters::of_run(&run).unwrap();
        assert_eq!((counters.alarms, counters.named), (0, counters.planted));
        assert!(counters.planted < 2 * counters.judged, "instructions are among them: {counters:?}");
    }

    #[test]
    fn an_unsteady_counter_is_an_alarm() {
        let mut run = a_run();
        run.boots[1].visits[0].samples[0].counters.insert("messages".into(), 1);
        let counters = Counters::of_run(&run).unwrap();
        assert_eq!(counters.alarms, 1);
    }
}
