//! The contacts that records make or change. Written again they are the same.

use std::collections::{HashMap, HashSet};

use edge_capabilities::Timestamp;
use edge_csv::{BadLine, Records};
use edge_database::{Column as _, Conditions, DatabaseError, Db, MAX_ROWS, Record as _, changed_rows, columns};
use edge_notifications::phone_number;
use sha2::{Digest as _, Sha256};

use super::columns::read_record;
use super::model::Import;
use super::store::PartResult;
use crate::contact::fields::{Changes, email_key};
use crate::contact::{Contact, Erased, Erasures, OF_TENANT};

/// How often a part is written again because somebody else changed its contacts meanwhile.
const MAX_ATTEMPTS: u32 = 20;

/// A contact of a part, as it is to be.
struct Entry {
    contact: Contact,
    /// As it is in the database; None: it is new.
    before: Option<Contact>,
}

/// The contacts of a part, by their addresses.
#[derive(Default)]
struct Book {
    entries: Vec<Entry>,
    by_email: HashMap<String, usize>,
    by_phone: HashMap<String, usize>,
}

impl Book {
    fn add(&mut self, contact: Contact, before: Option<Contact>) -> usize {
        let place = self.entries.len();
        self.index(&contact, place);
        self.entries.push(Entry { contact, before });
        place
    }

    fn index(&mut self, contact: &Contact, place: usize) {
        self.by_email.extend(contact.email_key.clone().map(|email| (email, place)));
        self.by_phone.extend(contact.phone.clone().map(|phone| (phone, place)));
    }

    /// Has the contact at `place` be `contact`. The addresses that it had are not free for others of this part: one
    /// statement cannot pass an address on.
    fn replace(&mut self, place: usize, contact: Contact) {
        self.index(&contact, place);
        if let Some(entry) = self.entries.get_mut(place) {
            entry.contact = contact;
        }
    }

    /// Which contact a record is about: the one with its e-mail address, else the one with its phone number and no other
    /// address. An error: the phone number is another contact's.
    fn find(&self, email: Option<&str>, phone: Option<&str>) -> Result<Option<usize>, &'static str> {
        const TAKEN: &str = "is another contact's";
        let by_email = email.and_then(|email| self.by_email.get(email)).copied();
        let by_phone = phone.and_then(|phone| self.by_phone.get(phone)).copied();
        match (by_email, by_phone) {
            (Some(one), Some(other)) if one != other => Err(TAKEN),
            (Some(one), _) => Ok(Some(one)),
            (None, Some(other)) => {
                let owner = self.entries.get(other).and_then(|entry| entry.contact.email_key.as_deref());
                if email.is_some() && owner.is_some() { Err(TAKEN) } else { Ok(Some(other)) }
            }
            (None, None) => Ok(None),
        }
    }
}

/// The id of the contact that the record on `line` makes.
fn contact_id(import: &Import, line: u64) -> String {
    let mut hash = Sha256::new();
    hash.update(import.id.as_bytes());
    hash.update(line.to_le_bytes());
    let hash: Vec<u8> = hash.finalize().iter().take(12).copied().collect();
    format!("con_{}", hex::encode(hash))
}

/// A record that can be read, with its addresses in the spelling in which contacts are told apart.
struct Row {
    line: u64,
    changes: Changes,
    email: Option<String>,
    phone: Option<String>,
}

/// Writes the contacts of `part`, whose first line is number `line` of the file of `import`; but for those who were erased
/// since it began.
pub(super) async fn upsert(
    db: &Db,
    erasures: &Erasures,
    import: &Import,
    (line, part): (u64, &str),
    now: Timestamp,
) -> Result<PartResult, DatabaseError> {
    let (mut rows, mut errors) = (Vec::new(), Vec::new());
    for record in Records::from_line(part, line) {
        match record.map_err(|error| vec![error]).and_then(|record| {
            let changes = read_record(&import.columns, &record)?;
            Ok((record.line, changes))
        }) {
            Err(wrong) => errors.push(wrong),
            Ok((line, changes)) => {
                let email = changes.email.as_ref().and_then(|email| email.as_deref()).map(email_key);
                let phone = changes.phone.as_ref().and_then(|phone| phone.as_deref()).and_then(phone_number);
                rows.push(Row { line, changes, email, phone });
            }
        }
    }
    for _ in 0..MAX_ATTEMPTS {
        let mut result = PartResult::default();
        for wrong in &errors {
            result.failed = result.failed.saturating_add(1);
            result.errors.extend(wrong.iter().cloned());
        }
        let mut book = read_book(db, import, &rows).await?;
        // After the contacts: of one who is not there any more it is known by now that they were erased.
        let erased = erasures.since(&import.tenant, import.created_at).await?;
        for row in &rows {
            match take(&mut book, &erased, import, row, now) {
                Ok(true) => result.created = result.created.saturating_add(1),
                Ok(false) => result.updated = result.updated.saturating_add(1),
                Err(wrong) => {
                    result.failed = result.failed.saturating_add(1);
                    result.errors.extend(wrong);
                }
            }
        }
        if write(db, &book, now).await? {
            return Ok(result);
        }
    }
    Err(DatabaseError::Unavailable("others change the same contacts all the time".to_owned()))
}

/// The contacts of the tenant that the rows are about.
async fn read_book(db: &Db, import: &Import, rows: &[Row]) -> Result<Book, DatabaseError> {
    let mut book = Book::default();
    let mut seen: HashSet<String> = HashSet::new();
    let emails = rows.iter().filter_map(|row| row.email.as_deref());
    let phones = rows.iter().filter_map(|row| row.phone.as_deref());
    let of = |column: &str, addresses: Vec<&str>| {
        Conditions::default().and_in(column, addresses).and_where(OF_TENANT, import.tenant.as_str())
    };
    for conditions in [of("email_key", emails.collect()), of("phone", phones.collect())] {
        for contact in db.select::<Contact>(conditions, "id").await? {
            if seen.insert(contact.id.clone()) {
                book.add(contact.clone(), Some(contact));
            }
        }
    }
    Ok(book)
}

/// Takes a row into the book; gives whether it makes a contact, or made one when this part was written before.
fn take(book: &mut Book, erased: &Erased, import: &Import, row: &Row, now: Timestamp) -> Result<bool, Vec<BadLine>> {
    let bad = |field: String, problem: String| BadLine { line: row.line, field, problem };
    if erased.has(row.email.as_deref(), row.phone.as_deref()) {
        return Err(vec![bad("line".to_owned(), "is about a contact who was erased".to_owned())]);
    }
    let found = book
        .find(row.email.as_deref(), row.phone.as_deref())
        .map_err(|problem| vec![bad("phone".to_owned(), problem.to_owned())])?;
    let own = contact_id(import, row.line);
    let mut contact = match found.and_then(|place| book.entries.get(place)) {
        Some(entry) => entry.contact.clone(),
        None => Contact::new(own.clone(), &import.tenant, now),
    };
    let applied = row.changes.apply(&mut contact);
    applied.map_err(|wrong| wrong.into_iter().map(|error| bad(error.field, error.message)).collect::<Vec<_>>())?;
    let is_made = contact.id == own;
    match found {
        Some(place) => book.replace(place, contact),
        None => drop(book.add(contact, None)),
    }
    Ok(is_made)
}

/// Writes what is new or changed; false: somebody else was faster, and the part is to be read anew.
async fn write(db: &Db, book: &Book, now: Timestamp) -> Result<bool, DatabaseError> {
    let new: Vec<&Contact> =
        book.entries.iter().filter(|entry| entry.before.is_none()).map(|entry| &entry.contact).collect();
    let rows = new.iter().map(|contact| contact.values()).collect::<Result<Vec<_>, _>>()?;
    let head = format!("INSERT INTO {} ({})", Contact::TABLE, columns::<Contact>());
    let inserted = db.insert_rows(&head, rows, "ON CONFLICT DO NOTHING RETURNING id").await?.len();
    let is_changed = |entry: &&Entry| entry.before.as_ref().is_some_and(|before| *before != entry.contact);
    let changed: Vec<Contact> = book
        .entries
        .iter()
        .filter(is_changed)
        .map(|entry| Contact { updated_at: now, ..entry.contact.clone() })
        .collect();
    // Not all in one statement: with 24,000 parameters PostgreSQL took seconds for each.
    for some in changed.chunks(MAX_ROWS) {
        match update(db, some).await {
            Ok(updated) if updated == some.len() => {}
            Ok(_) | Err(DatabaseError::Duplicate(_)) => return Ok(false),
            Err(error) => return Err(error),
        }
    }
    Ok(inserted == new.len())
}

/// Writes contacts that are there, each if it is as it was read; gives how many were.
async fn update(db: &Db, contacts: &[Contact]) -> Result<usize, DatabaseError> {
    const CHANGING: [(&str, &str); 10] = [
        ("name", "TEXT"),
        ("email", "TEXT"),
        ("email_key", "TEXT"),
        ("phone", "TEXT"),
        ("attributes", "TEXT"),
        ("tags", "TEXT"),
        ("timezone", "TEXT"),
        ("locale", "TEXT"),
        ("source", "TEXT"),
        ("updated_at", "BIGINT"),
    ];
    if contacts.is_empty() {
        return Ok(0);
    }
    let mut rows = Vec::with_capacity(contacts.len());
    for contact in contacts {
        rows.push(vec![
            contact.id.as_str().into(),
            contact.revision.into(),
            contact.name.clone().into(),
            contact.email.clone().into(),
            contact.email_key.clone().into(),
            contact.phone.clone().into(),
            contact.attributes.to_value()?,
            contact.tags.to_value()?,
            contact.timezone.clone().into(),
            contact.locale.clone().into(),
            contact.source.clone().into(),
            contact.updated_at.into(),
        ]);
    }
    let columns: Vec<(&str, &str)> = [("id", "TEXT"), ("revision", "BIGINT")].into_iter().chain(CHANGING).collect();
    let (changed, values) = changed_rows(&columns, rows);
    let set = CHANGING.map(|(column, _)| format!("{column} = changed.{column}")).join(", ");
    let statement = format!(
        "{changed} UPDATE contacts SET {set}, revision = contacts.revision + 1 FROM changed
         WHERE contacts.id = changed.id AND contacts.revision = changed.revision RETURNING contacts.id"
    );
    Ok(db.query_owned(&statement, values).await?.len())
}
