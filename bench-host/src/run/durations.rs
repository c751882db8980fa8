//! How long operations took, counted in the guest's buckets ([`ninewire_bench_guest::histogram`]): one of these for
//! each case and path in a boot, because the boot is the sample: nothing that is shown or judged needs its visits or their
//! repetitions apart.

use std::cmp::Ordering;

use ninewire_bench_guest::histogram::BUCKETS;

/// Buckets that were hit and their counts, in rising order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Durations {
    counts: Vec<(u16, u64)>,
}

/// There is no such bucket, or a bucket that was hit has no count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoBucket;

impl Durations {
    /// Counts `count` more in `bucket`; quickest in rising order.
    pub fn add(&mut self, bucket: u16, count: u64) -> Result<(), NoBucket> {
        if usize::from(bucket) >= BUCKETS || count == 0 {
            return Err(NoBucket);
        }
        if self.counts.last().is_none_or(|(last, _)| *last < bucket) {
            self.counts.push((bucket, count));
            return Ok(());
        }
        match self.counts.binary_search_by_key(&bucket, |(known, _)| *known) {
            Ok(at) => self.counts[at].1 = self.counts[at].1.saturating_add(count),
            Err(at) => self.counts.insert(at, (bucket, count)),
        }
        Ok(())
    }

    /// Counts everything that `other` has counted.
    pub fn merge(&mut self, other: &Durations) {
        if self.counts.is_empty() {
            self.counts.clone_from(&other.counts);
            return;
        }
        let (mut ours, mut theirs) =
            (std::mem::take(&mut self.counts).into_iter().peekable(), other.iter().peekable());
        while let (Some(&(a, count)), Some(&(b, more))) = (ours.peek(), theirs.peek()) {
            let order = a.cmp(&b);
            self.counts.push(match order {
                Ordering::Less => (a, count),
                Ordering::Equal => (a, count.saturating_add(more)),
                Ordering::Greater => (b, more),
            });
            if order.is_le() {
                ours.next();
            }
            if order.is_ge() {
                theirs.next();
            }
        }
        self.counts.extend(ours.chain(theirs));
    }

    /// Each bucket that was hit, in rising order, with its count.
    pub fn iter(&self) -> impl Iterator<Item = (u16, u64)> + '_ {
        self.counts.iter().copied()
    }

    /// How many durations were counted.
    pub fn total(&self) -> u64 {
        self.iter().fold(0, |total, (_, count)| total.saturating_add(count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_merged_count_what_both_counted() {
        let of = |counts: &[(u16, u64)]| {
            let mut durations = Durations::default();
            counts.iter().for_each(|&(bucket, count)| durations.add(bucket, count).unwrap());
            durations
        };
        let mut both = of(&[(3, 1), (7, 2)]);
        both.merge(&of(&[(7, 5), (9, 1)]));
        assert_eq!(both, of(&[(9, 1), (3, 1), (7, 7)]));
        assert_eq!(both.total(), 9);
    }

    #[test]
    fn there_are_no_other_buckets_than_the_guests() {
        let mut durations = Durations::default();
        assert_eq!(durations.add(BUCKETS as u16, 1), Err(NoBucket));
        assert_eq!(durations.add(0, 0), Err(NoBucket));
        assert_eq!(durations.add(BUCKETS as u16 - 1, u64::MAX), Ok(()));
        assert_eq!(durations.add(BUCKETS as u16 - 1, u64::MAX), Ok(()));
        assert_eq!(durations.total(), u64::MAX);
    }
}
