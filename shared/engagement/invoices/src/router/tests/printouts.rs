//! Invoices as pages to print.

use http_body_util::BodyExt as _;

use super::*;

impl Test {
    /// The status, the headers and the text of the invoice in the type `accept`.
    async fn print(&self, path: &str, accept: &str) -> (u16, http::HeaderMap, Vec<u8>) {
        let headers = [("accept", accept), ("x-tenant-id", ACME)];
        let request = request("GET", &format!("{INVOICES}{path}"), PLATFORM, headers, &Value::Null);
        let (head, body) = tower::ServiceExt::oneshot(self.router.clone(), request).await.unwrap().into_parts();
        (head.status.as_u16(), head.headers, body.collect().await.unwrap().to_bytes().to_vec())
    }
}

#[tokio::test(start_paused = true)]
async fn an_invoice_is_printed_as_html_in_which_nothing_of_a_customer_is_markup() {
    let test = test().await;
    let settings = json!({"invoices": {"seller": "1 <Main> Street\nGSTIN 22AAAAA0000A1Z5"}});
    test.change_tenant(json!({"settings": settings})).await;
    let hostile = "<script>alert(1)</script>\"'&";
    let customer = json!({"name": hostile, "address": "Line 1\n<img src=x onerror=alert(1)>", "tax_id": hostile});
    let item = json!({"description": hostile, "quantity": 1.5, "unit_price": 1000, "tax_rate": "18.0"});
    let body = json!({"customer": customer, "currency": "INR", "items": [item], "notes": "</p><style>*{}</style>"});
    let path = test.open(body).await;
    let (status, headers, html) = test.print(&path, "text/html,*/*;q=0.1").await;
    let html = String::from_utf8(html).unwrap();
    assert_eq!((status, headers["content-type"].as_bytes()), (200, &b"text/html; charset=utf-8"[..]));
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(
        (&headers["x-content-type-options"], &headers["vary"]),
        (&"nosniff".parse().unwrap(), &"Accept".parse().unwrap())
    );
    for markup in ["<script", "<img", "</p><style"] {
        assert!(!html.contains(markup), "{markup}: {html}");
    }
    let escaped = "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;";
    for shown in [
        escaped,
        "INV-2026-00001",
        "1 &lt;Main&gt; Street<br>GSTIN 22AAAAA0000A1Z5",
        "<td>1.5</td>",
        "1,500.00 INR",
        "Tax 18 % on 1,500.00 INR",
        "<td>270.00 INR</td>",
        "To be paid",
    ] {
        assert!(html.contains(shown), "{shown}: {html}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_invoice_is_printed_as_pdf_and_as_nothing_else_that_is_asked_for() {
    let test = test().await;
    let path = test.open(new()).await;
    let (status, headers, file) = test.print(&path, "application/pdf").await;
    assert_eq!((status, headers["content-type"].as_bytes()), (200, &b"application/pdf"[..]));
    assert_eq!(headers["content-disposition"].as_bytes(), b"inline; filename=\"INV-2026-00001.pdf\"");
    assert!(file.starts_with(b"%PDF-") && file.len() < 60_000, "{} bytes", file.len());
    let (status, _, problem) = test.print(&path, "image/png").await;
    let problem: Value = serde_json::from_slice(&problem).unwrap();
    assert_eq!((status, &problem["code"]), (406, &json!("NOT_ACCEPTABLE")));
    for accept in ["*/*", "application/json"] {
        let (status, headers, _) = test.print(&path, accept).await;
        assert_eq!((status, headers["content-type"].as_bytes()), (200, &b"application/json"[..]));
    }
    // What is not there is not there in any type.
    for accept in ["text/html", "application/pdf"] {
        assert_eq!(test.print("/inv_none", accept).await.0, 404, "{accept}");
    }
}

#[tokio::test(start_paused = true)]
async fn lines_of_a_section_stand_below_its_name() {
    let test = test().await;
    let item = |section: Value, text: &str| json!({"description": text, "unit_price": 1, "section": section});
    let items = [item(json!("Berlin"), "a"), item(json!("Berlin"), "b"), item(json!("Boston"), "c")];
    let path = test.open(with(new(), "items", json!(items))).await;
    let shown = test.get(&path).await;
    let sections: Vec<&Value> = shown["items"].as_array().unwrap().iter().map(|item| &item["section"]).collect();
    assert_eq!(sections, ["Berlin", "Berlin", "Boston"]);
    let (_, _, html) = test.print(&path, "text/html").await;
    let html = String::from_utf8(html).unwrap();
    let place = |text: &str| {
        let cell = format!("<td>{text}</td>");
        assert_eq!(html.matches(&cell).count(), 1, "{cell} {html}");
        html.find(&cell).unwrap()
    };
    let places = ["Berlin", "a", "b", "Boston", "c"].map(place);
    assert!(places.is_sorted(), "{places:?}");
    let (status, problem) = test.acme("POST", "", with(new(), "items", json!([item(json!(""), "a")]))).await;
    assert_eq!((status, &problem["errors"][0]["field"]), (400, &json!("items[0].section")));
}
