//! One draft of an invoice for each currency and terms of a whole tree.

use super::*;

/// What an invoice holds: its total, and each section with its charges.
fn shown(invoice: &Value) -> String {
    let sections = invoice["sections"].as_array().unwrap().iter().map(|section| {
        let charges = section["charges"].as_array().unwrap();
        let amounts: Vec<String> = charges.iter().map(|charge| charge["amount"].to_string()).collect();
        format!("{} {} ({})", section["name"].as_str().unwrap(), section["amount"], amounts.join(" "))
    });
    let (currency, terms) = (invoice["currency"].as_str().unwrap(), &invoice["terms_days"]);
    format!("{} {currency} {terms} days: {}", invoice["total"], sections.collect::<Vec<_>>().join(", "))
}

fn all(invoices: &[Value]) -> Vec<String> {
    invoices.iter().map(shown).collect()
}

fn ids(invoices: &[Value]) -> Vec<&Value> {
    invoices.iter().map(|invoice| &invoice["id"]).collect()
}

#[tokio::test(start_paused = true)]
async fn a_parent_with_children_in_two_currencies_gets_an_invoice_for_each_with_a_section_for_each_child() {
    let test = test().await;
    let root = json!({"name": "Acme", "legal_name": "Acme Holding AG", "currency": "EUR", "tax_id": "DE1",
        "billing_email": "bills@acme.example", "address": "Am Ring 1"});
    let root = test.make(root).await;
    let (de, us) = (test.below(&root, "Acme DE").await, test.below(&root, "Acme US").await);
    test.charge(&root, json!(10), "EUR", "2026-01-02").await;
    test.charge(&de, json!("100.10"), "EUR", "2026-01-03").await;
    test.charge(&de, json!("-0.10"), "EUR", "2026-01-04").await;
    test.charge(&us, json!(70), "USD", "2026-01-31").await;
    test.charge(&us, json!(5), "EUR", "2025-12-31").await;
    // Of the month after.
    let february = test.charge(&us, json!(1), "USD", "2026-02-01").await;
    let invoices = test.invoice(&root, "2026-01").await;
    assert_eq!(
        all(&invoices),
        [
            "115.0 EUR 30 days: Acme Holding AG 10.0 (10.0), Acme DE 100.0 (100.1 -0.1), Acme US 5.0 (5.0)",
            "70.0 USD 30 days: Acme US 70.0 (70.0)"
        ]
    );
    let first = &invoices[0];
    assert_eq!(
        (&first["status"], &first["due_days"], &first["entity_id"]),
        (&json!("pending"), &json!(30), &json!(root))
    );
    let customer = json!({"id": root, "name": "Acme Holding AG", "email": "bills@acme.example", "address": "Am Ring 1",
        "tax_id": "DE1"});
    assert_eq!(first["customer"], customer);
    let sections: Vec<&Value> = first["items"].as_array().unwrap().iter().map(|item| &item["section"]).collect();
    assert_eq!(sections, ["Acme Holding AG", "Acme DE", "Acme DE", "Acme US"]);
    // Each is an invoice as others are, and due by its terms.
    let router = edge_invoices::router(test.world.instance().0);
    let path = format!("/api/v1/invoices/{}/finalize", first["id"].as_str().unwrap());
    let (status, sent) = test.ask(&router, PLATFORM, Some(ACME), "POST", &path, Value::Null).await;
    assert_eq!((status, &sent["invoice_number"]), (200, &json!("INV-2026-00001")));
    assert_eq!((&sent["issue_date"], &sent["due_date"]), (&json!("2026-01-01"), &json!("2026-01-31")));
    // A charge says on which it is.
    let charges = test.done("GET", &format!("/{us}/charges"), Value::Null).await;
    for charge in charges["data"].as_array().unwrap() {
        let of = if charge["id"] == json!(february) {
            &Value::Null
        } else if charge["currency"] == "EUR" {
            &invoices[0]["id"]
        } else {
            &invoices[1]["id"]
        };
        assert_eq!(&charge["invoice_id"], of, "{charge}");
    }
    let audit = test.audit("invoice.created").await;
    assert_eq!(audit.len(), 2);
    assert_eq!((&audit[0]["detail"]["period"], &audit[0]["detail"]["entity_id"]), (&json!("2026-01"), &json!(root)));
}

#[tokio::test(start_paused = true)]
async fn the_same_month_twice_gives_the_same_invoices_and_later_charges_are_on_the_next() {
    let test = test().await;
    let root = test.make(new("root")).await;
    let child = test.below(&root, "child").await;
    test.charge(&child, json!(10), "EUR", "2026-01-02").await;
    let path = format!("/{root}/invoices");
    let body = json!({"period": "2026-01"});
    let (status, first) = test.acme("POST", &path, body.clone()).await;
    assert_eq!(status, 201);
    test.charge(&child, json!(20), "EUR", "2026-01-03").await;
    test.charge(&child, json!(30), "USD", "2026-01-03").await;
    assert_eq!(test.acme("POST", &path, body).await, (200, first.clone()));
    let february = test.invoice(&root, "2026-02").await;
    assert_eq!(all(&february), ["20.0 EUR 30 days: child 20.0 (20.0)", "30.0 USD 30 days: child 30.0 (30.0)"]);
    let listed = test.done("GET", &path, Value::Null).await;
    let listed = listed["invoices"].as_array().unwrap();
    assert_eq!(listed[..2], february);
    assert_eq!(listed[2..], *first["invoices"].as_array().unwrap());
    let of_january = test.done("GET", &format!("{path}?period=2026-01"), Value::Null).await;
    assert_eq!(of_january, first);
}

#[tokio::test(start_paused = true)]
async fn terms_have_invoices_of_their_own() {
    let test = test().await;
    let root = test.make(new("root")).await;
    let child = test.make(json!({"name": "child", "parent_id": root, "payment_terms_days": 60})).await;
    test.charge(&root, json!(1), "EUR", "2026-01-01").await;
    test.charge(&child, json!(2), "EUR", "2026-01-01").await;
    let at_once = json!({"description": "Fee", "amount": 4, "currency": "EUR", "date": "2026-01-01", "terms_days": 0});
    test.done("POST", &format!("/{child}/charges"), at_once).await;
    let invoices = test.invoice(&root, "2026-01").await;
    let expected =
        ["4.0 EUR 0 days: child 4.0 (4.0)", "1.0 EUR 30 days: root 1.0 (1.0)", "2.0 EUR 60 days: child 2.0 (2.0)"];
    assert_eq!(all(&invoices), expected);
}

#[tokio::test(start_paused = true)]
async fn one_that_is_billed_by_itself_takes_what_is_below_it_along() {
    let test = test().await;
    let root = test.make(new("root")).await;
    let own = test.make(json!({"name": "own", "parent_id": root, "consolidate_to_parent": false})).await;
    let below = test.below(&own, "below").await;
    for (entity, amount) in [(&root, 1), (&own, 2), (&below, 4)] {
        test.charge(entity, json!(amount), "EUR", "2026-01-01").await;
    }
    assert_eq!(all(&test.invoice(&root, "2026-01").await), ["1.0 EUR 30 days: root 1.0 (1.0)"]);
    assert_eq!(all(&test.invoice(&own, "2026-01").await), ["6.0 EUR 30 days: own 2.0 (2.0), below 4.0 (4.0)"]);
}

#[tokio::test(start_paused = true)]
async fn a_move_counts_from_the_next_month_and_invoices_stay() {
    let test = test().await;
    let (one, two) = (test.make(new("one")).await, test.make(new("two")).await);
    let moved = test.below(&one, "moved").await;
    test.charge(&moved, json!(1), "EUR", "2026-01-10").await;
    let before = test.invoice(&one, "2025-12").await;
    assert_eq!(before, [Value::Null; 0]);
    // It is January.
    test.done("PUT", &format!("/{moved}"), json!({"parent_id": two})).await;
    test.charge(&moved, json!(2), "EUR", "2026-01-20").await;
    test.charge(&moved, json!(4), "EUR", "2026-02-01").await;
    assert_eq!(test.invoice(&two, "2026-01").await, [Value::Null; 0]);
    let january = test.invoice(&one, "2026-01").await;
    assert_eq!(all(&january), ["3.0 EUR 30 days: moved 3.0 (1.0 2.0)"]);
    assert_eq!(test.invoice(&one, "2026-02").await, [Value::Null; 0]);
    assert_eq!(all(&test.invoice(&two, "2026-02").await), ["4.0 EUR 30 days: moved 4.0 (4.0)"]);
    assert_eq!(test.invoice(&one, "2026-01").await, january);
}

#[tokio::test(start_paused = true)]
async fn credits_beyond_what_is_charged_wait_for_the_next_month() {
    let test = test().await;
    let root = test.make(new("root")).await;
    test.charge(&root, json!(10), "EUR", "2026-01-01").await;
    test.charge(&root, json!(-15), "EUR", "2026-01-02").await;
    test.charge(&root, json!(3), "USD", "2026-01-01").await;
    assert_eq!(all(&test.invoice(&root, "2026-01").await), ["3.0 USD 30 days: root 3.0 (3.0)"]);
    test.charge(&root, json!(20), "EUR", "2026-02-01").await;
    let february = ["15.0 EUR 30 days: root 15.0 (10.0 -15.0 20.0)"];
    assert_eq!(all(&test.invoice(&root, "2026-02").await), february);
}

#[tokio::test(start_paused = true)]
async fn a_month_with_nothing_to_invoice_may_be_asked_for_again() {
    let test = test().await;
    let root = test.make(new("root")).await;
    let path = format!("/{root}/invoices");
    assert_eq!(test.acme("POST", &path, json!({"period": "2026-01"})).await, (200, json!({"invoices": []})));
    test.charge(&root, json!(10), "EUR", "2026-01-01").await;
    assert_eq!(test.invoice(&root, "2026-01").await.len(), 1);
    for period in ["2026-13", "2026", "january", ""] {
        let (status, problem) = test.acme("POST", &path, json!({"period": period})).await;
        assert_eq!((status, &problem["errors"][0]["field"]), (400, &json!("period")));
    }
}

#[tokio::test(start_paused = true)]
async fn a_charge_is_on_one_invoice_whoever_asks_at_once() {
    for round in 0..6 {
        let test = test().await;
        let root = test.make(new("root")).await;
        let child = test.below(&root, "child").await;
        let below = test.below(&child, "below").await;
        for (entity, amount) in [(&root, 1), (&child, 2), (&below, 4), (&below, 8)] {
            test.charge(entity, json!(amount), "EUR", "2026-01-01").await;
        }
        // The parent and the child, the same month and another, all at once, and a charge meanwhile.
        let (first, second, of_child, other, _) = tokio::join!(
            test.invoice(&root, "2026-01"),
            test.invoice(&root, "2026-01"),
            test.invoice(&child, "2026-01"),
            test.invoice(&root, "2026-02"),
            test.charge(&below, json!(16), "EUR", "2026-01-01"),
        );
        assert_eq!(ids(&first), ids(&second), "{round}");
        let last = test.invoice(&root, "2026-03").await;
        let made = [first, of_child, other, last];
        let total: f64 = made.iter().flatten().map(|invoice| invoice["total"].as_f64().unwrap()).sum();
        assert!((total - 31.0).abs() < 0.001, "{round}: {made:?}");
    }
}
