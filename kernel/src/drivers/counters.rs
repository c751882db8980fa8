//! What a device has cost and carried, counted where it happens and read as a whole.
//!
//! A driver keeps one [`Counters`] behind the lock it holds anyway, so counting is an addition. Readers take a copy and
//! subtract an earlier one ([`Counters::since`]); the benchmark does this around each case.

/// Totals of one device since it was started.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counters {
    /// Notifications written to the device: each one leaves the guest.
    pub kicks: u64,
    /// Times the interrupt handler ran for this device.
    pub interrupts: u64,
    /// Descriptor chains given to the device.
    pub chains: u64,
    /// Descriptors in those chains, those of indirect tables included.
    pub descriptors: u64,
    /// Of those, descriptors that named payload; counted where a driver knows payload from headers.
    pub payload_descriptors: u64,
    /// Chains the device has returned.
    pub completions: u64,
    /// Bytes offered to the device.
    pub bytes_out: u64,
    /// Bytes the device says it has written.
    pub bytes_in: u64,
    /// Receive buffers posted.
    pub rx_posted: u64,
    /// Times receive buffers could not be posted because the page pool was empty.
    pub rx_starved: u64,
    /// Messages and raw writes that went to a port nobody on the host had open: lost, as the device does it.
    pub dropped_unconnected: u64,
    /// Messages sent where nobody can tell whether the host takes them all: port 0 without MULTIPORT.
    pub sent_blind: u64,
    /// Lies, broken control messages, frames nobody asked for.
    pub faults: u64,
}

impl Counters {
    /// What was added between `earlier` and this.
    pub fn since(&self, earlier: &Counters) -> Counters {
        self.with(earlier, |now, then| now - then)
    }

    /// Both together.
    pub fn plus(&self, other: &Counters) -> Counters {
        self.with(other, |one, more| one + more)
    }

    fn with(&self, other: &Counters, combine: impl Fn(u64, u64) -> u64) -> Counters {
        Counters {
            kicks: combine(self.kicks, other.kicks),
            interrupts: combine(self.interrupts, other.interrupts),
            chains: combine(self.chains, other.chains),
            descriptors: combine(self.descriptors, other.descriptors),
            payload_descriptors: combine(self.payload_descriptors, other.payload_descriptors),
            completions: combine(self.completions, other.completions),
            bytes_out: combine(self.bytes_out, other.bytes_out),
            bytes_in: combine(self.bytes_in, other.bytes_in),
            rx_posted: combine(self.rx_posted, other.rx_posted),
            rx_starved: combine(self.rx_starved, other.rx_starved),
            dropped_unconnected: combine(self.dropped_unconnected, other.dropped_unconnected),
            sent_blind: combine(self.sent_blind, other.sent_blind),
            faults: combine(self.faults, other.faults),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_is_the_difference() {
        let before = Counters { kicks: 3, bytes_in: 100, ..Counters::default() };
        let added = Counters { kicks: 2, faults: 1, ..Counters::default() };
        assert_eq!(before.plus(&added).since(&before), added);
    }
}
