//! Packing, and packing lists.

use http_body_util::BodyExt as _;

use super::*;

#[tokio::test(start_paused = true)]
async fn packing_is_absolute_capped_and_refused_after_a_cancellation() {
    let test = test().await;
    let path = test.make(new()).await;
    let order = test.get(&path).await;
    let (shirt, cap) = (item(&order, 0), item(&order, 1));
    for (sent, packed, is_packed) in [(1, 1, false), (1, 1, false), (2, 2, true), (99, 2, true), (0, 0, false)] {
        let (status, shown) = test.acme("PUT", &format!("{shirt}/pack"), json!({"packed_quantity": sent})).await;
        assert_eq!(status, 200, "{shown}");
        assert_eq!((&shown["packed_quantity"], &shown["is_packed"]), (&json!(packed), &json!(is_packed)), "{sent}");
        assert_eq!(shown["order_id"], order["id"]);
    }
    test.acme("PUT", &format!("{cap}/pack"), json!({"packed_quantity": 1})).await;
    assert_eq!(test.get(&path).await["status"], "confirmed", "what is packed is confirmed");
    for body in [json!({"packed_quantity": -1}), json!({"packed_quantity": 1.5}), json!({})] {
        assert_eq!(test.acme("PUT", &format!("{cap}/pack"), body.clone()).await.0, 400, "{body}");
    }
    let (status, missing) =
        test.acme("PUT", &format!("{path}/items/itm_none/pack"), json!({"packed_quantity": 1})).await;
    assert_eq!((status, &missing["code"]), (404, &json!("ORDER_ITEM_NOT_FOUND")));
    let cancelled = test.step(&path, "cancelled").await;
    let unpacked = &cancelled["items"][1];
    assert_eq!((&unpacked["packed_quantity"], &unpacked["cancelled_quantity"]), (&json!(0), &json!(1)));
    let (status, refused) = test.acme("PUT", &format!("{cap}/pack"), json!({"packed_quantity": 1})).await;
    assert_eq!((status, &refused["code"]), (409, &json!("ORDER_CANCELLED")));
}

#[tokio::test(start_paused = true)]
async fn a_packing_list_is_printed_and_nothing_in_it_is_markup() {
    let test = test().await;
    let hostile = "<script>alert(1)</script>";
    let mut body = with(new(), "notes", json!("Wrap <b>it</b>"));
    body["items"][0]["product_name"] = json!(hostile);
    let path = test.make(body).await;
    let order = test.get(&path).await;
    test.acme("PUT", &format!("{}/pack", item(&order, 0)), json!({"packed_quantity": 1})).await;
    let print = async |accept: Option<&str>| {
        let headers = accept.map(|accept| ("accept", accept)).into_iter().chain([("x-tenant-id", ACME)]);
        let request = request("GET", &format!("{ORDERS}{path}/packing-list"), PLATFORM, headers, &Value::Null);
        let (head, body) = tower::ServiceExt::oneshot(test.router.clone(), request).await.unwrap().into_parts();
        (head.status.as_u16(), head.headers, body.collect().await.unwrap().to_bytes().to_vec())
    };
    for accept in [None, Some("*/*"), Some("text/html")] {
        let (status, headers, html) = print(accept).await;
        let html = String::from_utf8(html).unwrap();
        assert_eq!((status, headers["content-type"].as_bytes()), (200, &b"text/html; charset=utf-8"[..]));
        assert!(headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
        for shown in [
            "Packing list A-1",
            "&lt;script&gt;alert(1)&lt;/script&gt; (SHIRT-M)</td><td>2</td><td>0</td><td>1</td><td>1</td>",
            "Main 1<br>Berlin",
            "Wrap &lt;b&gt;it&lt;/b&gt;",
            "<th scope=\"row\" colspan=\"4\">To pack</th><td>2</td>",
        ] {
            assert!(html.contains(shown), "{shown}: {html}");
        }
        assert!(!html.contains("<script"), "{html}");
    }
    let (status, headers, file) = print(Some("application/pdf")).await;
    assert_eq!((status, headers["content-type"].as_bytes()), (200, &b"application/pdf"[..]));
    assert_eq!(headers["content-disposition"].as_bytes(), b"inline; filename=\"packing-list-A-1.pdf\"");
    assert!(file.starts_with(b"%PDF-"));
    let (_, _, list) = print(Some("application/json")).await;
    let list: Value = serde_json::from_slice(&list).unwrap();
    assert_eq!((&list["items"][0]["to_pack"], &list["items"][1]["to_pack"]), (&json!(1), &json!(1)));
    assert_eq!(print(Some("image/png")).await.0, 406);
}
