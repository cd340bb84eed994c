//! Shops over HTTP.

use axum::extract::{Path, State};
use axum::response::Response;
use edge_access::{OrdersRead, OrdersWrite};
use edge_audit::AuditEntry;
use edge_capabilities::{config, random};
use edge_database::{Cursor, DatabaseError};
use edge_http::{Code, FieldError, Json, Listing, Page, Problem, Text};
use edge_idempotency::{IdempotentWithSecret, WithSecret};
use edge_jobs::NewJob;
use edge_keys::{KeyError, mac};
use edge_tenants::{Scoped, TenantHeader};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::model::{Platform, Shop};
use super::poll::POLL;
use super::secret::{Access, SecretKeys};
use crate::router::AppState;

const MAX_LEN: usize = 256;

/// What a shop lets the edge in with.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[schema(as = ShopAccess)]
pub(crate) struct AccessRequest {
    /// The access token of a Shopify app that may read orders.
    #[serde(default)]
    token: Option<String>,
    /// The consumer key of a WooCommerce shop.
    #[serde(default)]
    key: Option<String>,
    /// The consumer secret of a WooCommerce shop.
    #[serde(default)]
    secret: Option<String>,
}

/// A shop to connect.
#[derive(Clone, Deserialize, ToSchema)]
pub(crate) struct ConnectShopRequest {
    /// What it runs on.
    platform: Platform,
    /// Its address: `acme.myshopify.com`, or of a WooCommerce shop `https://shop.example`.
    shop: String,
    /// What it signs its webhooks with. It is stored encrypted, and never shown.
    secret: String,
    /// What it lets the edge in with, to ask for orders whose webhooks were lost. Stored encrypted, and never shown.
    #[serde(default)]
    access: Option<AccessRequest>,
}

impl WithSecret for ConnectShopRequest {
    fn without_secret(&self) -> String {
        json!([self.platform, self.shop, self.access.is_some()]).to_string()
    }
}

/// A connected shop.
#[derive(Serialize, ToSchema)]
#[schema(as = Shop)]
pub(crate) struct ShopResponse {
    id: String,
    platform: Platform,
    shop: String,
    /// Where the shop sends its webhooks.
    url: String,
    /// Whether the shop is asked for orders whose webhooks were lost.
    has_access: bool,
    /// When it was asked last.
    polled_at: Option<String>,
    /// Why it could not be asked.
    poll_error: Option<String>,
    created_at: String,
}

impl ShopResponse {
    fn new(shop: &Shop, public_url: &str) -> Self {
        Self {
            id: shop.id.clone(),
            platform: shop.platform,
            shop: shop.shop.clone(),
            url: format!("{public_url}/webhooks/{}/{}", shop.platform.as_str(), shop.token),
            has_access: shop.access.is_some(),
            polled_at: shop.polled_at.map(edge_capabilities::Timestamp::to_rfc3339_millis),
            poll_error: shop.poll_error.clone(),
            created_at: shop.created_at.to_rfc3339_millis(),
        }
    }
}

/// The address of a shop in one spelling; None: it is none.
fn address(platform: Platform, written: &str) -> Option<String> {
    let written = written.trim().trim_end_matches('/');
    let is_host = |host: &str| {
        !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:".contains(&byte))
    };
    let (scheme, rest) = written.split_once("://").unwrap_or(("https", written));
    let (host, path) = rest.split_once('/').map_or((rest, ""), |(host, path)| (host, path));
    let is_path = path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte));
    if !is_host(host) || !is_path || path.contains("..") || !matches!(scheme, "https" | "http") {
        return None;
    }
    let host = host.to_ascii_lowercase();
    Some(match platform {
        Platform::Shopify => host,
        Platform::WooCommerce if path.is_empty() => format!("{scheme}://{host}"),
        Platform::WooCommerce => format!("{scheme}://{host}/{path}"),
    })
}

impl ConnectShopRequest {
    /// The shop's address, and its access.
    fn read(&self) -> Result<(String, Option<Access>), Problem> {
        let mut errors = Vec::new();
        let address = address(self.platform, &self.shop).filter(|address| Text::<MAX_LEN>::accepts(address));
        if address.is_none() {
            errors.push(FieldError::new("shop", "must be the shop's address, such as acme.myshopify.com"));
        }
        if !Text::<MAX_LEN>::accepts(&self.secret) {
            errors.push(FieldError::new("secret", "must be 1 to 256 bytes without control characters"));
        }
        let is_key = |text: &Option<String>| {
            text.as_deref().is_some_and(|text| {
                (1..=MAX_LEN).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
            })
        };
        let access = self.access.as_ref().map(|access| {
            let AccessRequest { token, key, secret } = access.clone();
            Access { token, key, secret }
        });
        match (&access, self.platform) {
            (Some(access), Platform::Shopify) if !is_key(&access.token) => {
                errors.push(FieldError::new("access.token", "must be an access token"));
            }
            (Some(access), Platform::WooCommerce) if !is_key(&access.key) || !is_key(&access.secret) => {
                errors.push(FieldError::new("access.key", "must be there, and access.secret too"));
            }
            _ => {}
        }
        match address {
            Some(address) if errors.is_empty() => Ok((address, access)),
            _ => Err(Problem::fields(errors)),
        }
    }
}

fn not_configured(error: &KeyError) -> Problem {
    Problem::new(Code::NotConfigured, "No secret of a shop can be kept: set encryption_key.").because(error)
}

/// Connect a shop
///
/// The shop's webhooks about orders, fulfillments and refunds go to `url`, signed with `secret`, and become orders of this
/// tenant. With `access` the shop is also asked, every five minutes, for orders that changed meanwhile. To replace the secret
/// or the access, disconnect the shop and connect it again: its orders stay.
#[utoipa::path(
    post, path = "/api/v1/orders/shops", tag = "Orders", security(("key" = ["orders:write"])),
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "A key of 1 to 255 visible ASCII characters."),
        TenantHeader,
    ),
    request_body = ConnectShopRequest,
    responses(
        (status = 201, description = "The shop is connected.", body = ShopResponse),
        (status = 409, description = "`ALREADY_EXISTS`: the tenant has this shop."),
        (status = 503, description = "`NOT_CONFIGURED`: `encryption_key` is not set."),
    ),
)]
pub(crate) async fn connect_shop(
    State(state): State<AppState>,
    Scoped { tenant, caller, actor, .. }: Scoped<OrdersWrite>,
    IdempotentWithSecret(request): IdempotentWithSecret<ConnectShopRequest>,
) -> Result<Response, Problem> {
    let scope = caller.idempotency_scope_in(&tenant.id);
    let work = async |new: ConnectShopRequest| {
        let (address, access) = new.read()?;
        let (config, random) = (&*state.capabilities.config, &*state.capabilities.random);
        let keys = SecretKeys::load(config).await.map_err(|error| not_configured(&error))?;
        let access = access.and_then(|access| serde_json::to_string(&access).ok());
        let now = state.now();
        let name = mac(b"bheem-edge shop", &[&tenant.id, new.platform.as_str(), &address]);
        let shop = Shop {
            id: format!("shop_{}", name.iter().take(8).map(|byte| format!("{byte:02x}")).collect::<String>()),
            tenant: tenant.id.clone(),
            platform: new.platform,
            shop: address,
            token: random::hex::<24>(random),
            secret: keys.seal(random, &tenant.id, &new.secret),
            access: access.map(|access| keys.seal(random, &tenant.id, &access)),
            created_by: actor.id.clone(),
            created_at: now,
            polled_to: None,
            polled_at: None,
            poll_error: None,
        };
        if shop.access.is_some() {
            // Before the shop is there: an instance that dies right after that leaves nothing undone.
            state.queue.enqueue(NewJob::new(POLL, shop.id.as_str(), now).for_tenant(tenant.id.as_str())).await?;
        }
        state.shops.insert(&shop).await.map_err(|error| match error {
            DatabaseError::Duplicate(_) => Problem::new(Code::AlreadyExists, "This shop is connected."),
            error => error.into(),
        })?;
        let detail = json!({"shop_id": shop.id, "platform": shop.platform, "shop": shop.shop});
        let mark = shop.token.get(..16).unwrap_or_default();
        let entry = AuditEntry::with_id(format!("{}.{mark}", shop.id), "shop.connected", &detail, &actor, now);
        state.audit_log().append(&tenant.id, &entry).await?;
        let public_url = config::url(config, "public_url").await.unwrap_or_default();
        Ok((StatusCode::CREATED, ShopResponse::new(&shop, &public_url)))
    };
    state.idempotency.once(&scope, request, work).await
}

/// List shops
#[utoipa::path(
    get, path = "/api/v1/orders/shops", tag = "Orders", security(("key" = ["orders:read"])),
    params(Page, TenantHeader),
    responses((status = 200, description = "A page of shops, newest first.", body = Listing<ShopResponse>)),
)]
pub(crate) async fn list_shops(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<OrdersRead>,
    page: Page,
) -> Result<Json<Listing<ShopResponse>>, Problem> {
    let cursor = page.cursor(Text::<64>::accepts)?;
    let found = state.shops.list(&tenant.id, cursor, page.rows()).await?;
    let public_url = config::url(&*state.capabilities.config, "public_url").await.unwrap_or_default();
    let position = |shop: &Shop| Cursor::new(shop.created_at, shop.id.as_str());
    Ok(Json(page.listing(found, position, |shop| ShopResponse::new(&shop, &public_url))))
}

/// Disconnect a shop
///
/// Its webhooks are not accepted any more. Its orders stay.
#[utoipa::path(
    delete, path = "/api/v1/orders/shops/{shop_id}", tag = "Orders", security(("key" = ["orders:write"])),
    params(("shop_id" = String, Path, description = "The shop's id."), TenantHeader),
    responses(
        (status = 204, description = "The shop is disconnected."),
        (status = 404, description = "`SHOP_NOT_FOUND`: the shop does not exist or belongs to another tenant."),
    ),
)]
pub(crate) async fn disconnect_shop(
    State(state): State<AppState>,
    Scoped { tenant, actor, .. }: Scoped<OrdersWrite>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let missing = || Problem::new(Code::ShopNotFound, "There is no such shop.");
    let found = if Text::<64>::accepts(&id) { state.shops.find_own(&tenant.id, &id).await? } else { None };
    let shop = found.ok_or_else(missing)?;
    // Before the shop is gone: who asks again, finds none.
    let detail = json!({"shop_id": shop.id, "platform": shop.platform, "shop": shop.shop});
    let mark = shop.token.get(..16).unwrap_or_default();
    let name = format!("{}.{mark}.disconnected", shop.id);
    let entry = AuditEntry::with_id(name, "shop.disconnected", &detail, &actor, state.now());
    state.audit_log().append(&tenant.id, &entry).await?;
    if state.shops.remove(&tenant.id, &id).await? { Ok(StatusCode::NO_CONTENT) } else { Err(missing()) }
}
