//! What a ring counts.

/// Counts since the ring was made; a driver takes differences.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct RingStats {
    /// Chains added.
    pub chains: u64,
    /// Descriptors those chains took, in the ring itself: a chain with an indirect table counts one.
    pub descriptors: u64,
    /// How often the device wanted a kick.
    pub kicks_wanted: u64,
    /// Chains taken back.
    pub completions: u64,
}
