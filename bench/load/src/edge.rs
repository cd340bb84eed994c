//! The edge and the stand-in ERP: started on free ports, watched, and stopped by their ids.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail};
use rustix::process::{Pid, Signal, kill_process};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::connection::{Connection, request};

const ADMIN: &str = "load-admin-key-of-enough-length";

/// The application whose seats are checked.
pub const APPLICATION: &str = "healos";

/// How long the first start, which compiles the components, may take.
const START: Duration = Duration::from_secs(600);

/// Clock ticks of `/proc/PID/stat` in a second: the same on every Linux.
const TICKS: f64 = 100.0;

/// Where things are.
#[derive(Clone, Debug)]
pub struct Place {
    /// The folder of the programs.
    pub programs: PathBuf,
    /// The application's manifest.
    pub manifest: PathBuf,
    /// A state folder in which components are compiled once for all starts.
    pub compiled: PathBuf,
    /// What is passed on to `bheem-edge up`.
    pub edge_options: Vec<String>,
    /// Whether the edge shares all cores with the generator and the stand-in.
    pub shares_cores: bool,
}

impl Place {
    fn program(&self, name: &str) -> PathBuf {
        self.programs.join(name)
    }
}

/// A process that ends with its value.
pub struct Process {
    child: Child,
    address: SocketAddr,
}

impl Process {
    fn start(mut command: Command, log: &Path, address: SocketAddr) -> anyhow::Result<Self> {
        let log = std::fs::File::create(log)?;
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let child = command.spawn().with_context(|| format!("cannot start {command:?}: make build"))?;
        Ok(Self { child, address })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    async fn ready(&mut self, path: &str) -> anyhow::Result<()> {
        let started = Instant::now();
        while started.elapsed() < START {
            if let Some(status) = self.child.try_wait()? {
                bail!("it ended at its start: {status}");
            }
            if let Ok((200, _)) = Connection::new(self.address).ask(&request("GET", path, "", "")).await {
                return Ok(());
            }
            sleep(Duration::from_millis(50)).await;
        }
        bail!("it is not ready")
    }

    fn file(&self, name: &str) -> String {
        std::fs::read_to_string(format!("/proc/{}/{name}", self.child.id())).unwrap_or_default()
    }

    /// The processor time that it has taken, seconds.
    pub fn processor_time(&self) -> f64 {
        let stat = self.file("stat");
        // The second field is the program's name, in parentheses.
        let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
        fields.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / TICKS
    }

    /// The memory that is its own, MiB: without what it has mapped of files.
    pub fn anonymous_mib(&self) -> f64 {
        let status = self.file("status");
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
        line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let asked = std::time::Instant::now();
        while asked.elapsed() < Duration::from_secs(8) {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An address on the loopback interface that was free a moment ago.
pub fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

/// Whether this process runs where the edge does, or in a place of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Edge,
    Generator,
}

/// Moves this thread, and what it starts from now on, to the cores of one side: the last core is the generator's, the others
/// are the edge's.
fn move_to(side: Side, all: &CpuSet) -> anyhow::Result<()> {
    let mut cores: Vec<usize> = (0..CpuSet::MAX_CPU).filter(|core| all.is_set(*core)).collect();
    if cores.len() < 2 {
        return Ok(());
    }
    let last = cores.pop();
    let mut set = CpuSet::new();
    match side {
        Side::Edge => cores.into_iter().for_each(|core| set.set(core)),
        Side::Generator => last.into_iter().for_each(|core| set.set(core)),
    }
    Ok(sched_setaffinity(None, &set)?)
}

/// A key, and the organisation whose seats it asks for.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Its key: that of a tenant of its own.
    pub key: String,
    /// The external id of the tenant's organisation.
    pub organization: String,
}

impl Caller {
    /// The body of a check of this user's seat.
    pub fn check(&self, user: &str) -> String {
        let organization = &self.organization;
        format!("{{\"userId\":\"{user}\",\"applicationSlug\":\"{APPLICATION}\",\"externalOrgId\":\"{organization}\"}}")
    }
}

/// A running edge and what it needs.
pub struct Edge {
    /// The edge itself.
    pub server: Process,
    /// The stand-in.
    pub erp: Process,
    folder: tempfile::TempDir,
}

impl Edge {
    /// Starts both in an empty state. `erp_at`: where the edge believes the ERP to be, by what the ERP's own address is.
    pub async fn start(place: &Place, erp_at: impl FnOnce(SocketAddr) -> SocketAddr) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("bheem-load-").tempdir()?;
        let all = sched_getaffinity(None)?;
        let apart = |side| if place.shares_cores { Ok(()) } else { move_to(side, &all) };
        apart(Side::Generator)?;
        let address = free_address()?;
        let mut command = Command::new(place.program("upstreams"));
        command.arg("--listen").arg(address.to_string());
        let mut erp = Process::start(command, &folder.path().join("upstreams.log"), address)?;
        erp.ready("/_control/calls").await.context("the stand-in ERP")?;
        let edge = |state: &Path, erp_at: SocketAddr| -> anyhow::Result<Process> {
            let address = free_address()?;
            let mut command = Command::new(place.program("bheem-edge"));
            command.arg("up").arg("-f").arg(&place.manifest).arg("--listen").arg(address.to_string());
            command.arg("--state-dir").arg(state);
            if state != place.compiled {
                command.arg("--compiled-dir").arg(place.compiled.join("compiled"));
            }
            command.args(&place.edge_options);
            command.env("SPIN_VARIABLE_ERP_URL", format!("http://{erp_at}"));
            command.env("SPIN_VARIABLE_BOOTSTRAP_ADMIN_KEY", ADMIN);
            // Compiling takes all cores that there are.
            if state == place.compiled {
                sched_setaffinity(None, &all)?;
            } else {
                apart(Side::Edge)?;
            }
            let process = Process::start(command, &folder.path().join("edge.log"), address);
            apart(Side::Generator)?;
            process
        };
        // What is compiled there already takes no time.
        std::fs::create_dir_all(&place.compiled)?;
        let said = || std::fs::read_to_string(folder.path().join("edge.log")).unwrap_or_default();
        let mut compiling = edge(&place.compiled, address)?;
        compiling.ready("/healthz").await.with_context(|| format!("the edge said {}", said()))?;
        drop(compiling);
        let mut server = edge(&folder.path().join("state"), erp_at(address))?;
        server.ready("/healthz").await.with_context(|| format!("the edge said {}", said()))?;
        Ok(Self { server, erp, folder })
    }

    /// How much is in its state folder, MiB, without the compiled components.
    pub fn disk_mib(&self) -> f64 {
        let files = std::fs::read_dir(self.folder.path().join("state")).into_iter().flatten().flatten();
        let files = files.filter_map(|file| file.metadata().ok()).filter(std::fs::Metadata::is_file);
        files.map(|file| file.len()).sum::<u64>() as f64 / 1024.0 / 1024.0
    }

    async fn call(&self, method: &str, path: &str, body: Value, expected: u16) -> anyhow::Result<Value> {
        call(self.server.address(), method, path, ADMIN, &body, expected).await
    }

    /// A tenant of that name, with a key and an organisation in the ERP, where `everybody` has a seat or nobody has.
    pub async fn tenant(&self, name: &str, everybody: bool) -> anyhow::Result<Caller> {
        let new = json!({"name": name, "slug": name, "owner_email": format!("owner@{name}.example")});
        let made = self.call("POST", "/api/v1/tenants", new, 201).await?;
        let id = made.get("id").and_then(Value::as_str).context("a tenant has an id")?.to_owned();
        let organization = format!("org-of-{name}");
        let in_erp = json!({"organization_id": id, "everybody": everybody});
        let path = format!("/_control/organizations/{APPLICATION}/{organization}");
        call(self.erp.address(), "PUT", &path, "", &in_erp, 204).await?;
        let path = format!("/api/v1/tenants/{id}/external-ids/{APPLICATION}");
        self.call("PUT", &path, json!({"externalOrgId": organization}), 200).await?;
        let new = json!({"name": "load", "scopes": ["seats:verify"], "applications": [APPLICATION]});
        let made = self.call("POST", &format!("/api/v1/tenants/{id}/api-keys"), new, 201).await?;
        let key = made.get("key").and_then(Value::as_str).context("a key is told once")?.to_owned();
        Ok(Caller { key, organization })
    }

    /// Has the seats of these users be known.
    pub async fn warm(&self, caller: &Caller, users: &[String]) -> anyhow::Result<()> {
        for some in users.chunks(100) {
            let checks: Vec<Value> = some
                .iter()
                .map(|user| {
                    json!({"userId": user, "applicationSlug": APPLICATION, "externalOrgId": caller.organization})
                })
                .collect();
            let body = json!({"requests": checks});
            let answer = call(self.server.address(), "POST", "/verify-seats", &caller.key, &body, 200).await?;
            let results = answer.get("results").and_then(Value::as_array).context("results")?;
            if !results.iter().all(|result| result.get("hasAccess") == Some(&json!(true))) {
                bail!("not everybody has a seat: {answer}");
            }
        }
        Ok(())
    }

    /// The state of the breaker of the ERP at this address: `closed` where nothing is said of it.
    pub async fn breaker(&self, connection: &mut Connection, erp: SocketAddr) -> anyhow::Result<String> {
        let (_, body) = connection.ask(&request("GET", "/readyz", "", "")).await?;
        let said: Value = serde_json::from_slice(body)?;
        let state = said.pointer("/checks/upstreams").and_then(|all| all.get(format!("http://{erp}")));
        Ok(state.and_then(Value::as_str).unwrap_or("closed").to_owned())
    }
}

async fn call(
    address: SocketAddr,
    method: &str,
    path: &str,
    key: &str,
    body: &Value,
    expected: u16,
) -> anyhow::Result<Value> {
    let mut connection = Connection::new(address);
    let (status, answer) = connection.ask(&request(method, path, key, &body.to_string())).await?;
    if status != expected {
        bail!("{method} {path} was answered {status}: {}", String::from_utf8_lossy(answer));
    }
    if answer.is_empty() { Ok(Value::Null) } else { Ok(serde_json::from_slice(answer)?) }
}
