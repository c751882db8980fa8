//! Boots between which nothing changed: recorded ones, drawn anew, and made-up ones.

use ninewire_bench_guest::record::Path;
use serde::Serialize;

use crate::compare::Metric;
use crate::run::Run;
use crate::run::cell::Cell;
use crate::stats::random::Random;

/// One cell of a report: a number that every boot has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Series {
    /// The case.
    pub case: String,
    /// The path's word.
    pub path: String,
    /// The number.
    pub metric: Metric,
}

/// Where boots come from.
pub struct Source {
    /// A run's name, or what the noise is like.
    pub name: String,
    /// The cells of its report.
    pub series: Vec<Series>,
    boots: Boots,
}

enum Boots {
    /// Recorded: the values of each boot, in the order of the series. A boot is drawn whole, because what slows down
    /// one case of a boot slows down others too.
    Recorded(Vec<Vec<f64>>),
    /// Made up.
    Made(Noise),
}

/// Noise that is known.
#[derive(Clone, Copy)]
enum Noise {
    /// A few percent, in each cell for itself.
    Quiet,
    /// Every boot is of one of two kinds, 40 % up or down in all cells.
    TwoKinds,
    /// The same, in each cell for itself.
    TwoKindsEach,
    /// The machine becomes 30 % slower from the first to the last boot.
    Drift,
    /// Now and then a boot is three times as slow.
    Outliers,
}

/// Cells of a made-up report.
const MADE_CELLS: usize = 30;

/// A recorded run with fewer boots says too little about how they scatter.
const RECORDED_MIN: usize = 6;

impl Source {
    /// A recorded run, if it has boots enough. Cells that not every boot has are left out.
    pub fn of_run(run: &Run) -> Option<Source> {
        if run.boots.len() < RECORDED_MIN {
            return None;
        }
        let mut series = Vec::new();
        let mut columns: Vec<Vec<f64>> = Vec::new();
        for cell in Cell::of_run(run) {
            let Some(job) = run.jobs.get(usize::from(cell.job)) else { continue };
            for metric in Metric::ALL {
                let values = cell.values(|value| metric.of(value));
                if values.len() == run.boots.len() {
                    let (case, path) = (job.name.clone(), cell.path.to_string());
                    series.push(Series { case, path, metric });
                    columns.push(values);
                }
            }
        }
        let boots = (0..run.boots.len()).map(|boot| columns.iter().map(|values| values[boot]).collect());
        let boots = Boots::Recorded(boots.collect());
        (!series.is_empty()).then(|| Source { name: run.header.run_id.clone(), series, boots })
    }

    /// The made-up ones.
    pub fn made_up() -> impl Iterator<Item = Source> {
        let all = [
            (Noise::Quiet, "made up: 3 % of noise in each cell for itself"),
            (Noise::TwoKinds, "made up: two kinds of boots, 40 % up or down in all cells"),
            (Noise::TwoKindsEach, "made up: two kinds of boots, 40 % up or down in each cell for itself"),
            (Noise::Drift, "made up: a machine that becomes 30 % slower during the run"),
            (Noise::Outliers, "made up: one boot in ten takes three times as long"),
        ];
        all.into_iter().map(|(noise, name)| {
            let cell = |number: usize| Series {
                case: format!("cell {number}"),
                path: Path::Native.to_string(),
                metric: Metric::P50,
            };
            let series = (0..MADE_CELLS).map(cell).collect();
            Source { name: name.to_string(), series, boots: Boots::Made(noise) }
        })
    }

    /// The series for which it is worth telling how small a step is found: all recorded ones, and one of those that are
    /// made up alike.
    pub fn sensitive(&self) -> impl Iterator<Item = (&Source, usize)> {
        let count = match self.boots {
            Boots::Recorded(_) => self.series.len(),
            Boots::Made(_) => 1,
        };
        (0..count).map(move |index| (self, index))
    }

    /// The values of `count` boots in the order they run, by series.
    pub fn draw(&self, count: usize, random: &mut Random) -> Vec<Vec<f64>> {
        let mut values: Vec<Vec<f64>> = vec![Vec::with_capacity(count); self.series.len()];
        for number in 0..count {
            match &self.boots {
                Boots::Recorded(boots) => {
                    let boot = &boots[random.below(boots.len())];
                    values.iter_mut().zip(boot).for_each(|(values, value)| values.push(*value));
                }
                Boots::Made(noise) => {
                    let shared = random.unit();
                    let part = number as f64 / count as f64;
                    values.iter_mut().for_each(|values| values.push(noise.value(shared, part, random)));
                }
            }
        }
        values
    }
}

impl Noise {
    /// A cell's value in a boot; `shared` is drawn once a boot, `part` of the run is over.
    fn value(self, shared: f64, part: f64, random: &mut Random) -> f64 {
        let kind = |chance: f64| if chance < 0.5 { 0.6 } else { 1.4 };
        let jitter = |random: &mut Random, deviation: f64| (deviation * random.normal()).exp();
        match self {
            Noise::Quiet => 100.0 * jitter(random, 0.03),
            Noise::TwoKinds => 100.0 * kind(shared) * jitter(random, 0.05),
            Noise::TwoKindsEach => 100.0 * kind(random.unit()) * jitter(random, 0.05),
            Noise::Drift => 100.0 * (1.0 + 0.3 * part) * jitter(random, 0.03),
            Noise::Outliers => {
                let slow = if random.unit() < 0.1 { 3.0 } else { 1.0 };
                100.0 * slow * jitter(random, 0.03)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::testing::a_run;

    #[test]
    fn a_recorded_boot_is_drawn_whole() {
        let mut run = a_run();
        assert!(Source::of_run(&run).is_none(), "three boots are too few");
        run.boots = run.boots.iter().cycle().take(6).cloned().collect();
        let source = Source::of_run(&run).unwrap();
        assert_eq!(source.series.len(), 12, "two cases, two paths, three numbers");
        let drawn = source.draw(50, &mut Random::seeded(1));
        // Native IOPS of both cases are of the same boot, wherever it was drawn.
        let first = |case: &str| {
            let place = |series: &Series| {
                series.case == case && series.path == "native" && series.metric == Metric::Iops
            };
            drawn[source.series.iter().position(place).unwrap()].clone()
        };
        assert_eq!(first("read/x"), first("filestat/x"));
        assert!(first("read/x").iter().any(|value| *value != first("read/x")[0]));
    }

    #[test]
    fn made_up_noise_is_as_its_name_says() {
        let all: Vec<Source> = Source::made_up().collect();
        let named = |word: &str| all.iter().find(|source| source.name.contains(word)).unwrap();
        let drawn = named("in all cells").draw(100, &mut Random::seeded(2));
        for boot in 0..100 {
            let slow = drawn[0][boot] > 100.0;
            assert!(drawn.iter().all(|values| (values[boot] > 100.0) == slow));
        }
        let drawn = named("slower").draw(100, &mut Random::seeded(2));
        assert!(drawn[0][99] > drawn[0][0]);
    }
}
