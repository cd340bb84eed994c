//! Shops, and the webhooks of their orders.

use std::sync::Arc;

use edge_gateways::{Provider, sign};
use edge_webhooks::Keepers;
use http::Request;

use super::*;
use crate::ShopOrders;

const SECRET: &str = "the shop's, with a comma";
const KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

struct Shop {
    provider: Provider,
    id: String,
    path: String,
}

impl Test {
    async fn with_key() -> Self {
        let test = test().await;
        test.world.config.set("encryption_key", KEY);
        test.world.config.set("public_url", "https://edge.example");
        test
    }

    async fn connect(&self, tenant: &str, provider: Provider, secret: &str) -> Shop {
        let body = json!({"platform": provider.as_str(), "shop": "acme.myshopify.com", "secret": secret});
        let path = format!("{ORDERS}/shops");
        let (status, made) = self.ask(&self.router, PLATFORM, Some(tenant), "POST", &path, body).await;
        assert_eq!(status, 201, "{made}");
        let path = made["url"].as_str().unwrap().strip_prefix("https://edge.example").unwrap().to_owned();
        Shop { provider, id: made["id"].as_str().unwrap().to_owned(), path }
    }

    /// What the edge answers to `body`, signed with `secret` and with these headers more.
    async fn post(&self, shop: &Shop, secret: &str, headers: &[(&str, &str)], body: &str) -> (u16, Value) {
        let (capabilities, _) = self.world.instance();
        let shops = ShopOrders::new(&capabilities, &Db::new(capabilities.db.clone()));
        let router =
            edge_webhooks::router_with(capabilities, Keepers { shops: Some(Arc::new(shops)), ..Keepers::default() });
        let mut request = Request::post(&shop.path);
        let now = edge_capabilities::Clock::now(&*self.world.clock);
        for (name, value) in sign(shop.provider, secret, body.as_bytes(), now, "d").unwrap() {
            request = request.header(name, value);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = send(&router, request.body(body.to_owned().into()).unwrap()).await;
        (answer.status, answer.body)
    }

    async fn deliver(&self, shop: &Shop, body: &Value) -> String {
        self.deliver_with(shop, SECRET, body).await
    }

    async fn deliver_with(&self, shop: &Shop, secret: &str, body: &Value) -> String {
        let (status, answer) = self.post(shop, secret, &[], &body.to_string()).await;
        assert_eq!(status, 200, "{answer}");
        answer["reason"].as_str().or(answer["status"].as_str()).unwrap().to_owned()
    }

    async fn only(&self) -> Value {
        let (_, listed) = self.acme("GET", "", Value::Null).await;
        assert_eq!(listed["data"].as_array().unwrap().len(), 1, "{listed}");
        listed["data"][0].clone()
    }
}

/// An order of Shopify's, as it was at this minute.
fn shopify(minute: u32) -> Value {
    json!({"id": 820_982_911_946_154_508_u64, "name": "#1001", "order_number": 1001, "currency": "INR",
        "total_price": "254.98", "financial_status": "paid", "email": "jon@example.com", "cancelled_at": null,
        "created_at": "2026-01-01T05:00:00+05:00", "updated_at": format!("2026-01-01T05:{minute:02}:00+05:00"),
        "shipping_address": {"name": "Jon Snow", "address1": "123 Amoebobacterieae St", "city": "Ottawa", "zip": "K2P0V6"},
        "line_items": [{"id": 466_157_049_001_234_567_u64, "sku": null, "name": "IPod Nano", "quantity": 2,
            "current_quantity": 2, "price": "199.00", "requires_shipping": true}],
        "fulfillments": [], "refunds": []})
}

fn fulfillment(minute: u32, status: &str, shipment_status: Value) -> Value {
    json!({"id": 255_858_046_123_456_789_u64, "order_id": 820_982_911_946_154_508_u64, "status": status,
        "created_at": "2026-01-01T00:10:00Z", "updated_at": format!("2026-01-01T00:{minute:02}:00Z"),
        "tracking_company": "UPS", "tracking_number": "1Z2345", "shipment_status": shipment_status,
        "line_items": [{"id": 466_157_049_001_234_567_u64, "quantity": 2}]})
}

fn woocommerce(status: &str, second: u32) -> Value {
    json!({"id": 727, "number": "727", "status": status, "currency": "INR", "total": "29.35",
        "date_created_gmt": "2026-01-01T00:00:00", "date_modified_gmt": format!("2026-01-01T00:00:{second:02}"),
        "billing": {"first_name": "A", "email": "a@b.example"}, "shipping": {},
        "line_items": [{"id": 315, "name": "Woo Single", "sku": "", "quantity": 2, "total": "6.00"}], "refunds": []})
}

#[tokio::test(start_paused = true)]
async fn a_shop_is_connected_with_a_secret_that_is_sealed_and_never_shown() {
    let test = test().await;
    let body = json!({"platform": "shopify", "shop": "https://Acme.myshopify.com/", "secret": "hush-hush",
        "access": {"token": "shpat_x"}});
    let (status, refused) = test.acme("POST", "/shops", body.clone()).await;
    assert_eq!((status, &refused["code"]), (503, &json!("NOT_CONFIGURED")));
    test.world.config.set("encryption_key", KEY);
    let (status, made) = test.acme("POST", "/shops", body.clone()).await;
    assert_eq!((status, &made["shop"], &made["has_access"]), (201, &json!("acme.myshopify.com"), &json!(true)));
    assert_eq!(test.acme("POST", "/shops", body).await.1["code"], "ALREADY_EXISTS");
    let (_, listed) = test.acme("GET", "/shops", Value::Null).await;
    assert_eq!(listed["data"], json!([made]));
    let rows = "SELECT secret || access || shop FROM order_shops";
    let stored = test.world.instance().0.db.query(rows, &[]).await.unwrap()[0].text(0).unwrap().to_owned();
    for secret in ["hush-hush", "shpat_x"] {
        assert!(!stored.contains(secret) && !listed.to_string().contains(secret) && !made.to_string().contains(secret));
    }
    let path = format!("/shops/{}", made["id"].as_str().unwrap());
    let foreign = format!("{ORDERS}{path}");
    assert_eq!(test.ask(&test.router, PLATFORM, Some(OTHER), "DELETE", &foreign, Value::Null).await.0, 404);
    assert_eq!(test.acme("DELETE", &path, Value::Null).await.0, 204);
    assert_eq!(test.acme("DELETE", &path, Value::Null).await.1["code"], "SHOP_NOT_FOUND");
    for (field, value, named) in
        [("shop", json!("not a shop"), "shop"), ("secret", json!(""), "secret"), ("access", json!({}), "access.token")]
    {
        let mut body = json!({"platform": "shopify", "shop": "a.myshopify.com", "secret": "s"});
        body[field] = value;
        let (status, problem) = test.acme("POST", "/shops", body).await;
        assert_eq!((status, &problem["errors"][0]["field"]), (400, &json!(named)), "{problem}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_happened_is_read_from_the_body_and_whose_it_is_from_the_secret() {
    let test = Test::with_key().await;
    let shop = test.connect(ACME, Provider::Shopify, SECRET).await;
    let other = test.connect(OTHER, Provider::Shopify, "another").await;
    let body = shopify(1).to_string();
    for (shop, secret) in [(&shop, "another"), (&other, SECRET)] {
        assert_eq!(test.post(shop, secret, &[], &body).await.1["code"], "INVALID_SIGNATURE");
    }
    let nobody = Shop { provider: Provider::Shopify, id: String::new(), path: "/webhooks/shopify/nobody".to_owned() };
    assert_eq!(test.post(&nobody, SECRET, &[], &body).await.0, 404);
    let wrong = Shop {
        path: shop.path.replace("shopify", "woocommerce"),
        ..Shop { provider: Provider::WooCommerce, ..nobody }
    };
    assert_eq!(test.post(&wrong, SECRET, &[], &body).await.0, 404);
    // Whatever the headers say.
    let topics = [("x-shopify-topic", "orders/cancelled"), ("x-shopify-shop-domain", "other.myshopify.com")];
    let (_, answer) = test.post(&shop, SECRET, &topics, &body).await;
    assert_eq!((&answer["status"], &answer["action"]), (&json!("success"), &json!("order_updated")));
    let order = test.only().await;
    let item = &order["items"][0];
    assert_eq!((&order["status"], &order["external_id"]), (&json!("confirmed"), &json!("820982911946154508")));
    assert_eq!((&item["id"], &item["sku"]), (&json!("466157049001234567"), &Value::Null));
    assert_eq!((&order["total_amount"], &order["order_number"]), (&json!(254.98), &json!("#1001")));
    assert_eq!((&order["shop_id"], &order["customer"]["name"]), (&json!(shop.id), &json!("Jon Snow")));
    let replayed = [("x-shopify-topic", "orders/delete"), ("x-shopify-event-id", "another")];
    assert_eq!(test.post(&shop, SECRET, &replayed, &body).await.1["duplicate"], true);
    assert_eq!(test.only().await, order);
    // The same bytes are true of another shop, too.
    assert_eq!(test.post(&other, "another", &[], &body).await.1["status"], "success");
    assert_eq!(test.only().await, order);
    // A shop that is connected anew goes on with its orders.
    test.acme("DELETE", &format!("/shops/{}", shop.id), Value::Null).await;
    assert_eq!(test.post(&shop, SECRET, &[], &shopify(2).to_string()).await.0, 404);
    let anew = test.connect(ACME, Provider::Shopify, SECRET).await;
    assert_ne!(anew.path, shop.path);
    assert_eq!(test.deliver(&anew, &shopify(2)).await, "success");
    assert_eq!(test.only().await["id"], order["id"]);
}

#[tokio::test(start_paused = true)]
async fn a_shipment_comes_before_its_order_and_each_is_told_of_once() {
    let test = Test::with_key().await;
    let shop = test.connect(ACME, Provider::Shopify, SECRET).await;
    let delivered = fulfillment(20, "success", json!("delivered"));
    assert_eq!(test.deliver(&shop, &delivered).await, "success");
    let (_, listed) = test.acme("GET", "", Value::Null).await;
    assert_eq!(listed["data"], json!([]), "an order of which only a part is known is not shown");
    assert_eq!(test.deliver(&shop, &fulfillment(15, "success", Value::Null)).await, "superseded");
    assert_eq!(test.deliver(&shop, &shopify(5)).await, "success");
    let order = test.only().await;
    assert_eq!((&order["status"], &order["items"][0]["delivered_quantity"]), (&json!("delivered"), &json!(2)));
    assert_eq!(order["shipments"][0]["tracking_number"], "1Z2345");
    let complete = with(shopify(25), "fulfillments", json!([delivered]));
    assert_eq!(test.deliver(&shop, &complete).await, "success");
    let expected =
        ["delivery_confirmation EMAIL jon@example.com queued", "shipping_notification EMAIL jon@example.com queued"];
    assert_eq!(test.outbox().await, expected);
    // Called off by the shop: that alone undoes a shipment.
    assert_eq!(test.deliver(&shop, &fulfillment(30, "cancelled", Value::Null)).await, "success");
    assert_eq!(test.only().await["status"], "confirmed");
}

#[tokio::test(start_paused = true)]
async fn a_planned_shipment_moves_nothing_and_old_ones_are_no_news() {
    let test = Test::with_key().await;
    let shop = test.connect(ACME, Provider::Shopify, SECRET).await;
    for status in ["pending", "open"] {
        test.deliver(&shop, &with(shopify(1), "fulfillments", json!([fulfillment(1, status, Value::Null)]))).await;
        assert_eq!(test.only().await["status"], "confirmed", "{status}");
    }
    // A year later somebody writes a note.
    let mut old = with(shopify(1), "fulfillments", json!([fulfillment(20, "success", Value::Null)]));
    old["updated_at"] = json!("2027-01-01T00:00:00Z");
    test.deliver(&shop, &old).await;
    let order = test.only().await;
    assert_eq!(order["status"], "shipped");
    assert!(!test.outbox().await.iter().any(|line| line.starts_with("shipping")));
}

#[tokio::test(start_paused = true)]
async fn a_refund_of_a_packed_unit_unpacks_it() {
    let test = Test::with_key().await;
    let shop = test.connect(ACME, Provider::Shopify, SECRET).await;
    test.deliver(&shop, &shopify(1)).await;
    let order = test.only().await;
    test.acme("PUT", &format!("{}/pack", item(&order, 0)), json!({"packed_quantity": 2})).await;
    let refund = json!({"id": 509_562_969, "order_id": 820_982_911_946_154_508_u64, "refund_line_items":
        [{"line_item_id": 466_157_049_001_234_567_u64, "quantity": 1, "restock_type": "no_restock"}]});
    for _ in 0..2 {
        test.deliver(&shop, &refund).await;
        let first = test.only().await["items"][0].clone();
        assert_eq!((&first["packed_quantity"], &first["cancelled_quantity"]), (&json!(1), &json!(1)));
    }
    // The order's own news holds the same refund.
    let mut news = with(shopify(9), "refunds", json!([refund]));
    news["line_items"][0]["current_quantity"] = json!(1);
    assert_eq!(test.deliver(&shop, &news).await, "success");
    assert_eq!(test.only().await["items"][0]["cancelled_quantity"], 1);
    let cancelled = with(shopify(10), "cancelled_at", json!("2026-01-01T00:10:00Z"));
    assert_eq!(test.deliver(&shop, &cancelled).await, "success");
    let order = test.only().await;
    assert_eq!((&order["status"], &order["items"][0]["packed_quantity"]), (&json!("cancelled"), &json!(0)));
    let (status, refused) = test.acme("PUT", &format!("{}/pack", item(&order, 0)), json!({"packed_quantity": 2})).await;
    assert_eq!((status, &refused["code"]), (409, &json!("ORDER_CANCELLED")));
    assert_eq!(test.deliver(&shop, &shopify(3)).await, "superseded");
    assert_eq!(test.only().await["status"], "cancelled");
}

#[tokio::test(start_paused = true)]
async fn woocommerces_orders_follow_their_newest_state() {
    let test = Test::with_key().await;
    let shop = test.connect(ACME, Provider::WooCommerce, SECRET).await;
    assert_eq!(test.deliver(&shop, &woocommerce("checkout-draft", 0)).await, "draft");
    for (body, outcome, status) in [
        (woocommerce("processing", 5), "success", "confirmed"),
        (woocommerce("pending", 1), "superseded", "confirmed"),
        (woocommerce("checkout-draft", 6), "draft", "confirmed"),
        (woocommerce("a-plugins-own", 7), "success", "pending"),
        (woocommerce("processing", 12), "success", "confirmed"),
        // From before the shop took the order up again.
        (woocommerce("completed", 10), "superseded", "confirmed"),
        (woocommerce("completed", 14), "success", "shipped"),
        (woocommerce("processing", 13), "superseded", "shipped"),
    ] {
        assert_eq!(test.deliver(&shop, &body).await, outcome, "{body}");
        assert_eq!(test.only().await["status"], status, "{body}");
    }
    // Two orders of one second have one Delivery-ID.
    let second = with(with(woocommerce("processing", 5), "id", json!(728)), "number", json!("728"));
    let headers = [("x-wc-webhook-delivery-id", "the-same")];
    for (order, number) in [(&second, "728"), (&with(second.clone(), "id", json!(729)), "729")] {
        let (_, answer) = test.post(&shop, SECRET, &headers, &order.to_string()).await;
        assert_eq!(answer["status"], "success", "{number}");
    }
    let (_, listed) = test.acme("GET", "", Value::Null).await;
    assert_eq!(listed["data"].as_array().unwrap().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_deleted_order_is_cancelled_also_before_it_was_heard_of() {
    let test = Test::with_key().await;
    let shop = test.connect(ACME, Provider::WooCommerce, SECRET).await;
    test.world.clock.advance(Duration::from_secs(30)).await;
    assert_eq!(test.deliver(&shop, &json!({"id": 727})).await, "success");
    assert_eq!(test.acme("GET", "", Value::Null).await.1["data"], json!([]));
    assert_eq!(test.deliver(&shop, &woocommerce("processing", 5)).await, "success");
    assert_eq!(test.only().await["status"], "cancelled");
    // Taken out of the bin.
    assert_eq!(test.deliver(&shop, &woocommerce("processing", 40)).await, "success");
    assert_eq!(test.only().await["status"], "confirmed");
    assert_eq!(test.deliver(&shop, &json!({"id": 999})).await, "success");
}

#[tokio::test(start_paused = true)]
async fn routes_without_a_token_belong_to_the_default_tenant_or_to_nobody() {
    let test = Test::with_key().await;
    test.world.config.set("webhook_secrets_shopify", "new,old");
    let shop = Shop { provider: Provider::Shopify, id: String::new(), path: "/webhooks/shopify".to_owned() };
    assert_eq!(test.deliver_with(&shop, "old", &shopify(1)).await, "no_shop");
    test.world.config.set("shop_default_tenant", "nobody");
    assert_eq!(test.deliver_with(&shop, "old", &shopify(2)).await, "no_shop");
    test.world.config.set("shop_default_tenant", ACME);
    assert_eq!(test.deliver_with(&shop, "old", &shopify(3)).await, "success");
    assert_eq!((&test.only().await["shop_id"], &test.only().await["status"]), (&Value::Null, &json!("confirmed")));
}

#[tokio::test(start_paused = true)]
async fn what_is_no_order_changes_nothing_and_what_cannot_be_read_waits_for_somebody() {
    let test = Test::with_key().await;
    let shopify_shop = test.connect(ACME, Provider::Shopify, SECRET).await;
    let woo_shop = test.connect(ACME, Provider::WooCommerce, SECRET).await;
    for body in [json!({}), json!({"id": 1}), json!({"id": 1, "title": "A product"}), json!({"line_items": []})] {
        assert_eq!(test.deliver(&shopify_shop, &body).await, "unhandled_event", "{body}");
    }
    for body in [json!({}), json!({"id": 1, "name": "A product"}), json!({"webhook_id": 3})] {
        assert_eq!(test.deliver(&woo_shop, &body).await, "unhandled_event", "{body}");
    }
    let hostile = "\u{0}<script>\u{7}".repeat(200);
    let mut odd = shopify(1);
    odd["name"] = json!(hostile);
    odd["line_items"][0]["name"] = json!(hostile);
    odd["shipping_address"] = json!([1]);
    assert_eq!(test.deliver(&shopify_shop, &odd).await, "success");
    let long = test.only().await["order_number"].as_str().unwrap().len();
    assert!((1..=256).contains(&long));
    for (field, value) in [
        ("id", json!(1.5)),
        ("updated_at", json!("yesterday")),
        ("currency", json!("XXX")),
        ("total_price", json!("much")),
        ("total_price", json!("99999999999999999999")),
        ("fulfillments", json!([{"id": 1}])),
        ("line_items", json!([{"id": 1, "quantity": -1}])),
        ("line_items", json!([{"id": 1, "quantity": 1e18}])),
    ] {
        let reason = test.deliver(&shopify_shop, &with(shopify(2), field, value.clone())).await;
        assert!(reason.starts_with("unreadable: "), "{field} {value}: {reason}");
    }
}
