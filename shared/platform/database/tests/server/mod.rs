//! A PostgreSQL server of a test's own.

use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use async_trait::async_trait;
use edge_capabilities::Database;
use edge_capabilities::database::{DatabaseError, Dialect, Row, Value, postgres};
use tokio_postgres::NoTls;

/// A server that ends with the test.
pub struct Server {
    process: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    versions.map(|version| version.path().join("bin")).filter(|folder| folder.join("initdb").exists()).max()
}

/// PostgreSQL refuses to run as root: the user to be in its place.
fn as_another_user(mut command: Command, folder: &std::path::Path) -> Command {
    command.current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null());
    if std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0) {
        let users = std::fs::read_to_string("/etc/passwd").unwrap();
        let line = users.lines().find(|line| line.starts_with("postgres:")).expect("a user postgres");
        let ids: Vec<u32> = line.split(':').skip(2).take(2).map(|id| id.parse().unwrap()).collect();
        std::os::unix::fs::chown(folder, Some(ids[0]), Some(ids[1])).unwrap();
        command.uid(ids[0]).gid(ids[1]);
    }
    command
}

/// Starts a server; None: none is installed.
pub async fn start() -> Option<Server> {
    let programs = programs()?;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut initdb = as_another_user(Command::new(programs.join("initdb")), folder.path());
    initdb.args([
        "--auth",
        "trust",
        "--username",
        "edge",
        "--encoding",
        "UTF8",
        "--no-locale",
        "--no-sync",
        "--pgdata",
    ]);
    assert!(initdb.arg(&data).status().unwrap().success(), "initdb failed");
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut postgres = as_another_user(Command::new(programs.join("postgres")), folder.path());
    postgres.arg("-D").arg(&data).args(["-p", &port.to_string()]);
    for setting in ["listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "max_connections=60"] {
        postgres.args(["-c", setting]);
    }
    let server = Server { process: postgres.spawn().unwrap(), port, _folder: folder };
    for _ in 0..600 {
        if tokio_postgres::connect(&server.address("postgres"), NoTls).await.is_ok() {
            return Some(server);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("postgres does not answer");
}

impl Server {
    fn address(&self, database: &str) -> String {
        format!("postgres://edge@127.0.0.1:{}/{database}?sslmode=disable", self.port)
    }

    /// A connection to `database`.
    pub async fn connect(&self, database: &str) -> Postgres {
        let (client, connection) = tokio_postgres::connect(&self.address(database), NoTls).await.unwrap();
        tokio::spawn(connection);
        Postgres(client)
    }

    /// A connection to a new database.
    pub async fn new_database(&self, name: &str) -> Postgres {
        self.connect("postgres").await.query(&format!("CREATE DATABASE {name}"), &[]).await.unwrap();
        self.connect(name).await
    }
}

/// `statement` with each NULL of `parameters` written into it: this driver says of a NULL that it is a text, and PostgreSQL
/// refuses that where a number is wanted.
fn without_nulls(statement: &str, parameters: &[Value]) -> (String, Vec<Value>) {
    let (mut text, mut values, mut places) = (String::new(), Vec::new(), vec![None; parameters.len()]);
    let mut used = vec![false; parameters.len()];
    let mut parts = statement.split('$');
    text.push_str(parts.next().unwrap());
    for part in parts {
        let digits = part.chars().take_while(char::is_ascii_digit).count();
        let (number, rest) = part.split_at(digits);
        let index = number.parse::<usize>().unwrap() - 1;
        if parameters[index] == Value::Null {
            text.push_str("NULL");
        } else {
            let place = *places[index].get_or_insert_with(|| {
                values.push(parameters[index].clone());
                values.len()
            });
            text.push_str(&format!("${place}"));
        }
        text.push_str(rest);
        used[index] = true;
    }
    // PostgreSQL cannot tell the type of a parameter that a statement does not use, and refuses it.
    assert!(used.iter().all(|used| *used), "a parameter is not used: {statement}");
    (text, values)
}

/// A database on a server.
pub struct Postgres(pub tokio_postgres::Client);

#[async_trait]
impl Database for Postgres {
    async fn query(&self, statement: &str, parameters: &[Value]) -> Result<Vec<Row>, DatabaseError> {
        if !parameters.contains(&Value::Null) {
            return postgres::query(&self.0, statement, parameters).await;
        }
        let (statement, parameters) = without_nulls(statement, parameters);
        postgres::query(&self.0, &statement, &parameters).await
    }

    async fn dialect(&self) -> Result<Dialect, DatabaseError> {
        Ok(Dialect::Postgres)
    }
}
