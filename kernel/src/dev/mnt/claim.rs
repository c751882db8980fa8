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
use core::sync::atomic::{AtomicU8, Ordering::Relaxed};

use spin::Mutex;

use crate::drivers::console::Port;
use crate::ns::Error;
use crate::time::{self, Nanos};

/// How often a claim that is about to end is looked at.
const LEAVING_STEP: Nanos = Nanos::from_millis(1);

/// Kept for as long as anything is read from the port for 9P.
pub struct Claim {
    port: &'static Port,
    /// One of the states below; whoever changes it and whoever looks share a core.
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
    while let Some(state) = state_of(port) {
        if state == HELD || time::now() >= until {
            return Err(Error::InUse);
        }
        time::sleep(LEAVING_STEP).await;
    }
    let claim = Arc::new(Claim { port, state: AtomicU8::new(HELD) });
    CLAIMS.lock().push(Arc::downgrade(&claim));
    let hold = Hold(claim.clone());
    Ok((claim, hold))
}

/// The state of the claim there is on a port. Forgets those that ended.
fn state_of(port: &'static Port) -> Option<u8> {
    let mut claims = CLAIMS.lock();
    claims.retain(|claim| claim.strong_count() > 0);
    let all = claims.iter().filter_map(Weak::upgrade);
    let mut states = all.filter(|claim| core::ptr::eq(claim.port, port)).map(|c| c.state.load(Relaxed));
    states.find(|state| *state != OVER)
}

impl Hold {
    /// Nothing is read any more: the session is dead, whoever still has files of it.
    pub fn over(&self) {
        self.0.state.store(OVER, Relaxed);
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        // What is over stays over.
        let _ = self.0.state.compare_exchange(HELD, LEAVING, Relaxed, Relaxed);
    }
}
