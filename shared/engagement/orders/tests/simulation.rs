//! Two shops, one of Shopify's and one of WooCommerce's, against everything that goes wrong: their webhooks come in any
//! order, twice, late or never. Then each shop is asked for what was lost. Wherever it ends: every order is as its shop has
//! it, and each shipment was told of once.
//!
//! The seed is printed. `SEED=… cargo test -p edge-orders --test simulation` repeats a run; `ORDERS=…` makes it longer.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by a panic"
)]

mod simulation {
    pub(crate) mod edge;
    pub(crate) mod shopify;
    pub(crate) mod truth;
    pub(crate) mod woocommerce;
}

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use edge_capabilities::testing::SeededRandom;
use edge_gateways::Provider;
use edge_tenants::testing::{ACME, OTHER};
use serde_json::{Value, json};

use simulation::edge::Edge;
use simulation::truth::{Event, Shop, Truth};

const SHOPIFY: &str = "acme.myshopify.com";
const WOOCOMMERCE: &str = "https://shop.example";

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().map_or(otherwise, |text| text.parse().expect("a number"))
}

fn shuffle<T>(random: &SeededRandom, list: &mut [T]) {
    for last in (1..list.len()).rev() {
        list.swap(last, usize::try_from(random.below(last as u64 + 1)).unwrap());
    }
}

/// All events of `shop` in any order, some twice, one of each `lost` of them lost; 0: none.
fn deliveries(random: &SeededRandom, shop: &Shop, lost: u64) -> (Vec<Event>, usize) {
    let told = shop.events();
    let mut sent: Vec<Event> = told.iter().filter(|_| lost == 0 || random.below(lost) > 0).cloned().collect();
    let lost = told.len() - sent.len();
    let doubled: Vec<Event> = sent.iter().filter(|_| random.below(2) == 0).cloned().collect();
    sent.extend(doubled);
    shuffle(random, &mut sent);
    (sent, lost)
}

fn compare(name: &str, listed: &BTreeMap<String, Value>, shop: &Shop) {
    for truth in shop.truths() {
        let Truth { id, status, units, total, .. } = truth;
        let order = listed.get(id).unwrap_or_else(|| panic!("{name}: {id} is not there"));
        let fields = ["quantity", "cancelled_quantity", "shipped_quantity", "delivered_quantity", "returned_quantity"];
        let shown: BTreeMap<String, Vec<i64>> = order["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| {
                let numbers = fields.map(|field| item[field].as_i64().unwrap());
                (item["id"].as_str().unwrap().to_owned(), numbers.to_vec())
            })
            .collect();
        assert_eq!((order["status"].as_str().unwrap(), &shown), (*status, units), "{name}: {id} {order:#}");
        assert_eq!(order["total_amount"].as_f64().unwrap(), *total, "{name}: {id}");
        for item in order["items"].as_array().unwrap() {
            let [quantity, cancelled, packed] =
                ["quantity", "cancelled_quantity", "packed_quantity"].map(|field| item[field].as_i64().unwrap());
            assert!((0..=quantity - cancelled).contains(&packed), "{name}: {id}");
        }
    }
    assert_eq!(listed.len(), shop.truths().count(), "{name}: an order is there that the shop does not have");
}

#[tokio::test(start_paused = true)]
async fn whatever_is_lost_doubled_or_late_every_order_ends_as_its_shop_has_it() {
    let by_time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let (seed, orders) = (number("SEED", by_time), number("ORDERS", 1_000));
    println!("SEED={seed} ORDERS={orders}");
    let random = SeededRandom::new(seed);
    let shopify = simulation::shopify::shop(&random, orders / 2);
    let woocommerce = simulation::woocommerce::shop(&random, orders / 2);
    let edge = Edge::new(&shopify, &woocommerce).await;
    let mut addresses = BTreeMap::new();
    for (provider, shop) in [(Provider::Shopify, SHOPIFY), (Provider::WooCommerce, WOOCOMMERCE)] {
        addresses.insert(provider, edge.connect(provider, shop).await);
    }
    edge.wait(3 * 86_400).await;
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (provider, shop) in [(Provider::Shopify, &shopify), (Provider::WooCommerce, &woocommerce)] {
        let (sent, lost) = deliveries(&random, shop, 10);
        *seen.entry(format!("{provider} lost")).or_default() += lost;
        for some in sent.chunks(8) {
            let bodies: Vec<String> = some.iter().map(|event| event.body(shop, &random).to_string()).collect();
            let answers = bodies.iter().map(|body| edge.deliver(provider, &addresses[&provider], body));
            for (status, answer) in futures::future::join_all(answers).await {
                assert_eq!(status, 200, "{answer}");
                let what = answer["reason"].as_str().or(answer["status"].as_str()).unwrap().to_owned();
                let what = if answer["duplicate"] == json!(true) { "duplicate".to_owned() } else { what };
                *seen.entry(format!("{provider} {what}")).or_default() += 1;
            }
        }
    }
    edge.poll().await;
    println!("{seen:#?}");
    for provider in [Provider::Shopify, Provider::WooCommerce] {
        for what in ["lost", "success", "superseded", "duplicate"] {
            let is_there = seen.contains_key(&format!("{provider} {what}"));
            assert!(is_there || orders < 500, "SEED={seed}: {provider} had no {what}");
        }
    }
    for (platform, shop) in [("shopify", &shopify), ("woocommerce", &woocommerce)] {
        let listed = edge.orders(ACME, platform).await;
        compare(&format!("SEED={seed} {platform}"), &listed, shop);
        assert!(edge.orders(OTHER, platform).await.is_empty());
    }
    let sent = edge.messages_by_shipment().await;
    let twice: Vec<_> = sent.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty() && sent.len() > usize::try_from(orders).unwrap() / 4, "SEED={seed}: {twice:?}");
}

#[tokio::test(start_paused = true)]
async fn where_nothing_is_lost_no_shop_has_to_be_asked() {
    let by_time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let (seed, orders) = (number("SEED", by_time), number("ORDERS", 1_000) / 5);
    println!("SEED={seed} ORDERS={}", orders * 5);
    let random = SeededRandom::new(seed);
    let shopify = simulation::shopify::shop(&random, orders / 2);
    let woocommerce = simulation::woocommerce::shop(&random, orders / 2);
    let edge = Edge::new(&shopify, &woocommerce).await;
    for (provider, name, shop) in
        [(Provider::Shopify, SHOPIFY, &shopify), (Provider::WooCommerce, WOOCOMMERCE, &woocommerce)]
    {
        let address = edge.connect(provider, name).await;
        edge.wait(2 * 86_400).await;
        let (sent, _) = deliveries(&random, shop, 0);
        for event in &sent {
            let (status, answer) = edge.deliver(provider, &address, &event.snapshot().to_string()).await;
            assert_eq!(status, 200, "{answer}");
        }
        let listed = edge.orders(ACME, provider.as_str()).await;
        compare(&format!("SEED={seed} {provider}"), &listed, shop);
    }
}

/// Each call to a store may be an instance's last. The shop sends again what was not acknowledged.
#[tokio::test(start_paused = true)]
async fn an_instance_that_dies_at_any_store_call_loses_no_order_and_tells_nothing_twice() {
    let random = SeededRandom::new(7);
    let (shopify, woocommerce) = (simulation::shopify::shop(&random, 6), simulation::woocommerce::shop(&random, 6));
    let (mut deaths, mut survived) = (0, false);
    for calls in 1..400 {
        let edge = Edge::new(&shopify, &woocommerce).await;
        let shops = [(Provider::Shopify, &shopify), (Provider::WooCommerce, &woocommerce)];
        let addresses =
            [edge.connect(Provider::Shopify, SHOPIFY).await, edge.connect(Provider::WooCommerce, WOOCOMMERCE).await];
        edge.wait(2 * 86_400).await;
        for ((provider, shop), address) in shops.into_iter().zip(&addresses) {
            for (index, event) in shop.events().iter().enumerate() {
                // What is odd is lost, and asked for.
                if index % 2 == 0 {
                    let body = event.snapshot().to_string();
                    deaths += u32::from(edge.deliver_to_mortal(calls, provider, address, &body).await);
                }
            }
        }
        let died = edge.poll_by_mortal(i64::try_from(calls).unwrap()).await;
        deaths += u32::from(died);
        edge.wait(180).await;
        edge.poll().await;
        edge.poll().await;
        for (platform, shop) in [("shopify", &shopify), ("woocommerce", &woocommerce)] {
            compare(&format!("{calls} calls, {platform}"), &edge.orders(ACME, platform).await, shop);
        }
        let twice = edge.messages_by_shipment().await.into_iter().filter(|(_, count)| *count > 1);
        assert_eq!(twice.collect::<Vec<_>>(), [], "{calls} calls");
        assert_eq!(edge.left_undone().await, 0, "{calls} calls");
        survived = !died;
        if survived {
            break;
        }
    }
    assert!(deaths > 20 && survived, "{deaths}");
}
