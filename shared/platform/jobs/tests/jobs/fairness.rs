//! No tenant waits for another's many jobs.

use edge_capabilities::testing::{START, World};
use edge_jobs::{JobKind, NewJob};

use crate::{KIND, job, queue};

async fn fill(queue: &edge_jobs::JobQueue, tenant: &str, count: usize) {
    let jobs = (0..count).map(|number| job(&format!("{tenant}.{number}"), START).for_tenant(tenant)).collect();
    queue.enqueue_all(jobs).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_tenant_with_ten_thousand_jobs_starves_no_other() {
    let world = World::new(1);
    let queue = queue(&world);
    fill(&queue, "large", 10_000).await;
    fill(&queue, "small", 3).await;
    queue.enqueue(job("of nobody", START)).await.unwrap();
    let mut claimed = Vec::new();
    for _ in 0..3 {
        let jobs = queue.claim(&[KIND.name], 4).await.unwrap();
        assert!((2..=4).contains(&jobs.len()), "{}", jobs.len());
        claimed.extend(jobs.into_iter().map(|job| job.key));
    }
    for key in ["small.0", "small.1", "small.2", "of nobody"] {
        assert!(claimed.iter().any(|claimed| claimed == key), "{key}: {claimed:?}");
    }
    assert!(claimed.iter().any(|claimed| claimed.starts_with("large")));
}

#[tokio::test(start_paused = true)]
async fn a_kind_that_another_component_runs_is_left_alone_and_in_nobodys_way() {
    let world = World::new(1);
    let queue = queue(&world);
    let other = JobKind::new("test.other");
    let jobs = (0..5_000).map(|number| NewJob::new(other, number.to_string(), START)).collect();
    queue.enqueue_all(jobs).await.unwrap();
    fill(&queue, "t", 2).await;
    let jobs = queue.claim(&[KIND.name], 100).await.unwrap();
    assert_eq!(jobs.iter().map(|job| job.key.as_str()).collect::<Vec<_>>(), ["t.0", "t.1"]);
    assert_eq!(queue.claim(&[], 100).await.unwrap(), []);
}

#[tokio::test(start_paused = true)]
async fn a_batch_holds_the_first_jobs_of_all_tenants_before_the_second_of_any() {
    let world = World::new(1);
    let queue = queue(&world);
    for tenant in ["a", "b", "c", "d", "e"] {
        fill(&queue, tenant, 20).await;
    }
    for _ in 0..4 {
        let jobs = queue.claim(&[KIND.name], 10).await.unwrap();
        for tenant in ["a", "b", "c", "d", "e"] {
            assert_eq!(jobs.iter().filter(|job| job.tenant() == Some(tenant)).count(), 2);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn two_nodes_that_claim_at_once_get_each_job_once() {
    let world = World::new(1);
    let queues = [queue(&world), queue(&world)];
    fill(&queues[0], "a", 60).await;
    fill(&queues[0], "b", 60).await;
    let mut keys = Vec::new();
    loop {
        let claims = futures::future::join_all((0..6).map(|number| queues[number % 2].claim(&[KIND.name], 7))).await;
        let jobs: Vec<_> = claims.into_iter().flat_map(Result::unwrap).collect();
        if jobs.is_empty() {
            break;
        }
        keys.extend(jobs.into_iter().map(|job| job.key));
    }
    let claimed = keys.len();
    keys.sort();
    keys.dedup();
    assert_eq!((claimed, keys.len()), (120, 120));
}

#[tokio::test(start_paused = true)]
async fn claims_read_no_more_than_each_tenants_share() {
    let world = World::new(1);
    let queue = queue(&world);
    fill(&queue, "a", 1).await;
    let claim = "EXPLAIN QUERY PLAN SELECT d.id FROM jobs d WHERE d.kind = $1 AND d.tenant_id = $2 AND d.due_at <= $3
        ORDER BY d.due_at, d.id LIMIT 5";
    let plan =
        edge_capabilities::Database::query(&*world.db, claim, &["k".into(), "t".into(), 1.into()]).await.unwrap();
    let plan: Vec<&str> = plan.iter().map(|row| row.text(3).unwrap()).collect();
    assert_eq!(plan, ["SEARCH d USING COVERING INDEX jobs_due (kind=? AND tenant_id=? AND due_at<?)"]);
}
