//! What is written behind for those who write to one open file, one at a time; and what becomes of it when they are gone.
//!
//! The queue itself is [`Behind`]. Tasks that share the open file take turns at it: whoever has it may wait for answers,
//! and puts it back even if it is killed while it waits.

use alloc::boxed::Box;
use alloc::string::ToString;
use alloc::sync::Arc;

use spin::Mutex;

use super::Session;
use crate::io::Windows;
use crate::ns::path::Shown;
use crate::ns::wait::WaitList;
use crate::p9::client::Behind;
use crate::p9::{Error, Fid, Wire};
use crate::task::spawn;

/// The queue of one open file.
pub struct WriteBehind<W: Wire> {
    /// Absent while it is somebody's turn.
    queue: Mutex<Option<Box<Behind<W>>>>,
    turn_over: WaitList,
}

impl<W: Wire> Default for WriteBehind<W> {
    fn default() -> Self {
        WriteBehind { queue: Mutex::new(Some(Box::default())), turn_over: WaitList::new() }
    }
}

impl<W: Wire> WriteBehind<W> {
    /// [`Behind::write`], when it is our turn.
    ///
    /// # Errors
    /// The first of this and earlier writes, as far as it is known.
    pub async fn write(
        &self,
        file: &Fid<W>,
        windows: Windows,
        offset: u64,
        most: usize,
    ) -> Result<usize, Error> {
        let mut turn = self.turn().await;
        turn.queue().write(file, windows, offset, most).await
    }

    /// [`Behind::settle`], when it is our turn.
    ///
    /// # Errors
    /// The first there was, now and every time after.
    pub async fn settle(&self, file: &Fid<W>) -> Result<(), Error> {
        let mut turn = self.turn().await;
        turn.queue().settle(file).await
    }

    /// What somebody has to finish, if anything.
    pub(super) fn take(&mut self) -> Option<Box<Behind<W>>> {
        self.queue.get_mut().take().filter(|queue| !queue.is_over())
    }

    async fn turn(&self) -> Turn<'_, W> {
        let queue = self.turn_over.until(|| self.queue.lock().take()).await;
        Turn { of: self, queue: Some(queue) }
    }
}

/// The right to the queue.
struct Turn<'b, W: Wire> {
    of: &'b WriteBehind<W>,
    /// There until it goes back.
    queue: Option<Box<Behind<W>>>,
}

impl<W: Wire> Turn<'_, W> {
    fn queue(&mut self) -> &mut Behind<W> {
        self.queue.get_or_insert_default()
    }
}

impl<W: Wire> Drop for Turn<'_, W> {
    fn drop(&mut self) {
        *self.of.queue.lock() = self.queue.take();
        self.of.turn_over.wake_all();
    }
}

/// Waits for all answers where the program no longer does, and only then lets the server forget the fid.
pub(super) fn finish<W: Wire>(
    mut behind: Box<Behind<W>>,
    file: Fid<W>,
    session: Arc<Session<W>>,
    name: Box<[u8]>,
) {
    let shown = Shown(&name).to_string();
    let rest = async move {
        let changing = session.changes.note(file.qid());
        if let Err(error) = behind.settle(&file).await {
            crate::warn!("what was last written to {shown} is lost: {}", super::file::error(error));
        }
        // Requests end before their fid, and files before their session.
        drop(behind);
        drop(file);
        drop(changing);
    };
    if spawn("behind", rest).is_err() {
        crate::warn!("what was last written to {} may be lost: too many tasks", Shown(&name));
    }
}
