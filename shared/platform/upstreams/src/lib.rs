//! Requests to the ERP, BheemPay, Stripe, the mail service and shops: their addresses, credentials and time-outs. The callers
//! interpret the responses.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use chrono::DateTime;
use edge_capabilities::config::{ConfigError, millis, text, url};
use edge_capabilities::http::{HttpError, UpstreamName};
use edge_capabilities::{Capabilities, Http, Timestamp};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, DATE, LINK, RETRY_AFTER};
use http::{HeaderName, HeaderValue, Method, Request, StatusCode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The characters that are encoded in a path segment: all but RFC 3986's unreserved characters.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");
const X_SOURCE: HeaderName = HeaderName::from_static("x-source");
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const SHOPIFY_TOKEN: HeaderName = HeaderName::from_static("x-shopify-access-token");
const STRIPE_VERSION: HeaderName = HeaderName::from_static("stripe-version");

/// Which of the shops is meant, for whatever stands in for all of them.
const X_SHOP: HeaderName = HeaderName::from_static("x-shopify-shop-domain");

/// How long a shop may take to list its orders: nobody waits for that.
const SHOP_TIMEOUT: Duration = Duration::from_secs(10);

/// The version of Stripe's API that the edge speaks, whatever the account's own is.
pub const STRIPE_API_VERSION: &str = "2026-10-28.endive";

/// A request without a usable response. Whether the upstream acted on it is unknown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UpstreamError {
    /// The upstream did not respond in time, or not at all.
    #[error("{0} did not answer: {1}")]
    NoResponse(&'static str, HttpError),
    /// The edge's configuration does not allow the request.
    #[error("{0}")]
    Misconfigured(String),
}

impl From<ConfigError> for UpstreamError {
    fn from(error: ConfigError) -> Self {
        Self::Misconfigured(error.to_string())
    }
}

/// An upstream's response.
#[derive(Clone, Debug)]
pub struct UpstreamResponse {
    /// The status.
    pub status: StatusCode,
    /// The body.
    pub body: Bytes,
    /// When the upstream answered, by its own clock, where it says so.
    pub date: Option<Timestamp>,
    /// How long to wait until it is asked again, where it says so in seconds.
    pub retry_after: Option<Duration>,
    /// The query of the next page, where it links to one (RFC 8288).
    pub next_page: Option<String>,
}

/// An upstream.
#[derive(Clone)]
pub struct Upstream {
    name: UpstreamName,
    /// Its name in errors.
    label: &'static str,
    url: String,
    credential: Option<(HeaderName, HeaderValue)>,
    /// A header that each request carries.
    header: Option<(HeaderName, HeaderValue)>,
    timeout: Duration,
    http: Arc<dyn Http>,
}

impl Upstream {
    /// The ERP, configured by the variables `erp_url`, `erp_api_key` and `upstream_timeout_ms`.
    pub async fn erp(capabilities: &Capabilities) -> Result<Self, UpstreamError> {
        let config = &*capabilities.config;
        let key = text(config, "erp_api_key").await?;
        let bearer = (!key.is_empty()).then(|| format!("Bearer {key}"));
        Ok(Self {
            name: UpstreamName::Erp,
            label: "the ERP",
            url: url(config, "erp_url").await?,
            credential: credential("erp_api_key", AUTHORIZATION, bearer)?,
            header: Some((X_SOURCE, HeaderValue::from_static("bheem-edge"))),
            timeout: millis(config, "upstream_timeout_ms", 2_000).await?,
            http: capabilities.http.clone(),
        })
    }

    /// BheemPay, configured by the variables `bheempay_url`, `bheempay_api_key` and `upstream_timeout_ms`.
    pub async fn bheempay(capabilities: &Capabilities) -> Result<Self, UpstreamError> {
        let config = &*capabilities.config;
        let key = Some(text(config, "bheempay_api_key").await?).filter(|key| !key.is_empty());
        Ok(Self {
            name: UpstreamName::BheemPay,
            label: "BheemPay",
            url: url(config, "bheempay_url").await?,
            credential: credential("bheempay_api_key", X_API_KEY, key)?,
            header: None,
            timeout: millis(config, "upstream_timeout_ms", 2_000).await?,
            http: capabilities.http.clone(),
        })
    }

    /// Stripe, configured by the variables `stripe_url`, `stripe_secret_key` and `upstream_timeout_ms`. None: there is no
    /// key.
    pub async fn stripe(capabilities: &Capabilities) -> Result<Option<Self>, UpstreamError> {
        let config = &*capabilities.config;
        let key = text(config, "stripe_secret_key").await?;
        if key.is_empty() {
            return Ok(None);
        }
        Ok(Some(Self {
            name: UpstreamName::Stripe,
            label: "Stripe",
            url: url(config, "stripe_url").await?,
            credential: credential("stripe_secret_key", AUTHORIZATION, Some(format!("Bearer {key}")))?,
            header: Some((STRIPE_VERSION, HeaderValue::from_static(STRIPE_API_VERSION))),
            timeout: millis(config, "upstream_timeout_ms", 2_000).await?,
            http: capabilities.http.clone(),
        }))
    }

    /// The mail service, configured by the variables `mail_url`, `mail_api_key` and `upstream_timeout_ms`. None: there is no
    /// mail service, because `mail_url` is empty.
    pub async fn mail(capabilities: &Capabilities) -> Result<Option<Self>, UpstreamError> {
        let config = &*capabilities.config;
        let url = url(config, "mail_url").await?;
        if url.is_empty() {
            return Ok(None);
        }
        let key = Some(text(config, "mail_api_key").await?).filter(|key| !key.is_empty());
        Ok(Some(Self {
            name: UpstreamName::Mail,
            label: "the mail service",
            url,
            credential: credential("mail_api_key", X_API_KEY, key)?,
            header: None,
            timeout: millis(config, "upstream_timeout_ms", 2_000).await?,
            http: capabilities.http.clone(),
        }))
    }

    /// The shop `host` of Shopify's, or whatever answers for all of them at `shopify_url`.
    pub async fn shopify(capabilities: &Capabilities, host: &str, token: &str) -> Result<Self, UpstreamError> {
        let config = &*capabilities.config;
        let stand_in = url(config, "shopify_url").await?;
        let url = if stand_in.is_empty() { format!("https://{host}") } else { stand_in };
        let header = HeaderValue::try_from(host).ok().map(|host| (X_SHOP, host));
        Ok(Self {
            name: UpstreamName::Shop,
            label: "the shop",
            url,
            credential: credential("the shop's access token", SHOPIFY_TOKEN, Some(token.to_owned()))?,
            header,
            timeout: millis(config, "upstream_timeout_ms", 2_000).await?.max(SHOP_TIMEOUT),
            http: capabilities.http.clone(),
        })
    }

    /// The shop of WooCommerce's at `url`.
    pub async fn woocommerce(
        capabilities: &Capabilities,
        url: &str,
        key: &str,
        secret: &str,
    ) -> Result<Self, UpstreamError> {
        let config = &*capabilities.config;
        let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("{key}:{secret}")));
        Ok(Self {
            name: UpstreamName::Shop,
            label: "the shop",
            url: url.trim_end_matches('/').to_owned(),
            credential: credential("the shop's consumer key", AUTHORIZATION, Some(basic))?,
            header: None,
            timeout: millis(config, "upstream_timeout_ms", 2_000).await?.max(SHOP_TIMEOUT),
            http: capabilities.http.clone(),
        })
    }

    /// The same upstream with a time-out of at most `max_timeout`.
    #[must_use]
    pub fn at_most(mut self, max_timeout: Duration) -> Self {
        self.timeout = self.timeout.min(max_timeout);
        self
    }

    /// The time-out of its requests.
    pub const fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Gets `path`, whose segments are encoded by [`segment`].
    pub async fn get(&self, path: &str) -> Result<UpstreamResponse, UpstreamError> {
        self.send(Method::GET, path, None, Vec::new(), "", Bytes::new()).await
    }

    /// Deletes what is at `path`.
    pub async fn delete(&self, path: &str) -> Result<UpstreamResponse, UpstreamError> {
        self.send(Method::DELETE, path, None, Vec::new(), "", Bytes::new()).await
    }

    /// Posts `json` to `path`. `key` is sent as `Idempotency-Key`: it must be the same for each repetition of a request.
    pub async fn post(&self, path: &str, key: Option<&str>, json: String) -> Result<UpstreamResponse, UpstreamError> {
        self.post_with(path, key, Vec::new(), json).await
    }

    /// As [`Upstream::post`], with these headers too.
    pub async fn post_with(
        &self,
        path: &str,
        key: Option<&str>,
        headers: Vec<(HeaderName, HeaderValue)>,
        json: String,
    ) -> Result<UpstreamResponse, UpstreamError> {
        self.send(Method::POST, path, key, headers, "application/json", json.into()).await
    }

    /// Posts a form to `path`: names and values, neither of them encoded. `key` is as for [`Upstream::post`].
    pub async fn post_form(
        &self,
        path: &str,
        key: Option<&str>,
        fields: &[(String, String)],
    ) -> Result<UpstreamResponse, UpstreamError> {
        let content_type = "application/x-www-form-urlencoded";
        self.send(Method::POST, path, key, Vec::new(), content_type, form(fields).into()).await
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        key: Option<&str>,
        headers: Vec<(HeaderName, HeaderValue)>,
        content_type: &'static str,
        body: Bytes,
    ) -> Result<UpstreamResponse, UpstreamError> {
        let mut request = Request::builder().method(&method).uri(format!("{}{path}", self.url));
        request = request.header(ACCEPT, "application/json");
        if !content_type.is_empty() {
            request = request.header(CONTENT_TYPE, content_type);
        }
        for (name, value) in [&self.credential, &self.header].into_iter().flatten() {
            request = request.header(name, value);
        }
        if let Some(key) = key {
            request = request.header(IDEMPOTENCY_KEY, key);
        }
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let invalid = |_| UpstreamError::Misconfigured(format!("{} has no address that can be asked", self.label));
        let request = request.body(body).map_err(invalid)?;
        let response = self.http.send(self.name, request, self.timeout).await;
        let (head, body) = response.map_err(|error| UpstreamError::NoResponse(self.label, error))?.into_parts();
        let date = head.headers.get(DATE).and_then(|date| date.to_str().ok());
        let date = date.and_then(|date| DateTime::parse_from_rfc2822(date).ok());
        let date = date.map(|date| Timestamp::from_millis(date.timestamp_millis()));
        let text = |name| head.headers.get(name).and_then(|value| value.to_str().ok());
        let retry_after = text(RETRY_AFTER).and_then(|seconds| seconds.trim().split('.').next()?.parse().ok());
        Ok(UpstreamResponse {
            status: head.status,
            body,
            date,
            retry_after: retry_after.map(Duration::from_secs),
            next_page: text(LINK).and_then(next_page),
        })
    }
}

/// The query of the link that leads to the next page: `<https://…?page_info=…>; rel="next"`.
fn next_page(links: &str) -> Option<String> {
    links.split(',').find_map(|link| {
        let (address, parameters) = link.trim().strip_prefix('<')?.split_once('>')?;
        let is_next = parameters.split(';').any(|parameter| matches!(parameter.trim(), "rel=\"next\"" | "rel=next"));
        let (_, query) = address.split_once('?').filter(|_| is_next)?;
        Some(query.to_owned())
    })
}

fn credential(
    variable: &str,
    header: HeaderName,
    value: Option<String>,
) -> Result<Option<(HeaderName, HeaderValue)>, UpstreamError> {
    let invalid = |_| UpstreamError::Misconfigured(format!("{variable} cannot be sent in a header"));
    let value = value.map(HeaderValue::try_from).transpose().map_err(invalid)?;
    Ok(value.map(|mut value| {
        value.set_sensitive(true);
        (header, value)
    }))
}

/// Writes `fields` as a form, or as a query.
pub fn form(fields: &[(String, String)]) -> String {
    let encode = |text: &str| utf8_percent_encode(text, UNRESERVED).to_string();
    fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect::<Vec<_>>().join("&")
}

/// Encodes `text` as one segment of a path.
pub fn segment(text: &str) -> String {
    // A segment of dots alone would be a relative step.
    if text.bytes().all(|byte| byte == b'.') {
        text.replace('.', "%2E")
    } else {
        utf8_percent_encode(text, UNRESERVED).to_string()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use edge_capabilities::testing::World;
    use http::Response;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn each_upstream_gets_its_own_credential() {
        let world = World::new(1);
        for (name, value) in [
            ("erp_url", "http://erp/"),
            ("erp_api_key", "e"),
            ("bheempay_url", "http://pay"),
            ("bheempay_api_key", "b"),
            ("stripe_url", "http://stripe"),
            ("mail_url", "http://mail/"),
            ("mail_api_key", "m"),
        ] {
            world.config.set(name, value);
        }
        let seen = Arc::<Mutex<Vec<String>>>::default();
        let notes = seen.clone();
        world.http.on_request(move |request| {
            let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or("-");
            let [bearer, key, source, idempotency, version] =
                ["authorization", "x-api-key", "x-source", "idempotency-key", "stripe-version"].map(header);
            let line =
                format!("{} {} {bearer} {key} {source} {idempotency} {version}", request.method(), request.uri());
            notes.lock().unwrap().push(line);
            let body = request.body().clone();
            async { Ok(Response::builder().header("date", "Sun, 06 Nov 1994 08:49:37 GMT").body(body).unwrap()) }
        });
        let (capabilities, _) = world.instance();
        Upstream::erp(&capabilities).await.unwrap().get("/plans").await.unwrap();
        Upstream::bheempay(&capabilities).await.unwrap().post("/pay", Some("k"), "{}".into()).await.unwrap();
        assert!(Upstream::stripe(&capabilities).await.unwrap().is_none());
        world.config.set("stripe_secret_key", "sk");
        let stripe = Upstream::stripe(&capabilities).await.unwrap().unwrap();
        let fields = [("items[0][price]".to_owned(), "a b&ü".to_owned()), ("quantity".to_owned(), "5".to_owned())];
        let answer = stripe.post_form("/v1/x", Some("k"), &fields).await.unwrap();
        assert_eq!(answer.body, "items%5B0%5D%5Bprice%5D=a%20b%26%C3%BC&quantity=5");
        assert_eq!(answer.date.map(|date| date.as_millis()), Some(784_111_777_000));
        stripe.delete("/v1/x").await.unwrap();
        Upstream::mail(&capabilities).await.unwrap().unwrap().post("/domains", None, "{}".into()).await.unwrap();
        let expected = [
            "GET http://erp/plans Bearer e - bheem-edge - -".to_owned(),
            "POST http://pay/pay - b - k -".to_owned(),
            format!("POST http://stripe/v1/x Bearer sk - - k {STRIPE_API_VERSION}"),
            format!("DELETE http://stripe/v1/x Bearer sk - - - {STRIPE_API_VERSION}"),
            "POST http://mail/domains - m - - -".to_owned(),
        ];
        assert_eq!(*seen.lock().unwrap(), expected);
        world.config.set("mail_url", "");
        assert!(Upstream::mail(&capabilities).await.unwrap().is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn shops_get_their_own_credentials_and_say_where_they_go_on() {
        let world = World::new(1);
        let seen = Arc::<Mutex<Vec<String>>>::default();
        let notes = seen.clone();
        world.http.on_request(move |request| {
            let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or("-");
            let line = format!("{} {} {}", request.uri(), header("authorization"), header("x-shopify-access-token"));
            notes.lock().unwrap().push(line);
            let links = "<https://a.example/x?page_info=1&limit=2>; rel=\"previous\", \
                <https://a.example/x?page_info=3&limit=2>; rel=\"next\"";
            let response = Response::builder().status(429).header("link", links).header("retry-after", "2.0");
            async move { Ok(response.body(Bytes::new()).unwrap()) }
        });
        let (capabilities, _) = world.instance();
        let shop = Upstream::shopify(&capabilities, "a.myshopify.com", "shpat_1").await.unwrap();
        let answer = shop.get("/x").await.unwrap();
        assert_eq!(answer.next_page.as_deref(), Some("page_info=3&limit=2"));
        assert_eq!(answer.retry_after, Some(Duration::from_secs(2)));
        world.config.set("shopify_url", "http://stand-in/");
        let shop = Upstream::shopify(&capabilities, "a.myshopify.com", "shpat_1").await.unwrap();
        shop.get("/x").await.unwrap();
        let shop = Upstream::woocommerce(&capabilities, "https://b.example/", "ck", "cs").await.unwrap();
        shop.get("/x").await.unwrap();
        let expected = [
            "https://a.myshopify.com/x - shpat_1",
            "http://stand-in/x - shpat_1",
            "https://b.example/x Basic Y2s6Y3M= -",
        ];
        assert_eq!(*seen.lock().unwrap(), expected);
    }

    #[test]
    fn a_segment_stays_one() {
        for (text, written) in [("a/b", "a%2Fb"), ("..", "%2E%2E"), ("sku_1-a~.x", "sku_1-a~.x"), ("ä?", "%C3%A4%3F")]
        {
            assert_eq!(segment(text), written);
        }
    }
}
