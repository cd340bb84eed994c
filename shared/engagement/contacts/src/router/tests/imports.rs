use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use axum::body::Body;
use edge_capabilities::database::{Dialect, Row, Value as SqlValue};
use edge_capabilities::testing::World;
use edge_capabilities::{Clock as _, Database};

use super::*;

const IMPORT_PATH: &str = "/api/v1/contacts/import";

fn csv(body: impl Into<Body>, kind: &str) -> http::Request<Body> {
    let request = http::Request::post(IMPORT_PATH).header("authorization", format!("Bearer {PLATFORM}"));
    request.header("x-tenant-id", ACME).header("content-type", kind).body(body.into()).unwrap()
}

fn runner(capabilities: &Capabilities) -> JobRunner {
    let db = Db::new(capabilities.db.clone());
    let queue = JobQueue::new(capabilities, &db);
    jobs(capabilities, &db, JobRunner::new("messaging", capabilities, &queue))
}

impl Test {
    /// Imports `file`; gives the import when it ended.
    async fn import(&self, file: &str) -> Value {
        let started = send(&self.router, csv(file.to_owned(), "text/csv; charset=UTF-8")).await.expect(202);
        let path = format!("/imports/{}", started["job_id"].as_str().unwrap());
        let import = loop {
            let import = self.acme("GET", &path, Value::Null).await.expect(200);
            if !import["finished_at"].is_null() {
                break import;
            }
            // It is read behind the answer.
            self.world.clock.advance(Duration::from_millis(10)).await;
        };
        assert_eq!(self.of(OTHER, "GET", &path, Value::Null).await.code(), (404, "JOB_NOT_FOUND"));
        import
    }

    async fn by_email(&self, email: &str) -> Value {
        self.acme("GET", &format!("?email={email}"), Value::Null).await.expect(200)["data"][0].clone()
    }

    async fn count(&self, table: &str) -> i64 {
        let rows = self.db().query(&format!("SELECT COUNT(*) FROM {table}"), &[]).await.unwrap();
        rows[0].integer(0).unwrap()
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_makes_and_changes_contacts_and_names_its_errors() {
    let test = test().await;
    test.make(json!({"email": "Ana@x.example", "name": "Ana", "attributes": {"plan": "pro"}, "tags": ["old"]})).await;
    test.make(json!({"phone": "+919876543210"})).await;
    let file = "\u{feff}email,phone,name,tags,city,time zone\r\n\
        ana@x.example,,Ana Bell,vip;new,Pune,Asia/Kolkata\r\n\
        ben@x.example,+91 98765 43210,\"Ben, \"\"B\"\"\",,,\r\n\
        cid@x.example,+919876543210,,,,\r\n\
        ,,Nobody,,,\r\n\
        dan@x,12345,Dan,,,Mars/Olympus\r\n\
        eve@x.example,,=cmd(),,,\r\n\
        \"fay\"x,,,,,\r\n\
        gus@x.example\r\n\
        \r\n\
        ANA@X.example,,,,Delhi,\r\n\
        <script>@x.example,,,,,\r\n\
        hal@x.example,,<b>Hal</b>,,,\r\n";
    let import = test.import(file).await;
    let error = |line: u32, field: &str, message: &str| json!({"line": line, "field": field, "message": message});
    let expected = json!([
        error(4, "phone", "is another contact's"),
        error(5, "email", "is empty, and there is no phone either"),
        error(6, "phone", "must be + and 7 to 15 digits, the country's code first, such as +919876543210"),
        error(6, "timezone", "must be a time zone of the IANA database such as Asia/Kolkata"),
        error(7, "name", "begins like a formula of a spreadsheet: with =, @, + or -"),
        error(8, "line", "has text after a closing quotation mark"),
        error(9, "line", "has 1 fields; the header has 6"),
        error(12, "email", "must be an e-mail address such as ana@example.com"),
    ]);
    assert_eq!(import["errors"], expected);
    let counts = ["total_rows", "processed_rows", "created", "updated", "failed", "progress"].map(|name| &import[name]);
    assert_eq!((counts, &import["status"]), ([11, 11, 1, 3, 7, 100].map(|n| json!(n)).each_ref(), &json!("completed")));
    let ana = test.by_email("ana@x.example").await;
    assert_eq!((&ana["name"], &ana["email"]), (&json!("Ana Bell"), &json!("ANA@X.example")));
    assert_eq!((&ana["attributes"], &ana["tags"]), (&json!({"plan": "pro", "city": "Delhi"}), &json!(["vip", "new"])));
    assert_eq!((&ana["timezone"], &ana["revision"]), (&json!("Asia/Kolkata"), &json!(2)));
    let ben = test.by_email("ben@x.example").await;
    assert_eq!((&ben["name"], &ben["phone"]), (&json!("Ben, \"B\""), &json!("+919876543210")));
    assert_eq!(test.by_email("hal@x.example").await["name"], "<b>Hal</b>");
    assert_eq!((test.count("contacts").await, test.count("contact_import_chunks").await), (3, 0));
    // The same file again makes nothing.
    let again = test.import(file).await;
    assert_eq!((&again["created"], &again["updated"], &again["failed"]), (&json!(0), &json!(4), &json!(7)));
    assert_eq!(test.count("contacts").await, 3);
}

#[tokio::test(start_paused = true)]
async fn a_phone_is_one_contacts_until_another_file_passes_it_on() {
    let test = test().await;
    test.make(json!({"email": "a@x.example", "phone": "+919876543210"})).await;
    test.make(json!({"email": "b@x.example", "phone": "+919876543211"})).await;
    let import = test.import("email,phone\na@x.example,+919876543211\nb@x.example,+919876543210\n").await;
    assert_eq!((&import["failed"], import["errors"].as_array().unwrap().len()), (&json!(2), 2));
    let file = "email,phone\na@x.example,+919876543219\nb@x.example,+919876543210\n";
    let import = test.import(file).await;
    let taken = json!([{"line": 3, "field": "phone", "message": "is another contact's"}]);
    assert_eq!((&import["updated"], &import["errors"]), (&json!(1), &taken));
    let import = test.import(file).await;
    assert_eq!((&import["updated"], &import["failed"]), (&json!(2), &json!(0)));
    assert_eq!(test.by_email("a@x.example").await["phone"], "+919876543219");
    assert_eq!(test.by_email("b@x.example").await["phone"], "+919876543210");
}

#[tokio::test(start_paused = true)]
async fn a_file_that_cannot_be_imported_is_refused_with_line_and_field() {
    let test = test().await;
    for (body, field, message) in [
        (&b""[..], "file", "line 1: is empty: its first line must name the columns"),
        (b"name\nAna\n", "email", "line 1: is missing in the header, and so is phone: a contact has one of them"),
        (b"email\n\xe9@x.example\n", "file", "line 2: is not UTF-8"),
        (
            b"email\n\"a@x.example\n",
            "line",
            "line 2: has a quotation mark that is never closed: nothing after it is read",
        ),
    ] {
        let answer = send(&test.router, csv(body.to_vec(), "text/csv")).await;
        assert_eq!(answer.code(), (400, "VALIDATION_ERROR"));
        assert_eq!(answer.body["errors"][0], json!({"field": field, "message": message}));
    }
    for kind in ["application/json", "text/csv; charset=iso-8859-1", ""] {
        let answer = send(&test.router, csv("email\na@x.example\n", kind)).await;
        assert_eq!(answer.code(), (415, "UNSUPPORTED_MEDIA_TYPE"), "{kind}");
    }
    let large = format!("email\n{}", "a".repeat(32 << 20));
    assert_eq!(send(&test.router, csv(large, "text/csv")).await.code(), (413, "PAYLOAD_TOO_LARGE"));
    assert_eq!(test.count("contact_imports").await, 0);
}

/// A file of more than two parts, with errors, records of one contact, and a contact that is there.
fn long_file() -> String {
    let mut file = "email,phone,name\nthere@x.example,,There\n".to_owned();
    for number in 0..1_100 {
        let (person, bad) = (number % 1_000, if number % 100 == 7 { "x" } else { "" });
        file.push_str(&format!("p{person}@x.example,{bad}+9190000{number:05},P {number}\n"));
    }
    file
}

/// Checks what came of the long file: each row once.
async fn check(test: &Test, import: &Value, context: &str) {
    let counts = ["total_rows", "processed_rows", "created", "updated", "failed"].map(|name| import[name].as_i64());
    assert_eq!(counts, [1_101, 1_101, 990, 100, 11].map(Some), "{context}: {import}");
    assert_eq!((&import["status"], import["errors"].as_array().unwrap().len()), (&json!("completed"), 11), "{context}");
    assert_eq!((test.count("contacts").await, test.count("contact_import_chunks").await), (991, 0), "{context}");
    assert_eq!(test.count("jobs").await, 1, "{context}: upkeep alone");
}

#[tokio::test(start_paused = true)]
async fn an_import_that_is_killed_at_any_call_loses_and_doubles_nothing() {
    let mut calls = 0;
    loop {
        calls += 1;
        let mut is_dead = true;
        for makes_the_last in [false, true] {
            let test = test().await;
            test.make(json!({"email": "there@x.example"})).await;
            // Nothing is read behind the answer.
            let (capabilities, tasks) = test.world.instance();
            let started = send(&router(capabilities), csv(long_file(), "text/csv")).await.expect(202);
            tasks.kill();
            let (capabilities, life) = test.world.mortal(calls, makes_the_last);
            let mortal = runner(&capabilities);
            tokio::select! {
                drained = mortal.drain() => { drained.unwrap(); }
                () = life.death() => {}
            }
            is_dead &= life.is_dead();
            settle(&test.world).await;
            let path = format!("/imports/{}", started["job_id"].as_str().unwrap());
            let import = test.acme("GET", &path, Value::Null).await.expect(200);
            check(&test, &import, &format!("{calls} calls, {makes_the_last}")).await;
        }
        if !is_dead {
            break;
        }
    }
    assert!(calls > 20, "{calls}");
}

/// Has healthy workers do what is left.
async fn settle(world: &World) {
    for _ in 0..3 {
        world.clock.advance(Duration::from_mins(11)).await;
        runner(&world.instance().0).drain().await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_killed_at_any_call_leaves_an_import_that_ends_or_none() {
    let mut calls = 0;
    loop {
        calls += 1;
        let mut is_dead = true;
        for makes_the_last in [false, true] {
            let test = test().await;
            test.make(json!({"email": "there@x.example"})).await;
            let (capabilities, life) = test.world.mortal(calls, makes_the_last);
            let mortal = router(capabilities);
            tokio::select! {
                answer = send(&mortal, csv(long_file(), "text/csv")) => { answer.expect(202); }
                () = life.death() => {}
            }
            is_dead &= life.is_dead();
            drop(life);
            settle(&test.world).await;
            let rows = test.db().query("SELECT id FROM contact_imports", &[]).await.unwrap();
            let Some(row) = rows.first() else {
                assert_eq!(test.count("contacts").await, 1, "{calls}");
                for _ in 0..200 {
                    test.world.clock.advance(Duration::from_mins(15)).await;
                    test.db().advance_retention_time(test.world.clock.now()).await.unwrap();
                }
                settle(&test.world).await;
                assert_eq!(test.count("contact_import_chunks").await, 0, "{calls}");
                continue;
            };
            let path = format!("/imports/{}", row.text(0).unwrap());
            let import = test.acme("GET", &path, Value::Null).await.expect(200);
            check(&test, &import, &format!("{calls} calls, {makes_the_last}")).await;
        }
        if !is_dead {
            break;
        }
    }
    assert!(calls > 5, "{calls}");
}

/// A database before one of whose statements a contact of Acme is erased.
struct Erasing {
    database: Arc<dyn Database>,
    router: Router,
    contact: String,
    /// How many statements come before.
    before: AtomicI64,
}

#[async_trait]
impl Database for Erasing {
    async fn query(&self, statement: &str, parameters: &[SqlValue]) -> Result<Vec<Row>, DatabaseError> {
        if self.before.fetch_sub(1, Ordering::Relaxed) == 0 {
            let path = format!("{CONTACTS}{}", self.contact);
            let erase = request("DELETE", &path, PLATFORM, [("x-tenant-id", ACME)], &Value::Null);
            assert_eq!(send(&self.router, erase).await.status, 204);
        }
        self.database.query(statement, parameters).await
    }

    async fn dialect(&self) -> Result<Dialect, DatabaseError> {
        self.database.dialect().await
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_is_erased_is_not_made_again_by_an_import_that_began_before() {
    let mut before = 0;
    loop {
        let test = test().await;
        let contact = test.make(json!({"email": "P7@x.example", "phone": "+911111111111"})).await;
        // Nothing is read behind the answer.
        let (capabilities, tasks) = test.world.instance();
        let started = send(&router(capabilities), csv(long_file(), "text/csv")).await.expect(202);
        tasks.kill();
        let capabilities = test.world.instance().0;
        let erasing = Arc::new(Erasing {
            database: capabilities.db.clone(),
            router: test.router.clone(),
            contact: path(&contact),
            before: AtomicI64::new(before),
        });
        runner(&Capabilities { db: erasing.clone(), ..capabilities }).drain().await.unwrap();
        let import = test.acme("GET", &format!("/imports/{}", started["job_id"].as_str().unwrap()), Value::Null).await;
        let import = import.expect(200);
        assert_eq!((&import["status"], &import["processed_rows"]), (&json!("completed"), &json!(1_101)), "{before}");
        if erasing.before.load(Ordering::Relaxed) >= 0 {
            break;
        }
        assert_eq!(test.by_email("p7@x.example").await, Value::Null, "after {before} statements: {import}");
        assert_eq!(test.count("contact_erasures").await, 2);
        // An import that begins later may.
        test.world.clock.advance(Duration::from_secs(1)).await;
        test.import("email\np7@x.example\n").await;
        assert_eq!(test.by_email("p7@x.example").await["email"], "p7@x.example");
        before += 1;
    }
    assert!(before > 20, "{before}");
}
