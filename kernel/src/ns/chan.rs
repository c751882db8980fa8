//! Channels: open files. What a program reads from and writes to.
//!
//! A channel is an open [`Node`] with an offset of its own. It is shared by counting references (standard streams, a
//! posted service), and closed when the last one goes. Programs that can pass pages on use [`Chan::bread`] and
//! [`Chan::bwrite`]; the others use the slice adapters, which copy through the one routine that counts. Programs that
//! write a file whole may [write behind](Chan::write_behind), and [settle](Chan::settle) at the end.

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::fmt;
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use super::device::Device;
use super::mount::FileKey;
use super::node::Node;
use super::path::Shown;
use super::stat::Stat;
use super::{Access, Error, OpenMode, text};
use crate::io::{Buf, Windows};

/// An open file.
pub struct Chan {
    node: Node,
    mode: OpenMode,
    name: Box<[u8]>,
    /// Where the next read or write without an offset of its own begins. Tasks that share a channel share this.
    offset: AtomicU64,
    /// Writes may be under way that nobody waits for.
    behind: AtomicBool,
}

impl Chan {
    /// A channel on a node that has been opened so.
    pub fn new(node: Node, mode: OpenMode, name: Box<[u8]>) -> Arc<Chan> {
        Arc::new(Chan { node, mode, name, offset: AtomicU64::new(0), behind: AtomicBool::new(false) })
    }

    /// The file behind it.
    pub fn node(&self) -> &Node {
        &self.node
    }

    /// How it was opened.
    pub fn mode(&self) -> OpenMode {
        self.mode
    }

    /// The name it was opened by.
    pub fn name(&self) -> &[u8] {
        &self.name
    }

    /// Which file it is.
    pub fn key(&self) -> FileKey {
        self.node.key()
    }

    /// Everything about the file.
    pub async fn stat(&self) -> Result<Stat, Error> {
        self.written().await;
        self.node.stat().await
    }

    /// How many bytes one message carries: the size to read and write in.
    pub fn io_unit(&self) -> usize {
        self.node.io_unit()
    }

    /// How many bytes a program that copies whole files best reads or writes at a time.
    pub fn bulk_unit(&self) -> usize {
        self.node.bulk_unit()
    }

    /// The next windows, at most `count` bytes. Empty at the end.
    pub async fn bread(&self, count: usize) -> Result<Windows, Error> {
        let windows = self.bread_at(count, self.offset.load(Relaxed)).await?;
        self.offset.fetch_add(windows.len() as u64, Relaxed);
        Ok(windows)
    }

    /// Windows from a place of the file, at most `count` bytes. Does not move the offset.
    pub async fn bread_at(&self, count: usize, offset: u64) -> Result<Windows, Error> {
        self.must_be(Access::Read)?;
        self.written().await;
        self.node.bread(count, offset).await
    }

    /// Reads into the caller's own pages, from a place of the file.
    pub async fn read_into(
        &self,
        buf: Buf,
        count: usize,
        offset: u64,
    ) -> (Option<Buf>, Result<usize, Error>) {
        match self.must_be(Access::Read) {
            Ok(()) => {
                self.written().await;
                self.node.read_into(buf, count, offset).await
            }
            Err(error) => (Some(buf), Err(error)),
        }
    }

    /// Writes windows behind what was written before; how many bytes were taken.
    pub async fn bwrite(&self, windows: Windows) -> Result<usize, Error> {
        let written = self.bwrite_at(windows, self.offset.load(Relaxed)).await?;
        self.offset.fetch_add(written as u64, Relaxed);
        Ok(written)
    }

    /// Writes windows at a place of the file. Does not move the offset.
    pub async fn bwrite_at(&self, windows: Windows, offset: u64) -> Result<usize, Error> {
        self.must_be(Access::Write)?;
        self.node.bwrite(windows, offset).await
    }

    /// The next bytes, copied into a slice; 0 at the end.
    pub async fn read(&self, into: &mut [u8]) -> Result<usize, Error> {
        let windows = self.bread(into.len()).await?;
        Ok(windows.copy_to(into))
    }

    /// Writes a slice, copied into pages of the pool, piece by piece.
    pub async fn write(&self, bytes: &[u8]) -> Result<(), Error> {
        for piece in bytes.chunks(self.io_unit().max(1)) {
            let windows = text::copied(piece)?;
            if self.bwrite(windows).await? < piece.len() {
                return Err(Error::Io);
            }
        }
        Ok(())
    }

    /// Lets the next read or write begin elsewhere.
    pub fn seek(&self, offset: u64) -> Result<(), Error> {
        if self.node.is_stream() {
            return Err(Error::IsStream);
        }
        self.offset.store(offset, Relaxed);
        Ok(())
    }

    /// Lets writes return before they are answered, where the file can do that. Whoever asks for it owes a
    /// [`settle`](Chan::settle) when all is written: else nobody hears of an error but the log.
    pub fn write_behind(&self) {
        if self.node.write_behind() {
            self.behind.store(true, Relaxed);
        }
    }

    /// Waits until everything written has been answered.
    ///
    /// # Errors
    /// The first that was answered to any write of this channel, even if a write has told it already.
    pub async fn settle(&self) -> Result<(), Error> {
        if self.behind.load(Relaxed) { self.node.settle().await } else { Ok(()) }
    }

    /// Who reads sees what was written. What went wrong is told by the next write, or by [`settle`](Chan::settle).
    async fn written(&self) {
        if self.behind.load(Relaxed) {
            let _ = self.node.settle().await;
        }
    }

    /// Returns when everything written is on the other side's lasting store.
    pub async fn sync(&self) -> Result<(), Error> {
        self.settle().await?;
        self.node.sync().await
    }

    fn must_be(&self, access: Access) -> Result<(), Error> {
        if self.mode.access == Access::ReadWrite || self.mode.access == access {
            Ok(())
        } else {
            Err(Error::BadUse)
        }
    }
}

impl Drop for Chan {
    fn drop(&mut self) {
        if self.behind.load(Relaxed) {
            self.node.let_go();
        }
    }
}

impl fmt::Debug for Chan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Chan({} {:?})", Shown(&self.name), self.mode.access)
    }
}
