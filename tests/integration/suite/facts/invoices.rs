//! Invoices: numbers without gaps on every node and store, and reminders that stop when an invoice is paid.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::future::join_all;
use serde_json::{Value, json};

use crate::client::Call;
use crate::edge::{BOOTSTRAP, Customer, Edge, Settings, eventually};
use crate::facts::facts;
use crate::shape::Stage;

facts! {
    invoices_finalised_at_once_are_numbered_from_one_without_a_gap,
    an_overdue_invoice_is_reminded_of_until_it_is_paid_and_printed,
}

const INVOICES: &str = "/api/v1/invoices";

fn call(edge: &Edge, tenant: &str, method: &str, path: &str) -> Call {
    edge.call(method, &format!("{INVOICES}{path}")).key(BOOTSTRAP).header("x-tenant-id", tenant)
}

fn new(due: &str) -> Value {
    json!({"customer": {"name": "Zoë & <Söhne>", "email": "zoe@soehne.example"}, "currency": "INR", "due_date": due,
        "items": [{"description": "Seats", "quantity": 2, "unit_price": "500.00", "tax_rate": 18.0}]})
}

async fn make(edge: &Edge, tenant: &str, due: &str) -> String {
    let made = call(edge, tenant, "POST", "").json(&new(due)).send().await.expect(201);
    assert_eq!(
        (&made["status"], &made["invoice_number"], &made["total"]),
        (&json!("pending"), &Value::Null, &json!(1180.00))
    );
    format!("/{}", made["id"].as_str().unwrap())
}

async fn invoices_finalised_at_once_are_numbered_from_one_without_a_gap(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let customer = Customer::new(&edge).await;
    let tenant = customer.tenant.as_str();
    let paths = join_all((0..30).map(|_| make(&edge, tenant, "2030-01-01"))).await;
    // Each twice, at the same time.
    let finalize = async |path: &String| {
        let shown = call(&edge, tenant, "POST", &format!("{path}/finalize")).send().await.expect(200);
        assert_eq!(shown["status"], "sent");
        shown["invoice_number"].as_str().unwrap().to_owned()
    };
    let numbers: BTreeSet<String> = join_all(paths.iter().chain(&paths).map(finalize)).await.into_iter().collect();
    let counted: BTreeSet<u32> =
        numbers.iter().map(|number| number.rsplit('-').next().unwrap().parse().unwrap()).collect();
    assert_eq!(counted, (1..=30).collect(), "{numbers:?}");
}

async fn an_overdue_invoice_is_reminded_of_until_it_is_paid_and_printed(stage: Arc<Stage>) {
    let edge = stage.own(Settings::steady().with_webhooks()).await;
    let customer = Customer::new(&edge).await;
    let tenant = customer.tenant.as_str();
    let path = make(&edge, tenant, "2024-02-29").await;
    let open = call(&edge, tenant, "POST", &format!("{path}/finalize")).send().await.expect(200);
    assert_eq!(open["status"], "overdue");
    let reminders = async || {
        let list = call(&edge, tenant, "GET", &format!("{path}/reminders")).send().await.expect(200);
        list["data"].clone()
    };
    assert_eq!(reminders().await, json!([]), "all were past when it was finalised");
    let drained = async || edge.call("POST", "/api/v1/jobs/drain").key(BOOTSTRAP).send().await.expect(200);
    let wanted = json!({"reminder_type": "due", "scheduled_at": "2024-03-01T00:00:00Z"});
    call(&edge, tenant, "POST", &format!("{path}/reminders")).json(&wanted).send().await.expect(201);
    eventually("the reminder", async || {
        drained().await;
        (reminders().await[0]["status"] == "sent").then_some(())
    })
    .await;
    let later = json!({"reminder_type": "overdue_7day", "scheduled_at": "2100-01-01T00:00:00Z"});
    call(&edge, tenant, "POST", &format!("{path}/reminders")).json(&later).send().await.expect(201);
    let payment = json!({"amount": 1200, "reference": "UTR 1"});
    for _ in 0..2 {
        let paid = call(&edge, tenant, "POST", &format!("{path}/payments")).json(&payment).send().await.expect(201);
        assert_eq!(
            (&paid["status"], &paid["amount_paid"], &paid["credit"]),
            (&json!("paid"), &json!(1200.00), &json!(20.00))
        );
    }
    assert_eq!(reminders().await[1]["status"], "cancelled");
    let html = call(&edge, tenant, "GET", &path).header("accept", "text/html").send().await;
    let text = html.text();
    assert!(html.status == 200 && text.contains("Zoë &amp; &lt;Söhne&gt;") && text.contains("1,180.00 INR"), "{text}");
    let pdf = call(&edge, tenant, "GET", &path).header("accept", "application/pdf").send().await;
    assert_eq!(pdf.status, 200);
    assert!(pdf.body.starts_with(b"%PDF-"));
    call(&edge, tenant, "GET", &path).header("accept", "image/png").send().await.refused(406, "NOT_ACCEPTABLE");
}
