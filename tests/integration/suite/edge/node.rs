//! One node of an edge: a process of the embedded host, or of Spin where the variable `SPIN` names it. Both are
//! started with the same arguments.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use tokio::sync::Mutex;

use crate::client::{Answer, Call};
use crate::processes::{Process, free_port};
use crate::servers::{Faults, new_folder};

/// How long a node may take to start: without compiled components it compiles them first.
const START: Duration = Duration::from_secs(240);

/// How long it may take until it finds its stores again. Of a Redis that was gone for more than a moment Spin may take two
/// minutes to see that it is back.
const FINDS_ITS_STORES: Duration = Duration::from_secs(240);

/// The repository, with the manifest in it.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// The edge's manifest: the repository's, or another that `EDGE_TESTS_MANIFEST` names.
pub fn manifest() -> PathBuf {
    let given = std::env::var_os("EDGE_TESTS_MANIFEST").map(PathBuf::from);
    given.unwrap_or_else(|| repository().join("spin.toml"))
}

/// Stock Spin, if the suite is to run on it.
pub fn on_spin() -> Option<PathBuf> {
    std::env::var_os("SPIN").filter(|spin| !spin.is_empty()).map(PathBuf::from)
}

/// The embedded host, as the Makefile or somebody else built it.
pub fn host_program() -> PathBuf {
    let folder = std::env::var_os("EDGE_PROGRAMS").unwrap_or_else(|| "target/release".into());
    let given = std::env::var_os("BHEEM_EDGE").map(PathBuf::from);
    given.unwrap_or_else(|| repository().join(folder).join("bheem-edge"))
}

/// A folder for a node's state. Compiled components are shared, so that they are compiled once.
pub fn new_launch_folder() -> PathBuf {
    let folder = new_folder("node");
    let compiled = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiled");
    std::fs::create_dir_all(&compiled).unwrap();
    std::fs::create_dir(folder.join("state")).unwrap();
    std::os::unix::fs::symlink(compiled, folder.join("state/compiled")).unwrap();
    folder
}

/// One node.
pub struct Node {
    /// What its disk and its clock do to it, where the fact has a hand in that.
    pub faults: Option<Faults>,
    process: Process,
    launch: Launch,
    port: u16,
}

/// What a node is started with.
struct Launch {
    folder: PathBuf,
    manifest: PathBuf,
    /// Those that begin with `--` are options of the host.
    variables: Vec<(&'static str, String)>,
    arguments: Vec<&'static str>,
    environment: Vec<(&'static str, PathBuf)>,
}

const RUNTIME_CONFIG: &str = "runtime-config.toml";

impl Launch {
    fn new(
        manifest: PathBuf,
        variables: &[(&'static str, String)],
        redis: Option<&str>,
        arguments: &[&'static str],
    ) -> Self {
        let folder = new_launch_folder();
        let config = redis.map(|url| format!("[key_value_store.default]\ntype = \"redis\"\nurl = \"{url}\"\n"));
        std::fs::write(folder.join(RUNTIME_CONFIG), config.unwrap_or_default()).unwrap();
        let (variables, arguments) = (variables.to_vec(), arguments.to_vec());
        Self { folder, manifest, variables, arguments, environment: Vec::new() }
    }

    fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    fn start(&self, port: u16) -> Process {
        let mut command = Command::new(on_spin().unwrap_or_else(host_program));
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("SPIN_VARIABLE_")) {
            command.env_remove(name);
        }
        let (options, variables): (Vec<_>, Vec<_>) =
            self.variables.iter().partition(|(name, _)| name.starts_with("--"));
        for (name, value) in variables {
            command.env(format!("SPIN_VARIABLE_{}", name.to_uppercase()), value);
        }
        command.envs(self.environment.iter().cloned());
        command.current_dir(repository()).arg("up").arg("-f").arg(&self.manifest);
        command.args(["--listen", &format!("127.0.0.1:{port}")]);
        command.arg("--state-dir").arg(self.folder.join("state"));
        command.arg("--runtime-config-file").arg(self.folder.join(RUNTIME_CONFIG));
        // What is built to be tested is slow, and the machine does other things: a burst waits for as long as it takes.
        if on_spin().is_none() {
            command.args(["--queue-timeout-ms", "30000"]);
            // One stand-in is all upstreams of an edge, and facts that share an edge break it by turns.
            if !options.iter().any(|(name, _)| *name == "--breaker-failures") {
                command.args(["--breaker-failures", "0"]);
            }
            for (name, value) in options {
                command.arg(name).arg(value);
            }
        }
        command.args(&self.arguments);
        Process::start("the edge", command, &self.log())
    }
}

impl Node {
    /// Starts a node of the edge and waits until it listens.
    pub async fn start(variables: &[(&'static str, String)], redis: Option<&str>) -> Self {
        Self::start_from(manifest(), variables, redis, &[]).await
    }

    /// The same, with a disk and a clock that the fact has a hand in.
    pub async fn start_under_faults(variables: &[(&'static str, String)], redis: Option<&str>) -> Self {
        let faults = Faults::none();
        let mut launch = Launch::new(manifest(), variables, redis, &[]);
        launch.environment = faults.environment(&launch.folder.join("state"));
        let (process, port) = Self::launch(&launch).await;
        Self { faults: Some(faults), process, launch, port }
    }

    /// Another node that is started like this one, on state of its own, for which it is given these files.
    pub async fn start_like_this(&self, files: &BTreeMap<&str, Vec<u8>>) -> Self {
        let launch = Launch {
            folder: new_launch_folder(),
            manifest: self.launch.manifest.clone(),
            variables: self.launch.variables.clone(),
            arguments: self.launch.arguments.clone(),
            environment: Vec::new(),
        };
        std::fs::copy(self.launch.folder.join(RUNTIME_CONFIG), launch.folder.join(RUNTIME_CONFIG)).unwrap();
        for (name, bytes) in files {
            std::fs::write(launch.folder.join("state").join(name), bytes).unwrap();
        }
        let (process, port) = Self::launch(&launch).await;
        Self { faults: None, process, launch, port }
    }

    /// Starts another application than the edge, with more arguments for the host.
    pub async fn start_from(
        manifest: PathBuf,
        variables: &[(&'static str, String)],
        redis: Option<&str>,
        arguments: &[&'static str],
    ) -> Self {
        let launch = Launch::new(manifest, variables, redis, arguments);
        let (process, port) = Self::launch(&launch).await;
        Self { faults: None, process, launch, port }
    }

    async fn launch(launch: &Launch) -> (Process, u16) {
        // The first node of an application compiles the components; those who come together would all compile them.
        static COMPILED: Mutex<BTreeSet<PathBuf>> = Mutex::const_new(BTreeSet::new());
        let mut compiled = COMPILED.lock().await;
        if compiled.contains(&launch.manifest) {
            drop(compiled);
            return Self::launch_with_others(launch).await;
        }
        let launched = Self::launch_with_others(launch).await;
        compiled.insert(launch.manifest.clone());
        launched
    }

    async fn launch_with_others(launch: &Launch) -> (Process, u16) {
        let mut attempts = 0;
        loop {
            let port = free_port();
            let mut process = launch.start(port);
            if listens(&mut process, port, &launch.log()).await {
                return (process, port);
            }
            attempts += 1;
            // Somebody else may have taken the port in between.
            assert!(attempts < 3, "the edge does not start: {}", read(&launch.log()));
        }
    }

    /// Where it listens.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// A request to this node.
    pub fn call(&self, method: &str, path: &str) -> Call {
        Call::new(method, format!("http://{}{path}", self.address()))
    }

    /// Waits until `path` is answered with 200.
    pub async fn answers(&self, path: &str) -> Answer {
        let what = format!("200 from {path}");
        crate::edge::eventually_within(FINDS_ITS_STORES, &what, async || {
            self.call("GET", path).try_send().await.ok().filter(|answer| answer.status == 200)
        })
        .await
    }

    /// Kills it without a warning.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Asks it to stop.
    pub fn terminate(&self) {
        self.process.signal(Signal::TERM);
    }

    /// Its process.
    pub fn process(&mut self) -> &mut Process {
        &mut self.process
    }

    /// Starts it again with the state it had, and with other values for `changed` variables.
    pub async fn restart(&mut self, changed: &[(&'static str, String)]) {
        self.launch.variables.retain(|(name, _)| !changed.iter().any(|(other, _)| other == name));
        self.launch.variables.extend(changed.iter().cloned());
        (self.process, self.port) = Self::launch(&self.launch).await;
    }

    /// Ends it, and removes its files.
    pub fn leave_no_trace(mut self) {
        self.kill();
        std::fs::remove_dir_all(&self.launch.folder).unwrap();
    }

    /// The folder of its files.
    pub fn state(&self) -> PathBuf {
        self.launch.folder.join("state")
    }

    /// All that it has printed. Spin keeps what components print in files.
    pub fn log(&self) -> String {
        let mut log = read(&self.launch.log());
        for folder in ["state/logs", "logs"] {
            for entry in std::fs::read_dir(self.launch.folder.join(folder)).into_iter().flatten().flatten() {
                log.push_str(&read(&entry.path()));
            }
        }
        log
    }
}

fn read(path: &Path) -> String {
    std::fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

/// Whether the process comes to listen on `port`; it may end before that.
async fn listens(process: &mut Process, port: u16, log: &Path) -> bool {
    let started = Instant::now();
    loop {
        if process.ended().is_some() {
            return false;
        }
        if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
            return true;
        }
        assert!(started.elapsed() < START, "the edge does not listen: {}", read(log));
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}
