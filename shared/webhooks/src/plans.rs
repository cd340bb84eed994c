//! Plans, asked of the ERP. A copy in the cache serves while it is news, and while the ERP is down.

use std::sync::Arc;

use edge_capabilities::{Capabilities, Clock, Http, Instant, KeyValue};
use edge_tenants::Plan;
use http::header::{ACCEPT, AUTHORIZATION};
use http::{Request, StatusCode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use crate::settings::Settings;

const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The ERP says nothing about the plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the ERP does not tell the plan: {0}")]
pub(crate) struct NoAnswer(String);

/// Plans.
#[derive(Clone)]
pub(crate) struct Plans {
    cache: Arc<dyn KeyValue>,
    clock: Arc<dyn Clock>,
    http: Arc<dyn Http>,
}

/// What the ERP said of a plan.
#[derive(Serialize, Deserialize)]
struct Copy {
    asked_at: Instant,
    /// Its answer; None: there is no such plan.
    body: Option<String>,
}

impl Plans {
    pub(crate) fn new(capabilities: &Capabilities) -> Self {
        let Capabilities { cache, clock, http, .. } = capabilities;
        Self { cache: cache.clone(), clock: clock.clone(), http: http.clone() }
    }

    /// The plan `id`; None: the ERP has no such plan.
    pub(crate) async fn find(&self, settings: &Settings, id: &str) -> Result<Option<Plan>, NoAnswer> {
        let key = format!("plan:{id}");
        // A cache that fails has nothing.
        let copy = self.cache.get(&key).await.ok().flatten();
        let copy = copy.and_then(|bytes| serde_json::from_slice::<Copy>(&bytes).ok());
        let age = |copy: &Copy| self.clock.now().millis_since(copy.asked_at);
        let within = |copy: &Copy, limit: std::time::Duration| {
            u128::try_from(age(copy)).is_ok_and(|age| age < limit.as_millis())
        };
        if let Some(copy) = copy.as_ref().filter(|copy| within(copy, settings.plans_fresh)) {
            return read(copy);
        }
        match self.ask(settings, id).await {
            Ok(news) => {
                let plan = read(&news)?;
                if let Ok(bytes) = serde_json::to_vec(&news) {
                    let _ = self.cache.set(&key, &bytes).await;
                }
                Ok(plan)
            }
            Err(no_answer) => match copy.filter(|copy| copy.body.is_some() && within(copy, settings.plans_stale)) {
                Some(copy) => read(&copy),
                None => Err(no_answer),
            },
        }
    }

    async fn ask(&self, settings: &Settings, id: &str) -> Result<Copy, NoAnswer> {
        let url = format!(
            "{}/api/v1/shared/sku-subscription/sku/{}",
            settings.erp_url,
            // Bare dots would be taken as steps.
            if id.bytes().all(|byte| byte == b'.') {
                id.replace('.', "%2E")
            } else {
                utf8_percent_encode(id, SEGMENT).to_string()
            },
        );
        let mut request = Request::get(url).header(ACCEPT, "application/json").header("x-source", "bheem-edge");
        if !settings.erp_api_key.is_empty() {
            request = request.header(AUTHORIZATION, format!("Bearer {}", settings.erp_api_key));
        }
        let wrong = |_| NoAnswer("erp_url or erp_api_key cannot be sent in a request".into());
        let request = request.body(bytes::Bytes::new()).map_err(wrong)?;
        let asked_at = self.clock.now();
        let response = self.http.send(request, settings.patience).await.map_err(|error| NoAnswer(error.to_string()))?;
        let body = match response.status() {
            StatusCode::OK => {
                let body = String::from_utf8(response.into_body().to_vec());
                Some(body.map_err(|_| NoAnswer("its answer is not UTF-8".into()))?)
            }
            StatusCode::NOT_FOUND => None,
            other => return Err(NoAnswer(format!("its status is {}", other.as_u16()))),
        };
        Ok(Copy { asked_at, body })
    }
}

fn read(copy: &Copy) -> Result<Option<Plan>, NoAnswer> {
    let body = copy.body.as_deref();
    body.map(|body| Plan::read(body.as_bytes())).transpose().map_err(|unreadable| NoAnswer(unreadable.to_string()))
}
