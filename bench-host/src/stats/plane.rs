//! A linear model of several causes, by which the cost of an operation is split into a fixed part, one per byte and one
//! per message.

use super::BadSample;

/// One observation: what it is made of, and what it cost.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// How much of each cause there is in it.
    pub causes: Vec<f64>,
    /// What it cost; positive.
    pub cost: f64,
}

/// What one of each cause costs, by weighted least squares (Draper and Smith, "Applied Regression Analysis", 3rd
/// edition, sections 5.1 and 9.2) with weights 1/cost^2, because timings scatter by a part of themselves. `None` where
/// the points do not tell the causes apart: there are fewer of them than causes, or two causes always go together.
pub fn fit(points: &[Point]) -> Result<Option<Vec<f64>>, BadSample> {
    let Some(first) = points.first() else { return Err(BadSample::Empty) };
    let count = first.causes.len();
    for (index, point) in points.iter().enumerate() {
        if point.causes.len() != count
            || !point.causes.iter().all(|x| x.is_finite())
            || !point.cost.is_finite()
        {
            return Err(BadSample::NotFinite { index });
        }
        if point.cost <= 0.0 {
            return Err(BadSample::NotPositive { index });
        }
    }
    if points.len() < count {
        return Ok(None);
    }
    // Columns of one length, so that what is small means the same for bytes and for messages.
    let scale = |cause: usize| {
        let squares = points.iter().map(|point| (point.causes[cause] / point.cost).powi(2));
        squares.sum::<f64>().sqrt()
    };
    let scales: Vec<f64> = (0..count).map(scale).collect();
    if scales.contains(&0.0) {
        return Ok(None);
    }
    // The normal equations, each with its right side behind it.
    let weighted = |part: &dyn Fn(&Point) -> f64| {
        points.iter().map(|point| part(point) / (point.cost * point.cost)).sum::<f64>()
    };
    let mut rows: Vec<Vec<f64>> = (0..count)
        .map(|row| {
            let mut sums: Vec<f64> = (0..count)
                .map(|column| {
                    let product = |point: &Point| point.causes[row] * point.causes[column];
                    weighted(&product) / (scales[row] * scales[column])
                })
                .collect();
            sums.push(weighted(&|point: &Point| point.causes[row] * point.cost) / scales[row]);
            sums
        })
        .collect();
    let solved = solve(&mut rows);
    Ok(solved.map(|costs| costs.iter().zip(&scales).map(|(cost, scale)| cost / scale).collect()))
}

/// A pivot smaller than this, of columns of length one, is a column that says nothing of its own.
const PIVOT_MIN: f64 = 1e-7;

/// Gauss' elimination with the largest pivot of each column. `None` where there is no single answer.
fn solve(rows: &mut [Vec<f64>]) -> Option<Vec<f64>> {
    let count = rows.len();
    for step in 0..count {
        let largest = (step..count).max_by(|&a, &b| rows[a][step].abs().total_cmp(&rows[b][step].abs()))?;
        rows.swap(step, largest);
        if rows[step][step].abs() < PIVOT_MIN {
            return None;
        }
        let pivot = rows[step].clone();
        for row in &mut rows[step + 1..] {
            let times = row[step] / pivot[step];
            row.iter_mut().zip(&pivot).for_each(|(value, by)| *value -= times * by);
        }
    }
    let mut answer = vec![0.0; count];
    for step in (0..count).rev() {
        let known: f64 = (step + 1..count).map(|column| rows[step][column] * answer[column]).sum();
        answer[step] = (rows[step][count] - known) / rows[step][step];
    }
    Some(answer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::line;

    fn point(causes: &[f64], cost: f64) -> Point {
        Point { causes: causes.to_vec(), cost }
    }

    #[test]
    fn costs_that_follow_the_model_are_found() {
        let made =
            |bytes: f64, messages: f64| point(&[1.0, bytes, messages], 5.0 + 0.001 * bytes + 50.0 * messages);
        let points = [made(0.0, 1.0), made(4096.0, 1.0), made(0.0, 3.0), made(4096.0, 4.0), made(1e6, 1.0)];
        let costs = fit(&points).unwrap().unwrap();
        for (found, expected) in costs.iter().zip([5.0, 0.001, 50.0]) {
            assert!((found - expected).abs() < 1e-6 * expected, "{costs:?}");
        }
    }

    #[test]
    fn of_one_cause_beside_the_fixed_one_it_is_the_line() {
        let scattered = [(4096.0, 63.0), (16_384.0, 71.0), (65_536.0, 130.0), (262_144.0, 299.0)];
        let line = line::fit(&scattered).unwrap().unwrap();
        let points: Vec<Point> = scattered.iter().map(|&(x, y)| point(&[1.0, x], y)).collect();
        let costs = fit(&points).unwrap().unwrap();
        assert!((costs[0] - line.fixed).abs() < 1e-6 * line.fixed, "{costs:?} {line:?}");
        assert!((costs[1] - line.per_x).abs() < 1e-6 * line.per_x, "{costs:?} {line:?}");
    }

    #[test]
    fn points_that_do_not_tell_causes_apart_carry_no_answer() {
        let together = [(0.0, 1.0), (10.0, 1.0), (20.0, 1.0), (30.0, 1.0)];
        let points: Vec<Point> = together.iter().map(|&(x, m)| point(&[1.0, x, m], 10.0 + x)).collect();
        assert_eq!(fit(&points), Ok(None), "one message each is as good as a fixed cost");
        assert_eq!(fit(&points[..2]), Ok(None));
        assert_eq!(fit(&[point(&[1.0, 0.0], 1.0), point(&[1.0, 0.0], 2.0)]), Ok(None));
        assert_eq!(fit(&[]), Err(BadSample::Empty));
        assert_eq!(fit(&[point(&[1.0], 0.0)]), Err(BadSample::NotPositive { index: 0 }));
        assert_eq!(fit(&[point(&[f64::NAN], 1.0)]), Err(BadSample::NotFinite { index: 0 }));
    }
}
