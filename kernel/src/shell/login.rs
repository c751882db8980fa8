//! A session on a console, from its first name to its end.

use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;

use super::context::{End, Session, Streams};
use super::run::Shell;
use crate::dev::cons::{self, Console, Terminal};
use crate::ns::{Error, OpenMode, Space, View};
use crate::task::{SpawnError, spawn};

/// The initial name space, as commands.
pub const BOOT: &str = include_str!("../ns/boot.txt");

/// Why a session could not begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoginError {
    /// No task could be had that takes what is typed.
    Spawn(SpawnError),
    /// The console or the root could not be opened.
    Open(Error),
    /// A command of the initial name space failed; its status.
    Boot(String),
}

impl core::fmt::Display for LoginError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            LoginError::Spawn(error) => write!(f, "{error}"),
            LoginError::Open(error) => write!(f, "{error}"),
            LoginError::Boot(status) => write!(f, "the initial name space: {status}"),
        }
    }
}

impl core::error::Error for LoginError {}

/// Makes a console of a terminal and starts the task that takes what is typed there.
pub fn console(terminal: Arc<dyn Terminal>) -> Result<(usize, Arc<Console>), LoginError> {
    let (number, console) = cons::add(terminal);
    let served = console.clone();
    spawn("cons", async move { served.serve().await }).map_err(LoginError::Spawn)?;
    Ok((number, console))
}

/// A shell on a console, in a fresh name space made by the commands of [`BOOT`].
pub async fn shell(number: usize, console: Arc<Console>) -> Result<Shell, LoginError> {
    let view = View::new(Space::new().map_err(LoginError::Open)?);
    let name = format!("#c{number}/cons");
    let chan = view.open(name.as_bytes(), OpenMode::READ_WRITE).await.map_err(LoginError::Open)?;
    let streams = Streams { input: chan.clone(), output: chan.clone(), errors: chan };
    let mut shell = Shell::new(view, streams, Session::new(console));
    shell.run(BOOT.as_bytes()).await.map_err(LoginError::Boot)?;
    if number > 0 {
        // In front of the first console, which the initial name space has.
        shell.run(format!("bind -b '#c{number}' /dev").as_bytes()).await.map_err(LoginError::Boot)?;
    }
    Ok(shell)
}

/// Sessions at a terminal that comes and goes, from its coming to its going; its console is made for them.
pub async fn visit(terminal: Arc<dyn Terminal>) -> Result<End, LoginError> {
    let (number, console) = console(terminal)?;
    let end = sessions(number, console).await;
    cons::remove(number);
    end
}

/// One session after the other on a console, until the machine is to stop or the terminal is gone.
pub async fn sessions(number: usize, console: Arc<Console>) -> Result<End, LoginError> {
    loop {
        match shell(number, console.clone()).await?.interactive().await {
            End::Exit if !console.is_gone() => {}
            end => return Ok(end),
        }
    }
}
