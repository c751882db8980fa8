//! 9P: the codec, the slots in which requests live, the wires they travel by, and the client.
//!
//! * [`msg`] is the codec, which the host's server shares;
//! * [`slots`] holds everything in flight; cancel and deadlines are told there;
//! * [`wire`] is what carries requests: a virtio-9p device, or a byte [`stream`] with [`StreamWire`] on it;
//! * [`client`] is the session and its files.

pub mod client;
pub mod error;
mod fids;
pub mod msg;
pub mod slots;
pub mod stream;
mod stream_wire;
#[cfg(test)]
pub(crate) mod testing;
mod tracing;
pub mod wire;

pub use client::{Client, Fid, Options};
pub use error::{Error, Lie, LieKind, Refusal, SessionError, WireError};
pub use fids::FIDS_MAX;
pub use slots::{Parcel, SlotId, Slots};
pub use stream::{Credit, SendError, Stream, StreamError};
pub use stream_wire::StreamWire;
pub use tracing::{TraceSink, is_tracing, set_trace};
pub use wire::{Backlog, Limits, Recall, Wire};
