//! `spin:variables@3.0.0`: a component's own variables, filled in at start.

use wasmtime::component::Accessor;

use crate::bindings::spin::variables::variables;
use crate::capabilities::{Instance, Served};

impl variables::Host for Instance {}

impl<T: Send> variables::HostWithStore<T> for Served {
    async fn get(accessor: &Accessor<T, Self>, name: String) -> Result<String, variables::Error> {
        accessor.with(|mut access| match access.get().grants.variables.get(&name) {
            Some(value) => Ok(value.clone()),
            None => Err(variables::Error::Undefined(format!("the component has no variable {name:?}"))),
        })
    }
}
