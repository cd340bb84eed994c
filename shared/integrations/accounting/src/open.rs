//! The client of a connection.

use std::sync::Arc;

use edge_capabilities::{Clock, Random};

use crate::client::AccountingClient;
use crate::connection::Connection;
use crate::dynamics365::Dynamics365;
use crate::netsuite::NetSuite;
use crate::provider::Provider;
use crate::quickbooks::QuickBooks;
use crate::sage::Sage;
use crate::sap::Sap;
use crate::transport::Transport;
use crate::xero::Xero;

/// The client that speaks for `connection`, for one run. `clock` and `random` are for signatures and keys of
/// requests.
pub fn open(
    connection: Connection,
    transport: Transport,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
) -> Arc<dyn AccountingClient> {
    match connection.provider {
        Provider::QuickBooks => Arc::new(QuickBooks::new(connection, transport, &*random)),
        Provider::Xero => Arc::new(Xero::new(connection, transport, &*random)),
        Provider::Sap => Arc::new(Sap::new(connection, transport, clock)),
        Provider::NetSuite => Arc::new(NetSuite::new(connection, transport, clock, random)),
        Provider::Sage => Arc::new(Sage::new(connection, transport)),
        Provider::Dynamics365 => Arc::new(Dynamics365::new(connection, transport)),
    }
}
