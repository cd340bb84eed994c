//! Where requests go by the routes in `spin.toml`.

use std::fs;

use routefinder::Router;
use toml::Table;

use crate::root;

/// The routes outside, without those that other components call.
fn routes() -> Vec<String> {
    let manifest: Table = fs::read_to_string(root().join("spin.toml")).unwrap().parse().unwrap();
    let triggers = manifest["trigger"]["http"].as_array().unwrap().clone();
    triggers.iter().filter_map(|trigger| trigger["route"].as_str().map(str::to_owned)).collect()
}

/// A path that this route is for, and no other.
fn paths(route: &str) -> Vec<String> {
    match route.strip_suffix("/...") {
        Some("") => vec!["/nothing".to_owned(), "/nothing/at/all".to_owned()],
        Some(prefix) => vec![prefix.to_owned(), format!("{prefix}/one"), format!("{prefix}/one/two.three")],
        None => vec![route.replace("/:well_known/", "/.well-known/")],
    }
}

/// Spin's router orders the routes by a comparison that is no order for all routes, and then loses some of them.
#[test]
fn every_path_finds_its_route_in_whatever_order_routes_are_added() {
    let mut routes = routes();
    assert!(routes.len() > 30, "{routes:?}");
    for turn in 0..2 * routes.len() {
        routes.rotate_left(1);
        if turn == routes.len() {
            routes.reverse();
        }
        let middle = turn % routes.len();
        routes.swap(0, middle);
        let mut router = Router::new();
        for route in &routes {
            let pattern = route.strip_suffix("/...").map_or(route.clone(), |prefix| format!("{prefix}/*"));
            router.add(pattern.as_str(), route.clone()).unwrap();
        }
        for route in &routes {
            for path in paths(route) {
                let found = router.best_match(&path).map(|found| found.handler().clone());
                assert_eq!(found.as_ref(), Some(route), "{path}");
            }
        }
    }
}
