//! Asking a shop for the orders that changed since it was asked last: what its webhooks did not bring.

use std::time::Duration;

use async_trait::async_trait;
use edge_capabilities::clock::millis;
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::Db;
use edge_jobs::{Job, JobError, JobHandler, JobKind, JobOutcome, JobQueue, JobResult, NewJob};
use edge_upstreams::{Upstream, UpstreamError, UpstreamResponse, form};
use http::StatusCode;
use serde_json::Value;

use super::merge::Via;
use super::model::{Platform, Shop};
use super::orders::{Owner, ShopOrders, read};
use super::report::Report;
use super::secret::{Access, SecretKeys};
use super::store::Shops;

/// Has every shop that lets the edge in be asked.
pub(crate) const POLLS: JobKind = JobKind::new("orders.polls");
pub(crate) const POLLS_EVERY: Duration = Duration::from_mins(5);

/// Asks one shop.
pub(crate) const POLL: JobKind = JobKind { max_attempts: 8, ..JobKind::new("orders.poll") };

/// How much of what was asked for is asked for again: shops' clocks differ, and what they commit comes late.
const OVERLAP: Duration = Duration::from_mins(10);

/// How far back a shop is asked that was just connected.
const FIRST: Duration = Duration::from_hours(24);

/// How much the clocks of the edge and of a shop may differ.
const SKEW: Duration = Duration::from_mins(5);

/// Orders in one answer, as many as the platforms give.
const SHOPIFY_PAGE: usize = 250;
const WOOCOMMERCE_PAGE: usize = 100;

/// Answers in one job; the rest is another's.
const MAX_PAGES: usize = 20;

/// The version of Shopify's API.
const SHOPIFY_API: &str = "2026-07";

/// How long to wait where a shop says that it is asked too often, but not how long.
const TOO_OFTEN: Duration = Duration::from_mins(1);

/// Shops in one read.
const SHOPS: u32 = 500;

/// Enqueues a job for each shop that may be asked.
pub(crate) struct PollsHandler {
    shops: Shops,
    queue: JobQueue,
    capabilities: Capabilities,
}

impl PollsHandler {
    pub(crate) fn new(capabilities: &Capabilities, db: &Db) -> Self {
        let (shops, queue) = (Shops::new(db.clone()), JobQueue::new(capabilities, db));
        Self { shops, queue, capabilities: capabilities.clone() }
    }
}

#[async_trait]
impl JobHandler for PollsHandler {
    async fn run(&self, _: &Job) -> JobResult {
        let mut after = String::new();
        loop {
            let shops = self.shops.to_poll(&after, SHOPS).await?;
            let Some((last, _)) = shops.last() else { return Ok(JobOutcome::Done) };
            after.clone_from(last);
            let now = self.capabilities.clock.now();
            let job = |(id, tenant): (String, String)| NewJob::new(POLL, id, now).for_tenant(tenant);
            self.queue.enqueue_all(shops.into_iter().map(job).collect()).await?;
        }
    }
}

/// Asks a shop. The job has the shop's id as its key.
pub(crate) struct PollHandler {
    capabilities: Capabilities,
    orders: ShopOrders,
    shops: Shops,
}

/// What is asked for next.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Page {
    /// The orders that changed since then; of WooCommerce one status and the number of the page.
    Since(Timestamp),
    Next(String),
    WooCommerce {
        since: Timestamp,
        status: &'static str,
        page: usize,
    },
}

impl PollHandler {
    pub(crate) fn new(capabilities: &Capabilities, db: &Db) -> Self {
        let (orders, shops) = (ShopOrders::new(capabilities, db), Shops::new(db.clone()));
        Self { capabilities: capabilities.clone(), orders, shops }
    }

    fn now(&self) -> Timestamp {
        self.capabilities.clock.now()
    }

    /// The shop, as it is asked.
    async fn upstream(&self, shop: &Shop) -> Result<Upstream, JobError> {
        let keys = SecretKeys::load(&*self.capabilities.config).await.map_err(|error| retry(&error))?;
        let opened = shop.access.as_deref().and_then(|sealed| keys.open(&shop.tenant, sealed));
        let access: Option<Access> = opened.and_then(|opened| serde_json::from_str(&opened).ok());
        let access = access.ok_or_else(|| JobError::Retry("the shop's access cannot be opened".to_owned()))?;
        let text = |part: &Option<String>| part.clone().unwrap_or_default();
        let upstream = match shop.platform {
            Platform::Shopify => Upstream::shopify(&self.capabilities, &shop.shop, &text(&access.token)).await,
            Platform::WooCommerce => {
                Upstream::woocommerce(&self.capabilities, &shop.shop, &text(&access.key), &text(&access.secret)).await
            }
        };
        upstream.map_err(|error| retry(&error))
    }

    async fn ask(&self, upstream: &Upstream, page: &Page) -> Result<UpstreamResponse, JobError> {
        let field = |name: &str, value: String| (name.to_owned(), value);
        let path = match page {
            Page::Next(query) => format!("/admin/api/{SHOPIFY_API}/orders.json?{query}"),
            Page::Since(since) => {
                let fields = [
                    field("status", "any".to_owned()),
                    field("updated_at_min", since.to_string()),
                    field("order", "updated_at asc".to_owned()),
                    field("limit", SHOPIFY_PAGE.to_string()),
                ];
                format!("/admin/api/{SHOPIFY_API}/orders.json?{}", form(&fields))
            }
            Page::WooCommerce { since, status, page } => {
                let fields = [
                    field("status", (*status).to_owned()),
                    field("modified_after", since.to_string()),
                    field("dates_are_gmt", "true".to_owned()),
                    field("orderby", "modified".to_owned()),
                    field("order", "asc".to_owned()),
                    field("per_page", WOOCOMMERCE_PAGE.to_string()),
                    field("page", page.to_string()),
                ];
                format!("/wp-json/wc/v3/orders?{}", form(&fields))
            }
        };
        let response = upstream.get(&path).await.map_err(|error: UpstreamError| retry(&error))?;
        match response.status {
            StatusCode::OK => Ok(response),
            StatusCode::TOO_MANY_REQUESTS => {
                let wait = response.retry_after.unwrap_or(TOO_OFTEN);
                Err(JobError::RetryAt("the shop is asked too often".to_owned(), self.now().plus(wait)))
            }
            status => Err(JobError::Retry(format!("the shop answers with {}", status.as_u16()))),
        }
    }

    /// Takes over the orders of an answer; gives how many there are, and when the newest of them changed.
    async fn take(
        &self,
        shop: &Shop,
        response: &UpstreamResponse,
        asked: Timestamp,
    ) -> Result<(usize, Option<Timestamp>), JobError> {
        let body: Value = serde_json::from_slice(&response.body).map_err(|error| retry(&error))?;
        let listed = match shop.platform {
            Platform::Shopify => body.get("orders"),
            Platform::WooCommerce => Some(&body),
        };
        let listed = listed.and_then(Value::as_array);
        let listed = listed.ok_or_else(|| JobError::Retry("the shop's answer is no list of orders".to_owned()))?;
        let owner = Owner { tenant: &shop.tenant, shop: &shop.id, platform: shop.platform };
        let mut newest = None;
        for order in listed {
            // One that cannot be read is left out: the others are not to wait for it.
            let Ok(report) = read(shop.platform, order) else { continue };
            if let Report::Order(order) = &report {
                newest = newest.max(Some(order.at));
            }
            let since = before(shop.created_at, SKEW);
            self.orders.take_report(owner, &report, Via::Asked(asked, since)).await?;
        }
        Ok((listed.len(), newest))
    }

    /// Asks for all that changed since then; gives up to when it was asked for, and whether that is all.
    async fn poll(&self, shop: &Shop) -> Result<(Option<Timestamp>, bool), JobError> {
        let upstream = self.upstream(shop).await?;
        let started = self.now();
        let since = shop.polled_to.map_or_else(|| before(shop.created_at, FIRST), |to| before(to, OVERLAP));
        let mut page = match shop.platform {
            Platform::Shopify => Page::Since(since),
            Platform::WooCommerce => Page::WooCommerce { since, status: "any", page: 1 },
        };
        let mut newest = None;
        for _ in 0..MAX_PAGES {
            let asked = self.now();
            let response = self.ask(&upstream, &page).await?;
            let (count, last) = self.take(shop, &response, asked).await?;
            newest = newest.max(last);
            page = match page {
                Page::Since(_) | Page::Next(_) => match response.next_page.clone() {
                    Some(next) => Page::Next(next),
                    None => return Ok((Some(started), true)),
                },
                Page::WooCommerce { since, status, page } if count >= WOOCOMMERCE_PAGE => {
                    Page::WooCommerce { since, status, page: page.saturating_add(1) }
                }
                // Those in the bin are listed by themselves.
                Page::WooCommerce { since, status: "any", .. } => Page::WooCommerce { since, status: "trash", page: 1 },
                Page::WooCommerce { .. } => return Ok((Some(started), true)),
            };
        }
        // Oldest first: what is up to there is known.
        Ok((newest, false))
    }
}

fn retry(error: &dyn std::fmt::Display) -> JobError {
    JobError::Retry(error.to_string())
}

fn before(at: Timestamp, span: Duration) -> Timestamp {
    Timestamp::from_millis(at.as_millis().saturating_sub(millis(span)))
}

#[async_trait]
impl JobHandler for PollHandler {
    async fn run(&self, job: &Job) -> JobResult {
        let Some(shop) = self.shops.find(&job.key).await?.filter(|shop| shop.access.is_some()) else {
            return Ok(JobOutcome::Done);
        };
        match self.poll(&shop).await {
            Ok((to, is_all)) => {
                // Where all that came has one time, the next answer goes on past the overlap.
                let to = to.map(|to| if is_all { to } else { to.plus(OVERLAP) });
                self.shops.note_poll(&shop, to, self.now(), None).await?;
                Ok(if is_all { JobOutcome::Done } else { JobOutcome::Again(self.now()) })
            }
            Err(error) => {
                let (JobError::Retry(reason) | JobError::RetryAt(reason, _) | JobError::Dead(reason)) = &error;
                self.shops.note_poll(&shop, None, self.now(), Some(reason)).await?;
                Err(error)
            }
        }
    }
}
