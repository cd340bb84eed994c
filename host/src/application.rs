//! The application as it runs: its components, compiled and linked, and the routes to them.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, Weak};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use edge_capabilities::breaker::upstream::{HOST_BREAKS, Limits};
use edge_capabilities::request::HOST_REQUEST_SECS;
use edge_capabilities::short_body::HOST_BODIES;
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderName, HeaderValue, Request, Response, Uri};
use routefinder::Router;
use wasmtime::Engine;
use wasmtime::component::{Component, Linker};
use wasmtime_wasi_http::handler::{ExpirationError, InstantiationError, ProxyHandler};
use wasmtime_wasi_http::p3::bindings::ServicePre;
use wasmtime_wasi_http::{Error, WasiBody};

use crate::admission::queue::{Patience, ProcessorQueue, Slot};
use crate::allowed_hosts::AllowedHosts;
use crate::capabilities::outbound_http::{self, HttpClient};
use crate::capabilities::output::Output;
use crate::capabilities::upstreams::{Status, Upstreams};
use crate::capabilities::{self, Grants, Instance, key_value, postgres, sqlite};
use crate::manifest::{Component as Declared, Manifest, Route};
use crate::refusal::Refusal;
use crate::runtime_config::RuntimeConfig;
use crate::telemetry::Telemetry;
use crate::variables::Variables;
use crate::workers::{ComponentTemplate, InstanceCount, Reuse};
use crate::{files, log, short_body};

/// What all components of an application share.
pub struct Shared {
    /// The connections to upstreams.
    pub http_client: HttpClient,
    /// The upstreams that components call.
    pub upstreams: Upstreams,
    /// Where spans of calls go.
    pub telemetry: Telemetry,
    /// The connections to databases.
    pub postgres: Arc<postgres::Pools>,
    /// The application itself, once it is complete; weak, for it owns what points here.
    application: OnceLock<Weak<Application>>,
}

impl Shared {
    fn application(&self) -> Result<Arc<Application>, Error> {
        self.application.get().and_then(Weak::upgrade).ok_or(Error::ConnectionRefused)
    }

    /// Calls a component of the application by its id.
    pub async fn call_component(&self, id: &str, request: Request<WasiBody>) -> Result<Response<WasiBody>, Error> {
        let application = self.application()?;
        let component = application.components.get(id).ok_or(Error::DestinationNotFound)?;
        let slot = application.processor.take_inside().await;
        let answer = component.handle(slot, short_body::plain(request)).await;
        answer.map(short_body::whole).map_err(|error| Error::InternalError(Some(format!("{id}: {error:#}"))))
    }

    /// Calls whichever component of the application the request's path routes to.
    pub async fn handle_internally(&self, request: Request<WasiBody>) -> Result<Response<WasiBody>, Error> {
        let application = self.application()?;
        let Some(route) = application.find(request.uri().path()) else { return Err(Error::DestinationNotFound) };
        self.call_component(&route.target.component, request).await
    }
}

/// Where a route leads.
struct Target {
    component: String,
    /// As in the manifest: `/users/:id`, `/api/...`.
    written: String,
}

/// Where a request leads.
pub struct Found<'a> {
    target: &'a Target,
}

impl<'a> Found<'a> {
    /// Its route, as the manifest writes it.
    pub fn route(&self) -> &'a str {
        &self.target.written
    }

    /// The component that it leads to.
    pub fn component(&self) -> &'a str {
        &self.target.component
    }
}

/// A loaded application.
pub struct Application {
    components: HashMap<String, ProxyHandler<ComponentTemplate>>,
    routes: Router<Arc<Target>>,
    /// Those of the routes that stand for one path alone: found without trying the others.
    exact: HashMap<String, Arc<Target>>,
    instances: InstanceCount,
    processor: ProcessorQueue,
    request_timeout: Duration,
    shared: Arc<Shared>,
}

/// How to load an application.
pub struct Loading<'a> {
    /// The manifest.
    pub manifest: &'a Manifest,
    /// Its variables.
    pub variables: &'a Variables,
    /// The backends of its labels.
    pub runtime_config: &'a RuntimeConfig,
    /// The engine to run it.
    pub engine: &'a Engine,
    /// A folder for staged files, which outlives the application.
    pub staging: &'a Path,
    /// How long instances are used.
    pub reuse: Reuse,
    /// How many of them compute at once.
    pub concurrency: usize,
    /// How long requests wait for their turn.
    pub patience: Patience,
    /// How upstreams are met.
    pub upstream_limits: Limits,
    /// Where spans and measurements go.
    pub telemetry: Telemetry,
    /// Where the components' standard output goes.
    pub stdout: Output,
    /// Where the components' standard error goes.
    pub stderr: Output,
}

impl Application {
    /// Compiles (or finds compiled) and links every component, opens every store it needs. Errors name the component
    /// and what it wants that this host does not have.
    pub fn load(loading: &Loading<'_>) -> anyhow::Result<Arc<Self>> {
        let shared = Arc::new(Shared {
            http_client: outbound_http::client()?,
            upstreams: Upstreams::new(loading.upstream_limits),
            telemetry: loading.telemetry.clone(),
            postgres: Arc::default(),
            application: OnceLock::new(),
        });
        let mut linker = Linker::new(loading.engine);
        capabilities::link(&mut linker)?;
        let mut stores = Stores::default();
        let mut components = HashMap::new();
        let instances = InstanceCount::default();
        for (id, declared) in &loading.manifest.components {
            let blueprint = blueprint(loading, &linker, &shared, &mut stores, &instances, id, declared)
                .with_context(|| format!("component {id}"))?;
            components.insert(id.clone(), ProxyHandler::new(blueprint));
        }
        let ((routes, exact), request_timeout) = (routes(loading.manifest)?, loading.reuse.request_timeout);
        let processor = ProcessorQueue::new(loading.concurrency, loading.patience);
        let application = Self { components, routes, exact, instances, processor, request_timeout, shared };
        let application = Arc::new(application);
        let _ = application.shared.application.set(Arc::downgrade(&application));
        Ok(application)
    }

    fn find(&self, path: &str) -> Option<Found<'_>> {
        if let Some(target) = self.exact.get(path) {
            return Some(Found { target });
        }
        Some(Found { target: self.routes.best_match(path)?.handler() })
    }

    /// Resolves once no instance is left: where no request comes, each goes when its work is done and it has been idle.
    pub async fn idle(&self) {
        self.instances.none().await;
    }

    /// Where spans and measurements go.
    pub fn telemetry(&self) -> &Telemetry {
        &self.shared.telemetry
    }

    /// How the upstreams are, by their names.
    pub fn upstreams(&self) -> BTreeMap<String, Status> {
        self.shared.upstreams.status()
    }

    /// The components, by their ids.
    pub fn components(&self) -> impl ExactSizeIterator<Item = &str> {
        self.components.keys().map(String::as_str)
    }

    /// Where a request for `path` leads.
    pub fn route(&self, path: &str) -> Result<Found<'_>, Refusal> {
        self.find(path).ok_or(Refusal::NoSuchPath)
    }

    /// Where requests wait for the processor.
    pub const fn processor(&self) -> &ProcessorQueue {
        &self.processor
    }

    /// Answers a request from outside, which has its slot.
    pub async fn handle(
        &self,
        found: Found<'_>,
        mut request: Request<WasiBody>,
        client: &HeaderValue,
        slot: Slot,
    ) -> Result<Response<WasiBody>, Refusal> {
        let name = found.component();
        let component = self.components.get(name).ok_or(Refusal::NoSuchPath)?;
        prepare(&mut request, client)?;
        let since = Instant::now();
        let answer = component.handle(slot, request).await;
        answer.map(short_body::whole).map_err(|error| failure(name, &error, since.elapsed() >= self.request_timeout))
    }
}

#[derive(Default)]
struct Stores {
    key_value: key_value::Stores,
    sqlite: BTreeMap<String, sqlite::Database>,
}

fn blueprint(
    loading: &Loading<'_>,
    linker: &Linker<Instance>,
    shared: &Arc<Shared>,
    stores: &mut Stores,
    instances: &InstanceCount,
    id: &str,
    declared: &Declared,
) -> anyhow::Result<ComponentTemplate> {
    let fill = |template: &String| loading.variables.fill(template);
    let mut variables = HashMap::new();
    for (name, template) in &declared.variables {
        variables.insert(name.clone(), fill(template)?);
    }
    let mut key_value_stores = HashMap::new();
    for label in &declared.key_value_stores {
        let backend = loading.runtime_config.key_value_store(label)?;
        key_value_stores.insert(label.clone(), stores.key_value.open(label, backend)?);
    }
    let mut sqlite_databases = HashMap::new();
    for label in &declared.sqlite_databases {
        if !stores.sqlite.contains_key(label) {
            let opened = sqlite::Database::open(loading.runtime_config.sqlite_database(label)?)?;
            stores.sqlite.insert(label.clone(), opened);
        }
        sqlite_databases.extend(stores.sqlite.get(label).map(|database| (label.clone(), database.clone())));
    }
    let grants = Grants {
        component: id.to_owned(),
        variables,
        key_value_stores,
        sqlite_databases,
        allowed_hosts: AllowedHosts::parse(&declared.allowed_outbound_hosts, fill)?,
        application: shared.clone(),
    };
    let secs = loading.reuse.request_timeout.as_secs().to_string();
    // Two breakers for one call would open for different reasons and at different times.
    let told = [(HOST_BREAKS, "1"), (HOST_BODIES, "1"), (HOST_REQUEST_SECS, &secs)];
    let told = told.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Ok(ComponentTemplate {
        engine: loading.engine.clone(),
        component: compile(loading.engine, linker, &loading.manifest.folder.join(declared.source_path()?))?,
        grants: Arc::new(grants),
        environment: declared.environment.clone().into_iter().chain(told).collect(),
        mounts: files::mounts(declared, &loading.manifest.folder, &loading.staging.join(id))?,
        reuse: reuse(&declared.environment, loading.reuse)?,
        stdout: loading.stdout.clone(),
        stderr: loading.stderr.clone(),
        instances: instances.clone(),
    })
}

/// How the instances of a component with this environment are used; `of_all`: those of components without a number of their
/// own.
fn reuse(environment: &BTreeMap<String, String>, of_all: Reuse) -> anyhow::Result<Reuse> {
    let Some(at_once) = environment.get(REQUESTS_AT_ONCE) else { return Ok(of_all) };
    let concurrently = at_once.parse().ok().filter(|at_once| *at_once > 0);
    let concurrently =
        concurrently.with_context(|| format!("{REQUESTS_AT_ONCE} must be a number from 1 on: {at_once}"))?;
    Ok(Reuse { concurrently, ..of_all })
}

fn compile(engine: &Engine, linker: &Linker<Instance>, source: &PathBuf) -> anyhow::Result<ServicePre<Instance>> {
    ensure!(source.exists(), "there is no {}: build the components first", source.display());
    let component = Component::from_file(engine, source)
        .map_err(anyhow::Error::from)
        .with_context(|| format!("cannot compile {}", source.display()))?;
    let linked = linker
        .instantiate_pre(&component)
        .map_err(anyhow::Error::from)
        .context("it imports something that this host does not serve")?;
    ServicePre::new(linked).map_err(anyhow::Error::from).context("it does not export wasi:http/handler@0.3.0")
}

type Routes = (Router<Arc<Target>>, HashMap<String, Arc<Target>>);

fn routes(manifest: &Manifest) -> anyhow::Result<Routes> {
    let mut routes = Router::new();
    let mut exact = HashMap::new();
    let mut taken: HashMap<&str, &str> = HashMap::new();
    for trigger in &manifest.http_triggers {
        let Route::Path(written) = &trigger.route else { continue };
        if let Some(other) = taken.insert(written, &trigger.component) {
            anyhow::bail!("route {written} leads to both {other} and {}", trigger.component);
        }
        let pattern = match written.strip_suffix("/...") {
            Some(prefix) => format!("{prefix}/*"),
            None => written.clone(),
        };
        let target = Arc::new(Target { component: trigger.component.clone(), written: written.clone() });
        if !written.contains([':', '*']) && !written.ends_with("/...") {
            exact.insert(written.clone(), target.clone());
        }
        routes.add(pattern.as_str(), target).map_err(|error| anyhow::anyhow!("route {written}: {error}"))?;
    }
    Ok((routes, exact))
}

/// The environment variable of a component in the manifest that says how many requests one of its instances serves at once,
/// where that is not what the host's option says. Nothing but this host knows it.
const REQUESTS_AT_ONCE: &str = "EDGE_REQUESTS_AT_ONCE";

static CLIENT_ADDRESS: HeaderName = HeaderName::from_static("spin-client-addr");

/// What the names of Spin's own headers begin with.
const OF_SPIN: &str = "spin-";

/// Gives the request the absolute URL that `wasi:http` wants and the header by which Spin tells a component its caller's
/// address. Spin has more of them, which describe the route: no component of the edge reads those, and each header is
/// copied into the guest's memory by itself. A caller's own headers of such names are dropped.
fn prepare(request: &mut Request<WasiBody>, client: &HeaderValue) -> Result<(), Refusal> {
    let host = request.headers().get(http::header::HOST).map_or(Ok("localhost"), HeaderValue::to_str);
    let authority = host.ok().and_then(|host| Authority::try_from(host).ok());
    // A user's name has no business there.
    let Some(authority) = authority.filter(|authority| !authority.as_str().contains('@')) else {
        return Err(Refusal::BadHost);
    };
    let path = request.uri().path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/"));
    let uri = Uri::builder().scheme(Scheme::HTTP).authority(authority).path_and_query(path).build();
    *request.uri_mut() = uri.map_err(|_| Refusal::BadUrl)?;
    let headers = request.headers_mut();
    headers.remove(http::header::CONNECTION);
    let sent: Vec<HeaderName> = headers.keys().filter(|name| name.as_str().starts_with(OF_SPIN)).cloned().collect();
    for name in sent {
        headers.remove(name);
    }
    headers.insert(&CLIENT_ADDRESS, client.clone());
    Ok(())
}

/// Why a component gave no answer. One that computes without end takes its instance with it, which looks like a trap: all
/// that tells it from one is that time was `up`.
fn failure(component: &str, error: &wasmtime::Error, up: bool) -> Refusal {
    if error.downcast_ref::<InstantiationError<Slot>>().is_some() {
        log::error(component, "no instance", &format!("{error:#}"));
        return Refusal::Overloaded;
    }
    if up || error.downcast_ref::<ExpirationError>().is_some() {
        log::error(component, "no answer in time", "");
        return Refusal::TimedOut;
    }
    log::error(component, "request failed", &format!("{error:#}"));
    Refusal::Failed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_component_may_say_how_many_requests_an_instance_serves_at_once() {
        let second = Duration::from_secs(1);
        let of_all = Reuse { requests: 9, concurrently: 16, idle: second, request_timeout: second, memory: 1 };
        let said = |said: &str| reuse(&BTreeMap::from([(REQUESTS_AT_ONCE.to_owned(), said.to_owned())]), of_all);
        assert_eq!(reuse(&BTreeMap::new(), of_all).unwrap().concurrently, 16);
        let own = said("64").unwrap();
        assert_eq!((own.concurrently, own.requests), (64, 9));
        for wrong in ["0", "many", "-1", ""] {
            assert!(said(wrong).unwrap_err().to_string().contains(REQUESTS_AT_ONCE), "{wrong}");
        }
    }
}
