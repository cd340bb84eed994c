//! What scenarios have in common: an edge with tenants whose users' seats are known, how much it can serve, and flows of
//! checks to it.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::connection::{Bodies, Checks};
use crate::edge::{Caller, Edge};
use crate::flow::{Seen, Watched, clock, closed_loop, open_loop};
use crate::random::Random;
use crate::report::{Progress, millis, say};

/// Users of all tenants together, whose seats are known.
const USERS: usize = 1000;

/// An edge, its tenants, and the users whose seats are known.
pub struct Setting {
    /// The edge.
    pub edge: Rc<Edge>,
    tenants: Vec<(Caller, Rc<[String]>)>,
}

/// Whether an answer grants a seat.
pub fn is_grant(body: &[u8]) -> bool {
    body.starts_with(b"{\"hasAccess\":true")
}

impl Setting {
    /// So many tenants.
    pub async fn new(edge: Edge, tenants: usize) -> anyhow::Result<Self> {
        let mut all = Vec::new();
        for number in 0..tenants {
            let caller = edge.tenant(&format!("tenant-{number}"), true).await?;
            let users: Vec<String> = (0..USERS / tenants).map(|user| format!("u{user:07}")).collect();
            edge.warm(&caller, &users).await?;
            all.push((caller, users.into()));
        }
        Ok(Self { edge: Rc::new(edge), tenants: all })
    }

    fn address(&self) -> SocketAddr {
        self.edge.server.address()
    }

    /// Connections that check the seats of the tenant with this number.
    fn checks(&self, number: usize, connections: usize, seed: u64) -> Vec<Checks> {
        let Some((caller, users)) = self.tenants.get(number).cloned() else { return Vec::new() };
        let mut random = Random::new(seed ^ number as u64);
        let key = caller.key.clone();
        let bodies: Bodies = Rc::new(RefCell::new(move || {
            let user = usize::try_from(random.below(users.len() as u64)).ok().and_then(|user| users.get(user));
            caller.check(user.map_or("", String::as_str))
        }));
        Checks::on(self.address(), connections, &key, &bodies, is_grant)
    }

    /// What the edge serves of known seats when it has as much to do as it can: the best of some numbers of connections.
    pub async fn saturation(&self, each: Duration) -> f64 {
        let mut best = 0.0_f64;
        for connections in [16, 16, 32, 64, 128] {
            let seen = Watched::default();
            let per_tenant = connections / self.tenants.len();
            let askers = (0..self.tenants.len()).flat_map(|number| self.checks(number, per_tenant, 1)).collect();
            let before = self.edge.server.processor_time();
            closed_loop(askers, each, u64::MAX, seen.clone()).await;
            let seen = seen.borrow();
            let per_second = seen.served as f64 / each.as_secs_f64();
            let cores = (self.edge.server.processor_time() - before) / each.as_secs_f64();
            say(&format!(
                "  closed loop, {connections:3} connections: {per_second:.0}/s, p99 {}, {} not served; the edge took {cores:.2} cores",
                millis(seen.p99()),
                seen.ended() - seen.served
            ));
            best = best.max(per_second);
        }
        best
    }

    /// Starts an open loop of checks of known seats by these tenants together, `rate` a second.
    pub fn load(&self, tenants: std::ops::Range<usize>, rate: f64, during: Duration, connections: usize) -> Flow {
        let seen = Watched::default();
        let count = tenants.len().max(1);
        let flows = tenants.map(|number| {
            let moments = clock(rate / count as f64, during, 17 + number as u64);
            let checks = self.checks(number, connections.div_ceil(count), 99);
            tokio::task::spawn_local(open_loop(moments, checks, seen.clone()))
        });
        Flow { running: flows.collect(), seen: seen.clone() }
    }

    /// Starts an open loop of checks with these bodies by one caller; any answer 200 counts as served.
    pub fn load_with(&self, key: &str, bodies: &Bodies, rate: f64, during: Duration, connections: usize) -> Flow {
        let seen = Watched::default();
        let checks = Checks::on(self.address(), connections, key, bodies, |_| true);
        let running = tokio::task::spawn_local(open_loop(clock(rate, during, 5), checks, seen.clone()));
        Flow { running: vec![running], seen }
    }

    /// Tells how these flows go, and what the edge takes.
    pub fn progress(&self, flows: &[(&'static str, &Flow)], during: Duration) -> Progress {
        let edge = self.edge.clone();
        let before = RefCell::new((edge.server.processor_time(), std::time::Instant::now()));
        let more = move || {
            let (time, now) = (edge.server.processor_time(), std::time::Instant::now());
            let (time_before, then) = before.replace((time, now));
            let cores = (time - time_before) / now.duration_since(then).as_secs_f64();
            format!("edge {cores:.2} cores, {:.0} MiB", edge.server.anonymous_mib())
        };
        let every = (during / 20).clamp(Duration::from_secs(1), Duration::from_secs(10));
        let flows = flows.iter().map(|(name, flow)| (*name, flow.seen.clone())).collect();
        Progress::of(flows, every, Rc::new(more))
    }

    /// The same load as [`Self::load`], to its end.
    pub async fn baseline(&self, tenants: std::ops::Range<usize>, rate: f64, during: Duration) -> Seen {
        let flow = self.load(tenants, rate, during, 256);
        let _progress = self.progress(&[("without", &flow)], during);
        flow.end().await
    }

    /// Lets what was begun before come to rest.
    pub async fn rest(&self) {
        sleep(Duration::from_secs(1)).await;
    }
}

/// A flow that goes on.
pub struct Flow {
    running: Vec<JoinHandle<()>>,
    /// What became of its requests so far.
    pub seen: Watched,
}

impl Flow {
    /// What became of all its requests, once they were answered.
    pub async fn end(mut self) -> Seen {
        for running in &mut self.running {
            let _ = running.await;
        }
        let seen = self.seen.borrow().clone();
        let (lateness, ended) = (seen.lateness.quantile(0.99), seen.ended());
        say(&format!(
            "  {ended} requests, of which 99 in 100 were sent no later than {} after they were due",
            millis(lateness)
        ));
        seen
    }
}

impl Drop for Flow {
    fn drop(&mut self) {
        for running in &self.running {
            running.abort();
        }
    }
}
