use edge_invoices::Date;
use futures::future::join_all;

use super::*;
use crate::{Action, AllocationError, Document, GlKind, Line, Source};

fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

/// A payment of [`SUBSCRIPTION`] in INR.
fn payment(name: &str, date: &str, minor: i64) -> Document {
    Document {
        name: format!("payment:{name}"),
        source: Source::parse(SUBSCRIPTION).unwrap(),
        amounts: vec![(GlKind::Cash, minor)],
        currency: Currency::INR,
        date: day(date),
        plan: Some("team".into()),
        entity: None,
    }
}

impl Test {
    fn service(&self) -> Allocations {
        Allocations::new(&self.capabilities, &self.db)
    }

    async fn lines(&self, document: &str) -> Vec<Line> {
        Lines::new(self.db.clone()).of_document(ACME, document).await.unwrap()
    }

    /// What each department has of a document in all; the empty name is what nobody shares.
    async fn balance(&self, document: &str) -> Vec<(String, i64)> {
        let mut sums = std::collections::BTreeMap::new();
        for line in self.lines(document).await {
            *sums.entry(line.department.unwrap_or_default()).or_default() += line.amount;
        }
        sums.into_iter().filter(|(_, sum)| *sum != 0).collect()
    }
}

#[tokio::test(start_paused = true)]
async fn a_document_is_posted_once_and_given_back_by_its_stored_split() {
    let test = test().await;
    let a = test.department(json!({"cost_center": "CC-1", "gl_code": "6100"})).await;
    let b = test.department(json!({})).await;
    let split = shares(&[(&a, 3333), (&b, 6667)]);
    test.set(SUBSCRIPTION, json!({"from": "2026-01-01", "shares": split})).await.expect(200);
    let service = test.service();
    let document = payment("p1", "2026-01-10", 10_001);
    assert!(service.post(ACME, &document).await.unwrap());
    assert!(!service.post(ACME, &document).await.unwrap());
    let posted = test.lines("payment:p1").await;
    let of_a = posted.iter().find(|line| line.department.as_ref() == Some(&a)).unwrap();
    assert_eq!((of_a.amount, of_a.gl_code.as_deref(), of_a.cost_center.as_deref()), (3333, Some("6100"), Some("CC-1")));
    assert_eq!(posted.iter().map(|line| line.amount).sum::<i64>(), 10_001);
    let other = Document { amounts: vec![(GlKind::Cash, 1)], ..document };
    assert_eq!(service.post(ACME, &other).await, Err(AllocationError::OtherAmount));
    // Accounts, cost centres and shares change: what was posted stays, and so does how it is given back.
    let change = json!({"gl_code": "7000", "cost_center": "CC-2"});
    test.call("PUT", &format!("/departments/{a}"), change).await.expect(200);
    let all_to_b = shares(&[(&b, 10_000)]);
    test.set(SUBSCRIPTION, json!({"from": "2026-01-11", "shares": all_to_b})).await.expect(200);
    assert_eq!(service.reverse(ACME, "payment:p1", 10_001, day("2026-01-20"), true).await, Ok(10_001));
    assert_eq!(service.reverse(ACME, "payment:p1", 10_001, day("2026-01-20"), true).await, Ok(0));
    let lines = test.lines("payment:p1").await;
    let back: Vec<&Line> = lines.iter().filter(|line| line.action == Action::Reverse).collect();
    assert_eq!(back.len(), posted.len());
    for line in &posted {
        let negated = back.iter().find(|back| back.department == line.department).unwrap();
        assert_eq!(negated.amount, -line.amount);
        assert_eq!((&negated.gl_code, &negated.cost_center), (&line.gl_code, &line.cost_center));
        assert_eq!(negated.date, day("2026-01-20"));
    }
    assert_eq!(test.balance("payment:p1").await, []);
}

#[tokio::test(start_paused = true)]
async fn a_share_cannot_begin_on_a_day_up_to_which_lines_were_posted() {
    let test = test().await;
    let [a, b] = test.departments().await;
    let to = |id: &str| shares(&[(id, 10_000)]);
    let set = |from: &str, id: &str| test.set(SUBSCRIPTION, json!({"from": from, "shares": to(id)}));
    set("2026-01-01", &a).await.expect(200);
    test.service().post(ACME, &payment("p1", "2026-02-10", 500)).await.unwrap();
    for from in ["2025-06-01", "2026-01-01", "2026-02-09", "2026-02-10"] {
        let refused = set(from, &b).await;
        assert_eq!((refused.code(), &refused.body["postedTo"]), ((409, "ALLOCATION_POSTED"), &json!("2026-02-10")));
        let body = json!({"source": {"kind": "subscription", "id": "sub_1"}, "method": "percentage", "basis_points": 1,
            "from": from});
        let added = test.call("POST", &format!("/departments/{b}/allocations"), body).await;
        assert_eq!(added.code(), (409, "ALLOCATION_POSTED"), "{from}");
    }
    set("2026-02-11", &b).await.expect(200);
    // A later payment for an earlier day is split as it was then.
    test.service().post(ACME, &payment("p2", "2026-02-10", 500)).await.unwrap();
    assert_eq!(test.balance("payment:p2").await, [(a.clone(), 500)]);
    // Headcounts of past days stay too; the one of today may change.
    test.world.clock.advance(std::time::Duration::from_hours(24 * 60)).await;
    let path = format!("/departments/{a}");
    let past = json!({"headcount": 5, "headcount_from": "2026-02-10"});
    assert_eq!(test.call("PUT", &path, past).await.code(), (409, "ALLOCATION_POSTED"));
    test.call("PUT", &path, json!({"headcount": 5})).await.expect(200);
}

#[tokio::test(start_paused = true)]
async fn what_nobody_shared_goes_to_departments_once_somebody_does() {
    let test = test().await;
    let [a, b] = test.departments().await;
    let service = test.service();
    service.post(ACME, &payment("p1", "2026-01-10", 1000)).await.unwrap();
    service.post(ACME, &payment("p2", "2026-01-20", 1000)).await.unwrap();
    service.reverse(ACME, "payment:p1", 400, day("2026-01-12"), true).await.unwrap();
    assert_eq!(test.balance("payment:p1").await, [(String::new(), 600)]);
    let split = shares(&[(&a, 5000), (&b, 5000)]);
    test.set(SUBSCRIPTION, json!({"from": "2026-01-05", "shares": split})).await.expect(200);
    assert_eq!(test.balance("payment:p1").await, [(a.clone(), 300), (b.clone(), 300)]);
    assert_eq!(test.balance("payment:p2").await, [(a.clone(), 500), (b.clone(), 500)]);
    // From then on it is posted: it is not split again.
    let again = test.set(SUBSCRIPTION, json!({"from": "2026-01-05", "shares": shares(&[(&a, 10_000)])})).await;
    assert_eq!(again.code(), (409, "ALLOCATION_POSTED"));
    assert!(!service.allocate(ACME, "payment:p1").await.unwrap());
    service.reverse(ACME, "payment:p1", 1000, day("2026-01-25"), true).await.unwrap();
    assert_eq!(test.balance("payment:p1").await, []);
}

#[tokio::test(start_paused = true)]
async fn tax_is_split_in_proportion_to_what_it_is_on() {
    let test = test().await;
    let [a, b] = test.departments().await;
    for (kind, code) in [("revenue", "4000"), ("tax", "2200")] {
        test.call("POST", "/gl-mappings", json!({"kind": kind, "gl_code": code})).await.expect(201);
    }
    let fixed = json!([{"department_id": a, "method": "fixed", "amount": 25}, {"department_id": b, "method": "fixed"}]);
    test.set("invoice:inv_1", json!({"from": "2026-01-01", "shares": fixed})).await.expect(200);
    let invoice = Document {
        name: "invoice:inv_1".into(),
        source: Source::parse("invoice:inv_1").unwrap(),
        amounts: vec![(GlKind::Revenue, 10_000), (GlKind::Tax, 1801)],
        ..payment("", "2026-01-10", 0)
    };
    test.service().post(ACME, &invoice).await.unwrap();
    let lines = test.lines("invoice:inv_1").await;
    let of =
        |id: &str, kind: GlKind| lines.iter().find(|line| line.department.as_deref() == Some(id) && line.kind == kind);
    for (id, kind, amount, code) in [
        (&a, GlKind::Revenue, 2500, "4000"),
        (&b, GlKind::Revenue, 7500, "4000"),
        (&a, GlKind::Tax, 450, "2200"),
        (&b, GlKind::Tax, 1351, "2200"),
    ] {
        let line = of(id, kind).unwrap();
        assert_eq!((line.amount, line.gl_code.as_deref()), (amount, Some(code)), "{kind:?}");
    }
    // Voided, all of it goes back on the accounts that it came from.
    test.service().reverse(ACME, "invoice:inv_1", 11_801, day("2026-01-11"), false).await.unwrap();
    for by in ["gl_code", "department", "kind", "month", "plan", "cost_center", "entity"] {
        let totals = test.get(&format!("/allocations/totals?by={by}&document=invoice:inv_1")).await;
        let sums: Vec<&Value> = totals["data"].as_array().unwrap().iter().map(|sum| &sum["amount"]).collect();
        assert!(!sums.is_empty() && sums.iter().all(|sum| **sum == json!(0.0)), "{by}: {totals}");
    }
}

#[tokio::test(start_paused = true)]
async fn many_small_refunds_add_up_to_exactly_what_was_split() {
    let test = test().await;
    let [a, b, c] = test.departments().await;
    let split = shares(&[(&a, 3333), (&b, 3333), (&c, 3334)]);
    test.set(SUBSCRIPTION, json!({"from": "2026-01-01", "shares": split})).await.expect(200);
    let service = test.service();
    service.post(ACME, &payment("p1", "2026-01-10", 1000)).await.unwrap();
    let before = test.balance("payment:p1").await;
    for total in (7..1000).step_by(7).chain([2000]) {
        service.reverse(ACME, "payment:p1", total, day("2026-01-20"), true).await.unwrap();
        let left = test.balance("payment:p1").await;
        assert_eq!(left.iter().map(|(_, left)| left).sum::<i64>(), (1000 - total).max(0), "{total}");
        assert!(
            left.iter().all(|(id, left)| before.iter().any(|(known, all)| known == id && (0..=*all).contains(left)))
        );
    }
    assert_eq!(test.balance("payment:p1").await, []);
    // A refund goes to the account for refunds, where there is one.
    test.call("POST", "/gl-mappings", json!({"kind": "refund", "gl_code": "4900"})).await.expect(201);
    service.post(ACME, &payment("p2", "2026-01-10", 1000)).await.unwrap();
    service.reverse(ACME, "payment:p2", 10, day("2026-01-20"), true).await.unwrap();
    let back = test.get("/allocations/totals?by=gl_code&document=payment:p2&gl_code=4900").await;
    assert_eq!(back["data"], json!([{"value": "4900", "currency": "INR", "amount": -0.1, "lines": 3}]));
}

#[tokio::test(start_paused = true)]
async fn posting_refunds_and_new_shares_at_once_lose_and_double_nothing() {
    let test = test().await;
    let [a, b] = test.departments().await;
    let service = test.service();
    let document = payment("p1", "2026-01-10", 1001);
    let posts = (0..6).map(|_| service.post(ACME, &document));
    let set = test.set(SUBSCRIPTION, json!({"from": "2026-01-01", "shares": shares(&[(&a, 5000), (&b, 5000)])}));
    let back = (0..6).map(|_| service.reverse(ACME, "payment:p1", 501, day("2026-01-11"), true));
    let (posted, set, _) = tokio::join!(join_all(posts), set, join_all(back));
    assert_eq!(posted.iter().filter(|new| **new == Ok(true)).count(), 1, "{posted:?}");
    assert!([200, 409].contains(&set.status));
    service.reverse(ACME, "payment:p1", 501, day("2026-01-11"), true).await.unwrap();
    let balance = test.balance("payment:p1").await;
    assert_eq!(balance.iter().map(|(_, left)| left).sum::<i64>(), 500, "{balance:?}");
    assert!(balance.iter().all(|(id, _)| !id.is_empty()), "{balance:?}");
}

#[tokio::test(start_paused = true)]
async fn lines_are_listed_and_summed_up_so_that_all_adds_up() {
    let test = test().await;
    let a = test.department(json!({"cost_center": "CC-1"})).await;
    let b = test.department(json!({"entity_id": "ent_usd"})).await;
    let short = json!({"source": {"kind": "subscription", "id": "sub_1"}, "method": "percentage", "basis_points": 5000,
        "from": "2026-01-01"});
    test.call("POST", &format!("/departments/{a}/allocations"), short).await.expect(201);
    test.set("amount:x", json!({"from": "2026-01-01", "shares": shares(&[(&b, 10_000)])})).await.expect(200);
    let service = test.service();
    service.post(ACME, &payment("p1", "2026-01-31", 1001)).await.unwrap();
    service.post(ACME, &payment("p2", "2026-02-01", 1000)).await.unwrap();
    let charge = Document { source: Source::parse("amount:x").unwrap(), ..payment("p3", "2026-02-02", 300) };
    service.post(ACME, &charge).await.unwrap();
    let usd = Document { currency: Currency::parse("USD").unwrap(), ..payment("p4", "2026-02-03", 99) };
    service.post(ACME, &usd).await.unwrap();
    for (query, count) in [
        ("", 7),
        ("?department_id=unallocated", 3),
        (&format!("?department_id={a}"), 3),
        ("?entity_id=ent_usd", 1),
        ("?source=amount:x", 1),
        ("?document=payment:p1", 2),
        ("?cost_center=CC-1", 3),
        ("?currency=USD", 2),
        ("?plan_id=team&kind=cash", 7),
        ("?from=2026-02-01", 5),
        ("?from=2026-02-01&to=2026-02-02", 2),
        ("?gl_code=1", 0),
        ("?limit=2", 2),
    ] {
        let listed = test.get(&format!("/allocations/lines{query}")).await;
        assert_eq!(listed["data"].as_array().unwrap().len(), count, "{query}");
    }
    let sum = |totals: &Value, currency: &str| -> f64 {
        let sums = totals["data"].as_array().unwrap().iter().filter(|sum| sum["currency"] == currency);
        sums.map(|sum| sum["amount"].as_f64().unwrap() * 100.0).sum::<f64>().round()
    };
    for by in ["gl_code", "department", "kind", "month", "plan", "cost_center", "entity"] {
        let totals = test.get(&format!("/allocations/totals?by={by}")).await;
        assert_eq!((sum(&totals, "INR"), sum(&totals, "USD")), (2301.0, 99.0), "{by}: {totals}");
    }
    let months = test.get("/allocations/totals?by=month&currency=INR").await;
    let expected = json!([{"value": "2026-01", "currency": "INR", "amount": 10.01, "lines": 2},
        {"value": "2026-02", "currency": "INR", "amount": 13.0, "lines": 3}]);
    assert_eq!(months["data"], expected);
    for (path, field) in [
        ("/allocations/totals?by=colour", "by"),
        ("/allocations/lines?source=x", "source"),
        ("/allocations/lines?currency=XXX", "currency"),
        ("/allocations/lines?from=x", "from"),
        ("/allocations/lines?kind=x", "kind"),
    ] {
        let refused = test.call("GET", path, Value::Null).await;
        assert_eq!((refused.status, &refused.body["errors"][0]["field"]), (400, &json!(field)), "{path}");
    }
    assert_eq!(test.call_for(OTHER, "GET", "/allocations/lines", Value::Null).await.body["data"], json!([]));
}
