//! Orders: packed, shipped and told of once; those of shops follow their shops, whatever becomes of the webhooks.

use std::sync::Arc;

use futures::future::join_all;
use serde_json::{Value, json};

use crate::client::Call;
use crate::edge::{BOOTSTRAP, Customer, Edge, Settings, eventually};
use crate::facts::facts;
use crate::shape::Stage;

facts! {
    an_order_is_packed_by_several_at_once_shipped_and_printed,
    orders_of_shops_follow_webhooks_that_are_doubled_shuffled_or_lost,
}

const ORDERS: &str = "/api/v1/orders";

fn call(edge: &Edge, tenant: &str, method: &str, path: &str) -> Call {
    edge.call(method, &format!("{ORDERS}{path}")).key(BOOTSTRAP).header("x-tenant-id", tenant)
}

/// What is in the outbox of a tenant: types, sorted.
async fn outbox(edge: &Edge, tenant: &str) -> Vec<String> {
    let messages = edge.call("GET", "/api/v1/notifications/messages?limit=200").key(BOOTSTRAP);
    let listed = messages.header("x-tenant-id", tenant).send().await.expect(200);
    let kind = |message: &Value| message["event_type"].as_str().unwrap().trim_start_matches("WORKSPACE_").to_owned();
    let mut kinds: Vec<String> = listed["data"].as_array().unwrap().iter().map(kind).collect();
    kinds.sort();
    kinds
}

async fn an_order_is_packed_by_several_at_once_shipped_and_printed(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let customer = Customer::new(&edge).await;
    let tenant = customer.tenant.as_str();
    let order = json!({"customer": {"email": "zoe@soehne.example"}, "status": "confirmed", "order_number": "A-<1>",
        "items": [{"product_name": "Shirt", "quantity": 3}, {"product_name": "Cap", "quantity": 1}]});
    let order = call(&edge, tenant, "POST", "").json(&order).send().await.expect(201);
    let path = format!("/{}", order["id"].as_str().unwrap());
    // All at once, each of them absolute.
    let pack = async |(item, packed): (usize, i64)| {
        let item = format!("{path}/items/{}/pack", order["items"][item]["id"].as_str().unwrap());
        call(&edge, tenant, "PUT", &item).json(&json!({"packed_quantity": packed})).send().await.expect(200)
    };
    join_all([(0, 3), (1, 1), (0, 9), (1, 5), (0, 3), (1, 1)].map(pack)).await;
    let shown = call(&edge, tenant, "GET", &path).send().await.expect(200);
    let packed = |item: usize| (&shown["items"][item]["packed_quantity"], &shown["items"][item]["is_packed"]);
    assert_eq!((packed(0), packed(1)), ((&json!(3), &json!(true)), (&json!(1), &json!(true))));
    let ship = async |_| call(&edge, tenant, "PUT", &path).json(&json!({"status": "shipped"})).send().await.expect(200);
    for shipped in join_all((0..4).map(ship)).await {
        assert_eq!((&shipped["status"], shipped["shipments"].as_array().unwrap().len()), (&json!("shipped"), 1));
    }
    let cancel = call(&edge, tenant, "PUT", &path).json(&json!({"status": "cancelled"}));
    cancel.send().await.refused(409, "ORDER_SHIPPED");
    assert_eq!(outbox(&edge, tenant).await, ["PACKING_LIST", "SHIPPING_NOTIFICATION"]);
    let html = call(&edge, tenant, "GET", &format!("{path}/packing-list")).send().await;
    assert!(html.status == 200 && html.text().contains("Packing list A-&lt;1&gt;"), "{}", html.text());
    let other = Customer::new(&edge).await;
    call(&edge, &other.tenant, "GET", &path).send().await.refused(404, "ORDER_NOT_FOUND");
}

struct Shop<'e> {
    edge: &'e Edge,
    platform: &'static str,
}

impl Shop<'_> {
    async fn control(&self, method: &str, path: &str, body: Value) -> Value {
        let url = format!("http://{}/_control/shops/{}{path}", self.edge.erp_address, self.platform);
        let answer = Call::new(method, url).json(&body).send().await;
        assert!(answer.status < 300, "{}", answer.text());
        if answer.status == 204 { Value::Null } else { answer.json() }
    }

    /// Connects the shop.
    async fn connect(&self, tenant: &str) {
        let (shop, access) = match self.platform {
            "shopify" => ("acme.myshopify.com".to_owned(), json!({"token": "shpat_1"})),
            _ => (format!("http://{}", self.edge.erp_address), json!({"key": "ck_1", "secret": "cs_1"})),
        };
        let body = json!({"platform": self.platform, "shop": shop, "secret": "hush, hush", "access": access});
        let made = call(self.edge, tenant, "POST", "/shops").json(&body).send().await.expect(201);
        assert!(!made.to_string().contains("hush") && !made.to_string().contains("shpat_1"), "{made}");
        let path = made["url"].as_str().unwrap().split_once("/webhooks/").unwrap().1.to_owned();
        let url = format!("http://{}/webhooks/{path}", self.edge.nodes[0].address());
        self.control("PUT", "/webhook", json!({"url": url, "secret": "hush, hush"})).await;
    }

    /// Somebody orders; gives the shop's id of the order.
    async fn order(&self) -> String {
        self.control("POST", "/orders", json!({})).await["id"].to_string()
    }

    async fn steps(&self, order: &str, steps: &[&str]) {
        for step in steps {
            self.control("POST", &format!("/orders/{order}/{step}"), json!({})).await;
        }
    }
}

async fn orders_of_shops_follow_webhooks_that_are_doubled_shuffled_or_lost(stage: Arc<Stage>) {
    let edge = stage.own(Settings::steady().with_webhooks()).await;
    let customer = Customer::new(&edge).await;
    let tenant = customer.tenant.as_str();
    let found = async |id: &str| {
        let listed = call(&edge, tenant, "GET", &format!("?external_id={id}")).send().await.expect(200);
        listed["data"][0].clone()
    };
    for platform in ["shopify", "woocommerce"] {
        let shop = Shop { edge: &edge, platform };
        let (sent, cancelled, pay) = match platform {
            "shopify" => (vec!["pay", "fulfill", "deliver"], "cancel", "pay"),
            _ => (vec!["processing", "completed"], "cancelled", "processing"),
        };
        let expected = if platform == "shopify" { "delivered" } else { "shipped" };
        shop.control("PUT", "/hold", json!({"hold": true})).await;
        let lost = shop.order().await;
        shop.steps(&lost, &[pay]).await;
        shop.control("DELETE", "/held", json!({})).await;
        shop.connect(tenant).await;
        let (first, second) = (shop.order().await, shop.order().await);
        shop.steps(&first, &sent).await;
        shop.steps(&second, &[pay, cancelled]).await;
        let delivered = shop.control("POST", "/deliver", json!({"order": "shuffled", "times": 2})).await;
        for answer in delivered["answers"].as_array().unwrap() {
            assert_eq!(answer["status"], 200, "{answer}");
        }
        for (id, status) in [(&first, expected), (&second, "cancelled")] {
            let order = found(id).await;
            assert_eq!((&order["status"], &order["total_amount"]), (&json!(status), &json!(1099.0)), "{order:#}");
        }
        // Of this one nobody was told: the shop was asked.
        eventually("the shop to be asked", async || {
            edge.call("POST", "/api/v1/jobs/drain").key(BOOTSTRAP).send().await.expect(200);
            let shops = call(&edge, tenant, "GET", "/shops").send().await.expect(200);
            let is_well = |shop: &Value| shop["poll_error"].is_null();
            assert!(shops["data"].as_array().unwrap().iter().all(is_well), "{shops}");
            (found(&lost).await["status"] == "confirmed").then_some(())
        })
        .await;
    }
    let shipped = outbox(&edge, tenant).await;
    let count = |kind: &str| shipped.iter().filter(|one| *one == kind).count();
    assert_eq!((count("SHIPPING_NOTIFICATION"), count("DELIVERY_CONFIRMATION")), (2, 1), "{shipped:?}");
}
