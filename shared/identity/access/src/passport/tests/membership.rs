//! What the database says of people with good tokens: whether their tenant is active, and whether it has them.

use edge_capabilities::Capabilities;

use super::*;

const CLINIC: &str = "0b7e1f6c-6f0a-4a4e-9a55-3f1f0f6f2d11";
const OTHER: &str = "5d0f1c5e-91a0-4f0e-8a43-2b8f5c1d7e22";

struct Clinic {
    test: Test,
    instance: Instance,
    db: Capabilities,
    number: AtomicU64,
}

impl Clinic {
    async fn open() -> Self {
        let test = test();
        let (instance, db) = (test.instance(), test.world.instance().0);
        let clinic = Self { test, instance, db, number: AtomicU64::new(0) };
        for id in [CLINIC, OTHER] {
            let statement = "INSERT INTO tenants (id, name, slug, tenant_mode, owner_email, credits, is_active,
                is_suspended, settings, created_at, updated_at, history, outbox, revision)
                VALUES ($1, 'c', $1, 'external', 'o@c.example', 0, 1, 0, '{}', 0, 0, '{}', '[]', 0)";
            Db::new(clinic.db.db.clone()).query(statement, &[id.into()]).await.unwrap();
        }
        clinic
    }

    /// Takes note that `user` is this to the tenant from now on.
    async fn note(&self, tenant: &str, user: &str, role: Option<&str>) {
        let statement = "INSERT INTO tenant_memberships (tenant_id, number, user_id, role, actor, at)
            VALUES ($1, $2, $3, $4, 'test', 0)";
        let number = i64::try_from(self.number.fetch_add(1, Ordering::SeqCst)).unwrap();
        let values = [tenant.into(), number.into(), user.into(), role.into()];
        self.db.db.query(statement, &values).await.unwrap();
        self.pass().await;
    }

    async fn note_email(&self, user: &str, email: &str) {
        let statement = "INSERT INTO tenant_people (tenant_id, user_id, email, provisioned_by, joined_at, updated_at)
            VALUES ($1, $2, $3, 'erp_hr', 0, 0)";
        self.db.db.query(statement, &[CLINIC.into(), user.into(), email.into()]).await.unwrap();
        self.pass().await;
    }

    async fn set_active(&self, is_active: i64) {
        let statement = "UPDATE tenants SET is_active = $1 WHERE id = $2";
        self.db.db.query(statement, &[is_active.into(), CLINIC.into()]).await.unwrap();
    }

    /// Lets a second pass: so long a change may take.
    async fn pass(&self) {
        self.test.world.clock.advance(Duration::from_millis(1000)).await;
    }

    fn token(&self, sub: &str, more: &[(&str, Value)]) -> String {
        let said = with(with(claims(), "sub", json!(sub)), "tenant_id", json!(CLINIC));
        let said = more.iter().fold(said, |said, (name, value)| with(said, name, value.clone()));
        self.test.key(Alg::Es256).token(&said)
    }

    async fn code(&self, token: &str, tenant: Option<&str>) -> (u16, String) {
        let (status, body) = self.instance.ask_in(token, tenant).await;
        let code = serde_json::from_str::<Value>(&body).ok().and_then(|body| Some(body["code"].as_str()?.to_owned()));
        (status, code.unwrap_or(body))
    }
}

#[tokio::test(start_paused = true)]
async fn a_tenant_that_is_not_active_is_closed_to_its_people_within_a_second() {
    let clinic = Clinic::open().await;
    let token = clinic.token("ana", &[]);
    assert_eq!(clinic.code(&token, None).await.0, 200);
    clinic.set_active(0).await;
    // Busy all along, so that what is remembered is used.
    for _ in 0..10 {
        clinic.code(&token, None).await;
        clinic.test.world.clock.advance(Duration::from_millis(99)).await;
    }
    assert_eq!(clinic.code(&token, None).await, (403, "PERMISSION_DENIED".into()));
    assert_eq!(clinic.code(&token, Some(CLINIC)).await, (403, "PERMISSION_DENIED".into()));
    // The platform's own go on: somebody has to make it active again.
    let platform = clinic.token("root", &[("roles", json!(["platform_admin"]))]);
    assert_eq!(clinic.code(&platform, None).await.0, 200);
    clinic.set_active(1).await;
    clinic.pass().await;
    assert_eq!(clinic.code(&token, None).await.0, 200);
}

#[tokio::test(start_paused = true)]
async fn where_the_tenant_keeps_members_a_token_of_anybody_else_is_refused() {
    let clinic = Clinic::open().await;
    let (ana, ben) = (clinic.token("ana", &[("roles", json!(["OWNER"]))]), clinic.token("ben", &[]));
    assert_eq!([clinic.code(&ana, None).await.0, clinic.code(&ben, None).await.0], [200, 200]);
    clinic.note(CLINIC, "ana", Some("OWNER")).await;
    assert_eq!(clinic.code(&ana, None).await.0, 200);
    assert_eq!(clinic.code(&ben, None).await, (403, "PERMISSION_DENIED".into()));
    clinic.note(CLINIC, "ben", Some("MEMBER")).await;
    assert_eq!(clinic.code(&ben, None).await.0, 200);
    // Another role is a member still: the token says what it may.
    clinic.note(CLINIC, "ana", Some("ADMIN")).await;
    assert_eq!(clinic.code(&ana, None).await.0, 200);
    clinic.note(CLINIC, "ana", None).await;
    assert_eq!(clinic.code(&ana, None).await, (403, "PERMISSION_DENIED".into()));
    // Also when nobody is left.
    clinic.note(CLINIC, "ben", None).await;
    for token in [&ana, &ben] {
        assert_eq!(clinic.code(token, None).await, (403, "PERMISSION_DENIED".into()));
    }
    clinic.note(CLINIC, "ana", Some("OWNER")).await;
    assert_eq!(clinic.code(&ana, None).await.0, 200);
}

#[tokio::test(start_paused = true)]
async fn a_person_acts_in_any_tenant_that_has_them_as_a_member_with_the_members_role() {
    let clinic = Clinic::open().await;
    let token = clinic.token("ana", &[("roles", json!(["OWNER"]))]);
    let not_theirs = (404, "TENANT_NOT_FOUND".to_owned());
    let strange = ["nowhere", "", "two\tnames", "0b7e1f6c-6f0a-4a4e-9a55-3f1f0f6f2d12"];
    for named in [OTHER].iter().chain(&strange) {
        assert_eq!(clinic.code(&token, Some(named)).await, not_theirs, "{named}");
    }
    clinic.note(OTHER, "ana", Some("MEMBER")).await;
    assert_eq!(clinic.code(&token, Some(OTHER)).await, (200, format!("user:ana Some({OTHER:?})")));
    assert_eq!(clinic.code(&token, Some(&OTHER.to_uppercase())).await.0, 200);
    let (capabilities, _tasks) = clinic.test.world.instance();
    let authenticator = Authenticator::new(&capabilities, &Db::new(capabilities.db.clone()));
    let mut headers = http::HeaderMap::new();
    headers.insert("authorization", format!("Bearer {token}").parse().unwrap());
    headers.insert("x-tenant-id", OTHER.parse().unwrap());
    let caller = authenticator.authenticate(&headers).await.unwrap();
    // What the token says of its own tenant is nothing to this one.
    assert_eq!((caller.scopes, caller.role()), (crate::Role::Member.scopes(), "MEMBER"));
    // Whoever belongs to no tenant of the issuer's may be somebody's member, and acts where they say.
    let nobodys = clinic.token("ana", &[("tenant_id", Value::Null)]);
    assert_eq!(clinic.code(&nobodys, None).await, (403, "PERMISSION_DENIED".into()));
    assert_eq!(clinic.code(&nobodys, Some(OTHER)).await.0, 200);
    clinic.note(OTHER, "ana", None).await;
    assert_eq!(clinic.code(&token, Some(OTHER)).await, not_theirs);
    clinic.note(CLINIC, "cem", Some("OWNER")).await;
    let cem = clinic.token("cem", &[("tenant_id", json!(OTHER))]);
    clinic.set_active(0).await;
    clinic.pass().await;
    assert_eq!(clinic.code(&cem, Some(CLINIC)).await, (403, "PERMISSION_DENIED".into()));
}

#[tokio::test(start_paused = true)]
async fn whom_the_erp_knows_by_their_address_is_a_member_and_never_after_being_removed() {
    let clinic = Clinic::open().await;
    clinic.note(CLINIC, "E-17", Some("ADMIN")).await;
    clinic.note_email("E-17", "Dana@Clinic.example").await;
    let of = |more: &[(&str, Value)]| clinic.token("auth0|dana", more);
    let address = ("email", json!("dana@clinic.EXAMPLE"));
    for (more, status) in [
        (vec![address.clone()], 200),
        (vec![address.clone(), ("email_verified", json!(true))], 200),
        (vec![address.clone(), ("email_verified", json!(false))], 403),
        (vec![address.clone(), ("email_verified", json!("yes"))], 403),
        (vec![("email", json!("eve@clinic.example"))], 403),
        (vec![("email", Value::Null)], 403),
    ] {
        assert_eq!(clinic.code(&of(&more), None).await.0, status, "{more:?}");
    }
    // An address opens no other tenant.
    let elsewhere = of(&[address.clone(), ("tenant_id", json!(OTHER))]);
    assert_eq!(clinic.code(&elsewhere, Some(CLINIC)).await.0, 404);
    clinic.note(CLINIC, "auth0|dana", Some("OWNER")).await;
    clinic.note(CLINIC, "auth0|dana", None).await;
    assert_eq!(clinic.code(&of(std::slice::from_ref(&address)), None).await.0, 403);
}

#[tokio::test(start_paused = true)]
async fn while_the_record_is_down_people_go_on_and_strangers_wait() {
    let clinic = Clinic::open().await;
    clinic.note(CLINIC, "ana", Some("OWNER")).await;
    let (ana, ben) = (clinic.token("ana", &[]), clinic.token("ben", &[]));
    assert_eq!([clinic.code(&ana, None).await.0, clinic.code(&ben, None).await.0], [200, 403]);
    clinic.test.world.db.set_down(true);
    clinic.test.world.clock.advance(Duration::from_secs(30)).await;
    let fresh = clinic.test.instance();
    for instance in [&clinic.instance, &fresh] {
        assert_eq!([instance.status(&ana).await, instance.status(&ben).await], [200, 403]);
        assert_eq!(instance.status(&clinic.token("cem", &[])).await, 503);
    }
    clinic.test.world.clock.advance(Duration::from_mins(5)).await;
    assert_eq!(clinic.code(&ana, None).await, (503, "STORE_UNAVAILABLE".into()));
    clinic.test.world.db.set_down(false);
    assert_eq!(clinic.code(&ana, None).await.0, 200);
}

#[tokio::test(start_paused = true)]
async fn a_person_who_was_just_looked_up_costs_no_store_a_call() {
    let clinic = Clinic::open().await;
    clinic.note(CLINIC, "ana", Some("OWNER")).await;
    let ana = clinic.token("ana", &[]);
    assert_eq!(clinic.code(&ana, None).await.0, 200);
    clinic.test.world.db.set_down(true);
    for _ in 0..5 {
        assert_eq!(clinic.code(&ana, None).await.0, 200);
    }
    let copies = clinic.db.cache.get("standing:ana").await.unwrap();
    assert!(copies.is_none());
}
