//! The event index: whether the other side asked to hear of what just happened.

/// Did moving an index from `old` to `new` step over `asked`? (virtio 1.2, 2.7.10: the other side wants to hear of the
/// entry at `asked`.) Indices run freely, so only differences mean anything; `old` must be the index at the last
/// decision, not merely `new - 1`, or a batch steps over `asked` unnoticed.
pub(crate) const fn passed(asked: u16, old: u16, new: u16) -> bool {
    asked.wrapping_sub(old) < new.wrapping_sub(old)
}

#[cfg(test)]
mod tests {
    use super::passed;

    /// The same question asked of indices that never wrap.
    fn passed_without_wrapping(asked: u64, old: u64, new: u64) -> bool {
        old <= asked && asked < new
    }

    #[test]
    fn the_test_agrees_with_indices_that_never_wrap() {
        let base = 1u64 << 20;
        // Arithmetic alone: an interpreter of memory accesses has nothing to find, and gets the short steps only.
        let steps: &[u64] = if cfg!(miri) { &[0, 1, 2] } else { &[0, 1, 2, 3, 17, 256, 32768] };
        for shift in [0u64, 1, 2, 0x7ffe, 0x7fff, 0x8000, 0xfff0, 0xffff] {
            let old = base + shift;
            for step in steps {
                let new = old + step;
                for asked in old - 40..=new + 40 {
                    assert_eq!(
                        passed(asked as u16, old as u16, new as u16),
                        passed_without_wrapping(asked, old, new),
                        "asked {asked} old {old} new {new}"
                    );
                }
            }
        }
    }
}
