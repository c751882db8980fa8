//! How long an adaptive core looks for work before it stops the processor.
//!
//! A stop is dear: the device has to interrupt, and the host to wake the core's thread. Where answers come a little later
//! than the core looks for them it pays that for every one, and so do the host's other threads. So a core that a device has
//! woken soon after it stopped looks longer, until it has looked so long in vain.
//!
//! Looking longer is no use where the look itself keeps the answer away: with all of QEMU on one processor the device does
//! not get on before the core stops. There every long look is in vain at once, and each time that is so twice as many
//! stops have to end soon before the next one.
//!
//! All of it is decided when the processor has stopped: a core that finds work while it looks pays nothing for it.

use crate::time::{Instant, Nanos};

/// How long an adaptive core looks for work at first.
pub const SPIN: Nanos = Nanos::from_micros(50);

/// How long it looks for work while that is worth it, and how soon a stop ends that a longer look would have spared.
pub const SPIN_MAX: Nanos = Nanos::from_micros(150);

/// Long looks have been worth it if the core did not stop for that long.
const WORTH: Nanos = Nanos::from_millis(2);

/// Stops that end soon before a core looks longer, at most.
const STOPS_MAX: u32 = 64;

/// How long a core looks for work.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spin {
    span: Nanos,
    /// When it began to look longer.
    since: Instant,
    /// Stops in a row that ended soon.
    soon: u32,
    /// As many make it look longer.
    stops: u32,
}

impl Spin {
    pub(super) const fn new() -> Spin {
        Spin { span: SPIN, since: Instant::ZERO, soon: 0, stops: 1 }
    }

    /// From the last work to stopping the processor.
    #[inline]
    pub(super) fn span(&self) -> Nanos {
        self.span
    }

    /// The processor, which had no work since `idle_since`, has stopped and runs again `now`; `by_device`: an interrupt
    /// of a device has ended that. A timer's end of it could not have been found by looking.
    pub(super) fn stopped(&mut self, idle_since: Instant, now: Instant, by_device: bool) {
        if self.span == SPIN_MAX {
            let worth = idle_since - self.since >= WORTH;
            self.stops = if worth { 1 } else { (self.stops * 2).min(STOPS_MAX) };
            (self.span, self.soon) = (SPIN, 0);
        } else if by_device && now - idle_since < SPIN_MAX {
            self.soon += 1;
            if self.soon >= self.stops {
                (self.span, self.since) = (SPIN_MAX, now);
            }
        } else {
            self.soon = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A core whose device always answers after the same time, and which then looks for work again at once.
    struct Core {
        spin: Spin,
        now: Instant,
        /// Whether the device gets on while the core looks.
        apart: bool,
    }

    impl Core {
        fn new(apart: bool) -> Core {
            Core { spin: Spin::new(), now: Instant::ZERO, apart }
        }

        /// How many of `requests` the core stops for.
        fn stops(&mut self, requests: usize, answer: Nanos) -> usize {
            (0..requests).filter(|_| self.stops_for_one(answer)).count()
        }

        fn stops_for_one(&mut self, answer: Nanos) -> bool {
            let (begun, looks) = (self.now, self.spin.span());
            let work = if self.apart { answer } else { looks + answer };
            self.now = begun + work;
            let stops = work >= looks;
            if stops {
                self.spin.stopped(begun, self.now, true);
            }
            stops
        }
    }

    #[test]
    fn answers_that_come_soon_after_a_stop_are_waited_for_by_looking() {
        let mut core = Core::new(true);
        assert_eq!(core.stops(1000, SPIN + Nanos(1)), 1);
        assert_eq!(core.spin.span(), SPIN_MAX);
    }

    #[test]
    fn answers_that_come_late_are_not() {
        let mut core = Core::new(true);
        assert_eq!(core.stops(1000, SPIN_MAX), 1000);
        assert_eq!(core.spin.span(), SPIN);
    }

    #[test]
    fn who_has_looked_long_with_success_and_is_idle_then_begins_anew() {
        let mut core = Core::new(true);
        for _ in 0..10 {
            assert_eq!(core.stops(1000, SPIN + Nanos(1)), 1);
            assert_eq!(core.stops(2, SPIN_MAX), 2);
            assert_eq!(core.spin.span(), SPIN);
        }
    }

    #[test]
    fn where_looking_keeps_the_answer_away_it_is_tried_ever_less() {
        let mut core = Core::new(false);
        let answer = Nanos::from_micros(40);
        let mut long = 0;
        for _ in 0..1000 {
            long += usize::from(core.spin.span() == SPIN_MAX);
            assert!(core.stops_for_one(answer));
        }
        // Six times until it is tried after 64 stops only, and after each 64 from then on.
        let until_rare: usize = (0..6).map(|times| (1 << times) + 1).sum();
        assert_eq!(long, 6 + (1000 - until_rare) / 65);
    }

    #[test]
    fn a_timer_is_not_waited_for_by_looking() {
        let mut spin = Spin::new();
        spin.stopped(Instant::ZERO, Instant::ZERO + SPIN, false);
        assert_eq!(spin.span(), SPIN);
    }
}
