//! The component `webhook-verification`: what gateways and the ERP post comes in and takes effect. Everything it decides
//! is in `shared/payments/webhooks`.

use std::sync::Arc;

use edge_contacts::Suppressions;
use edge_database::Db;
use edge_disputes::DisputeKeeper;
use edge_orders::ShopOrders;
use edge_webhooks::Keepers;
use spin_capabilities::Capabilities;

spin_capabilities::component!(|capabilities: Capabilities| {
    let db = Db::new(capabilities.db.clone());
    let suppressions = Suppressions::new(&capabilities, &db);
    let shops = ShopOrders::new(&capabilities, &db);
    let disputes = DisputeKeeper::new(&capabilities, &db);
    let keepers = Keepers {
        suppression: Some(Arc::new(suppressions)),
        shops: Some(Arc::new(shops)),
        disputes: Some(Arc::new(disputes)),
    };
    edge_webhooks::router_with(capabilities, keepers)
});
