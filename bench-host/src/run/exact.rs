//! What can be said about a counter of a case: where it is the same in every boot by construction, and where it depends
//! on how guest and device happen to meet.
//!
//! Exact is what the guest alone decides. How often the device is notified or interrupts is decided by both, and is the
//! guest's alone only with one operation in flight and a fixed way to wait; how a byte stream is cut into pieces is the
//! host's decision.

use ninewire_bench_guest::record::{Counter, Path, Wait};

use super::Job;

/// How a counter may be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exactness {
    /// Every boot has the same value per operation.
    Exact,
    /// It lies in a band that has to be measured.
    Band,
    /// It is no measure of this case, and why.
    Not(&'static str),
}

/// Differences per operation up to this are none. Instructions have a little: the bench's own histogram takes another
/// branch for the first, the shortest and the longest operation. For the rest it is what dividing leaves.
pub fn floor(counter: Counter) -> f64 {
    if counter == Counter::Instructions { 5.0 } else { 1e-9 }
}

impl Exactness {
    /// How two cases can be judged by each other: as the one of which less can be said.
    pub fn weaker(self, other: Exactness) -> Exactness {
        match (self, other) {
            (Exactness::Not(why), _) | (_, Exactness::Not(why)) => Exactness::Not(why),
            (Exactness::Exact, Exactness::Exact) => Exactness::Exact,
            _ => Exactness::Band,
        }
    }
}

/// How `counter` of `job` on `path` may be judged.
pub fn exactness(job: &Job, path: Path, counter: Counter) -> Exactness {
    let alone = job.iodepth == 1 && job.wait != Wait::Adaptive;
    match (path, counter) {
        (_, Counter::BytesOut | Counter::BytesIn) => Exactness::Not("depends on the lengths of names"),
        (_, Counter::PeerIdleNs) => Exactness::Not("is a time"),
        (
            _,
            Counter::SplitOps
            | Counter::SplitBuildNs
            | Counter::SplitKickNs
            | Counter::SplitDeviceNs
            | Counter::SplitInterruptNs
            | Counter::SplitParseNs
            | Counter::SplitStampNs,
        ) => Exactness::Not("is of a pass of its own"),
        (_, Counter::Messages) | (Path::Raw, Counter::CopiedBytes) => Exactness::Exact,
        (
            Path::Native,
            Counter::CopiedBytes | Counter::PayloadDescriptors | Counter::Chains | Counter::Descriptors,
        ) => Exactness::Exact,
        (Path::Native, Counter::Instructions) if alone && job.wait == Wait::Poll => Exactness::Exact,
        (Path::Native, Counter::Instructions) => Exactness::Band,
        (_, Counter::Instructions) => Exactness::Not("depends on how the host cuts the stream"),
        (Path::Native, Counter::Kicks) if alone => Exactness::Exact,
        (Path::Native, Counter::Interrupts | Counter::Halts) if alone && job.wait == Wait::Poll => {
            Exactness::Exact
        }
        (_, Counter::Interrupts | Counter::Halts) => {
            Exactness::Not("depends on who is faster, guest or device")
        }
        _ => Exactness::Band,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::testing::a_run;

    #[test]
    fn kicks_are_exact_only_at_depth_one_with_a_fixed_way_to_wait() {
        let run = a_run();
        let polling = Job { iodepth: 1, wait: Wait::Poll, ..run.jobs[0].clone() };
        let deep = Job { iodepth: 8, ..polling.clone() };
        let adaptive = Job { wait: Wait::Adaptive, ..polling.clone() };
        assert_eq!(exactness(&polling, Path::Native, Counter::Kicks), Exactness::Exact);
        assert_eq!(exactness(&deep, Path::Native, Counter::Kicks), Exactness::Band);
        assert_eq!(exactness(&adaptive, Path::Native, Counter::Kicks), Exactness::Band);
        assert_eq!(exactness(&polling, Path::Serial, Counter::Kicks), Exactness::Band);
        assert_eq!(exactness(&deep, Path::Native, Counter::CopiedBytes), Exactness::Exact);
        assert_eq!(exactness(&deep, Path::Serial, Counter::Messages), Exactness::Exact);
        assert!(matches!(exactness(&adaptive, Path::Native, Counter::Halts), Exactness::Not(_)));
        assert_eq!(exactness(&polling, Path::Native, Counter::Instructions), Exactness::Exact);
        assert_eq!(exactness(&deep, Path::Native, Counter::Instructions), Exactness::Band);
        assert!(matches!(exactness(&polling, Path::Serial, Counter::Instructions), Exactness::Not(_)));
        for path in [Path::Named, Path::Proxied, Path::Raw] {
            assert!(matches!(exactness(&polling, path, Counter::Instructions), Exactness::Not(_)), "{path}");
        }
        assert_eq!(exactness(&polling, Path::Raw, Counter::CopiedBytes), Exactness::Exact);
        assert!(matches!(exactness(&polling, Path::Raw, Counter::PeerIdleNs), Exactness::Not(_)));
        let (exact, not) = (Exactness::Exact, Exactness::Not("x"));
        assert_eq!((exact.weaker(exact), exact.weaker(Exactness::Band)), (exact, Exactness::Band));
        assert_eq!(Exactness::Band.weaker(not), not);
    }
}
