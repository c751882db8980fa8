//! The command `ninewire`.

fn main() {}
