//! The other side, for tests: a strict 9P server over a tree in memory, a wire like a virtio-9p device's, and a byte
//! stream that cuts and merges as the test says. What a client may not do makes the test fail on the spot.

pub(super) mod host;
pub(super) mod native;
pub(crate) mod server;
pub(super) mod stream;
