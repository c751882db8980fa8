//! A browser of one test's own: started without a window, told what to do over a pipe (messages of the DevTools protocol,
//! each ended by a zero byte), and ended with the test.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use bench_host::browser;
use serde_json::{Value, json};
use tempfile::TempDir;

/// No answer takes so long, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where the browser is found, and that it speaks over descriptors 3 and 4.
const START: &str = "exec \"$0\" \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>&1";

const ARGUMENTS: [&str; 8] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--remote-debugging-pipe",
    "about:blank",
];

/// A page of the browser.
pub(crate) struct Page {
    process: Child,
    to: ChildStdin,
    from: Receiver<Value>,
    events: VecDeque<Value>,
    session: String,
    last_id: u64,
    _profile: TempDir,
}

impl Page {
    /// A blank page as large as a small desktop's.
    pub(crate) fn new() -> Page {
        let profile = tempfile::tempdir().expect("a folder for the browser's profile");
        let program =
            browser::chromium().expect("cargo ninewire test turns these tests on where Chromium is");
        let mut process = Command::new("/bin/sh")
            .args(["-c", START])
            .arg(program)
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .args(ARGUMENTS)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the browser starts");
        let to = process.stdin.take().expect("its input is a pipe");
        let output = process.stdout.take().expect("its output is a pipe");
        let (sender, from) = channel();
        std::thread::spawn(move || {
            for message in BufReader::new(output).split(0) {
                let Some(message) = message.ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()) else {
                    break;
                };
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let (events, session) = (VecDeque::new(), String::new());
        let mut page = Page { process, to, from, events, session, last_id: 0, _profile: profile };
        let target = page.call("Target.createTarget", json!({ "url": "about:blank" }));
        let attached =
            page.call("Target.attachToTarget", json!({ "targetId": target["targetId"], "flatten": true }));
        page.session = attached["sessionId"].as_str().expect("a session").to_string();
        for domain in ["Page", "Runtime", "Log", "Network"] {
            page.call(&format!("{domain}.enable"), json!({}));
        }
        page.size(1280, 900);
        page
    }

    /// A file, and in it what `fragment` names; returns when it is there.
    pub(crate) fn open(file: &Path, fragment: &str) -> Page {
        let mut page = Page::new();
        page.go(file, fragment);
        page
    }

    /// Another file in the same page.
    pub(crate) fn go(&mut self, file: &Path, fragment: &str) {
        // By way of a blank page: to go to another place of the page one is on loads nothing.
        for url in ["about:blank".to_string(), format!("file://{}#{fragment}", file.display())] {
            self.call("Page.navigate", json!({ "url": url }));
            self.await_event("Page.loadEventFired");
        }
        self.settle();
    }

    /// Another link of the same file.
    pub(crate) fn follow(&mut self, fragment: &str) {
        self.js(&format!("location.hash = {}", json!(fragment)));
        self.settle();
    }

    /// Lets what was asked for be drawn.
    pub(crate) fn settle(&mut self) {
        let frames = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(() => \
                      done(true)))))";
        self.js(frames);
    }

    /// How large the window is.
    pub(crate) fn size(&mut self, width: u32, height: u32) {
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.call("Emulation.setDeviceMetricsOverride", metrics);
    }

    /// Whether the system is dark, and whether the page is on paper.
    pub(crate) fn looks(&mut self, scheme: &str, medium: &str) {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.call("Emulation.setEmulatedMedia", json!({ "media": medium, "features": features }));
    }

    /// The value of an expression of the page.
    pub(crate) fn js(&mut self, expression: &str) -> Value {
        let asked = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let answer = self.call("Runtime.evaluate", asked);
        assert!(answer["exceptionDetails"].is_null(), "{expression}: {}", answer["exceptionDetails"]);
        answer["result"]["value"].clone()
    }

    /// The same as a text.
    pub(crate) fn text(&mut self, expression: &str) -> String {
        self.js(expression).as_str().unwrap_or_default().to_string()
    }

    /// Presses a key.
    pub(crate) fn press(&mut self, key: &str) {
        let text = if key.chars().count() == 1 { key } else { "" };
        let down = json!({ "type": "keyDown", "key": key, "text": text });
        self.call("Input.dispatchKeyEvent", down);
        self.call("Input.dispatchKeyEvent", json!({ "type": "keyUp", "key": key }));
        self.settle();
    }

    /// As many bytes as the page has on paper.
    pub(crate) fn printed(&mut self) -> usize {
        let pdf = self.call("Page.printToPDF", json!({ "printBackground": true }));
        pdf["data"].as_str().map_or(0, |base64| base64.len() / 4 * 3)
    }

    /// What the console, the scripts and the browser complained about since the last time, and what was asked of a network.
    pub(crate) fn complaints(&mut self) -> Vec<String> {
        self.call("Runtime.evaluate", json!({ "expression": "1" }));
        let told = self.events.drain(..).filter_map(|event| {
            let params = &event["params"];
            match event["method"].as_str()? {
                "Runtime.exceptionThrown" => Some(params["exceptionDetails"].to_string()),
                "Runtime.consoleAPICalled" if params["type"] == "error" || params["type"] == "warning" => {
                    Some(params["args"].to_string())
                }
                "Log.entryAdded" => Some(params["entry"].to_string()),
                "Network.requestWillBeSent" => {
                    let url = params["request"]["url"].as_str().unwrap_or_default();
                    let own = ["file:", "data:", "blob:"].iter().any(|scheme| url.starts_with(scheme));
                    (!own).then(|| format!("asked for {url}"))
                }
                _ => None,
            }
        });
        told.collect()
    }

    fn call(&mut self, method: &str, params: Value) -> Value {
        self.last_id += 1;
        let id = self.last_id;
        let mut message = json!({ "id": id, "method": method, "params": params });
        if !self.session.is_empty() {
            message["sessionId"] = json!(self.session);
        }
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        self.to.write_all(&bytes).and_then(|()| self.to.flush()).expect("the browser listens");
        loop {
            let answer = self.receive(method);
            if answer["id"] == id {
                assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
                return answer["result"].clone();
            }
            self.events.push_back(answer);
        }
    }

    /// The rest of the events stays for [`Page::complaints`].
    fn await_event(&mut self, method: &str) {
        let known = self.events.iter().position(|event| event["method"] == method);
        if let Some(index) = known {
            self.events.remove(index);
            return;
        }
        loop {
            let event = self.receive(method);
            if event["method"] == method {
                return;
            }
            self.events.push_back(event);
        }
    }

    fn receive(&mut self, awaited: &str) -> Value {
        match self.from.recv_timeout(PATIENCE) {
            Ok(message) => message,
            Err(RecvTimeoutError::Timeout) => {
                panic!("the browser did not answer to {awaited} in {PATIENCE:?}")
            }
            Err(RecvTimeoutError::Disconnected) => panic!("the browser ended while {awaited} was awaited"),
        }
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}
