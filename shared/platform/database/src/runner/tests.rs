mod released;

use std::sync::Arc;

use edge_capabilities::database::{Row, Value};
use edge_capabilities::testing::{MemoryDatabase, SeededRandom, World};

use super::*;

/// All that a migration may do; what must not happen twice changes the outcome if it does.
const LIST: &[Migration] = &[
    Migration {
        name: "",
        statements: "CREATE TABLE IF NOT EXISTS seats (id TEXT PRIMARY KEY, used BIGINT NOT NULL, label TEXT);
INSERT INTO seats (id, used, label) VALUES ('a', 1, 'x'), ('b', 2, 'y');
",
        min_build: 0,
    },
    Migration {
        name: "",
        statements: "-- Used is counted anew;
ALTER TABLE seats ADD COLUMN uses BIGINT NOT NULL DEFAULT 0;
ALTER TABLE seats ADD COLUMN note TEXT;
UPDATE seats SET uses = uses + used, note = 'was ' || used;
CREATE TABLE IF NOT EXISTS labels (seat TEXT NOT NULL, label TEXT NOT NULL);
INSERT INTO labels (seat, label) SELECT id, label FROM seats;
DELETE FROM labels WHERE label = 'y';
CREATE INDEX IF NOT EXISTS labels_of_seat ON labels (seat);
",
        min_build: 0,
    },
    Migration {
        name: "",
        statements: "DROP INDEX IF EXISTS labels_of_seat;
ALTER TABLE seats DROP COLUMN label;
UPDATE seats SET uses = uses * 10;
DROP TABLE IF EXISTS labels;
CREATE UNIQUE INDEX IF NOT EXISTS seats_by_uses ON seats (uses);
",
        min_build: 2,
    },
];

async fn rows(database: &dyn Database, statement: &str) -> Vec<Row> {
    database.query(statement, &[]).await.unwrap()
}

async fn execute(database: &dyn Database, statement: &str) {
    database.query(statement, &[]).await.unwrap();
}

/// The tables and indices that are there, and what `LIST` made of the rows.
async fn outcome(database: &dyn Database) -> (Vec<Row>, Vec<Row>, Vec<Row>) {
    let schema = "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name";
    (
        rows(database, schema).await,
        rows(database, "SELECT id, used, uses, note FROM seats ORDER BY id").await,
        rows(database, "SELECT version, min_build FROM schema_migrations ORDER BY version").await,
    )
}

async fn expected() -> (Vec<Row>, Vec<Row>, Vec<Row>) {
    let database = MemoryDatabase::new();
    migrate(&database, LIST).await.unwrap();
    let outcome = outcome(&database).await;
    let seat = |id: &str, used: i64, uses: i64| {
        Row(vec![id.into(), used.into(), uses.into(), Value::Text(format!("was {used}"))])
    };
    assert_eq!(outcome.1, [seat("a", 1, 10), seat("b", 2, 20)]);
    outcome
}

/// Migrates as a node that ends at its call number `calls`; whether it came through.
async fn migrate_as_mortal(world: &World, list: &[Migration], calls: i64, makes_the_last: bool) -> bool {
    let (capabilities, lifetime) = world.mortal(calls, makes_the_last);
    tokio::select! {
        () = lifetime.death() => false,
        migrated = migrate(&*capabilities.db, list) => migrated.map(|()| true).unwrap(),
    }
}

#[tokio::test(start_paused = true)]
async fn a_node_that_ends_at_any_statement_leaves_what_the_next_completes() {
    let expected = expected().await;
    for makes_the_last in [false, true] {
        for calls in 1.. {
            let world = World::new(1);
            let came_through = migrate_as_mortal(&world, LIST, calls, makes_the_last).await;
            migrate(&*world.db, LIST).await.unwrap();
            assert_eq!(outcome(&*world.db).await, expected, "ended at call {calls}, made: {makes_the_last}");
            if came_through {
                assert!(calls > 50, "a migration takes more than {calls} calls");
                break;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn nodes_that_all_end_early_come_to_the_end_together() {
    let world = World::new(1);
    let mut lives = 12..;
    while !migrate_as_mortal(&world, LIST, lives.next().unwrap(), true).await {}
    assert_eq!(outcome(&*world.db).await, expected().await);
}

#[tokio::test(start_paused = true)]
async fn of_twenty_nodes_that_start_at_any_distance_one_makes_each_change() {
    let expected = expected().await;
    for distance in (0..60).step_by(4) {
        let database = MemoryDatabase::new();
        let node = async |number: usize| {
            for _ in 0..number * distance {
                tokio::task::yield_now().await;
            }
            migrate(&database, LIST).await
        };
        let nodes: Vec<_> = futures::future::join_all((0..20).map(node)).await;
        assert!(nodes.iter().all(Result::is_ok), "{distance}: {nodes:?}");
        assert_eq!(outcome(&database).await, expected, "{distance}");
    }
}

/// Each of the nodes is held up now and then, for as long as others take for several steps.
#[tokio::test(start_paused = true)]
async fn nodes_that_are_held_up_anywhere_change_nothing_that_others_did() {
    struct Halting(Arc<MemoryDatabase>, SeededRandom);

    #[async_trait::async_trait]
    impl Database for Halting {
        async fn query(&self, statement: &str, parameters: &[Value]) -> Result<Vec<Row>, DatabaseError> {
            let turns = self.1.below(40);
            for _ in 0..if turns < 30 { 0 } else { turns * 3 } {
                tokio::task::yield_now().await;
            }
            self.0.query(statement, parameters).await
        }

        async fn dialect(&self) -> Result<Dialect, DatabaseError> {
            Ok(Dialect::Sqlite)
        }
    }

    let expected = expected().await;
    for seed in 0..60 {
        let database = Arc::new(MemoryDatabase::new());
        let node =
            async |number: u64| migrate(&Halting(database.clone(), SeededRandom::new(seed * 100 + number)), LIST).await;
        // One may find what another is at, and fail: it tries again at its next request.
        futures::future::join_all((0..8).map(node)).await;
        migrate(&*database, LIST).await.unwrap();
        assert_eq!(outcome(&*database).await, expected, "seed {seed}");
    }
}

#[tokio::test]
async fn a_change_of_data_that_fails_is_tried_again_and_moves_nothing_meanwhile() {
    let list: [Migration; 2] = [
        LIST[0],
        Migration {
            name: "",
            statements: "CREATE UNIQUE INDEX IF NOT EXISTS seats_by_label ON seats (label);
INSERT INTO seats (id, used, label) SELECT id || id, used, CASE id WHEN 'a' THEN 'z' ELSE label END FROM seats;
",
            min_build: 0,
        },
    ];
    let database = MemoryDatabase::new();
    for _ in 0..2 {
        assert!(matches!(migrate(&database, &list).await, Err(DatabaseError::Duplicate(_))));
        assert_eq!(rows(&database, "SELECT COUNT(*) FROM seats").await, [Row(vec![2.into()])]);
        assert_eq!(missing(&database, &list).await, Ok(vec![2]));
    }
    execute(&database, "UPDATE seats SET label = NULL WHERE id = 'b'").await;
    migrate(&database, &list).await.unwrap();
    assert_eq!(rows(&database, "SELECT COUNT(*) FROM seats").await, [Row(vec![4.into()])]);
}

#[tokio::test]
async fn a_column_that_cannot_be_added_is_an_error() {
    for statement in ["ALTER TABLE seats ADD COLUMN x TEXT NOT NULL;\n", "ALTER TABLE nowhere ADD COLUMN x TEXT;\n"] {
        let list = [LIST[0], Migration { name: "", statements: statement, min_build: 0 }];
        let database = MemoryDatabase::new();
        assert!(matches!(migrate(&database, &list).await, Err(DatabaseError::Refused(_))), "{statement}");
        assert_eq!(missing(&database, &list).await, Ok(vec![2]));
    }
}

#[tokio::test]
async fn an_older_build_goes_on_beside_a_newer_one_that_only_adds() {
    let database = MemoryDatabase::new();
    migrate(&database, &LIST[..2]).await.unwrap();
    assert_eq!(migrate(&database, &LIST[..1]).await, Ok(()));
    // The third takes away what the first used, and not what the second uses.
    migrate(&database, LIST).await.unwrap();
    assert_eq!(migrate(&database, &LIST[..2]).await, Ok(()));
    let refused = migrate(&database, &LIST[..1]).await.unwrap_err().to_string();
    assert!(refused.contains("this build knows version 1") && refused.contains("version 2"), "{refused}");
}

#[tokio::test]
async fn a_newer_database_that_names_no_minimum_build_is_refused() {
    let database = MemoryDatabase::new();
    migrate(&database, LIST).await.unwrap();
    execute(&database, "INSERT INTO schema_migrations (version) VALUES (99)").await;
    let refused = migrate(&database, LIST).await.unwrap_err().to_string();
    assert!(refused.contains("newer than this build") && refused.contains("99"), "{refused}");
}

#[tokio::test]
async fn the_trigger_that_a_node_left_goes_with_the_next_migration() {
    let database = MemoryDatabase::new();
    migrate(&database, &LIST[..2]).await.unwrap();
    // As a node leaves it that was held up before it made the trigger, and then ended. The third drops the column.
    let left = "CREATE TRIGGER migration_2_6 AFTER INSERT ON schema_steps BEGIN UPDATE seats SET label = 'z'; END";
    execute(&database, left).await;
    migrate(&database, LIST).await.unwrap();
    assert_eq!(outcome(&database).await, expected().await);
}
