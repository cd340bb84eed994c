//! The orders of shops, as webhooks and polls bring them.

use async_trait::async_trait;
use edge_capabilities::config::text;
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::{DatabaseError, Db};
use edge_gateways::{Provider, Secrets};
use edge_keys::{KeyError, mac};
use edge_tenants::Tenants;
use edge_webhooks::{ShopError, ShopEvent, ShopOutcome, ShopSecrets, Shops as ShopsOfWebhooks};
use serde_json::Value;

use super::merge::{Taken, Via};
use super::model::{Platform, Shop};
use super::report::{Report, Unreadable};
use super::secret::SecretKeys;
use super::store::Shops;
use super::{shopify, woocommerce};
use crate::DEFAULT_SHOP;
use crate::message::Messages;
use crate::order::{Order, Orders};

/// How often a change of an order is tried again after somebody else was faster.
const MAX_ATTEMPTS: u32 = 100;

/// Takes over what shops report of orders.
#[derive(Clone)]
pub struct ShopOrders {
    capabilities: Capabilities,
    messages: Messages,
    orders: Orders,
    shops: Shops,
    tenants: Tenants,
}

/// Whose orders a shop's are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Owner<'o> {
    pub(crate) tenant: &'o str,
    /// The shop's id, or [`DEFAULT_SHOP`].
    pub(crate) shop: &'o str,
    pub(crate) platform: Platform,
}

/// The error of this file: of a report that cannot be taken over now.
fn store(error: &dyn std::fmt::Display) -> ShopError {
    ShopError::Store(error.to_string())
}

impl ShopOrders {
    /// Keeps orders in `db`.
    pub fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self {
            capabilities: capabilities.clone(),
            messages: Messages::new(capabilities, db),
            orders: Orders::new(db.clone()),
            shops: Shops::new(db.clone()),
            tenants: Tenants::new(db.clone()),
        }
    }

    /// The tenant of webhooks that come by a route without a token.
    async fn default_tenant(&self) -> Result<Option<String>, ShopError> {
        let tenant = text(&*self.capabilities.config, "shop_default_tenant").await.map_err(|error| store(&error))?;
        let tenant = tenant.trim().to_ascii_lowercase();
        if tenant.is_empty() {
            return Ok(None);
        }
        let found = self.tenants.find(&tenant).await.map_err(|error| store(&error))?;
        Ok(found.map(|tenant| tenant.id))
    }

    /// Takes over what `owner`'s shop reports; what is known already is known afterwards, too.
    pub(crate) async fn take_report(
        &self,
        owner: Owner<'_>,
        report: &Report,
        via: Via,
    ) -> Result<Taken, DatabaseError> {
        let Some(external_id) = report.order() else { return Ok(Taken::Known) };
        let now = self.capabilities.clock.now();
        let id = order_id(owner, external_id);
        for _ in 0..MAX_ATTEMPTS {
            let found = self.orders.find_any(owner.tenant, &id).await?;
            let is_new = found.is_none();
            let mut order = found.unwrap_or_else(|| new_order(id.clone(), owner, external_id, now));
            let taken = order.take(report, via, now);
            if taken == Taken::Known && !is_new {
                // Whoever changed it may have died before people were told.
                self.messages.send(order).await?;
                return Ok(taken);
            }
            order.updated_at = now;
            order.schedule_messages(now);
            let is_stored = if is_new {
                self.orders.insert_new(&order).await?
            } else {
                let is_stored = self.orders.replace(&order).await?;
                order.revision = order.revision.saturating_add(1);
                is_stored
            };
            if is_stored {
                self.messages.send(order).await?;
                return Ok(taken);
            }
        }
        Err(DatabaseError::Unavailable("too many writers change the order at once".to_owned()))
    }
}

/// The id of a shop's order: the same for whoever is the first to hear of it.
fn order_id(owner: Owner<'_>, external_id: &str) -> String {
    let parts = [owner.tenant, owner.shop, owner.platform.as_str(), external_id];
    let hash = mac(b"bheem-edge order", &parts);
    format!("ord_{}", hash.iter().take(12).map(|byte| format!("{byte:02x}")).collect::<String>())
}

fn new_order(id: String, owner: Owner<'_>, external_id: &str, now: Timestamp) -> Order {
    let mut order = Order::new(id, owner.tenant, now);
    owner.shop.clone_into(&mut order.shop);
    order.platform = Some(owner.platform.as_str().to_owned());
    order.external_id = Some(external_id.to_owned());
    external_id.clone_into(&mut order.order_number);
    order.is_known = false;
    order
}

/// Reads what a shop of this platform says.
pub(crate) fn read(platform: Platform, body: &Value) -> Result<Report, Unreadable> {
    match platform {
        Platform::Shopify => shopify::read(body),
        Platform::WooCommerce => woocommerce::read(body),
    }
}

#[async_trait]
impl ShopsOfWebhooks for ShopOrders {
    async fn by_token(&self, provider: Provider, token: &str) -> Result<Option<ShopSecrets>, ShopError> {
        let Some(platform) = Platform::of(provider) else { return Ok(None) };
        let found = self.shops.by_token(platform, token).await.map_err(|error| store(&error))?;
        let Some(Shop { id, tenant, secret, .. }) = found else { return Ok(None) };
        let keys = SecretKeys::load(&*self.capabilities.config).await.map_err(|error| match error {
            KeyError::NotConfigured(_) | KeyError::Misconfigured(_) => ShopError::Misconfigured(error.to_string()),
            KeyError::Config(_) => store(&error),
        })?;
        let opened = keys.open(&tenant, &secret);
        let opened = opened.ok_or_else(|| {
            ShopError::Misconfigured("encryption_key is not the key that the shop's secret was sealed with".to_owned())
        })?;
        Ok(Some(ShopSecrets { shop: id, secrets: Secrets::of_one(provider, &opened) }))
    }

    async fn take(&self, event: &ShopEvent<'_>) -> Result<ShopOutcome, ShopError> {
        let no_shop = ShopOutcome::Ignored { tenant: None, reason: "no_shop" };
        let Some(platform) = Platform::of(event.provider) else { return Ok(no_shop) };
        let (tenant, shop) = match event.shop {
            None => match self.default_tenant().await? {
                Some(tenant) => (tenant, DEFAULT_SHOP),
                None => return Ok(no_shop),
            },
            Some(id) => match self.shops.find(id).await.map_err(|error| store(&error))? {
                Some(shop) => (shop.tenant, id),
                None => return Ok(no_shop),
            },
        };
        let body: Result<Value, _> = serde_json::from_slice(event.body);
        let read = body.map_err(|_| Unreadable("the body")).and_then(|body| read(platform, &body));
        let tenant = Some(tenant);
        let report = match read {
            Ok(Report::Nothing(reason)) => return Ok(ShopOutcome::Ignored { tenant, reason }),
            Ok(report) => report,
            Err(unreadable) => return Ok(ShopOutcome::Unreadable { tenant, reason: unreadable.to_string() }),
        };
        let owner = Owner { tenant: tenant.as_deref().unwrap_or_default(), shop, platform };
        let taken = self.take_report(owner, &report, Via::Sent(event.received_at)).await;
        Ok(match taken.map_err(|error| store(&error))? {
            Taken::New => ShopOutcome::Taken { tenant },
            Taken::Known => ShopOutcome::Ignored { tenant, reason: "superseded" },
        })
    }
}
