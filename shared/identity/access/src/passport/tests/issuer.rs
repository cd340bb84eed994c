use super::*;

#[tokio::test(start_paused = true)]
async fn a_new_key_is_looked_for_at_once_and_one_that_is_gone_is_refused_everywhere() {
    let test = test();
    let (here, there) = (test.instance(), test.instance());
    let (old, new) = (SigningKey::new(Alg::Es256, 1), SigningKey::new(Alg::Es256, 2));
    for instance in [&here, &there] {
        assert_eq!(instance.status(&old.token(&claims())).await, 200);
    }
    test.publish(std::slice::from_ref(&new));
    assert_eq!(here.status(&new.token(&claims())).await, 200);
    for instance in [&here, &there] {
        assert_eq!(instance.status(&old.token(&claims())).await, 401);
        assert_eq!(instance.status(&new.token(&claims())).await, 200);
    }
}

#[tokio::test(start_paused = true)]
async fn names_of_keys_that_are_made_up_do_not_hammer_the_issuer() {
    let test = test();
    let instances = [test.instance(), test.instance(), test.instance()];
    let own = SigningKey::new(Alg::EdDsa, 666);
    assert_eq!(instances[0].status(&test.key(Alg::EdDsa).token(&claims())).await, 200);
    for number in 0..600 {
        let header = json!({"alg": "EdDSA", "kid": format!("made-up-{number}")});
        let status = instances[number % 3].status(&own.token_with(&header, &claims())).await;
        // Where the issuer was not asked nobody can say that there is no such key.
        assert!([401, 503].contains(&status), "{status}");
        test.world.clock.advance(Duration::from_millis(100)).await;
    }
    let fetched = test.fetched();
    assert!((2..=32).contains(&fetched), "{fetched} in a minute");
}

/// Somebody makes up names all along, on every node; a key that was just rotated in is never said not to exist, and found
/// within seconds. Those that are known go on as ever.
#[tokio::test(start_paused = true)]
async fn made_up_names_never_turn_away_whoever_has_a_key_that_was_just_rotated_in() {
    let test = test();
    let instances = [test.instance(), test.instance()];
    let own = SigningKey::new(Alg::EdDsa, 666);
    let mut number = 0;
    let mut current = test.key(Alg::EdDsa);
    assert_eq!(instances[0].status(&current.token(&claims())).await, 200);
    for rotation in 2..8 {
        let new = SigningKey::new(Alg::EdDsa, rotation);
        for round in 0..100 {
            if round == 50 {
                test.publish(&[current.clone(), new.clone()]);
            }
            number += 1;
            // Also under the name that the next key will have.
            let kid = if number % 3 == 0 { new.kid.clone() } else { format!("made-up-{number}") };
            let made_up = own.token_with(&json!({"alg": "EdDSA", "kid": kid}), &claims());
            let mut statuses = futures::future::join_all(instances.iter().map(|one| one.status(&made_up))).await;
            statuses.retain(|status| ![401, 503].contains(status));
            assert_eq!(statuses, [0_u16; 0]);
            assert_eq!(instances[number % 2].status(&current.token(&claims())).await, 200);
            if round >= 50 {
                let status = instances[number % 2].status(&new.token(&claims())).await;
                let waited = (round - 50) * 100;
                assert!(status == 200 || (status == 503 && waited <= 3500), "{status} after {waited} ms");
            }
            test.world.clock.advance(Duration::from_millis(100)).await;
        }
        current = new;
    }
}

/// A set that was asked for before the key was published says nothing of it.
#[tokio::test(start_paused = true)]
async fn a_token_that_comes_while_an_older_set_is_on_its_way_is_not_held_against_that_one() {
    let test = test();
    let instance = test.instance();
    assert_eq!(instance.status(&test.key(Alg::EdDsa).token(&claims())).await, 200);
    let made_up = SigningKey::new(Alg::EdDsa, 666).token(&claims());
    let new = SigningKey::new(Alg::EdDsa, 2);
    test.answer_with_what_was_when_asked();
    let first = instance.status(&made_up);
    let second = async {
        test.world.clock.advance(Duration::from_millis(10)).await;
        test.publish(std::slice::from_ref(&new));
        instance.status(&new.token(&claims())).await
    };
    assert_eq!(futures::future::join(first, second).await, (401, 200));
}

#[tokio::test(start_paused = true)]
async fn keys_are_fetched_anew_behind_the_answer_and_then_before_it() {
    let test = test();
    let instance = test.instance();
    let token = |test: &Test| test.key(Alg::Rs256).token(&with(claims(), "exp", json!(9_999_999_999_i64)));
    assert_eq!(instance.status(&token(&test)).await, 200);
    test.world.clock.advance(Duration::from_mins(4)).await;
    assert_eq!((instance.status(&token(&test)).await, test.fetched()), (200, 1));
    // Taken away meanwhile: used once more, and fetched anew behind the answer.
    test.publish(&[SigningKey::new(Alg::Rs256, 2)]);
    test.world.clock.advance(Duration::from_mins(2)).await;
    assert_eq!(instance.status(&token(&test)).await, 200);
    test.world.clock.advance(Duration::from_millis(100)).await;
    assert_eq!((instance.status(&token(&test)).await, test.fetched()), (401, 3));
    // Long after nobody has asked, before the answer.
    test.publish(&[test.key(Alg::Rs256)]);
    test.world.clock.advance(Duration::from_mins(16)).await;
    assert_eq!(instance.status(&token(&test)).await, 200);
}

#[tokio::test(start_paused = true)]
async fn while_the_issuer_is_down_known_keys_work_for_an_hour_and_new_ones_get_503() {
    let test = test();
    let instance = test.instance();
    let good = test.key(Alg::Es256).token(&with(claims(), "exp", json!(9_999_999_999_i64)));
    let new = SigningKey::new(Alg::Es256, 2).token(&claims());
    test.set_down(true);
    let (status, body) = instance.ask(&good).await;
    assert_eq!(status, 503);
    assert!(body.contains("UPSTREAM_UNAVAILABLE"), "{body}");
    test.set_down(false);
    test.world.clock.advance(Duration::from_secs(3)).await;
    assert_eq!(instance.status(&good).await, 200);
    test.set_down(true);
    // However often somebody tries meanwhile, it is looked for as soon as the issuer answers.
    test.publish(&[test.key(Alg::Es256), SigningKey::new(Alg::Es256, 2)]);
    for _ in 0..100 {
        assert_eq!(instance.status(&new).await, 503);
        test.world.clock.advance(Duration::from_millis(300)).await;
    }
    test.set_down(false);
    test.world.clock.advance(Duration::from_secs(2)).await;
    assert_eq!(instance.status(&new).await, 200);
    test.set_down(true);
    test.world.clock.advance(Duration::from_mins(50)).await;
    for instance in [&instance, &test.instance()] {
        assert_eq!(instance.status(&good).await, 200);
    }
    test.world.clock.advance(Duration::from_mins(11)).await;
    assert_eq!(instance.status(&good).await, 503);
    test.set_down(false);
    test.world.clock.advance(Duration::from_secs(3)).await;
    assert_eq!(instance.status(&good).await, 200);
}

#[tokio::test(start_paused = true)]
async fn an_issuer_that_is_down_is_not_asked_by_every_request() {
    let test = test();
    let instance = test.instance();
    test.set_down(true);
    let token = test.key(Alg::Es256).token(&claims());
    for _ in 0..100 {
        assert_eq!(instance.status(&token).await, 503);
        test.world.clock.advance(Duration::from_millis(100)).await;
    }
    assert!((3..=8).contains(&test.fetched()), "{} in ten seconds", test.fetched());
}

#[tokio::test(start_paused = true)]
async fn many_who_come_together_fetch_the_keys_once() {
    let test = test();
    let instance = test.instance();
    let token = test.key(Alg::EdDsa).token(&claims());
    let statuses = futures::future::join_all((0..50).map(|_| instance.status(&token))).await;
    assert_eq!((statuses, test.fetched()), (vec![200; 50], 1));
    // And whoever is dropped half-way leaves nobody waiting.
    test.publish(&[SigningKey::new(Alg::EdDsa, 2)]);
    let new = SigningKey::new(Alg::EdDsa, 2).token(&claims());
    let dropped = tokio::time::timeout(Duration::from_millis(5), instance.status(&new)).await;
    assert!(dropped.is_err());
    assert_eq!(instance.status(&new).await, 200);
}

#[tokio::test(start_paused = true)]
async fn without_the_cache_each_instance_asks_for_itself() {
    let test = test();
    test.world.cache.set_down(true);
    let token = test.key(Alg::Es256).token(&claims());
    for instance in [test.instance(), test.instance()] {
        assert_eq!((instance.status(&token).await, instance.status(&token).await), (200, 200));
    }
    assert_eq!(test.fetched(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_no_set_of_keys_is_none() {
    let test = test();
    let token = test.key(Alg::Es256).token(&claims());
    for (status, body) in [(500, "{}"), (302, ""), (200, ""), (200, "[]"), (200, r#"{"keys":7}"#), (200, "<html>")] {
        let component = super::super::router(test.world.instance().0);
        test.world.http.on_request(move |request| {
            let component = component.clone();
            async move {
                if request.uri().host() == Some("passport-keys.spin.internal") {
                    let (head, body) = component.oneshot(request.map(Body::from)).await.unwrap().into_parts();
                    return Ok(Response::from_parts(head, body.collect().await.unwrap().to_bytes()));
                }
                Ok(Response::builder().status(status).body(Bytes::from(body)).unwrap())
            }
        });
        assert_eq!(test.instance().status(&token).await, 503, "{status} {body}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_api_key_costs_nothing_for_tokens_sake() {
    let test = test();
    // Whoever reads a variable that cannot be read fails.
    struct Unreadable(Arc<dyn edge_capabilities::Config>);
    #[async_trait::async_trait]
    impl edge_capabilities::Config for Unreadable {
        async fn get(&self, name: &str) -> Result<Option<String>, edge_capabilities::config::ConfigError> {
            assert!(!name.starts_with("passport_") && !name.starts_with("rate_limit_"), "{name} was read");
            self.0.get(name).await
        }
    }
    test.world.config.set("bootstrap_admin_key", "bootstrap-key-of-the-tests");
    let (mut capabilities, _tasks) = test.world.instance();
    let keys = crate::router(capabilities.clone());
    let request = Request::post("/api/v1/api-keys").header("authorization", "Bearer bootstrap-key-of-the-tests");
    let body = json!({"name": "k", "scopes": ["seats:verify"]}).to_string();
    let made = keys.oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
    let made: Value = serde_json::from_slice(&made.into_body().collect().await.unwrap().to_bytes()).unwrap();
    capabilities.config = Arc::new(Unreadable(test.world.config.clone()));
    let authenticator = Authenticator::new(&capabilities, &Db::new(capabilities.db.clone()));
    let routes = Router::new()
        .route("/guarded", get(async |granted: Granted<SeatsVerify>| granted.caller.id.to_string()))
        .with_state(authenticator);
    let instance = Instance { router: edge_http::finish(routes, "guarded", &capabilities), _tasks };
    assert_eq!(instance.status(made["key"].as_str().unwrap()).await, 200);
}
