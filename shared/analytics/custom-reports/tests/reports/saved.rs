//! Reports that are saved, and sent by a schedule.

use std::collections::BTreeMap;
use std::time::Duration;

use edge_capabilities::{Capabilities, Timestamp};
use edge_database::Db;
use edge_http::testing::{ask, request, send};
use edge_jobs::{JobQueue, JobRunner};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::edge::{Charge, Edge, KEY, OTHER, OWN, REPORTS, edge};

const LINK_KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

async fn with_links() -> Edge {
    let edge = edge(None).await;
    edge.world.config.set("encryption_key", LINK_KEY);
    edge.world.config.set("public_url", "https://edge.example/");
    edge
}

fn scheduled(every: &str, at: &str) -> Value {
    json!({
        "name": "Charges", "measures": ["charges.amount", "charges.count"],
        "time": {"dimension": "charges.date", "granularity": "day", "range": "last_day"},
        "schedule": {"every": every, "at": at, "recipients": ["cfo@acme.example", "ana@acme.example"]},
    })
}

impl Edge {
    async fn call(&self, tenant: &str, method: &str, path: &str, body: &Value) -> (u16, Value) {
        ask(&self.router, KEY, Some(tenant), method, &format!("{REPORTS}{path}"), body).await
    }

    /// Sets the clock.
    fn set(&self, at: &str) {
        let at = Timestamp::parse(at).unwrap().as_millis();
        self.world.clock.shift(at - self.world.instance().0.clock.now().as_millis());
    }

    /// What was told, by recipient and name of the event, with the link.
    async fn told(&self) -> BTreeMap<(String, String), String> {
        let statement = "SELECT event_id, body FROM notifications WHERE event_type = 'WORKSPACE_REPORT_READY'";
        let rows = self.db.query(statement, &[]).await.unwrap();
        let told = rows.iter().map(|row| {
            let body: Value = serde_json::from_str(row.text(1).unwrap()).unwrap();
            let email = body["recipient"]["email"].as_str().unwrap().to_owned();
            ((email, row.text(0).unwrap().to_owned()), body["data"]["report_url"].as_str().unwrap().to_owned())
        });
        told.collect()
    }

    async fn fetch(&self, url: &str) -> (u16, String) {
        let path = url.strip_prefix("https://edge.example").unwrap();
        let request = http::Request::get(path).body(axum::body::Body::empty()).unwrap();
        let (head, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        (head.status.as_u16(), text)
    }
}

async fn drain(capabilities: &Capabilities) {
    let db = Db::new(capabilities.db.clone());
    let runner = JobRunner::new("analytics", capabilities, &JobQueue::new(capabilities, &db));
    let runner = edge_custom_reports::jobs(capabilities, &db, runner);
    while runner.drain().await.unwrap().more {}
}

#[tokio::test(start_paused = true)]
async fn a_saved_report_is_the_tenants_and_runs_again() {
    let edge = edge(None).await;
    let new = json!({"name": "Charges", "measures": ["charges.count"], "timezone": "Asia/Kolkata"});
    let (status, saved) = edge.call(OWN, "POST", "", &new).await;
    assert_eq!(
        (status, &saved["name"], &saved["schedule"], &saved["next_at"]),
        (201, &json!("Charges"), &Value::Null, &Value::Null)
    );
    let one = format!("/{}", saved["id"].as_str().unwrap());
    let (status, shown) = edge.call(OWN, "GET", &one, &Value::Null).await;
    assert_eq!((status, &shown), (200, &saved));
    assert_eq!(edge.call(OWN, "GET", "", &Value::Null).await.1["data"], json!([saved]));
    let (status, rows) = edge.call(OWN, "POST", &format!("{one}/run"), &Value::Null).await;
    assert_eq!(
        (status, &rows["rows"], &rows["timezone"]),
        (200, &json!([{"charges.count": 0}]), &json!("Asia/Kolkata"))
    );
    // To another tenant it is not there.
    assert_eq!(edge.call(OTHER, "GET", "", &Value::Null).await.1["data"], json!([]));
    let run = format!("{one}/run");
    for (method, path, body) in
        [("GET", &one, &Value::Null), ("PUT", &one, &new), ("DELETE", &one, &Value::Null), ("POST", &run, &Value::Null)]
    {
        let (status, answer) = edge.call(OTHER, method, path, body).await;
        assert_eq!((status, &answer["code"]), (404, &json!("REPORT_NOT_FOUND")), "{method} {path}");
    }
    // A change of a version that is not there any more is refused.
    let changed = json!({"name": "Entities", "dimensions": ["entities.name"]});
    for (version, status) in [("\"1\"", 200), ("\"1\"", 412), ("\"2\"", 200)] {
        let headers = [("x-tenant-id", OWN), ("if-match", version)];
        let answer = send(&edge.router, request("PUT", &format!("{REPORTS}{one}"), KEY, headers, &changed)).await;
        assert_eq!(answer.status, status, "{version} {}", answer.body);
    }
    assert_eq!(edge.call(OWN, "GET", &one, &Value::Null).await.1["measures"], json!([]));
    assert_eq!(edge.call(OWN, "DELETE", &one, &Value::Null).await.0, 204);
    assert_eq!(edge.call(OWN, "GET", &one, &Value::Null).await.0, 404);
    let deeds = edge.db.query("SELECT action FROM tenant_deeds WHERE action LIKE 'report.%' ORDER BY at, action", &[]);
    let deeds: Vec<String> = deeds.await.unwrap().iter().map(|row| row.text(0).unwrap().to_owned()).collect();
    assert_eq!(deeds, ["report.changed", "report.changed", "report.deleted", "report.saved"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_saved_is_checked_as_what_is_run() {
    let edge = with_links().await;
    let with = |change: &dyn Fn(&mut Value)| {
        let mut report = scheduled("day", "08:00");
        change(&mut report);
        report
    };
    for (report, field) in [
        (with(&|it| it["name"] = json!("")), "name"),
        (with(&|it| it["measures"][0] = json!("charges.nothing")), "measures[0]"),
        (with(&|it| it["schedule"]["every"] = json!("quarter")), "schedule.every"),
        (with(&|it| it["schedule"]["at"] = json!("8:00")), "schedule.at"),
        (with(&|it| it["schedule"]["recipients"] = json!([])), "schedule.recipients"),
        (with(&|it| it["schedule"]["recipients"][1] = json!("a@b\r\nBcc: c@d")), "schedule.recipients[1]"),
        (with(&|it| drop(it.as_object_mut().unwrap().remove("name"))), "schedule"),
    ] {
        let (status, answer) = edge.call(OWN, "POST", "", &report).await;
        assert_eq!((status, &answer["errors"][0]["field"]), (400, &json!(field)), "{report} {answer}");
    }
    // Without a key there are no links.
    edge.world.config.set("encryption_key", "");
    let (status, answer) = edge.call(OWN, "POST", "", &scheduled("day", "08:00")).await;
    assert_eq!((status, &answer["errors"][0]["field"]), (400, &json!("schedule")), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn a_report_is_sent_at_its_time_of_the_day_with_a_link_that_works_for_a_week() {
    let edge = with_links().await;
    edge.set("2026-03-28T12:00:00Z");
    for (number, (date, tenant)) in
        [("2026-03-28", OWN), ("2026-03-29", OWN), ("2026-03-28", OTHER)].into_iter().enumerate()
    {
        let charge = Charge {
            entity: "x".into(),
            description: "x".into(),
            amount: 100,
            currency: "EUR",
            date: date.into(),
            source_kind: None,
            created_at: 0,
        };
        edge.charge(tenant, number, &charge).await;
    }
    let (status, saved) = edge.call(OWN, "POST", "", &scheduled("day", "08:00")).await;
    // The clocks in Berlin go forward that night.
    assert_eq!((status, &saved["next_at"]), (201, &json!("2026-03-29T06:00:00.000Z")), "{saved}");
    edge.set("2026-03-29T05:59:59Z");
    drain(&edge.world.instance().0).await;
    assert_eq!(edge.told().await.len(), 0);
    edge.set("2026-03-29T06:00:30Z");
    drain(&edge.world.instance().0).await;
    drain(&edge.world.instance().0).await;
    let told = edge.told().await;
    assert_eq!(told.len(), 2, "{told:?}");
    let url = told.values().next().unwrap().clone();
    let csv = "charges.date.day,charges.currency,charges.amount,charges.count\r\n2026-03-28,EUR,1.00,1\r\n";
    assert_eq!(edge.fetch(&url).await, (200, csv.to_owned()));
    // Days later it is still of the day before the report was due; a week later it is gone.
    edge.set("2026-04-05T05:59:59Z");
    assert_eq!(edge.fetch(&url).await, (200, csv.to_owned()));
    // Nobody else can make one: of another time, another report, without a signature.
    let (_, other) = edge.call(OTHER, "POST", "", &scheduled("day", "08:00")).await;
    let (own, other) = (saved["id"].as_str().unwrap(), other["id"].as_str().unwrap());
    let signature = url.rsplit('.').next().unwrap();
    for forged in [
        url.replace(own, other),
        url.replace("1774764000000", "1774850400000"),
        url.replace("1774764000000", "01774764000000"),
        url.replace(signature, ""),
        url.replace(signature, &"0".repeat(signature.len())),
        url.replace(signature, &signature.to_uppercase()),
        format!("{url}0"),
        "https://edge.example/api/v1/enterprise-billing/reports/custom/shared/x".to_owned(),
    ] {
        if forged != url {
            assert_eq!(edge.fetch(&forged).await.0, 404, "{forged}");
        }
    }
    edge.set("2026-04-05T06:00:00Z");
    assert_eq!(edge.fetch(&url).await.0, 404);
}

#[tokio::test(start_paused = true)]
async fn a_change_of_the_schedule_holds_from_then_on_and_a_deleted_report_is_not_sent() {
    let edge = with_links().await;
    edge.set("2026-06-01T00:00:00Z");
    let (_, saved) = edge.call(OWN, "POST", "", &scheduled("day", "08:00")).await;
    let one = format!("/{}", saved["id"].as_str().unwrap());
    // To other addresses, at the same times.
    let mut other = scheduled("day", "08:00");
    other["schedule"]["recipients"] = json!(["ben@acme.example"]);
    assert_eq!(edge.call(OWN, "PUT", &one, &other).await.1["next_at"], saved["next_at"]);
    let monthly = edge.call(OWN, "PUT", &one, &scheduled("month", "09:00")).await.1;
    assert_eq!(monthly["next_at"], "2026-06-01T07:00:00.000Z");
    let weekly = edge.call(OWN, "PUT", &one, &scheduled("week", "01:00")).await.1;
    assert_eq!(weekly["next_at"], "2026-06-07T23:00:00.000Z");
    let mut never = scheduled("week", "01:00");
    never.as_object_mut().unwrap().remove("schedule");
    assert_eq!(edge.call(OWN, "PUT", &one, &never).await.1["next_at"], Value::Null);
    edge.call(OWN, "PUT", &one, &scheduled("day", "08:00")).await;
    assert_eq!(edge.call(OWN, "DELETE", &one, &Value::Null).await.0, 204);
    edge.set("2026-07-01T00:00:00Z");
    drain(&edge.world.instance().0).await;
    assert_eq!(edge.told().await.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn wherever_a_worker_dies_a_report_is_sent_once_for_each_time() {
    for (left, makes_the_last) in (1..32).map(|left| (left, left % 2 == 0)) {
        let edge = with_links().await;
        edge.set("2026-10-23T12:00:00Z");
        assert_eq!(edge.call(OWN, "POST", "", &scheduled("day", "02:30")).await.0, 201);
        // It was due three times: in Berlin 02:30 is there twice on one of these days.
        edge.set("2026-10-26T12:00:00Z");
        let (capabilities, life) = edge.world.mortal(left, makes_the_last);
        tokio::select! {
            () = drain(&capabilities) => {}
            () = life.death() => {}
        }
        drop(life);
        edge.world.clock.advance(Duration::from_mins(20)).await;
        drain(&edge.world.instance().0).await;
        let mut times: Vec<String> = edge
            .told()
            .await
            .into_keys()
            .filter(|(email, _)| email == "ana@acme.example")
            .map(|(_, event)| event.rsplit('.').next().unwrap().to_owned())
            .collect();
        times.sort();
        let due = ["2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"];
        let due = due.map(|at| Timestamp::parse(at).unwrap().as_millis().to_string());
        assert_eq!(times, due, "{left} {makes_the_last}");
        assert_eq!(edge.told().await.len(), 6, "{left} {makes_the_last}");
    }
}
