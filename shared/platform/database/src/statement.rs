//! The kinds of statements in migrations. The kind decides how the SQLite runner detects that a statement has run.

use edge_capabilities::database::DatabaseError;

/// A statement of a migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `CREATE … IF NOT EXISTS`: can be repeated.
    Create,
    /// `DROP … IF EXISTS`: can be repeated.
    Drop,
    /// `ALTER TABLE … ADD COLUMN …` or `DROP COLUMN …`: fails when repeated.
    Column {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// Whether the column exists afterwards.
        added: bool,
    },
    /// `INSERT`, `UPDATE` or `DELETE`: must not be repeated.
    Data,
}

impl Kind {
    /// The kind of `statement`; an error if migrations may not contain it.
    pub(crate) fn of(statement: &str) -> Result<Self, DatabaseError> {
        let mut words: Vec<String> = statement.split_whitespace().take(8).map(str::to_ascii_uppercase).collect();
        // A unique index is an index.
        words.retain(|word| word != "UNIQUE");
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["CREATE", "TABLE" | "INDEX", "IF", "NOT", "EXISTS", ..] => Ok(Self::Create),
            ["DROP", "TABLE" | "INDEX", "IF", "EXISTS", ..] => Ok(Self::Drop),
            ["ALTER", "TABLE", table, action @ ("ADD" | "DROP"), "COLUMN", column, ..] => Ok(Self::Column {
                table: table.to_ascii_lowercase(),
                column: column.to_ascii_lowercase(),
                added: *action == "ADD",
            }),
            ["INSERT", "INTO", ..] | ["UPDATE", ..] | ["DELETE", "FROM", ..] => Ok(Self::Data),
            _ => Err(DatabaseError::Refused(format!(
                "a migration may CREATE TABLE or INDEX IF NOT EXISTS, DROP TABLE or INDEX IF EXISTS, ALTER TABLE ADD or \
                 DROP COLUMN, INSERT INTO, UPDATE and DELETE FROM, not: {statement}"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::migrations::ALL;

    /// The table or index that `statement` makes or drops.
    fn name(statement: &str) -> String {
        let after = statement.split("EXISTS ").nth(1).unwrap();
        after.split(|char: char| char.is_whitespace() || char == '(').next().unwrap().to_owned()
    }

    /// A node that was held up may run a statement long after others did and went on. It does no harm as long as no name
    /// is used a second time.
    #[test]
    fn a_name_that_was_dropped_is_never_used_again() {
        let mut made = BTreeSet::new();
        for statement in ALL.iter().flat_map(|migration| migration.each()) {
            let name = match Kind::of(&statement).unwrap() {
                Kind::Create => name(&statement),
                Kind::Column { table, column, added: true } => format!("{table}.{column}"),
                _ => continue,
            };
            assert!(made.insert(name.clone()), "{name} is made twice");
        }
    }

    #[test]
    fn statements_that_cannot_be_completed_by_another_node_are_refused() {
        for statement in [
            "CREATE TABLE a (b TEXT)",
            "DROP TABLE a",
            "ALTER TABLE a RENAME TO b",
            "ALTER TABLE a RENAME COLUMN b TO c",
            "ALTER TABLE a ADD b TEXT",
            "INSERT OR REPLACE INTO a VALUES (1)",
            "WITH x AS (SELECT 1) INSERT INTO a SELECT * FROM x",
            "PRAGMA foreign_keys = ON",
            "BEGIN",
        ] {
            assert!(Kind::of(statement).is_err(), "{statement}");
        }
        let column = |added| Kind::Column { table: "a".into(), column: "b".into(), added };
        for (statement, kind) in [
            ("CREATE UNIQUE INDEX IF NOT EXISTS a ON b (c)", Kind::Create),
            ("drop index if exists a", Kind::Drop),
            ("ALTER TABLE a\n    ADD COLUMN b TEXT", column(true)),
            ("ALTER TABLE A DROP COLUMN B", column(false)),
            ("DELETE FROM a", Kind::Data),
        ] {
            assert_eq!(Kind::of(statement).unwrap(), kind, "{statement}");
        }
    }
}
