//! What a component may do on this host, and the state behind each of its instances.

pub mod disk;
pub mod guard;
pub mod key_value;
pub mod open_file;
pub mod outbound_http;
pub mod output;
pub mod postgres;
pub mod sqlite;
pub mod tls;
pub mod upstreams;
mod variables;

use std::collections::HashMap;
use std::sync::Arc;

use wasmtime::StoreLimits;
use wasmtime::component::{HasData, Linker, ResourceTable};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use crate::allowed_hosts::AllowedHosts;
use crate::application::Shared;
use crate::bindings;
use key_value::Store;
use outbound_http::OutboundHttp;

/// What one component was granted by the manifest, shared by all its instances.
pub struct Grants {
    /// The component's id.
    pub component: String,
    /// Its variables, filled in.
    pub variables: HashMap<String, String>,
    /// Its key-value stores by label.
    pub key_value_stores: HashMap<String, Arc<dyn Store>>,
    /// Its SQLite databases by label.
    pub sqlite_databases: HashMap<String, sqlite::Database>,
    /// Where it may connect to.
    pub allowed_hosts: AllowedHosts,
    /// What all components of the application share.
    pub application: Arc<Shared>,
}

/// The state behind one instance of a component.
pub struct Instance {
    /// The component's grants.
    pub grants: Arc<Grants>,
    /// The resources that the guest holds handles to.
    pub table: ResourceTable,
    /// Bounds on the instance's memory and tables.
    pub limits: StoreLimits,
    wasi: WasiCtx,
    http: WasiHttpCtx,
    outbound: OutboundHttp,
}

impl Instance {
    /// A fresh instance's state.
    pub fn new(grants: Arc<Grants>, wasi: WasiCtx, limits: StoreLimits) -> Self {
        let outbound = OutboundHttp::new(grants.clone());
        Self { grants, table: ResourceTable::new(), limits, wasi, http: WasiHttpCtx::new(), outbound }
    }
}

impl WasiView for Instance {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for Instance {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { ctx: &mut self.http, table: &mut self.table, hooks: &mut self.outbound }
    }
}

/// Marks the interfaces that [`Instance`] itself implements.
pub struct Served;

impl HasData for Served {
    type Data<'a> = &'a mut Instance;
}

/// Everything a component may import.
pub fn link(linker: &mut Linker<Instance>) -> wasmtime::Result<()> {
    wasmtime_wasi::p2::add_to_linker_async(linker)?;
    wasmtime_wasi::p3::add_to_linker(linker)?;
    wasmtime_wasi_http::p3::add_to_linker(linker)?;
    bindings::Capabilities::add_to_linker::<_, Served>(linker, |instance| instance)
}
