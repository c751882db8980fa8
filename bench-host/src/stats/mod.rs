//! The statistics behind every verdict: small pure functions, each citing its source, none of them reading a file, a
//! clock or a global. Their callers are `compare`, `gate`, `analyse` and the table; all of them hand in one value per
//! boot, because the boot is the sample.
//!
//! What none of these functions does: drop outliers, assume a normal distribution, or answer for data that cannot
//! carry the answer. Too few values is `None`, a value that is not a number is [`BadSample`].
//!
//! Every function is checked against vectors made with SciPy and Apache Otava (`tests/vectors/`), or against its definition.

pub mod correction;
pub mod divisive;
pub mod line;
pub mod plane;
pub mod random;
pub mod rank;
pub mod ratio;
pub mod shift;
pub mod summary;
pub mod trend;

use std::fmt;

/// Why a list of values cannot be used as a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadSample {
    /// There is no value at all.
    Empty,
    /// A value is NaN or infinite.
    NotFinite {
        /// Index of the first such value.
        index: usize,
    },
    /// A ratio was asked for and a value is zero or negative.
    NotPositive {
        /// Index of the first such value.
        index: usize,
    },
}

impl fmt::Display for BadSample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadSample::Empty => write!(f, "no values"),
            BadSample::NotFinite { index } => write!(f, "value {index} is not a finite number"),
            BadSample::NotPositive { index } => {
                write!(f, "value {index} is not positive, so it has no ratio to another")
            }
        }
    }
}

impl std::error::Error for BadSample {}

/// The values in ascending order, or why they are no sample.
pub fn sorted(values: &[f64]) -> Result<Vec<f64>, BadSample> {
    if values.is_empty() {
        return Err(BadSample::Empty);
    }
    if let Some(index) = values.iter().position(|v| !v.is_finite()) {
        return Err(BadSample::NotFinite { index });
    }
    let mut copy = values.to_vec();
    copy.sort_by(f64::total_cmp);
    Ok(copy)
}
