//! Counters: what there is to count, and a set of values that says which of them were measured.

use core::fmt;

use super::Malformed;
use crate::field::{Field, Reader, Writer, wire_enum};

wire_enum! {
    /// What is counted while operations are timed.
    pub enum Counter {
        /// Notifications written to the device.
        Kicks = 0 "kicks",
        /// Interrupts taken.
        Interrupts = 1 "interrupts",
        /// Descriptor chains given to the device.
        Chains = 2 "chains",
        /// Descriptors in those chains.
        Descriptors = 3 "descriptors",
        /// Of those, descriptors that named payload.
        PayloadDescriptors = 4 "payload_descriptors",
        /// 9P requests sent.
        Messages = 5 "messages",
        /// Bytes the device was given to read.
        BytesOut = 6 "bytes_out",
        /// Bytes the device wrote.
        BytesIn = 7 "bytes_in",
        /// Payload bytes the guest's processor copied.
        CopiedBytes = 8 "copied_bytes",
        /// Times the processor was put to sleep to wait.
        Halts = 9 "halts",
        /// Instructions the guest executed, waiting left out. Counted from outside; no guest reports it of itself.
        Instructions = 10 "instructions",
        /// Nanoseconds the host's end of a raw port waited for the guest, as it tells itself.
        PeerIdleNs = 11 "peer_idle_ns",
        /// Operations that were watched stage by stage after the last repetition of a visit; none of them is timed with
        /// the others. What follows is of all of them together.
        SplitOps = 12 "split_ops",
        /// Nanoseconds from an operation's beginning until its message is in the ring; of one with several messages also
        /// what lies between an answer and the next message.
        SplitBuildNs = 13 "split_build_ns",
        /// Nanoseconds until the device has been notified and the run loop goes on.
        SplitKickNs = 14 "split_kick_ns",
        /// Nanoseconds until the answer is found in the ring, without what the interrupt's handler took.
        SplitDeviceNs = 15 "split_device_ns",
        /// Nanoseconds in handlers of interrupts, and from the answer's being found until the operation goes on.
        SplitInterruptNs = 16 "split_interrupt_ns",
        /// Nanoseconds from there until the answer has been taken apart and its bytes checked.
        SplitParseNs = 17 "split_parse_ns",
        /// Nanoseconds that taking the stamps has cost them, as measured by taking many in a row.
        SplitStampNs = 18 "split_stamp_ns",
    }
}

/// Counters by name; one that was not measured is absent, which is not zero.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct CounterSet {
    values: [Option<u64>; Counter::ALL.len()],
}

impl CounterSet {
    /// Nothing measured.
    pub const fn new() -> Self {
        CounterSet { values: [None; Counter::ALL.len()] }
    }

    /// With one more measured.
    #[must_use]
    pub const fn with(mut self, counter: Counter, value: u64) -> Self {
        self.values[counter as usize] = Some(value);
        self
    }

    /// With everything that `more` has.
    #[must_use]
    pub fn and(self, more: &CounterSet) -> Self {
        more.iter().fold(self, |set, (counter, value)| set.with(counter, value))
    }

    /// What was measured of `counter`.
    pub const fn get(&self, counter: Counter) -> Option<u64> {
        self.values[counter as usize]
    }

    /// What was measured, in the order of [`Counter::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (Counter, u64)> + '_ {
        Counter::ALL.iter().filter_map(|&counter| Some((counter, self.get(counter)?)))
    }

    /// What was added since `earlier`, for the counters both have. Counters run freely and may wrap.
    #[must_use]
    pub fn since(&self, earlier: &CounterSet) -> CounterSet {
        let mut difference = CounterSet::new();
        for (counter, value) in self.iter() {
            if let Some(before) = earlier.get(counter) {
                difference = difference.with(counter, value.wrapping_sub(before));
            }
        }
        difference
    }
}

impl fmt::Debug for CounterSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl fmt::Display for CounterSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (counter, value)) in self.iter().enumerate() {
            write!(f, "{}{counter} {value}", if index == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}

/// How many, then each with its number.
impl<'a> Field<'a> for CounterSet {
    fn put(&self, to: &mut Writer<'_>) {
        (self.iter().count() as u8).put(to);
        for (counter, value) in self.iter() {
            counter.put(to);
            value.put(to);
        }
    }

    fn get(from: &mut Reader<'a>) -> Result<Self, Malformed> {
        let mut set = CounterSet::new();
        let mut last = None;
        for _ in 0..u8::get(from)? {
            let counter = Counter::get(from).map_err(|error| match error {
                Malformed::Choice => Malformed::Counter,
                other => other,
            })?;
            if last >= Some(counter) {
                return Err(Malformed::Counter);
            }
            last = Some(counter);
            set = set.with(counter, u64::get(from)?);
        }
        Ok(set)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_are_compared_by_difference_and_only_where_both_were_measured() {
        let before = CounterSet::new().with(Counter::Kicks, u64::MAX).with(Counter::Chains, 5);
        let after = CounterSet::new().with(Counter::Kicks, 1).with(Counter::Halts, 5);
        let difference = after.since(&before);
        assert_eq!(difference.get(Counter::Kicks), Some(2));
        assert_eq!(difference.iter().count(), 1);
    }

    #[test]
    fn a_counter_that_is_unknown_or_comes_twice_is_refused() {
        let set = |bytes: &[u8]| <CounterSet as Field>::get(&mut Reader::new(bytes));
        let value = 1u64.to_le_bytes();
        assert_eq!(set(&[&[1, 0][..], &value].concat()), Ok(CounterSet::new().with(Counter::Kicks, 1)));
        assert_eq!(set(&[&[2, 0][..], &value, &[0], &value].concat()), Err(Malformed::Counter));
        assert_eq!(set(&[1, 99]), Err(Malformed::Counter));
    }
}
