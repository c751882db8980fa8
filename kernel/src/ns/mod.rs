//! The name space: what a name means to a task.
//!
//! Everything the kernel has to say is a file, and every file belongs to a *device* ([`device`]): a table of a few
//! files, a directory of posted services, a 9P server reached through one of its own files. [`node`] is the closed set
//! of devices; a *channel* ([`chan`]) is an open file. A *space* ([`space`]) has a root and a [mount table](mount) and
//! answers names with files; tasks share a space or have one of their own. The initial space is made by the lines of
//! `boot.txt`, which are commands like any other.
//!
//! Pure and tested on the host: [`path`], [`words`], [`mount`], [`stat`], [`table`], [`error`]. Everything else here
//! runs there too, over devices without hardware.

pub mod chan;
pub mod device;
pub mod error;
pub mod mount;
pub mod node;
pub mod path;
pub mod space;
pub mod stat;
pub mod table;
pub mod text;
pub mod wait;
pub mod words;

use alloc::boxed::Box;
pub use chan::Chan;
pub use error::Error;
pub use node::Node;
pub use space::{Space, View};

/// What a channel may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Access {
    /// Reading.
    #[default]
    Read,
    /// Writing.
    Write,
    /// Both.
    ReadWrite,
}

/// How a file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct OpenMode {
    /// What it may be used for.
    pub access: Access,
    /// Is what was in it thrown away?
    pub truncate: bool,
}

impl OpenMode {
    /// For reading.
    pub const READ: OpenMode = OpenMode { access: Access::Read, truncate: false };
    /// For writing, leaving what is there.
    pub const WRITE: OpenMode = OpenMode { access: Access::Write, truncate: false };
    /// For both.
    pub const READ_WRITE: OpenMode = OpenMode { access: Access::ReadWrite, truncate: false };
    /// For writing from the beginning of an empty file.
    pub const REWRITE: OpenMode = OpenMode { access: Access::Write, truncate: true };
}

static USER: spin::Once<Box<str>> = spin::Once::new();

/// The one user there is: owner of every file of the kernel's own devices, and who mounts say they are.
pub fn user() -> &'static str {
    USER.get().map_or("harvey", |name| name)
}

/// Names the user, once, at boot. Later calls change nothing.
pub fn set_user(name: &str) {
    USER.call_once(|| name.into());
}
