//! The edge and the stand-in ERP: started on free ports, watched, and stopped by their ids.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::{Context as _, bail};
use rustix::process::{Pid, Signal, kill_process};
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

/// The cores of the generator and of the edge, as `taskset` reads them.
struct Cores {
    generator: String,
    edge: String,
}

impl Cores {
    /// The last core is the generator's, the others are the edge's. None: there is one alone, or it is not known.
    fn apart() -> Option<Self> {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"))?.trim().to_owned();
        let range = |range: &str| -> Option<Vec<usize>> {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            Some((first.parse().ok()?..=last.parse().ok()?).collect())
        };
        let mut all: Vec<usize> = list.split(',').filter_map(range).flatten().collect();
        let generator = all.pop()?.to_string();
        let edge = all.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        (!edge.is_empty()).then_some(Self { generator, edge })
    }

    /// Moves this process to the generator's.
    fn move_here(&self) -> anyhow::Result<()> {
        let id = std::process::id().to_string();
        let moved = Command::new("taskset").args(["-a", "-cp", &self.generator, &id]).stdout(Stdio::null()).status();
        let moved = moved.context("taskset is missing: apt-get install util-linux, or --share-cores")?;
        if moved.success() { Ok(()) } else { bail!("taskset says {moved}") }
    }
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
        // Asked once: from then on this process has a core of its own.
        static CORES: OnceLock<Option<Cores>> = OnceLock::new();
        let cores = CORES.get_or_init(|| if place.shares_cores { None } else { Cores::apart() }).as_ref();
        if let Some(cores) = cores {
            cores.move_here()?;
        }
        let address = free_address()?;
        let mut command = Command::new(place.program("upstreams"));
        command.arg("--listen").arg(address.to_string());
        let mut erp = Process::start(command, &folder.path().join("upstreams.log"), address)?;
        erp.ready("/_control/calls").await.context("the stand-in ERP")?;
        let edge = |state: &Path, erp_at: SocketAddr| -> anyhow::Result<Process> {
            let address = free_address()?;
            let program = place.program("bheem-edge");
            // `taskset` becomes the edge, with the same id.
            let mut command = match cores {
                Some(cores) => {
                    let mut command = Command::new("taskset");
                    // Compiling takes all cores that there are.
                    let own = if state == place.compiled {
                        format!("{},{}", cores.edge, cores.generator)
                    } else {
                        cores.edge.clone()
                    };
                    command.arg("-c").arg(own).arg(program);
                    command
                }
                None => Command::new(program),
            };
            command.arg("up").arg("-f").arg(&place.manifest).arg("--listen").arg(address.to_string());
            command.arg("--state-dir").arg(state);
            if state != place.compiled {
                command.arg("--compiled-dir").arg(place.compiled.join("compiled"));
            }
            command.args(&place.edge_options);
            command.env("SPIN_VARIABLE_ERP_URL", format!("http://{erp_at}"));
            command.env("SPIN_VARIABLE_BOOTSTRAP_ADMIN_KEY", ADMIN);
            Process::start(command, &folder.path().join("edge.log"), address)
        };
        // What is compiled there already takes no time.
        std::fs::create_dir_all(&place.compiled)?;
        let said = || std::fs::read_to_string(folder.path().join("edge.log")).unwrap_or_default();
        let mut compiling = edge(&place.compiled, address)?;
        compiling.ready("/healthz").await.with_context(|| format!("the edge said {}", said()))?;
        drop(compiling);
        let mut server = edge(&folder.path().join("state"), erp_at(address))?;
        // Its record is made first, which takes a busy machine longer than a request may.
        server.ready("/readyz").await.with_context(|| format!("the edge said {}", said()))?;
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
