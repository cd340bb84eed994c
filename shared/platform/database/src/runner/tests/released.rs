//! Databases as released builds left them, with rows in every table.

use super::*;
use crate::migrations::ALL;

/// The last version that was made by builds that ran each statement again whenever one was new.
const LAST_WITHOUT_STEPS: i64 = 10;

/// Does as the builds up to [`LAST_WITHOUT_STEPS`] did: all statements up to `version`, and its note.
async fn as_released(database: &dyn Database, version: i64) {
    execute(database, VERSIONS).await;
    for (number, migration) in numbered(ALL).take_while(|(number, _)| *number <= version) {
        for statement in migration.each() {
            execute(database, &statement).await;
        }
        execute(database, &format!("INSERT INTO schema_migrations (version) VALUES ({number})")).await;
    }
}

/// The names in the first column of what `statement` gives.
async fn names(database: &dyn Database, statement: &str) -> Vec<String> {
    rows(database, statement).await.iter().map(|row| row.text(0).unwrap().to_owned()).collect()
}

async fn tables(database: &dyn Database) -> Vec<String> {
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
        AND name NOT LIKE 'schema_%' ORDER BY name";
    names(database, tables).await
}

/// Two rows in each table.
async fn fill(database: &dyn Database) {
    for table in tables(database).await {
        let columns = rows(database, &format!("SELECT name, type FROM pragma_table_info('{table}')")).await;
        let (mut into, mut first, mut second) = (Vec::new(), Vec::new(), Vec::new());
        for (number, column) in columns.iter().enumerate() {
            into.push(column.text(0).unwrap().to_owned());
            let is_text = column.text(1).unwrap() == "TEXT";
            first.push(if is_text { format!("'a{number}'") } else { format!("{number}1") });
            second.push(if is_text { format!("'b{number}'") } else { format!("{number}2") });
        }
        let (into, first, second) = (into.join(", "), first.join(", "), second.join(", "));
        execute(database, &format!("INSERT INTO {table} ({into}) VALUES ({first}), ({second})")).await;
    }
}

async fn schema(database: &dyn Database) -> Vec<String> {
    let schema = "SELECT name || ' ' || COALESCE(sql, '') FROM sqlite_master WHERE tbl_name NOT LIKE 'schema_%'
        ORDER BY name";
    names(database, schema).await
}

#[tokio::test]
async fn databases_of_all_released_versions_come_up_to_date_and_keep_their_rows() {
    let new = MemoryDatabase::new();
    migrate(&new, ALL).await.unwrap();
    for version in 0..=LAST_WITHOUT_STEPS {
        let database = MemoryDatabase::new();
        as_released(&database, version).await;
        fill(&database).await;
        let filled = tables(&database).await;
        migrate(&database, ALL).await.unwrap();
        assert_eq!(missing(&database, ALL).await, Ok(Vec::new()));
        assert_eq!(schema(&database).await, schema(&new).await, "from version {version}");
        for table in filled {
            let count = rows(&database, &format!("SELECT COUNT(*) FROM {table}")).await;
            assert_eq!(count, [Row(vec![2.into()])], "{table} from version {version}");
        }
    }
}

/// How many steps are noted as made, and how many changes show in all.
async fn progress(database: &dyn Database) -> (usize, usize) {
    let mut noted = names(database, "SELECT CAST(version AS TEXT) FROM schema_migrations").await.len();
    if names(database, "SELECT name FROM sqlite_master WHERE name = 'schema_steps'").await.len() == 1 {
        noted += names(database, "SELECT CAST(step AS TEXT) FROM schema_steps").await.len();
    }
    let schema = names(database, "SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'").await.len();
    (noted, noted + schema)
}

/// Each node comes one statement further and ends, right before or right after the next: so nodes end at every statement,
/// and the work grows with their number alone.
#[tokio::test(start_paused = true)]
async fn a_released_database_comes_up_to_date_though_a_node_ends_at_each_statement() {
    let new = MemoryDatabase::new();
    migrate(&new, ALL).await.unwrap();
    let statements = numbered(ALL).map(|(_, migration)| migration.each().len()).sum::<usize>();
    for version in [0, LAST_WITHOUT_STEPS - 1, LAST_WITHOUT_STEPS] {
        let world = World::new(1);
        as_released(&*world.db, version).await;
        fill(&*world.db).await;
        let filled = tables(&*world.db).await;
        let (mut calls, mut lives) = (1, 0);
        let mut before = progress(&*world.db).await;
        while !migrate_as_mortal(&world, ALL, calls, lives % 2 == 0).await {
            lives += 1;
            let now = progress(&*world.db).await;
            let made = now.1.abs_diff(before.1);
            assert!(made <= 3, "a node of {calls} calls makes {made} changes, from version {version}");
            // Of what is noted the next node makes nothing again, and comes further with fewer calls.
            calls = if now.0 > before.0 { 1 } else { calls + 1 };
            before = now;
        }
        assert!(lives > statements / 2, "{lives} lives for {statements} statements");
        assert_eq!(schema(&*world.db).await, schema(&new).await, "from version {version}");
        for table in filled {
            let count = rows(&*world.db, &format!("SELECT COUNT(*) FROM {table}")).await;
            assert_eq!(count, [Row(vec![2.into()])], "{table} from version {version}");
        }
    }
}
