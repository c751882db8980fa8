//! What the boot image and the host share: the wire format of the timing stream and the benchmark cases.
#![cfg_attr(not(test), no_std)]
