//! Many cells are judged at once, so each p-value is corrected for the company it keeps.

/// Adjusted p-values that keep the false discovery rate: Benjamini and Hochberg, "Controlling the False Discovery
/// Rate", Journal of the Royal Statistical Society B 57 (1995). Answers are in the order of the input; a value that
/// is no number stays what it is and does not count.
pub fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).filter(|&i| p_values[i].is_finite()).collect();
    order.sort_by(|&i, &j| p_values[i].total_cmp(&p_values[j]));
    let mut adjusted = p_values.to_vec();
    let mut smallest = 1.0_f64;
    for (below, &index) in order.iter().enumerate().rev() {
        smallest = smallest.min(p_values[index] * order.len() as f64 / (below + 1) as f64);
        adjusted[index] = smallest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_alone_is_not_changed() {
        assert_eq!(benjamini_hochberg(&[0.04]), [0.04]);
        assert!(benjamini_hochberg(&[]).is_empty());
    }

    #[test]
    fn a_value_that_is_no_number_does_not_count_among_the_others() {
        let adjusted = benjamini_hochberg(&[0.01, f64::NAN, 0.02]);
        assert_eq!((adjusted[0], adjusted[2]), (0.02, 0.02));
        assert!(adjusted[1].is_nan());
    }
}
