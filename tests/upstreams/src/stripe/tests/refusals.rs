//! What Stripe refuses, and how.

use super::*;

#[tokio::test]
async fn refusals_have_stripes_status_type_code_and_parameter() {
    let test = test().await;
    let subscription = test.subscribe(1_000, "usd", 5, "").await;
    let path = format!("/v1/subscriptions/{}", subscription["id"].as_str().unwrap());
    let session = "/v1/checkout/sessions";
    let items = "line_items[0][quantity]=1&line_items[0][price]";
    let here = "mode=subscription&success_url=https://e.example";
    for (method, path, form, status, code, param) in [
        ("POST", session, here.to_owned(), 400, json!("parameter_missing"), json!("line_items")),
        ("POST", session, format!("{here}&{items}=p"), 400, json!("resource_missing"), json!("price")),
        ("POST", session, format!("{here}&customer=c&{items}=p"), 400, json!("resource_missing"), json!("customer")),
        ("POST", session, format!("{here}&seats=5"), 400, json!("parameter_unknown"), json!("seats")),
        ("POST", session, "mode=rent".into(), 400, Value::Null, json!("mode")),
        (
            "POST",
            &path,
            "items[0][quantity]=many".into(),
            400,
            json!("parameter_invalid_integer"),
            json!("items[0][quantity]"),
        ),
        ("POST", &path, "items[0][seats]=5".into(), 400, json!("parameter_unknown"), json!("items[0][seats]")),
        ("POST", &path, "proration_behavior=maybe".into(), 400, Value::Null, json!("proration_behavior")),
        ("GET", "/v1/subscriptions/sub_x", String::new(), 404, json!("resource_missing"), json!("id")),
        ("GET", "/v1/unicorns", String::new(), 404, Value::Null, Value::Null),
        ("POST", "/v1/invoices/in_x/pay", String::new(), 404, json!("resource_missing"), json!("id")),
        ("DELETE", "/v1/customers/cus_x", String::new(), 404, Value::Null, Value::Null),
    ] {
        let (found, answer) = test.call(method, path, &form).await;
        let error = &answer["error"];
        assert_eq!(
            (found, &error["code"], &error["param"]),
            (status, &code, &param),
            "{method} {path} {form}: {answer}"
        );
        assert_eq!(error["type"], "invalid_request_error");
    }
}

#[tokio::test]
async fn a_call_needs_a_secret_key_and_the_version_that_is_described() {
    let test = test().await;
    for (headers, status) in [
        (vec![], 401),
        (vec![("authorization", "Bearer pk_test_1")], 401),
        (vec![("authorization", "Bearer sk_test_1")], 200),
        (vec![("authorization", "Basic c2tfdGVzdF8xOg==")], 200),
        (vec![("authorization", "Bearer sk_test_1"), ("stripe-version", "2012-01-01")], 400),
    ] {
        assert_eq!(test.send("GET", "/v1/customers", &headers, "").await.0, status, "{headers:?}");
    }
}

#[tokio::test]
async fn a_key_brings_the_first_answer_again_and_is_refused_for_another_request() {
    let test = test().await;
    let call = async |path: &str, form: &str, key: &str| {
        let headers = [("authorization", "Bearer sk_test_1"), ("idempotency-key", key)];
        test.send("POST", path, &headers, form).await
    };
    let (_, first) = call("/v1/customers", "email=a", "key").await;
    assert_eq!(call("/v1/customers", "email=a", "key").await, (200, first.clone()));
    assert_ne!(call("/v1/customers", "email=a", "other").await.1["id"], first["id"]);
    for (path, form) in [("/v1/customers", "email=b"), ("/v1/products", "name=a")] {
        let (status, answer) = call(path, form, "key").await;
        assert_eq!((status, &answer["error"]["type"]), (400, &json!("idempotency_error")), "{answer}");
    }
    // What is wrong by itself is not remembered.
    assert_eq!(call("/v1/products", "", "fresh").await.0, 400);
    assert_eq!(call("/v1/products", "name=a", "fresh").await.0, 200);
    let refused = call("/v1/invoices/in_x/pay", "", "refused").await;
    assert_eq!((call("/v1/invoices/in_x/pay", "", "refused").await, refused.0), (refused.clone(), 404));
    assert_eq!(call("/v1/customers", "", &"k".repeat(256)).await.0, 400);
    let customers = test.get("GET", "/v1/customers", "").await;
    assert_eq!(customers["data"].as_array().unwrap().len(), 2);
}
