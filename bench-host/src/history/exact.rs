//! Steps of exact counters: what the guest alone decides is the same in every boot, so any difference between two runs is
//! a change, and no statistics are needed to say so.

use ninewire_bench_guest::record::Counter;

use super::model::{Metric, Point};
use crate::run::exact::floor;

/// The places where a new level begins, as indices of its first point. A level is what its first steady point says, so
/// that a counter that creeps is named once it has crept far enough. Points whose boots differ begin none.
pub fn steps(metric: Metric, points: &[Point]) -> Vec<usize> {
    let Metric::Counter(counter) = metric else { return Vec::new() };
    let mut steps = Vec::new();
    let mut level: Option<f64> = None;
    for (index, point) in points.iter().enumerate().filter(|(_, point)| is_steady(counter, point)) {
        match level {
            Some(level) if (point.value - level).abs() <= floor(counter) => {}
            _ => {
                if level.is_some() {
                    steps.push(index);
                }
                level = Some(point.value);
            }
        }
    }
    steps
}

/// Whether all boots of a run say the same, as they must. Of instructions the two largest counts have to agree: what
/// disturbs a count leaves some out.
pub fn is_steady(counter: Counter, point: &Point) -> bool {
    point.interval.is_none_or(|[low, high]| high - low <= floor(counter))
}

/// Whether boots that differ are a fault of the code. Instructions differ on a busy machine, too.
pub fn must_be_steady(counter: Counter) -> bool {
    counter != Counter::Instructions
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(values: &[f64]) -> Vec<Point> {
        let point =
            |(run, &value): (u32, &f64)| Point { run, boots: 3, value, interval: Some([value, value]) };
        (0..).zip(values).map(point).collect()
    }

    fn of(counter: Counter, values: &[f64]) -> Vec<usize> {
        steps(Metric::Counter(counter), &points(values))
    }

    #[test]
    fn every_difference_is_a_step_and_equal_values_are_none() {
        assert_eq!(of(Counter::Kicks, &[1.0, 1.0, 2.0, 2.0, 1.0]), [2, 4]);
        assert!(of(Counter::Kicks, &[1.0; 9]).is_empty());
        assert!(of(Counter::Kicks, &[]).is_empty() && of(Counter::Kicks, &[3.0]).is_empty());
        assert_eq!(of(Counter::CopiedBytes, &[0.0, 4096.0]), [1], "from nothing is a step, too");
    }

    #[test]
    fn instructions_may_differ_by_five_and_may_not_creep_further() {
        assert!(of(Counter::Instructions, &[500.0, 504.0, 496.0, 505.0]).is_empty());
        assert_eq!(of(Counter::Instructions, &[500.0, 504.0, 508.0, 509.0]), [2]);
    }

    #[test]
    fn a_run_whose_boots_differ_begins_no_level() {
        let mut points = points(&[1.0, 1.5, 1.0, 2.0]);
        points[1].interval = Some([1.0, 2.0]);
        assert_eq!(steps(Metric::Counter(Counter::Kicks), &points), [3]);
        points[3].interval = Some([1.0, 3.0]);
        assert!(steps(Metric::Counter(Counter::Kicks), &points).is_empty());
    }
}
