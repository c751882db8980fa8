//! A straight line through points, by which the cost of an operation is split into a fixed part and one per byte.

use super::BadSample;

/// `y = fixed + per_x * x`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// Where it meets x = 0.
    pub fixed: f64,
    /// How much it rises per x.
    pub per_x: f64,
}

impl Line {
    /// Where two lines meet, if they do at a positive x.
    pub fn crossing(&self, other: &Line) -> Option<f64> {
        let x = (other.fixed - self.fixed) / (self.per_x - other.per_x);
        (x.is_finite() && x > 0.0).then_some(x)
    }
}

/// The line that makes the squared relative errors smallest: weighted least squares (Draper and Smith, "Applied
/// Regression Analysis", 3rd edition, section 9.2) with weights 1/y^2, because timings scatter by a part of themselves.
/// `None` when all points have the same x; every y has to be positive.
pub fn fit(points: &[(f64, f64)]) -> Result<Option<Line>, BadSample> {
    if points.is_empty() {
        return Err(BadSample::Empty);
    }
    if let Some(index) = points.iter().position(|(x, y)| !x.is_finite() || !y.is_finite()) {
        return Err(BadSample::NotFinite { index });
    }
    if let Some(index) = points.iter().position(|(_, y)| *y <= 0.0) {
        return Err(BadSample::NotPositive { index });
    }
    let weighted = |part: fn(f64, f64) -> f64| points.iter().map(|&(x, y)| part(x, y) / (y * y)).sum::<f64>();
    let weight = weighted(|_, _| 1.0);
    let (mean_x, mean_y) = (weighted(|x, _| x) / weight, weighted(|_, y| y) / weight);
    let of_means = |part: &dyn Fn(f64, f64) -> f64| {
        points.iter().map(|&(x, y)| part(x - mean_x, y - mean_y) / (y * y)).sum::<f64>()
    };
    let spread = of_means(&|x, _| x * x);
    if spread <= f64::EPSILON * mean_x * mean_x * weight {
        return Ok(None);
    }
    let per_x = of_means(&|x, y| x * y) / spread;
    Ok(Some(Line { fixed: mean_y - per_x * mean_x, per_x }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_on_a_line_give_the_line() {
        let points = [4096.0, 65_536.0, 1_048_576.0].map(|x| (x, 40.0 + 0.001 * x));
        let line = fit(&points).unwrap().unwrap();
        assert!((line.fixed - 40.0).abs() < 1e-9 && (line.per_x - 0.001).abs() < 1e-12, "{line:?}");
    }

    #[test]
    fn points_that_carry_no_line_are_refused() {
        assert_eq!(fit(&[]), Err(BadSample::Empty));
        assert_eq!(fit(&[(1.0, f64::NAN)]), Err(BadSample::NotFinite { index: 0 }));
        assert_eq!(fit(&[(1.0, 2.0), (2.0, 0.0)]), Err(BadSample::NotPositive { index: 1 }));
        assert_eq!(fit(&[(5.0, 2.0), (5.0, 3.0)]), Ok(None));
    }

    #[test]
    fn lines_cross_where_both_cost_the_same() {
        let (flat, steep) = (Line { fixed: 60.0, per_x: 0.001 }, Line { fixed: 40.0, per_x: 0.003 });
        assert_eq!(flat.crossing(&steep), Some(10_000.0));
        assert_eq!(flat.crossing(&flat), None);
        assert_eq!(flat.crossing(&Line { fixed: 70.0, per_x: 0.002 }), None);
    }
}
