//! The clock and what is measured by it: instants, spans, waiting for a while, waiting no longer than a while.
//!
//! One clock for everything in the kernel: nanoseconds since the kernel's first instruction, derived from the time stamp
//! counter, whose rate the boot code has measured. It never goes backwards on one core.
//! Every wait in the kernel ends by [`within`], so that the error can name what was awaited.
//! On the host (tests) the clock is the operating system's, or a hand-driven one: [`testing`].

use core::fmt;
use core::future::Future;
use core::ops::{Add, AddAssign, Sub};
use core::pin::Pin;
use core::task::{Context, Poll};

use crate::task::timers::TimerKey;

/// A span of time in nanoseconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Nanos(pub u64);

impl Nanos {
    /// No time at all.
    pub const ZERO: Nanos = Nanos(0);
    /// A span of `us` microseconds.
    pub const fn from_micros(us: u64) -> Nanos {
        Nanos(us.saturating_mul(1_000))
    }
    /// A span of `ms` milliseconds.
    pub const fn from_millis(ms: u64) -> Nanos {
        Nanos(ms.saturating_mul(1_000_000))
    }
    /// A span of `s` seconds.
    pub const fn from_secs(s: u64) -> Nanos {
        Nanos(s.saturating_mul(1_000_000_000))
    }
    /// The span as a number of nanoseconds.
    pub const fn get(self) -> u64 {
        self.0
    }
    /// Whole microseconds.
    pub const fn as_micros(self) -> u64 {
        self.0 / 1_000
    }
    /// Whole milliseconds.
    pub const fn as_millis(self) -> u64 {
        self.0 / 1_000_000
    }
}

impl Add for Nanos {
    type Output = Nanos;
    fn add(self, other: Nanos) -> Nanos {
        Nanos(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Nanos {
    fn add_assign(&mut self, other: Nanos) {
        *self = *self + other;
    }
}

impl fmt::Debug for Nanos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The largest unit that keeps at least one digit before the point: `1.500 s`, `20.000 ms`, `3.250 us`, `12 ns`.
impl fmt::Display for Nanos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, unit) = match self.0 {
            0..=999 => return write!(f, "{} ns", self.0),
            1_000..=999_999 => (1_000, "us"),
            1_000_000..=999_999_999 => (1_000_000, "ms"),
            _ => (1_000_000_000, "s"),
        };
        write!(f, "{}.{:03} {unit}", self.0 / whole, self.0 % whole / (whole / 1_000))
    }
}

/// A point in time: nanoseconds on the kernel's clock.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Instant(u64);

impl Instant {
    /// The zero of the clock.
    pub const ZERO: Instant = Instant(0);
    /// The point `ns` nanoseconds after the clock's zero.
    pub const fn from_nanos(ns: u64) -> Instant {
        Instant(ns)
    }
    /// Nanoseconds since the clock's zero.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }
    /// How long after `earlier` this is; zero when it is not after it.
    pub const fn since(self, earlier: Instant) -> Nanos {
        Nanos(self.0.saturating_sub(earlier.0))
    }
    /// How long from now until this point; zero when it is past.
    pub fn left(self) -> Nanos {
        self.since(now())
    }
}

impl Add<Nanos> for Instant {
    type Output = Instant;
    fn add(self, span: Nanos) -> Instant {
        Instant(self.0.saturating_add(span.0))
    }
}

impl Sub for Instant {
    type Output = Nanos;
    fn sub(self, earlier: Instant) -> Nanos {
        self.since(earlier)
    }
}

/// Turns counter ticks into nanoseconds by one multiplication and one shift.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    /// Nanoseconds a tick, as a fixed-point number with [`Scale::SHIFT`] bits behind the point.
    mult: u64,
}

impl Scale {
    const SHIFT: u32 = 32;

    /// The scale of a counter that ticks `hz` times a second. A rate of zero counts as 1 GHz.
    pub const fn from_hz(hz: u64) -> Scale {
        let hz = if hz == 0 { 1_000_000_000 } else { hz };
        Scale { mult: ((1_000_000_000u128 << Self::SHIFT) / hz as u128) as u64 }
    }

    /// `ticks` in nanoseconds.
    pub const fn nanos(self, ticks: u64) -> u64 {
        ((ticks as u128 * self.mult as u128) >> Self::SHIFT) as u64
    }
}

/// What time it is.
#[inline]
pub fn now() -> Instant {
    Instant(clock::now_ns())
}

/// How long so many cycles of the processor's counter are.
pub fn of_cycles(cycles: u64) -> Nanos {
    Nanos(clock::nanos(cycles))
}

#[cfg(target_os = "none")]
mod clock {
    use core::sync::atomic::{AtomicU64, Ordering::Relaxed};

    use super::Scale;
    use crate::arch;

    /// The scale of the time stamp counter; zero until its rate has been measured.
    static MULT: AtomicU64 = AtomicU64::new(0);

    #[inline]
    pub(super) fn now_ns() -> u64 {
        nanos(arch::tsc().wrapping_sub(arch::entry_tsc()))
    }

    #[inline]
    pub(super) fn nanos(cycles: u64) -> u64 {
        let mult = match MULT.load(Relaxed) {
            0 => learn_rate(),
            mult => mult,
        };
        Scale { mult }.nanos(cycles)
    }

    /// The rate, when boot has measured it. Until then time stands still at zero.
    #[cold]
    fn learn_rate() -> u64 {
        let mult = arch::clock::tsc_hz().map_or(0, |hz| Scale::from_hz(hz).mult);
        MULT.store(mult, Relaxed);
        mult
    }
}

#[cfg(not(target_os = "none"))]
mod clock {
    extern crate std;
    use std::sync::OnceLock;

    /// There is no counter here: cycles are nanoseconds.
    pub(super) fn nanos(cycles: u64) -> u64 {
        cycles
    }

    pub(super) fn now_ns() -> u64 {
        if let Some(frozen) = super::testing::frozen_at() {
            return frozen.as_nanos();
        }
        static ZERO: OnceLock<std::time::Instant> = OnceLock::new();
        ZERO.get_or_init(std::time::Instant::now).elapsed().as_nanos() as u64
    }
}

/// A clock moved by hand, one for each thread, for tests that must not depend on how fast the host is.
#[cfg(not(target_os = "none"))]
pub mod testing {
    extern crate std;
    use super::{Instant, Nanos};
    use core::cell::Cell;
    use core::marker::PhantomData;

    std::thread_local! {
        static FROZEN: Cell<Option<Instant>> = const { Cell::new(None) };
    }

    pub(crate) fn frozen_at() -> Option<Instant> {
        FROZEN.try_with(Cell::get).ok().flatten()
    }

    /// While it lives, time on this thread stands still, and the run loop that waits for a timer moves the clock to it.
    #[derive(Debug)]
    pub struct Frozen(PhantomData<*const ()>);

    /// Stops this thread's clock one second after its zero.
    pub fn freeze() -> Frozen {
        FROZEN.set(Some(Instant::ZERO + Nanos::from_secs(1)));
        Frozen(PhantomData)
    }

    impl Frozen {
        /// Moves the clock forward.
        pub fn advance(&self, span: Nanos) {
            FROZEN.set(FROZEN.get().map(|at| at + span));
        }
        /// Moves the clock to `to`, never backwards.
        pub fn advance_to(&self, to: Instant) {
            FROZEN.set(FROZEN.get().map(|at| at.max(to)));
        }
    }

    impl Drop for Frozen {
        fn drop(&mut self) {
            FROZEN.set(None);
        }
    }

    pub(crate) fn is_frozen() -> bool {
        FROZEN.get().is_some()
    }

    /// Used by the host's run loop: true when the clock is frozen and was moved to `to`.
    pub(crate) fn skip_to(to: Instant) -> bool {
        FROZEN.get().is_some_and(|at| {
            FROZEN.set(Some(at.max(to)));
            true
        })
    }
}

/// A wait lasted too long.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TimedOut {
    /// What was awaited, as a user would say it: "the reply to Tversion".
    pub what: &'static str,
    /// How long was waited.
    pub after: Nanos,
}

impl fmt::Display for TimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} did not come within {}", self.what, self.after)
    }
}

impl core::error::Error for TimedOut {}

/// Ready when the clock reaches a deadline. Holds at most one timer of its core, given back on drop.
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct Sleep {
    deadline: Instant,
    timer: Option<TimerKey>,
    /// The timer belongs to the core this was first polled on.
    _not_send: core::marker::PhantomData<*const ()>,
}

/// Waits for `span`. A span of zero is ready at once.
pub fn sleep(span: Nanos) -> Sleep {
    sleep_until(now() + span)
}

/// Waits for the clock to reach `deadline`.
pub fn sleep_until(deadline: Instant) -> Sleep {
    Sleep { deadline, timer: None, _not_send: core::marker::PhantomData }
}

impl Future for Sleep {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if now() >= self.deadline {
            self.cancel();
            return Poll::Ready(());
        }
        let timers_changed = match self.timer {
            Some(key) => crate::task::timer_rearm(key, cx.waker()),
            None => false,
        };
        if !timers_changed {
            self.timer = Some(crate::task::timer_start(self.deadline, cx.waker()));
        }
        Poll::Pending
    }
}

impl Sleep {
    fn cancel(&mut self) {
        if let Some(key) = self.timer.take() {
            crate::task::timer_cancel(key);
        }
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.cancel();
    }
}

/// Awaits `fut`, but no longer than `span`; dropping it on time-out is what cancels it. `what` names what was awaited.
///
/// The inner future is asked first, so an answer that is there is never turned into a time-out. No timer is started
/// for a future that is ready on its first poll.
pub async fn within<F: Future>(span: Nanos, what: &'static str, fut: F) -> Result<F::Output, TimedOut> {
    let mut fut = core::pin::pin!(fut);
    let mut sleep = sleep(span);
    core::future::poll_fn(|cx| match fut.as_mut().poll(cx) {
        Poll::Ready(answer) => Poll::Ready(Ok(answer)),
        Poll::Pending => Pin::new(&mut sleep).poll(cx).map(|()| Err(TimedOut { what, after: span })),
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn ticks_become_nanoseconds_within_one_part_in_a_billion() {
        let scale = Scale::from_hz(2_596_120_000);
        assert_eq!(scale.nanos(0), 0);
        let hour = 2_596_120_000 * 3_600;
        let error = 3_600_000_000_000u64.abs_diff(scale.nanos(hour));
        assert!(error < 3_600, "{error} ns wrong after an hour");
    }

    #[test]
    fn a_clock_of_unknown_rate_counts_as_one_gigahertz() {
        assert_eq!(Scale::from_hz(0), Scale::from_hz(1_000_000_000));
        assert_eq!(Scale::from_hz(0).nanos(77), 77);
    }

    #[test]
    fn spans_print_with_a_unit_a_reader_can_use() {
        assert_eq!(format!("{}", Nanos(12)), "12 ns");
        assert_eq!(format!("{}", Nanos(3_250)), "3.250 us");
        assert_eq!(format!("{}", Nanos::from_millis(20)), "20.000 ms");
        assert_eq!(format!("{}", Nanos::from_millis(1_500)), "1.500 s");
    }

    #[test]
    fn differences_of_instants_never_go_below_zero() {
        assert_eq!(Instant::from_nanos(5) - Instant::from_nanos(9), Nanos::ZERO);
        assert_eq!(Instant::from_nanos(9) - Instant::from_nanos(5), Nanos(4));
    }
}
