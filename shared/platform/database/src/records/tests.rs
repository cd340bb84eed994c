use std::sync::Arc;

use edge_capabilities::testing::MemoryDatabase;

use super::*;

#[derive(Clone, Debug, PartialEq, Eq)]
struct Note {
    id: String,
    owner: Option<String>,
    text: String,
    is_done: bool,
    tags: Vec<String>,
    created_at: Timestamp,
    revision: i64,
}

record! { Note in "notes" { id, owner: "owner_id", text, is_done, tags, created_at, revision } }

fn note(id: &str, at: i64) -> Note {
    let created_at = Timestamp::from_millis(at);
    Note { id: id.into(), owner: None, text: "milk".into(), is_done: false, tags: Vec::new(), created_at, revision: 1 }
}

async fn notes() -> Db {
    let db = Db::new(Arc::new(MemoryDatabase::new()));
    let table = "CREATE TABLE notes (revision BIGINT NOT NULL, created_at BIGINT NOT NULL, id TEXT PRIMARY KEY,
        text TEXT NOT NULL, is_done BIGINT NOT NULL, owner_id TEXT, tags TEXT NOT NULL DEFAULT '[]')";
    db.query(table, &[]).await.unwrap();
    db
}

#[tokio::test]
async fn a_row_comes_back_as_it_was_stored_whatever_the_order_of_the_tables_columns() {
    let db = notes().await;
    let tags = vec!["a".into(), "b".into()];
    let stored = Note { owner: Some("ana".into()), is_done: true, tags, ..note("n1", 5) };
    db.insert(&stored).await.unwrap();
    assert_eq!(db.find::<Note>(Conditions::of("id", "n1")).await, Ok(Some(stored.clone())));
    assert_eq!(db.find::<Note>(Conditions::of("id", "n1").and("owner_id", "ben")).await, Ok(None));
    assert_eq!(db.find::<Note>(Conditions::of("id", "n1").and_null("owner_id")).await, Ok(None));
    assert!(matches!(db.insert(&stored).await, Err(DatabaseError::Duplicate(_))));
    assert_eq!(db.insert_new(&stored).await, Ok(false));
    assert_eq!(db.insert_new(&note("n2", 5)).await, Ok(true));
}

#[tokio::test]
async fn a_column_is_one_of_many_values_or_of_none() {
    let db = notes().await;
    for id in ["n1", "n2", "n3"] {
        db.insert(&note(id, 5)).await.unwrap();
    }
    for (ids, found) in [(vec!["n1", "n3", "n9"], 2), (vec!["n2"], 1), (vec![], 0)] {
        let alone = Conditions::default().and_in("id", ids.clone());
        let among = Conditions::of("created_at", 5).and_in("id", ids).and("is_done", 0);
        assert_eq!(db.select::<Note>(alone, "id").await.unwrap().len(), found);
        assert_eq!(db.select::<Note>(among, "id").await.unwrap().len(), found);
    }
}

#[tokio::test]
async fn an_update_counts_only_where_nobody_else_was_faster() {
    let db = notes().await;
    db.insert(&note("n1", 5)).await.unwrap();
    db.insert(&note("n2", 5)).await.unwrap();
    let changed = Note { text: "bread".into(), created_at: Timestamp::from_millis(9), ..note("n1", 5) };
    assert_eq!(db.update_if_revision(&changed, &["id"], &["created_at"]).await, Ok(true));
    assert_eq!(db.update_if_revision(&changed, &["id"], &["created_at"]).await, Ok(false));
    let found = db.select::<Note>(Conditions::of("created_at", 5), "id").await.unwrap();
    assert_eq!(found, [Note { text: "bread".into(), revision: 2, ..note("n1", 5) }, note("n2", 5)]);
}

#[tokio::test]
async fn many_rows_are_inserted_in_batches_and_all_are_returned() {
    let db = notes().await;
    let row = |number: usize| vec![format!("n{number}").as_str().into(), "milk".into(), 0.into(), 5.into(), 1.into()];
    let (head, tail) = ("INSERT INTO notes (id, text, is_done, created_at, revision)", "RETURNING id");
    let returned = db.insert_rows(head, (0..MAX_ROWS + 1).map(row).collect(), tail).await.unwrap();
    assert_eq!(returned.len(), MAX_ROWS + 1);
    assert_eq!(db.insert_rows(head, Vec::new(), tail).await, Ok(Vec::new()));
}

#[tokio::test]
async fn pages_give_every_row_once_newest_first() {
    let db = notes().await;
    for (id, at) in [("a", 1), ("b", 2), ("c", 2), ("d", 3)] {
        db.insert(&note(id, at)).await.unwrap();
    }
    let (mut seen, mut cursor) = (Vec::new(), None);
    loop {
        let conditions = Conditions::default().and_if("text", Some("milk")).and_if("owner_id", None::<&str>);
        let page: Vec<Note> = db.page(conditions, "created_at", cursor, 2).await.unwrap();
        let Some(last) = page.last() else { break };
        cursor = Some(Cursor { at: last.created_at, id: last.id.clone() });
        seen.extend(page.into_iter().map(|note| note.id));
    }
    assert_eq!(seen, ["d", "c", "b", "a"]);
}

#[tokio::test]
async fn a_column_that_holds_something_else_is_named() {
    let db = notes().await;
    db.insert(&note("n1", 5)).await.unwrap();
    db.query("UPDATE notes SET is_done = 'maybe'", &[]).await.unwrap();
    let error = db.find::<Note>(Conditions::of("id", "n1")).await.unwrap_err();
    assert_eq!(error, DatabaseError::Refused("column is_done: holds a text, not an integer".into()));
}

#[tokio::test]
async fn a_conflict_is_retried_so_often_and_no_more() {
    for (free_at, expected) in [(0, Some(0)), (4, Some(4)), (5, None)] {
        let mut tries = 0;
        let attempt = || {
            let now = tries;
            tries += 1;
            async move { Ok::<_, DatabaseError>((now == free_at).then_some(now)) }
        };
        assert_eq!(retry_on_conflict(5, attempt).await, Ok(expected));
    }
}
