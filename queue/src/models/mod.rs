//! Models: every interleaving and every weak-memory outcome of small cases, by loom, with the code that ships.
//!
//! Run by `RUSTFLAGS="--cfg loom" cargo test -p ninewire-queue --lib --release models::`. At most three threads, rings of
//! two to four descriptors, at most [`PREEMPTIONS`] forced switches an execution. Each model is run again with the
//! ordering it rests on weakened (see [`Site`]), and must fail then.
//!
//! What a chain's buffers contain is stood for by a cell beside the ring, through which loom sees a device and a driver
//! that are not ordered; of ring memory see [`memory`].

pub(crate) mod memory;
mod shared_ring;
mod suppression;

use crate::sync::{Site, mutant};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Forced switches between threads in one execution.
const PREEMPTIONS: usize = 3;

fn explore(model: impl Fn() + Sync + Send + 'static) {
    // What `loom::model` does, with a bound.
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(PREEMPTIONS);
    builder.check(model);
}

/// The model holds, and with any one of `sites` weakened it does not.
fn holds_only_with(sites: &[Site], model: impl Fn() + Sync + Send + Copy + 'static) {
    explore(model);
    for &site in sites {
        mutant::weaken(Some(site));
        let fails = catch_unwind(AssertUnwindSafe(|| explore(model)));
        mutant::weaken(None);
        assert!(fails.is_err(), "the model passes with {site:?} weakened: it does not test it");
    }
}

/// Where a side that sleeps is woken: a kick or an interrupt.
#[derive(Default)]
struct Bell {
    rung: loom::sync::Mutex<bool>,
    wake: loom::sync::Condvar,
}

impl Bell {
    fn ring(&self) {
        *self.rung.lock().unwrap() = true;
        self.wake.notify_one();
    }

    /// Sleeps until it is rung. If nobody ever does, loom sees that nobody can go on, and the model fails.
    fn sleep(&self) {
        let mut rung = self.rung.lock().unwrap();
        while !*rung {
            rung = self.wake.wait(rung).unwrap();
        }
        *rung = false;
    }
}
