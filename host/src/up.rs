//! `bheem-edge up`: from the command line to a running server.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use clap::Args;
use edge_capabilities::breaker::upstream::Limits;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::admission::queue::Patience;
use crate::application::{Application, Loading};
use crate::capabilities::output::Output;
use crate::manifest::Manifest;
use crate::runtime_config::RuntimeConfig;
use crate::telemetry::{self, Telemetry};
use crate::variables::Variables;
use crate::workers::Reuse;
use crate::{drain, engine, files, log, open_files, server};

/// What `bheem-edge up` can be told.
#[derive(Args)]
pub struct Options {
    /// The application's manifest
    #[arg(short = 'f', long = "from", default_value = "spin.toml")]
    manifest: PathBuf,
    /// Address and port to listen on
    #[arg(long, default_value = "127.0.0.1:3000")]
    listen: SocketAddr,
    /// Folder of the default key-value store and database, and of compiled components [default: .spin beside the
    /// manifest]
    #[arg(long)]
    state_dir: Option<PathBuf>,
    /// Folder of components that were compiled elsewhere: what the state folder lacks is taken over from it
    #[arg(long)]
    compiled_dir: Option<PathBuf>,
    /// Which backend stands behind each store
    #[arg(long)]
    runtime_config_file: Option<PathBuf>,
    /// Set an application variable; may be given several times
    #[arg(long = "variable", value_name = "NAME=VALUE", value_parser = name_and_value)]
    variables: Vec<(String, String)>,
    /// Requests an instance serves before it is replaced (Spin: 128); setting one up costs as much as several requests
    #[arg(long, default_value_t = 1024)]
    max_instance_reuse_count: usize,
    /// Requests an instance serves at once
    #[arg(long, default_value_t = 16)]
    max_instance_concurrent_reuse_count: usize,
    /// How long an instance without work is kept, milliseconds
    #[arg(long, default_value_t = 1000)]
    idle_instance_timeout_ms: u64,
    /// Instances alive at once; more take more address space, not more memory until they are used
    #[arg(long, default_value_t = 512)]
    max_instance_count: u32,
    /// Instances that compute at once, of all components; requests wait for their turn [default: two for each thread]
    #[arg(long)]
    max_instances_at_work: Option<usize>,
    /// Memory one instance may take, MiB
    #[arg(long, default_value_t = 128)]
    max_instance_memory_mib: usize,
    /// How long a request may go without an answer, seconds
    #[arg(long, default_value_t = 30)]
    request_timeout_secs: u64,
    /// Requests in progress at once; the next is answered 503. Half of them are kept for the components in equal parts
    #[arg(long, visible_alias = "max-inflight", default_value_t = 4096)]
    max_requests: usize,
    /// The part of them that one caller (a key, a token, a sender of webhooks) may have while half of all are taken and
    /// others have some, percents
    #[arg(long, default_value_t = 25, value_parser = clap::value_parser!(u8).range(1..=100))]
    max_caller_share: u8,
    /// Requests that wait for the processor; for the next, one that matters less is turned away, or itself
    #[arg(long, default_value_t = 1024)]
    max_queue: usize,
    /// How long a request may wait for the processor in a burst, milliseconds; a quarter of it where requests have been
    /// waiting for as long as that
    #[arg(long, default_value_t = 400)]
    queue_timeout_ms: u64,
    /// How long a client may take to send the head of a request, seconds
    #[arg(long, default_value_t = 30)]
    header_timeout: u64,
    /// How long a client may take to send the body of a request, seconds; it is cut off sooner where it sends less than 1
    /// KiB a second after the first ten
    #[arg(long, default_value_t = 30)]
    body_timeout: u64,
    /// Connections open at once; for one more, one that is idle is closed [default: by the limit on open files]
    #[arg(long)]
    max_connections: Option<usize>,
    /// Calls to one upstream that are in flight at once, of all components; more wait for half a second, then fail
    #[arg(long, default_value_t = Limits::MAX_CALLS)]
    max_upstream_calls: usize,
    /// Failed calls to an upstream in a row, or half of twice as many within ten seconds, after which it is left alone for a
    /// moment; 0: never
    #[arg(long, default_value_t = Limits::FAILURES)]
    breaker_failures: u32,
    /// Address of a collector that takes OTLP over HTTP as JSON: traces go to its /v1/traces, metrics to its /v1/metrics
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT")]
    otlp_endpoint: Option<String>,
    /// The part of traces that is recorded where the caller has not decided, from 0 to 1
    #[arg(long, env = "OTEL_TRACES_SAMPLER_ARG", default_value_t = 0.1)]
    otlp_sample_ratio: f64,
    /// How often metrics are sent to the collector, seconds
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..))]
    otlp_metrics_every_secs: u64,
    /// How often jobs that are due are run (webhooks that wait, notifications, syncs), seconds; 0: never, a scheduler
    /// calls POST /api/v1/jobs/drain instead
    #[arg(long, default_value_t = 30)]
    drain_every_secs: u64,
    /// How long, once told to stop, the host goes on before it closes its port, seconds: GET /readyz is answered 503 and
    /// each answer closes its connection, so that balancers look elsewhere. Two of their probes and a bit
    #[arg(long, default_value_t = 0)]
    stop_delay_secs: u64,
    /// Threads that serve requests [default: one for each core]
    #[arg(long)]
    threads: Option<usize>,
}

/// `NAME=VALUE`.
pub fn name_and_value(given: &str) -> Result<(String, String), String> {
    match given.split_once('=') {
        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
        None => Err("write it as name=value".to_owned()),
    }
}

/// Loads the application and serves it until SIGTERM or SIGINT.
pub fn run(options: &Options) -> anyhow::Result<()> {
    let started = Instant::now();
    let stdout = Output::to(std::io::stdout())?;
    let stderr = Output::to(std::io::stderr())?;
    log::send_to(stderr.clone());
    let files = open_files::raise_limit();
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    if let Some(threads) = options.threads {
        runtime.worker_threads(threads.max(1));
    }
    let result = runtime.enable_all().build()?.block_on(serve(options, files, started, stdout.clone(), stderr.clone()));
    stdout.flush();
    stderr.flush();
    result
}

async fn serve(options: &Options, files: u64, started: Instant, stdout: Output, stderr: Output) -> anyhow::Result<()> {
    let manifest = Manifest::load(&options.manifest)?;
    let state_dir = options.state_dir.clone().unwrap_or_else(|| manifest.folder.join(".spin"));
    let given: BTreeMap<String, String> = options.variables.iter().cloned().collect();
    let mut variables = Variables::resolve(&manifest, &given, |key| std::env::var(key).ok())?;
    let timer = drain::Timer::new(&mut variables, Duration::from_secs(options.drain_every_secs));
    let runtime_config = RuntimeConfig::load(options.runtime_config_file.as_deref(), &state_dir)?;
    let memory =
        options.max_instance_memory_mib.checked_mul(1 << 20).context("--max-instance-memory-mib is too large")?;
    let calls = u32::try_from(options.max_requests).context("--max-requests is too large")?;
    let limits = engine::Limits { instances: options.max_instance_count, calls, memory };
    let compiled = state_dir.join("compiled");
    if let Some(elsewhere) = &options.compiled_dir {
        files::take_over(elsewhere, &compiled)
            .with_context(|| format!("cannot take over what is compiled in {}", elsewhere.display()))?;
    }
    let engine = engine::start(limits, &compiled)?;
    let staging = tempfile::tempdir()?;
    let threads = tokio::runtime::Handle::current().metrics().num_workers();
    let telemetry = match options.otlp_endpoint.clone() {
        Some(endpoint) => Telemetry::start(telemetry::Options {
            endpoint: endpoint.parse().context("--otlp-endpoint is no address")?,
            ratio: options.otlp_sample_ratio,
            every: Duration::from_secs(options.otlp_metrics_every_secs),
        })?,
        None => Telemetry::default(),
    };
    let application = Application::load(&Loading {
        manifest: &manifest,
        variables: &variables,
        runtime_config: &runtime_config,
        engine: &engine,
        staging: staging.path(),
        reuse: Reuse {
            requests: options.max_instance_reuse_count.max(1),
            concurrently: options.max_instance_concurrent_reuse_count.max(1),
            idle: Duration::from_millis(options.idle_instance_timeout_ms),
            request_timeout: Duration::from_secs(options.request_timeout_secs),
            memory,
        },
        concurrency: options.max_instances_at_work.unwrap_or_else(|| threads.saturating_mul(2)),
        patience: Patience {
            burst: Duration::from_millis(options.queue_timeout_ms),
            standing: Duration::from_millis(options.queue_timeout_ms / 4),
            max_waiting: options.max_queue,
        },
        upstream_limits: Limits::new(options.max_upstream_calls, options.breaker_failures),
        telemetry,
        stdout,
        stderr,
    })?;
    // Both are caught before anybody can send one.
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let listener =
        TcpListener::bind(options.listen).await.with_context(|| format!("cannot listen on {}", options.listen))?;
    let address = listener.local_addr()?;
    let name = &manifest.application.name;
    log::info("host", &format!("{name} listens on http://{address}"), &format!("ready in {:?}", started.elapsed()));
    let (going, stopped) = watch::channel(());
    if let Some(timer) = timer {
        tokio::spawn(timer.run(application.clone(), stopped));
    }
    let stop = async {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        drop(going);
        log::info("host", "told to stop: requests in flight will be answered", "");
    };
    let limits = server::Limits {
        connections: options.max_connections.unwrap_or_else(|| server::default_max(files)),
        requests: options.max_requests,
        caller_share: options.max_caller_share,
        head_timeout: Duration::from_secs(options.header_timeout.max(1)),
        body_timeout: Duration::from_secs(options.body_timeout.max(1)),
        stop_delay: Duration::from_secs(options.stop_delay_secs),
        drain: Duration::from_secs(30),
    };
    server::serve(listener, application, limits, stop).await
}
