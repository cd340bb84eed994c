//! What is done with orders.

use edge_capabilities::Capabilities;
use edge_database::Db;

use crate::error::OrderError;
use crate::message::Messages;
use crate::order::{Order, Orders};

/// Changes orders, and has people be told of it.
#[derive(Clone)]
pub(crate) struct OrderService {
    capabilities: Capabilities,
    messages: Messages,
    orders: Orders,
}

impl OrderService {
    /// Keeps orders in `db`.
    pub(crate) fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self {
            capabilities: capabilities.clone(),
            messages: Messages::new(capabilities, db),
            orders: Orders::new(db.clone()),
        }
    }

    /// The orders.
    pub(crate) const fn orders(&self) -> &Orders {
        &self.orders
    }

    /// Changes the order `id` of `tenant`, and puts the messages into the outbox that follow.
    pub(crate) async fn change(
        &self,
        tenant: &str,
        id: &str,
        mut change: impl FnMut(&mut Order) -> Result<(), OrderError>,
    ) -> Result<Order, OrderError> {
        let now = self.capabilities.clock.now();
        let change = |order: &mut Order| {
            let before = order.clone();
            change(order)?;
            let is_changed = *order != before;
            if is_changed {
                order.updated_at = now;
                order.schedule_messages(now);
            }
            Ok(is_changed)
        };
        let order = self.orders.change(tenant, id, change).await?;
        self.tell(order).await
    }

    /// Puts the messages of `order` into the outbox.
    pub(crate) async fn tell(&self, order: Order) -> Result<Order, OrderError> {
        Ok(self.messages.send(order).await?)
    }
}
