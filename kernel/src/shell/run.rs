//! Running what was parsed: pipelines of tasks, redirections, `$status`, the foreground and ^C.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::future::Future;
use core::pin::Pin;

use super::context::{Context, End, Exit, Session, Streams};
use super::expand::{ExpandError, Variables, expand};
use super::glob;
use super::out::Out;
use super::parse::{Command, Fault, Item, RedirectionKind, Script, When, Word, parse};
use super::programs;
use super::race::{First, first};
use crate::dev::pipe;
use crate::ns::path::Shown;
use crate::ns::{Chan, Error, Node, OpenMode, View};
use crate::task::{JoinHandle, spawn_join};

/// What a shell shows when it wants a line, and when it wants the rest of one.
const PROMPT: &str = "term% ";
const PROMPT_AGAIN: &str = "\t";

/// A shell: a view of the files, streams, variables. Copies share the name space and the session, not the variables.
#[derive(Clone)]
pub struct Shell {
    view: View,
    streams: Streams,
    variables: Variables,
    session: Arc<Session>,
}

/// A task of the foreground: killed when nobody waits for it any more.
struct Running {
    handle: JoinHandle<Exit>,
    name: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        // A task that has ended is not killed by this.
        self.handle.kill();
    }
}

type Boxed<T> = Pin<alloc::boxed::Box<dyn Future<Output = T>>>;

impl Shell {
    /// A shell that has run nothing yet.
    pub fn new(view: View, streams: Streams, session: Arc<Session>) -> Shell {
        let mut shell = Shell { view, streams, variables: Variables::default(), session };
        shell.variables.set(b"status", alloc::vec![Vec::new()]);
        shell
    }

    /// The shell's view of the files.
    pub fn view(&self) -> &View {
        &self.view
    }

    /// How the last command ended: empty is well.
    pub fn status(&self) -> Vec<u8> {
        self.variables.get(b"status").join(&b' ')
    }

    /// Reads lines from the session's console and runs them, until it is ended.
    pub async fn interactive(&mut self) -> End {
        let session = self.session.clone();
        let console = &session.console;
        let mut pending = Vec::new();
        loop {
            if let Some(end) = session.ended() {
                return end;
            }
            let seen = console.interrupts();
            console.prompt(if pending.is_empty() { PROMPT } else { PROMPT_AGAIN }).await;
            let interrupted = first(console.interrupted(seen), session.end());
            let (line, seen) = match first(console.read_line(), interrupted).await {
                First::A(typed) => typed,
                First::B(First::B(end)) => return end,
                First::B(First::A(())) => {
                    pending.clear();
                    continue;
                }
            };
            if line.is_empty() {
                return End::Exit;
            }
            line.iter().for_each(|window| pending.extend_from_slice(window.as_slice()));
            match parse(&pending) {
                Err(Fault::Unfinished) => continue,
                Err(fault) => self.refuse(format!("rc: {fault}"), "syntax error").await,
                Ok(script) => match first(self.script(&script), console.interrupted(seen)).await {
                    First::A(()) => {}
                    First::B(()) => self.set_status(b"interrupted".to_vec()),
                },
            }
            pending.clear();
        }
    }

    /// Runs a script; how its last command ended.
    pub async fn run(&mut self, text: &[u8]) -> Exit {
        match parse(text) {
            Err(fault) => self.refuse(format!("rc: {fault}"), "syntax error").await,
            Ok(script) => self.script(&script).await,
        }
        let status = self.status();
        if status.is_empty() { Ok(()) } else { Err(Shown(&status).to_string()) }
    }

    async fn script(&mut self, script: &Script) {
        for item in script {
            if self.session.ended().is_some() {
                return;
            }
            let well = self.status().is_empty();
            let due = match item.when {
                When::Always => true,
                When::Succeeded => well,
                When::Failed => !well,
            };
            if due {
                self.item(item).await;
            }
        }
    }

    async fn item(&mut self, item: &Item) {
        if item.background {
            let mut shell = self.clone();
            match shell.view.open(b"#c/null", OpenMode::READ).await {
                Ok(null) => shell.streams.input = null,
                Err(error) => return self.refuse(format!("rc: {error}"), "null").await,
            }
            let foreground = Item { background: false, ..item.clone() };
            let name = self.title(&item.pipeline).await;
            let task = async move {
                shell.item(&foreground).await;
                Ok(())
            };
            let task: Boxed<Exit> = alloc::boxed::Box::pin(task);
            match spawn_join(&name, task) {
                // Nobody waits for it: the handle is let go, and the task runs on.
                Ok(handle) => {
                    self.variables.set(b"apid", alloc::vec![handle.id().number().to_string().into_bytes()]);
                    self.set_status(Vec::new());
                }
                Err(error) => self.refuse(format!("rc: {error}"), "no task").await,
            }
        } else if let [command] = &item.pipeline[..] {
            self.alone(command).await;
        } else {
            self.pipeline(&item.pipeline).await;
        }
    }

    /// A name for the task that runs a pipeline: its first command's.
    async fn title(&self, pipeline: &[Command]) -> String {
        let word = pipeline[0].words.first();
        let texts = word.and_then(|word| expand(word, &self.variables).ok());
        texts.and_then(|t| t.first().map(|t| Shown(&t.bytes).to_string())).unwrap_or_else(|| "rc".to_owned())
    }

    /// One command, which may be a task of the shell itself.
    async fn alone(&mut self, command: &Command) {
        let mut local = self.variables.clone();
        for set in &command.assignments {
            match self.values(&set.values).await {
                Ok(list) => local.set(&set.name, list),
                Err(error) => return self.refuse(format!("rc: {error}"), "expansion").await,
            }
        }
        if command.words.is_empty() {
            // Nothing is run: the variables stay, and redirections create their files.
            self.variables = local;
            let streams = self.streams.clone();
            match self.redirected(command, streams).await {
                Ok(_) => self.set_status(Vec::new()),
                Err(why) => self.refuse(why, "redirection").await,
            }
            return;
        }
        let kept = core::mem::replace(&mut self.variables, local);
        let words = self.values(&command.words).await;
        let own = match &words {
            Ok(words) => self.own_command(words).await,
            Err(_) => None,
        };
        let status = match own {
            Some(status) => status,
            None => {
                let streams = self.streams.clone();
                match self.stage(command, streams).await {
                    Ok(mut running) => self.ended(&mut running).await,
                    Err(status) => status,
                }
            }
        };
        if !command.assignments.is_empty() {
            self.variables = kept;
        }
        self.set_status(status);
    }

    async fn pipeline(&mut self, commands: &[Command]) {
        let mut input = self.streams.input.clone();
        let mut stages = Vec::with_capacity(commands.len());
        for (nth, command) in commands.iter().enumerate() {
            let (output, next) = if nth + 1 < commands.len() {
                let (reader, writer) = pipe::pair();
                let chan = |end, mode| Chan::new(Node::Pipe(pipe::Node::End(end)), mode, b"#|"[..].into());
                (chan(writer, OpenMode::WRITE), chan(reader, OpenMode::READ))
            } else {
                (self.streams.output.clone(), self.streams.input.clone())
            };
            let streams = Streams { input, output, errors: self.streams.errors.clone() };
            input = next;
            stages.push(self.stage(command, streams).await);
        }
        drop(input);
        let mut statuses: Vec<Vec<u8>> = Vec::with_capacity(stages.len());
        for stage in &mut stages {
            statuses.push(match stage {
                Ok(running) => self.ended(running).await,
                Err(status) => core::mem::take(status),
            });
        }
        let well = statuses.iter().all(Vec::is_empty);
        self.set_status(if well { Vec::new() } else { statuses.join(&b'|') });
    }

    /// Starts a command as a task; the error is its status, and has been complained about.
    async fn stage(&mut self, command: &Command, streams: Streams) -> Result<Running, Vec<u8>> {
        let errors = streams.errors.clone();
        match self.start(command, streams).await {
            Ok(running) => Ok(running),
            Err((complaint, status)) => {
                complain(&errors, &complaint).await;
                Err(status.into())
            }
        }
    }

    async fn start(&self, command: &Command, streams: Streams) -> Result<Running, (String, &'static str)> {
        let words = self.values(&command.words).await.map_err(|e| (format!("rc: {e}"), "expansion"))?;
        let streams = self.redirected(command, streams).await.map_err(|why| (why, "redirection"))?;
        let Some(name) = words.first() else { return Err(("rc: empty command".into(), "empty")) };
        let name = Shown(name).to_string();
        let program = programs::find(&words[0])
            .ok_or_else(|| (format!("{name}: '/bin/{name}' does not exist"), "not found"))?;
        let context = Context::new(self.view.clone(), words, streams, self.session.clone());
        let handle =
            spawn_join(&name, (program.start)(context)).map_err(|e| (format!("rc: {e}"), "no task"))?;
        Ok(Running { handle, name })
    }

    /// Waits for a task; its status is its name, its number and the word it ended with.
    async fn ended(&self, running: &mut Running) -> Vec<u8> {
        let (name, number) = (&running.name, running.handle.id().number());
        match (&mut running.handle).await {
            Ok(Ok(())) => Vec::new(),
            Ok(Err(word)) => format!("{name} {number}: {word}").into_bytes(),
            Err(_) => format!("{name} {number}: killed").into_bytes(),
        }
    }

    /// The streams with the command's redirections done; the error is a complaint.
    async fn redirected(&self, command: &Command, mut streams: Streams) -> Result<Streams, String> {
        for redirection in &command.redirections {
            let names = self
                .values(core::slice::from_ref(&redirection.file))
                .await
                .map_err(|e| format!("rc: {e}"))?;
            let [name] = &names[..] else { return Err(format!("rc: {}", ExpandError::NotOneName)) };
            let opened = match redirection.kind {
                RedirectionKind::Input => self.view.open(name, OpenMode::READ).await,
                RedirectionKind::Output => self.view.create(name, OpenMode::WRITE, 0o666).await,
                RedirectionKind::Append => self.at_end(name).await,
            };
            let chan = opened.map_err(|error| format!("rc: {}: {error}", Shown(name)))?;
            match redirection.kind {
                RedirectionKind::Input => streams.input = chan,
                RedirectionKind::Output | RedirectionKind::Append => {
                    // The program's last act is to settle: see `context::boxed`.
                    chan.write_behind();
                    streams.output = chan;
                }
            }
        }
        Ok(streams)
    }

    async fn at_end(&self, name: &[u8]) -> Result<Arc<Chan>, Error> {
        match self.view.open(name, OpenMode::WRITE).await {
            Ok(chan) => {
                let length = chan.stat().await?.length;
                match chan.seek(length) {
                    Ok(()) | Err(Error::IsStream) => Ok(chan),
                    Err(error) => Err(error),
                }
            }
            Err(error) if error.is_absent() => self.view.create(name, OpenMode::WRITE, 0o666).await,
            Err(error) => Err(error),
        }
    }

    async fn values(&self, words: &[Word]) -> Result<Vec<Vec<u8>>, ExpandError> {
        let mut values = Vec::new();
        for word in words {
            for text in expand(word, &self.variables)? {
                values.extend(glob::names(&self.view, &text).await);
            }
        }
        Ok(values)
    }

    /// Commands that change the shell itself. `None`: it is none of them.
    async fn own_command(&mut self, words: &[Vec<u8>]) -> Option<Vec<u8>> {
        let words: Vec<&[u8]> = words.iter().map(|w| &**w).collect();
        let outcome = match words[..] {
            [b"cd"] => self.view.change_dir(b"/").await,
            [b"cd", dir] => self.view.change_dir(dir).await,
            [b"cd", ..] => Err(Error::text("usage: cd [directory]")),
            [b"exit"] => {
                self.session.finish(End::Exit);
                Ok(())
            }
            [b"rfork"] | [b"rfork", b"n"] => {
                self.view = self.view.forked();
                Ok(())
            }
            [b"rfork", ..] => Err(Error::text("usage: rfork [n]")),
            _ => return None,
        };
        Some(match outcome {
            Ok(()) => Vec::new(),
            Err(error) => {
                let name = Shown(words[0]).to_string();
                complain(&self.streams.errors, &format!("{name}: {error}")).await;
                name.into_bytes()
            }
        })
    }

    fn set_status(&mut self, status: Vec<u8>) {
        self.variables.set(b"status", alloc::vec![status]);
    }

    async fn refuse(&mut self, complaint: String, status: &str) {
        complain(&self.streams.errors, &complaint).await;
        self.set_status(status.into());
    }
}

async fn complain(errors: &Arc<Chan>, line: &str) {
    let mut out = Out::new(errors.clone());
    out.bytes(line.as_bytes());
    out.bytes(b"\n");
    // Nobody is left to hear that complaining failed.
    let _ = out.flush().await;
}
