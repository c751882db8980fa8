//! Which runs are read when there are very many: all newer ones, of older ones every second, fourth, eighth and so on.
//!
//! Which old ones stay depends on their place from the oldest on, so that a run more does not change the choice until
//! the next doubling. A stream of runs (one fingerprint and one suite) never crowds out another one.

/// How much is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most runs that are read, all streams together; of a group of runs each counts.
    pub runs: usize,
    /// About how many bytes of files are read.
    pub bytes: u64,
    /// Also look at runs with a fault planted on purpose, which are no measurements.
    pub planted: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { runs: 1200, bytes: 300 << 20, planted: false }
    }
}

impl Limits {
    /// How many of `all` runs, so many bytes together, are read.
    pub(super) fn most(&self, all: usize, bytes: u64) -> usize {
        let by_bytes = (all as u64).saturating_mul(self.bytes) / bytes.max(1);
        self.runs.min(usize::try_from(by_bytes).unwrap_or(usize::MAX)).max(1)
    }
}

/// How many of `sizes` each may have so that all together are at most `most`: the same for all, and what one does not need
/// goes to the others.
fn shares(sizes: &[usize], most: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by_key(|&index| sizes[index]);
    let (mut left, mut shares) = (most, vec![0; sizes.len()]);
    for (done, &index) in order.iter().enumerate() {
        let share = (left / (sizes.len() - done)).min(sizes[index]);
        shares[index] = share;
        left -= share;
    }
    shares
}

/// Of `count` in the order of age, oldest first, at most `most`: the newest two thirds of them whole, the rest spread over
/// the older ones.
fn spread(count: usize, most: usize) -> Vec<usize> {
    if count <= most {
        return (0..count).collect();
    }
    let newest = most - most / 3;
    let older = count - newest;
    let mut stride = 1;
    while older.div_ceil(stride) > most / 3 && stride < older {
        stride *= 2;
    }
    let kept = (0..older).step_by(stride).take(most / 3);
    kept.chain(older..count).collect()
}

/// Which of all runs are read: `streams` has the stream of each, in the order of age, oldest first. Answers are indices,
/// ascending.
pub fn choose(streams: &[usize], most: usize) -> Vec<usize> {
    let count = streams.iter().max().map_or(0, |last| last + 1);
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); count];
    streams.iter().enumerate().for_each(|(index, &stream)| members[stream].push(index));
    let sizes: Vec<usize> = members.iter().map(Vec::len).collect();
    let shares = shares(&sizes, most);
    let mut chosen: Vec<usize> = members
        .iter()
        .zip(shares)
        .flat_map(|(members, share)| spread(members.len(), share).into_iter().map(|place| members[place]))
        .collect();
    chosen.sort_unstable();
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_files_are_fewer() {
        let limits = Limits { runs: 100, bytes: 1000, planted: false };
        assert_eq!(
            [(50, 500), (500, 500), (500, 50_000), (5, 1_000_000)]
                .map(|(all, bytes)| limits.most(all, bytes)),
            [100, 100, 10, 1]
        );
    }

    #[test]
    fn few_runs_are_all_read() {
        assert_eq!(choose(&[0, 1, 0, 0], 4), [0, 1, 2, 3]);
        assert!(choose(&[], 4).is_empty());
    }

    #[test]
    fn the_newest_are_read_whole_and_old_ones_thinned() {
        let chosen = choose(&[0; 100], 30);
        assert!(chosen.len() <= 30 && chosen.ends_with(&(80..100).collect::<Vec<_>>()), "{chosen:?}");
        assert_eq!(chosen[..4], [0, 8, 16, 24]);
    }

    #[test]
    fn one_run_more_takes_no_old_one_away_before_the_next_doubling() {
        let (before, after) = (choose(&[0; 90], 30), choose(&[0; 91], 30));
        let gone: Vec<_> = before.iter().filter(|index| !after.contains(index)).collect();
        assert_eq!(gone, [&70], "it has become one of the older ones");
        assert!(choose(&[0; 10_000], 1200).len() <= 1200);
    }

    #[test]
    fn a_small_stream_is_not_crowded_out_by_a_large_one() {
        let mut streams = vec![0; 10_000];
        streams.extend([1; 7]);
        let chosen = choose(&streams, 100);
        assert_eq!(chosen.iter().filter(|&&index| index >= 10_000).count(), 7);
        assert!((60..=100).contains(&chosen.len()), "{}", chosen.len());
    }
}
