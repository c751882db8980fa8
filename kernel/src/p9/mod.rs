//! 9P: the codec, the slots in which requests live, the wires they travel by, and the client.

pub mod msg;
