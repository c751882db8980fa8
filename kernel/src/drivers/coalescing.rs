//! Coalescing: one interrupt for several chains, or for what came back within some time.
//!
//! A driver asks for interrupts only when its core goes to sleep, and is awake for what follows; so most interrupts are
//! saved without this. What is left is a core that sleeps between chains of a steady flow. With a [`Coalescing`] of
//! `chains` and `span` such a core asks for the interrupt not at the next chain but at the one that many from now, and
//! looks by itself when the span is over: a chain waits for its driver that long at most.
//!
//! Nothing is held back where nothing flows: the first chain after a quiet time interrupts at once ([`Pace`]). A device
//! with fewer chains than asked for interrupts at its last one.

use core::fmt;
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};

use crate::time::Nanos;

/// More than any queue has.
const CHAINS_MAX: u32 = 1024;

/// Longer than anybody would wait for a key to be heard.
const SPAN_US_MAX: u32 = 100_000;

/// The setting of a class of devices; may be changed at any time and holds from a core's next sleep on.
pub struct Coalescing {
    chains: AtomicU32,
    span_us: AtomicU32,
}

/// A number in a setting that makes no sense.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OutOfRange;

impl Coalescing {
    /// An interrupt for the next chain, whatever follows.
    pub const fn none() -> Coalescing {
        Coalescing { chains: AtomicU32::new(1), span_us: AtomicU32::new(0) }
    }

    /// From now on an interrupt for every `chains` chains, and a look `span_us` microseconds after the last one.
    ///
    /// # Errors
    /// None or too many chains, too long a span, or more than one chain and no span: the last few would never be seen.
    pub fn set(&self, chains: u32, span_us: u32) -> Result<(), OutOfRange> {
        if !(1..=CHAINS_MAX).contains(&chains) || span_us > SPAN_US_MAX || (chains > 1) != (span_us > 0) {
            return Err(OutOfRange);
        }
        self.chains.store(chains, Relaxed);
        self.span_us.store(span_us, Relaxed);
        Ok(())
    }

    fn span(&self) -> Nanos {
        Nanos::from_micros(self.span_us.load(Relaxed).into())
    }
}

/// As it is set: `chains span_us`.
impl fmt::Display for Coalescing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.chains.load(Relaxed), self.span_us.load(Relaxed))
    }
}

/// Whether a device's chains flow: what makes it worth holding its interrupt back.
#[derive(Default)]
pub(super) struct Pace {
    /// Chains came back, and since then no span has passed without.
    flowing: AtomicBool,
    /// The core sleeps, or has slept and not looked since, with the interrupt held back.
    held_back: AtomicBool,
}

impl Pace {
    /// The driver has looked: did chains come back?
    pub(super) fn looked(&self, news: bool) {
        let held_back = self.held_back.load(Relaxed);
        if held_back {
            self.held_back.store(false, Relaxed);
        }
        if news || held_back {
            self.flowing.store(news, Relaxed);
        }
    }

    /// The core goes to sleep: after how many chains from now the interrupt is wanted.
    pub(super) fn chains(&self, setting: &Coalescing) -> u16 {
        let chains = setting.chains.load(Relaxed);
        let held_back = chains > 1 && self.flowing.load(Relaxed);
        self.held_back.store(held_back, Relaxed);
        if held_back { chains as u16 } else { 1 }
    }

    /// How long the core may sleep without looking.
    pub(super) fn nap_max(&self, setting: &Coalescing) -> Option<Nanos> {
        self.held_back.load(Relaxed).then(|| setting.span())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn a_setting_is_shown_as_it_is_set_and_refused_when_chains_would_be_forgotten() {
        let setting = Coalescing::none();
        assert_eq!(setting.to_string(), "1 0");
        assert_eq!(setting.set(8, 200), Ok(()));
        assert_eq!(setting.to_string(), "8 200");
        for (chains, span_us) in [(0, 0), (2, 0), (1, 5), (CHAINS_MAX + 1, 1), (2, SPAN_US_MAX + 1)] {
            assert_eq!(setting.set(chains, span_us), Err(OutOfRange), "{chains} {span_us}");
        }
        assert_eq!(setting.to_string(), "8 200");
    }

    #[test]
    fn only_a_flow_is_held_back_and_it_ends_with_a_span_without_chains() {
        let (setting, pace) = (Coalescing::none(), Pace::default());
        setting.set(8, 200).unwrap();
        assert_eq!((pace.chains(&setting), pace.nap_max(&setting)), (1, None), "the first chain interrupts");
        pace.looked(true);
        pace.looked(false);
        assert_eq!(pace.chains(&setting), 8, "looks while awake say nothing about the flow");
        assert_eq!(pace.nap_max(&setting), Some(Nanos::from_micros(200)));
        pace.looked(true);
        assert_eq!(pace.chains(&setting), 8);
        pace.looked(false);
        assert_eq!((pace.chains(&setting), pace.nap_max(&setting)), (1, None), "nothing came in a span");
    }

    #[test]
    fn without_a_setting_nothing_is_ever_held_back() {
        let (setting, pace) = (Coalescing::none(), Pace::default());
        pace.looked(true);
        assert_eq!((pace.chains(&setting), pace.nap_max(&setting)), (1, None));
    }
}
