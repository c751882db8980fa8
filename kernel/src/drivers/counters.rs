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
        Counters {
            kicks: self.kicks - earlier.kicks,
            interrupts: self.interrupts - earlier.interrupts,
            chains: self.chains - earlier.chains,
            descriptors: self.descriptors - earlier.descriptors,
            completions: self.completions - earlier.completions,
            bytes_out: self.bytes_out - earlier.bytes_out,
            bytes_in: self.bytes_in - earlier.bytes_in,
            rx_posted: self.rx_posted - earlier.rx_posted,
            rx_starved: self.rx_starved - earlier.rx_starved,
            dropped_unconnected: self.dropped_unconnected - earlier.dropped_unconnected,
            sent_blind: self.sent_blind - earlier.sent_blind,
            faults: self.faults - earlier.faults,
        }
    }
}
