//! What a program is given: its words, its streams, its view of the files; and how it says that something went wrong.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt::{self, Write};
use core::future::Future;
use core::pin::Pin;

use spin::Mutex;

use super::flags::Flags;
use super::out::Out;
use crate::dev::cons::Console;
use crate::ns::wait::WaitList;
use crate::ns::{Chan, View};

/// How a program ended: well, or with a word that becomes part of `$status`.
pub type Exit = Result<(), String>;

/// The three streams of a program.
#[derive(Clone, Debug)]
pub struct Streams {
    /// Read from.
    pub input: Arc<Chan>,
    /// Printed to.
    pub output: Arc<Chan>,
    /// Complained to.
    pub errors: Arc<Chan>,
}

/// What all tasks of one shell have in common.
pub struct Session {
    /// Where its lines come from.
    pub console: Arc<Console>,
    /// Set by whoever ends the session.
    end: Mutex<Option<End>>,
    /// The session was ended.
    changed: WaitList,
}

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// `halt`: stop the machine.
    Halt {
        /// Did everything asked for succeed?
        success: bool,
    },
    /// `exit`, or the end of what was typed.
    Exit,
}

impl Session {
    /// A session on a console.
    pub fn new(console: Arc<Console>) -> Arc<Session> {
        Arc::new(Session { console, end: Mutex::new(None), changed: WaitList::new() })
    }

    /// Ends the session when the present command is done.
    pub fn finish(&self, end: End) {
        *self.end.lock() = Some(end);
        self.changed.wake_all();
    }

    /// Waits until it is ended, by whichever of its tasks.
    pub async fn end(&self) -> End {
        self.changed.until(|| self.ended()).await
    }

    /// Has it been ended?
    pub fn ended(&self) -> Option<End> {
        *self.end.lock()
    }
}

/// A program under way.
pub struct Context {
    /// Its view of the files; binding and mounting is seen by all who share the space.
    pub view: View,
    /// Its name, then its arguments.
    pub words: Vec<Vec<u8>>,
    /// Where it reads.
    pub input: Arc<Chan>,
    /// Where it prints.
    pub out: Out,
    /// Where it complains.
    pub errors: Out,
    /// The shell's session.
    pub session: Arc<Session>,
}

impl Context {
    /// The context of a program in these streams.
    pub fn new(view: View, words: Vec<Vec<u8>>, streams: Streams, session: Arc<Session>) -> Context {
        Context {
            view,
            words,
            input: streams.input,
            out: Out::new(streams.output),
            errors: Out::new(streams.errors),
            session,
        }
    }

    /// The streams, for a program that runs others.
    pub fn streams(&self) -> Streams {
        Streams {
            input: self.input.clone(),
            output: self.out.chan().clone(),
            errors: self.errors.chan().clone(),
        }
    }

    /// Its name.
    pub fn name(&self) -> &[u8] {
        self.words.first().map_or(b"", |name| name)
    }

    /// Its flags and arguments.
    pub fn flags(&self) -> Flags<'_> {
        Flags::of(&self.words)
    }

    /// Complains in one line, with the program's name in front.
    pub fn complain(&mut self, what: fmt::Arguments<'_>) {
        let name = core::mem::take(&mut self.words[0]);
        self.errors.bytes(&name);
        self.words[0] = name;
        let printed = writeln!(self.errors, ": {what}");
        debug_assert!(printed.is_ok(), "printing to pages does not fail");
    }

    /// Complains, and ends with a word for `$status`.
    pub fn fail(&mut self, status: &str, what: fmt::Arguments<'_>) -> Exit {
        self.complain(what);
        Err(status.into())
    }

    /// Says how the program is called, and ends with `usage`.
    pub fn usage(&mut self, lines: &str) -> Exit {
        self.errors.bytes(b"usage: ");
        self.errors.bytes(lines.as_bytes());
        self.errors.bytes(b"\n");
        Err("usage".into())
    }
}

/// Runs a program from its start to its last printed line, and to the server's word on it.
pub fn boxed(
    mut context: Context,
    main: impl AsyncFnOnce(&mut Context) -> Exit + 'static,
) -> Pin<Box<dyn Future<Output = Exit>>> {
    Box::pin(async move {
        let exit = main(&mut context).await;
        let flushed = context.out.flush().await;
        let exit = match (flushed, context.out.chan().settle().await) {
            // What was written behind and failed may have been complained about already.
            (Ok(()), Err(_)) if exit.is_err() => exit,
            (Ok(()), Ok(())) => exit,
            (Err(error), _) | (Ok(()), Err(error)) => {
                exit.and(context.fail("write", format_args!("write error: {error}")))
            }
        };
        // Nobody is left to hear that complaining failed.
        let _ = context.errors.flush().await;
        exit
    })
}

/// A program: its name, its manual page, and what it does.
#[derive(Clone, Copy)]
pub struct Program {
    /// What it is called by.
    pub name: &'static str,
    /// Its manual page; the first line is `name - one line about it`.
    pub page: &'static str,
    /// Runs it. The one allocation of starting a program.
    pub start: fn(Context) -> Pin<Box<dyn Future<Output = Exit>>>,
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Program({})", self.name)
    }
}
