//! How requests meet instances: each instance serves many requests, several at once, and goes when it has served
//! enough, has been idle, or was caught hanging. The defaults are Spin's.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::time::Sleep;
use wasmtime::component::GuestTaskId;
use wasmtime::{Engine, Store, StoreContextMut, StoreLimitsBuilder};
use wasmtime_wasi::{FsPerms, WasiCtxBuilder};
use wasmtime_wasi_http::WasiHttpView as _;
use wasmtime_wasi_http::handler::{
    HandlerState, Instance as Worker, Proxy, ShouldAccept, WorkerExpiration, WorkerState, WorkerStatus,
};
use wasmtime_wasi_http::p3::bindings::ServicePre;

use crate::admission::queue::Slot;
use crate::capabilities::output::Output;
use crate::capabilities::{Grants, Instance};
use crate::concurrency::ActiveSlots;
use crate::files::Mount;
use crate::log;

/// How long and for how much an instance is used.
#[derive(Clone, Copy, Debug)]
pub struct Reuse {
    /// Requests one instance serves before it is replaced.
    pub requests: usize,
    /// Requests one instance serves at once.
    pub concurrently: usize,
    /// How long an instance without work is kept.
    pub idle: Duration,
    /// How long a request may go without an answer.
    pub request_timeout: Duration,
    /// Linear memory one instance may take, bytes.
    pub memory: usize,
}

/// All that instances of one component are made from.
pub struct ComponentTemplate {
    /// The engine that runs them.
    pub engine: Engine,
    /// The compiled and linked component.
    pub component: ServicePre<Instance>,
    /// What it was granted.
    pub grants: Arc<Grants>,
    /// Its environment variables.
    pub environment: Vec<(String, String)>,
    /// The files it may read.
    pub mounts: Vec<Mount>,
    /// How long an instance is used.
    pub reuse: Reuse,
    /// Where its standard output goes.
    pub stdout: Output,
    /// Where its standard error goes.
    pub stderr: Output,
    /// Counts its instances, with all others of the application.
    pub instances: InstanceCount,
}

/// How many instances there are.
#[derive(Clone, Default)]
pub struct InstanceCount(Arc<AtomicUsize>);

/// An instance that is counted.
struct Counted(InstanceCount);

impl InstanceCount {
    /// Resolves once there are none: all have done what they went on with after their last answer, and gone.
    pub async fn none(&self) {
        while self.0.load(Ordering::Acquire) > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    fn count(&self) -> Counted {
        self.0.fetch_add(1, Ordering::AcqRel);
        Counted(self.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl HandlerState for ComponentTemplate {
    type StoreData = Instance;
    type WorkerExpiration = Expiration;
    type WorkerState = Usage;

    async fn instantiate(&self) -> wasmtime::Result<Worker<Instance, Expiration, Usage>> {
        let mut wasi = WasiCtxBuilder::new();
        wasi.stdout(self.stdout.clone()).stderr(self.stderr.clone());
        for (name, value) in &self.environment {
            wasi.env(name, value);
        }
        for mount in &self.mounts {
            wasi.preopened_dir(&mount.host, &mount.guest, FsPerms::ReadOnly)?;
        }
        let limits = StoreLimitsBuilder::new().memory_size(self.reuse.memory).build();
        let mut store = Store::new(&self.engine, Instance::new(self.grants.clone(), wasi.build(), limits));
        store.limiter(|instance| &mut instance.limits);
        store.set_epoch_deadline(1);
        // A guest that computes for long gives way at each tick, so that time-outs are noticed and others go on.
        store.epoch_deadline_async_yield_and_update(1);
        let proxy = Proxy::P3(self.component.instantiate_async(&mut store).await?);
        let active_slots = ActiveSlots::default();
        Ok(Worker {
            store,
            proxy,
            view: Instance::http,
            expiration: Expiration {
                idle: self.reuse.idle,
                request_timeout: self.reuse.request_timeout,
                sleep: Box::pin(tokio::time::sleep(Duration::MAX)),
                active_slots: active_slots.clone(),
            },
            state: Usage {
                reuse: self.reuse,
                component: self.grants.component.clone(),
                active_slots,
                _counted: self.instances.count(),
            },
        })
    }
}

/// When an instance goes.
pub struct Expiration {
    idle: Duration,
    request_timeout: Duration,
    sleep: Pin<Box<Sleep>>,
    active_slots: ActiveSlots,
}

impl WorkerExpiration for Expiration {
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>, status: WorkerStatus, since: Instant) -> Poll<()> {
        // This is asked whenever the instance rests, and then alone.
        self.active_slots.rest(context);
        let timeout = match status {
            WorkerStatus::Idle => self.idle,
            WorkerStatus::Requests | WorkerStatus::PostReturn => self.request_timeout,
        };
        let Some(deadline) = since.checked_add(timeout) else { return Poll::Pending };
        // Setting a timer costs more than its going off early now and then: a later deadline leaves it as it is.
        if deadline < self.sleep.deadline().into_std() {
            self.sleep.as_mut().reset(deadline.into());
        }
        while self.sleep.as_mut().poll(context).is_ready() {
            if Instant::now() >= deadline {
                return Poll::Ready(());
            }
            self.sleep.as_mut().reset(deadline.into());
        }
        Poll::Pending
    }
}

/// What an instance has done so far decides whether it takes another request.
pub struct Usage {
    reuse: Reuse,
    component: String,
    active_slots: ActiveSlots,
    _counted: Counted,
}

impl WorkerState for Usage {
    type StoreData = Instance;
    type RequestData = Slot;

    fn should_accept_request(&self, at_once: usize, so_far: usize) -> ShouldAccept {
        if so_far >= self.reuse.requests {
            ShouldAccept::Never
        } else if at_once >= self.reuse.concurrently {
            ShouldAccept::No
        } else {
            ShouldAccept::Yes
        }
    }

    fn on_request_start(
        &self,
        _: StoreContextMut<'_, Instance>,
        slot: Slot,
        _: GuestTaskId,
    ) -> Pin<Box<dyn Future<Output = ()> + 'static + Send + Sync>> {
        self.active_slots.take_up(slot);
        Box::pin(tokio::time::sleep(self.reuse.request_timeout))
    }

    fn drop(&self, store: Store<Instance>, result: Result<(), wasmtime::Error>) {
        if let Err(error) = result {
            log::error(&self.component, "instance failed", &format!("{error:#}"));
        }
        drop(store);
    }
}
