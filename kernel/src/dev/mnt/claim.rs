//! Who speaks 9P on a port: one at a time, for two would take each other's replies.
//!
//! A mount's session or `9pvpxy` claims the port before its first message. When it ends, the last replies may still be on
//! their way (a Tclunk nobody waits for): somebody goes on reading until they have come, and whoever claims the port next
//! waits for that. Reading and writing the port's file raw is not claimed; whoever does that beside 9P gets what they get.
//!
//! Ownership: the reader of the port has the [`Claim`], whoever needs the session the [`Hold`]. A claim without a hold is
//! about to end, and ends when its reader is dropped.

use alloc::sync::{Arc, Weak};
use alloc::vec::Vec;
use core::sync::atomic::{AtomicU8, Ordering};

use spin::Mutex;

use crate::drivers::console::Port;
use crate::ns::Error;
use crate::time::{self, Nanos};

/// How often a claim that is about to end is looked at.
const LEAVING_STEP: Nanos = Nanos::from_millis(1);

/// Kept for as long as anything is read from the port for 9P.
pub struct Claim {
    port: &'static Port,
    /// One of the states below. Release when it changes: who finds the port free finds it as the last one left it (pairs
    /// with the acquire in [`take`]).
    state: AtomicU8,
}

/// Somebody uses it.
const HELD: u8 = 0;
/// Nobody does; the last replies are awaited.
const LEAVING: u8 = 1;
/// Nothing is read any more, though somebody has not noticed yet.
const OVER: u8 = 2;

/// Kept for as long as somebody needs what is read.
pub struct Hold(Arc<Claim>);

static CLAIMS: Mutex<Vec<Weak<Claim>>> = Mutex::new(Vec::new());

/// Claims a port, waiting at most `patience` for one who is about to leave it.
///
/// # Errors
/// [`Error::InUse`] when somebody has it who does not leave.
pub async fn claim(port: &'static Port, patience: Nanos) -> Result<(Arc<Claim>, Hold), Error> {
    let until = time::now() + patience;
    loop {
        match take(port) {
            Ok(taken) => return Ok(taken),
            Err(LEAVING) if time::now() < until => time::sleep(LEAVING_STEP).await,
            Err(_) => return Err(Error::InUse),
        }
    }
}

/// Claims a port now, or tells the state of the claim there is on it: looked at and taken under one lock, because tasks of
/// other cores want ports, too. Forgets the claims that ended.
fn take(port: &'static Port) -> Result<(Arc<Claim>, Hold), u8> {
    let mut claims = CLAIMS.lock();
    claims.retain(|claim| claim.strong_count() > 0);
    let all = claims.iter().filter_map(Weak::upgrade);
    let mut states =
        all.filter(|claim| core::ptr::eq(claim.port, port)).map(|claim| claim.state.load(Ordering::Acquire));
    if let Some(state) = states.find(|state| *state != OVER) {
        return Err(state);
    }
    drop(states);
    let claim = Arc::new(Claim { port, state: AtomicU8::new(HELD) });
    claims.push(Arc::downgrade(&claim));
    let hold = Hold(claim.clone());
    Ok((claim, hold))
}

impl Hold {
    /// Nothing is read any more: the session is dead, whoever still has files of it.
    pub fn over(&self) {
        self.0.state.store(OVER, Ordering::Release);
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        // What is over stays over.
        let _ = self.0.state.compare_exchange(HELD, LEAVING, Ordering::Release, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use core::sync::atomic::AtomicUsize;

    use super::*;
    use crate::drivers::console::bench::Bench;
    use crate::task::block_on;

    /// Lets both go on as soon as both are here. Giving the processor away meanwhile would part them: who spins is
    /// interrupted anywhere, also between looking and taking.
    fn meet(arrived: &AtomicUsize, nth: usize) {
        arrived.fetch_add(1, Ordering::AcqRel);
        while arrived.load(Ordering::Acquire) < 2 * nth {
            core::hint::spin_loop();
        }
    }

    #[test]
    fn of_two_cores_that_want_a_port_at_the_same_time_one_gets_it() {
        let mut bench = Bench::multiport(2);
        let port = bench.named_port(1, b"x");
        let (arrived, holders) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let claims = || {
            for turn in 0..1000 {
                meet(&arrived, 3 * turn + 1);
                let claimed = block_on(claim(port, Nanos::ZERO));
                holders.fetch_add(claimed.is_ok().into(), Ordering::Relaxed);
                meet(&arrived, 3 * turn + 2);
                assert_eq!(holders.load(Ordering::Relaxed), turn + 1, "one each turn");
                meet(&arrived, 3 * turn + 3);
            }
        };
        std::thread::scope(|scope| {
            scope.spawn(claims);
            claims();
        });
    }
}
