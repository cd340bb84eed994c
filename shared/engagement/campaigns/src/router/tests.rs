use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use edge_capabilities::Clock as _;
use edge_capabilities::http::HttpError;
use edge_capabilities::testing::World;
use edge_contacts::{Activities, Activity, ActivityKind, SuppressionReason};
use edge_http::testing::{Answer, request, send};
use edge_jobs::{JobQueue, JobRunner};
use edge_notifications::{Channel, Notifications, Notifier, SendCounts};
use edge_tenants::TenantDirectory;
use edge_tenants::testing::{ACME, OTHER, PLATFORM, Platform};
use serde_json::{Value, json};

use super::*;
use crate::sending::CampaignMessages;

mod campaigns;
mod crashes;
mod sends;

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// What Notify took: when, over which path, the key, the body.
#[derive(Clone, Debug)]
struct Taken {
    at: Timestamp,
    path: String,
    key: String,
    body: Value,
}

/// What the stand-in for Notify answers to the next request.
type Answers = Arc<Mutex<Box<dyn FnMut() -> Result<u16, HttpError> + Send>>>;

pub(super) struct Test {
    platform: Platform,
    taken: Arc<Mutex<Vec<Taken>>>,
    answers: Answers,
}

impl Deref for Test {
    type Target = Platform;

    fn deref(&self) -> &Platform {
        &self.platform
    }
}

/// The sender and the jobs of a component that has Notify's key.
fn runner(capabilities: &Capabilities) -> JobRunner {
    let db = Db::new(capabilities.db.clone());
    let notifier = Notifier::new(capabilities, &Notifications::new(db.clone()), Arc::new(TenantDirectory::new(&db)))
        .with_unseal(Arc::new(CampaignMessages::new(capabilities, &db)))
        .with_suppression(Arc::new(Suppressions::new(capabilities, &db)));
    let counts = SendCounts::default();
    let runner = JobRunner::new("messaging", capabilities, &JobQueue::new(capabilities, &db));
    jobs(capabilities, &db, notifier.first_attempts(notifier.retries(runner, &counts), &counts))
}

async fn test() -> Test {
    let platform = Platform::new(|capabilities| {
        let db = Db::new(capabilities.db.clone());
        let routes = routes(&capabilities, &db).merge(edge_contacts::routes(&capabilities, &db));
        edge_http::finish(routes, "messaging", &capabilities)
    })
    .await;
    let (taken, answers) = (Arc::default(), Answers::new(Mutex::new(Box::new(|| Ok(200)))));
    listen(&platform.world, &taken, &answers);
    Test { platform, taken, answers }
}

/// Has the stand-in for Notify note what reaches it, whether or not its answer does.
fn listen(world: &World, taken: &Arc<Mutex<Vec<Taken>>>, answers: &Answers) {
    world.config.set("notify_url", "http://notify");
    let (taken, answers, clock) = (taken.clone(), answers.clone(), world.clock.clone());
    world.http.on_request(move |request| {
        let answer = (answers.lock().unwrap())();
        let was_taken = !matches!(answer, Err(HttpError::NotSent(_) | HttpError::Busy(_)) | Ok(400..=499 | 503));
        if was_taken {
            taken.lock().unwrap().push(Taken {
                at: clock.now(),
                path: request.uri().path().to_owned(),
                key: request.headers()["idempotency-key"].to_str().unwrap().to_owned(),
                body: serde_json::from_slice(request.body()).unwrap(),
            });
        }
        let answer = answer.map(|status| http::Response::builder().status(status).body(Bytes::from("{}")).unwrap());
        async move { answer }
    });
}

fn id(answer: &Value) -> String {
    answer["id"].as_str().unwrap().to_owned()
}

impl Test {
    fn now(&self) -> Timestamp {
        self.world.clock.now()
    }

    /// The platform's call for a tenant.
    async fn of(&self, tenant: &str, method: &str, path: &str, body: Value) -> Answer {
        let headers = [("x-tenant-id", tenant)];
        send(&self.router, request(method, &format!("/api/v1{path}"), PLATFORM, headers, &body)).await
    }

    /// The platform's call for Acme.
    async fn acme(&self, method: &str, path: &str, body: Value) -> Answer {
        self.of(ACME, method, path, body).await
    }

    /// The id of a new contact.
    async fn contact(&self, body: Value) -> String {
        id(&self.acme("POST", "/contacts", body).await.expect(201))
    }

    /// The id of a new campaign with these steps.
    async fn campaign(&self, body: Value, steps: &[Value]) -> String {
        let campaign = id(&self.acme("POST", "/campaigns", body).await.expect(201));
        for step in steps {
            self.acme("POST", &format!("/campaigns/{campaign}/steps"), step.clone()).await.expect(201);
        }
        campaign
    }

    async fn activate(&self, campaign: &str) {
        self.acme("POST", &format!("/campaigns/{campaign}/activate"), Value::Null).await.expect(200);
    }

    async fn pause(&self, campaign: &str) {
        self.acme("POST", &format!("/campaigns/{campaign}/pause"), Value::Null).await.expect(200);
    }

    async fn enroll(&self, contact: &str, campaign: &str) -> Value {
        let path = format!("/contacts/{contact}/campaign/{campaign}/enroll");
        self.acme("POST", &path, Value::Null).await.expect(201)
    }

    async fn progress(&self, contact: &str, campaign: &str) -> Value {
        self.acme("GET", &format!("/contacts/{contact}/campaigns/{campaign}/progress"), Value::Null).await.expect(200)
    }

    /// Runs what is due.
    async fn drain(&self) {
        let runner = runner(&self.world.instance().0);
        // What one job queues another sends.
        for _ in 0..2 {
            runner.drain_all().await.unwrap();
        }
    }

    /// Lets time pass, and runs what falls due meanwhile.
    async fn pass(&self, hours: u64) {
        for _ in 0..hours {
            self.world.clock.advance(HOUR).await;
            self.drain().await;
        }
    }

    /// Lets time pass until this instant.
    async fn until(&self, at: &str) {
        let at = Timestamp::parse(at).unwrap();
        let wait = u64::try_from(at.as_millis() - self.now().as_millis()).unwrap();
        self.world.clock.advance(Duration::from_millis(wait)).await;
    }

    fn taken(&self) -> Vec<Taken> {
        self.taken.lock().unwrap().clone()
    }

    /// The texts that Notify took, in order.
    fn texts(&self) -> Vec<String> {
        let text = |taken: &Taken| taken.body["body"].as_str().or(taken.body["message"].as_str()).unwrap().to_owned();
        self.taken().iter().map(text).collect()
    }

    fn answer(&self, answer: impl FnMut() -> Result<u16, HttpError> + Send + 'static) {
        *self.answers.lock().unwrap() = Box::new(answer);
    }

    fn db(&self) -> Db {
        Db::new(self.world.db.clone())
    }

    async fn suppress(&self, channel: Channel, address: &str, reason: SuppressionReason) {
        let suppressions = Suppressions::new(&self.world.instance().0, &self.db());
        suppressions.add(ACME, channel, address, reason, self.now()).await.unwrap();
    }

    async fn act(&self, contact: &str, kind: ActivityKind) {
        let activity = Activity {
            id: format!("{contact}.{}.{}", kind.as_str(), self.now().as_millis()),
            tenant: ACME.into(),
            contact: Some(contact.into()),
            kind,
            channel: Channel::Email,
            message: None,
            detail: None,
            occurred_at: self.now(),
            received_at: self.now(),
        };
        Activities::new(self.db()).note(&activity).await.unwrap();
    }
}

fn sms(delay: u32, delay_type: &str, text: &str) -> Value {
    json!({"channel": "SMS", "delay": delay, "delay_type": delay_type, "message_template": text})
}

fn email(delay: u32, delay_type: &str, text: &str) -> Value {
    json!({"channel": "EMAIL", "delay": delay, "delay_type": delay_type, "message_template": text})
}
