//! What an operation's time was spent on, as far as a guest can see it: stamps taken where the operation is handed on.
//!
//! Taken in a pass of its own behind the timed repetitions, because every stamp costs the operation something.

use crate::record::{Counter, CounterSet};
use crate::units::{Hertz, Ticks};

/// Times of one or more operations, one at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stages {
    /// Operations.
    pub ops: u64,
    /// Until the message is in the ring.
    pub build: Ticks,
    /// Until the device has been notified and the run loop goes on.
    pub kick: Ticks,
    /// Until the answer is found, the interrupt's handler left out.
    pub device: Ticks,
    /// The handler, and from the answer's being found until the operation goes on.
    pub interrupt: Ticks,
    /// Until the operation is done.
    pub parse: Ticks,
    /// What taking the stamps has cost.
    pub stamps: Ticks,
}

impl Stages {
    /// Both together.
    #[must_use]
    pub fn plus(self, more: Stages) -> Stages {
        let sum = |one: Ticks, other: Ticks| Ticks(one.0 + other.0);
        Stages {
            ops: self.ops + more.ops,
            build: sum(self.build, more.build),
            kick: sum(self.kick, more.kick),
            device: sum(self.device, more.device),
            interrupt: sum(self.interrupt, more.interrupt),
            parse: sum(self.parse, more.parse),
            stamps: sum(self.stamps, more.stamps),
        }
    }

    /// As they are streamed, for a clock of this rate.
    pub fn counted(&self, rate: Hertz) -> CounterSet {
        let times = [
            (Counter::SplitBuildNs, self.build),
            (Counter::SplitKickNs, self.kick),
            (Counter::SplitDeviceNs, self.device),
            (Counter::SplitInterruptNs, self.interrupt),
            (Counter::SplitParseNs, self.parse),
            (Counter::SplitStampNs, self.stamps),
        ];
        times
            .into_iter()
            .fold(CounterSet::new().with(Counter::SplitOps, self.ops), |set, (counter, ticks)| {
                set.with(counter, ticks.at(rate).0)
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_add_up_and_are_streamed_in_nanoseconds() {
        let one = Stages {
            ops: 1,
            build: Ticks(1),
            kick: Ticks(2),
            device: Ticks(3),
            interrupt: Ticks(4),
            parse: Ticks(5),
            stamps: Ticks(6),
        };
        let counted = one.plus(one).counted(Hertz(500_000_000));
        let found: [Option<u64>; 7] = [
            Counter::SplitOps,
            Counter::SplitBuildNs,
            Counter::SplitKickNs,
            Counter::SplitDeviceNs,
            Counter::SplitInterruptNs,
            Counter::SplitParseNs,
            Counter::SplitStampNs,
        ]
        .map(|counter| counted.get(counter));
        assert_eq!(found, [2, 4, 8, 12, 16, 20, 24].map(Some));
    }
}
