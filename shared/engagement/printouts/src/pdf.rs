//! The page as a PDF file of A4 pages. Everything is in one font, of which the file holds the glyphs that it shows.

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Content, Name, Pdf, Rect, Ref, Str, TextStr};

use crate::font::Font;
use crate::page::Page;

const WIDTH: f32 = 595.0;
const HEIGHT: f32 = 842.0;
const MARGIN: f32 = 50.0;
const SIZE: f32 = 9.0;
const LEADING: f32 = 13.0;
const RIGHT: f32 = WIDTH - MARGIN;
const FONT_NAME: Name = Name(b"F");
const BASE_FONT: Name = Name(b"EDGEAA+DejaVuSans");

/// Where the columns end that are set to the right: all but the first.
const ENDS: [f32; 4] = [330.0, 420.0, 460.0, RIGHT];

/// The width of the first column.
const DESCRIPTION: f32 = 215.0;

/// The width of a column of addresses.
const ADDRESS: f32 = 175.0;

const CATALOG: Ref = Ref::new(1);
const PAGES: Ref = Ref::new(2);
const FONT: Ref = Ref::new(3);
const DESCENDANT: Ref = Ref::new(4);
const DESCRIPTOR: Ref = Ref::new(5);
const FONT_FILE: Ref = Ref::new(6);
const CHARACTERS: Ref = Ref::new(7);
const INFO: Ref = Ref::new(8);
/// The first page; its content is the next, then the second page.
const FIRST_PAGE: i32 = 9;

/// The pages as they are written.
struct Sheets {
    font: Font,
    done: Vec<Content>,
    content: Content,
    /// Where the next line stands, from the bottom of the sheet.
    y: f32,
}

impl Sheets {
    fn text(&mut self, x: f32, size: f32, text: &str) {
        let glyphs = self.font.encoded(text);
        self.content.begin_text().set_font(FONT_NAME, size);
        self.content.set_text_matrix([1.0, 0.0, 0.0, 1.0, x, self.y]).show(Str(&glyphs)).end_text();
    }

    fn text_to(&mut self, end: f32, text: &str) {
        let width = self.font.width(text, SIZE);
        self.text(end - width, SIZE, text);
    }

    fn down(&mut self, by: f32) {
        self.y -= by;
    }

    fn rule(&mut self) {
        let y = self.y + LEADING - 4.0;
        self.content.set_line_width(0.5).move_to(MARGIN, y).line_to(RIGHT, y).stroke();
    }

    /// Goes on on another sheet where `lines` lines have no place on this; gives whether it did.
    fn make_room(&mut self, lines: usize) -> bool {
        let needed = LEADING * f32::from(u16::try_from(lines).unwrap_or(u16::MAX));
        let is_full = self.y - needed < MARGIN && self.y < HEIGHT - MARGIN - LEADING;
        if is_full {
            self.done.push(std::mem::replace(&mut self.content, Content::new()));
            self.y = HEIGHT - MARGIN;
        }
        is_full
    }

    /// `text` in lines of at most `width`, broken at blanks, or within words that are too long.
    fn wrapped(&self, text: &str, width: f32) -> Vec<String> {
        let mut lines = vec![String::new()];
        for word in text.split(' ') {
            let line = lines.last().cloned().unwrap_or_default();
            let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
            if self.font.width(&longer, SIZE) <= width {
                lines.pop();
                lines.push(longer);
                continue;
            }
            if line.is_empty() {
                lines.pop();
            }
            let mut part = String::new();
            for one in word.chars() {
                part.push(one);
                if self.font.width(&part, SIZE) > width && part.chars().count() > 1 {
                    part.pop();
                    lines.push(std::mem::take(&mut part));
                    part.push(one);
                }
            }
            lines.push(part);
        }
        lines
    }

    fn columns(&mut self, columns: &[(f32, Vec<String>)]) {
        let top = self.y;
        let mut lowest = top;
        for (x, lines) in columns {
            self.y = top;
            for line in lines.iter().flat_map(|line| self.wrapped(line, ADDRESS)).collect::<Vec<_>>() {
                self.make_room(1);
                self.text(*x, SIZE, &line);
                self.down(LEADING);
            }
            lowest = lowest.min(self.y);
        }
        self.y = lowest;
    }

    fn heads(&mut self, columns: [&str; 5]) {
        let [description, ends @ ..] = columns;
        self.text(MARGIN, SIZE, description);
        for (end, head) in ENDS.into_iter().zip(ends) {
            self.text_to(end, head);
        }
        self.down(LEADING);
        self.rule();
    }

    fn row(&mut self, columns: [&str; 5], row: &[String; 5]) {
        let [description, cells @ ..] = row;
        let lines = self.wrapped(description, DESCRIPTION);
        if self.make_room(lines.len()) {
            self.heads(columns);
        }
        for (end, cell) in ENDS.into_iter().zip(cells) {
            self.text_to(end, cell);
        }
        for line in lines {
            self.text(MARGIN, SIZE, &line);
            self.down(LEADING);
        }
    }

    fn write(&mut self, page: &Page) {
        self.text(MARGIN, 16.0, &page.title);
        if let Some(stamp) = page.stamp {
            self.text_to(RIGHT, stamp);
        }
        self.down(2.5 * LEADING);
        let facts = page.facts.iter().map(|(label, value)| format!("{label}: {value}")).collect();
        let recipient = std::iter::once("To".to_owned()).chain(page.recipient.iter().cloned()).collect();
        self.columns(&[(MARGIN, page.sender.clone()), (240.0, recipient), (430.0, facts)]);
        self.down(1.5 * LEADING);
        self.make_room(4);
        self.heads(page.columns);
        for row in &page.rows {
            self.row(page.columns, row);
        }
        self.make_room(page.sums.len().saturating_add(1));
        self.rule();
        self.down(LEADING / 2.0);
        for (label, value) in &page.sums {
            self.text_to(ENDS.first().copied().unwrap_or(RIGHT) + 90.0, label);
            self.text_to(RIGHT, value);
            self.down(LEADING);
        }
        self.down(LEADING);
        for line in page.notes.iter().flat_map(|line| self.wrapped(line, RIGHT - MARGIN)).collect::<Vec<_>>() {
            self.make_room(1);
            self.text(MARGIN, SIZE, &line);
            self.down(LEADING);
        }
    }
}

/// The file; None: the font cannot be read, which the tests rule out.
pub(crate) fn pdf(page: &Page) -> Option<Vec<u8>> {
    let mut sheets = Sheets { font: Font::load()?, done: Vec::new(), content: Content::new(), y: HEIGHT - MARGIN };
    sheets.write(page);
    let Sheets { font, done: mut contents, content, .. } = sheets;
    contents.push(content);
    let mut pdf = Pdf::new();
    pdf.catalog(CATALOG).pages(PAGES);
    pdf.document_info(INFO).title(TextStr(&page.title)).producer(TextStr("bheem-edge"));
    let id =
        |index: usize| Ref::new(i32::try_from(index).unwrap_or_default().saturating_mul(2).saturating_add(FIRST_PAGE));
    let ids: Vec<Ref> = (0..contents.len()).map(id).collect();
    pdf.pages(PAGES).kids(ids.iter().copied()).count(i32::try_from(ids.len()).unwrap_or_default());
    for (id, content) in ids.into_iter().zip(contents) {
        let content_id = Ref::new(id.get().saturating_add(1));
        let mut sheet = pdf.page(id);
        sheet.media_box(Rect::new(0.0, 0.0, WIDTH, HEIGHT)).parent(PAGES).contents(content_id);
        sheet.resources().fonts().pair(FONT_NAME, FONT);
        drop(sheet);
        pdf.stream(content_id, &content.finish());
    }
    write_font(&mut pdf, &font)?;
    Some(pdf.finish())
}

fn write_font(pdf: &mut Pdf, font: &Font) -> Option<()> {
    let identity = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };
    pdf.type0_font(FONT)
        .base_font(BASE_FONT)
        .encoding_predefined(Name(b"Identity-H"))
        .descendant_font(DESCENDANT)
        .to_unicode(CHARACTERS);
    let mut descendant = pdf.cid_font(DESCENDANT);
    descendant.subtype(CidFontType::Type2).base_font(BASE_FONT).system_info(identity).font_descriptor(DESCRIPTOR);
    descendant.default_width(0.0).cid_to_gid_map_predefined(Name(b"Identity"));
    descendant.widths().consecutive(0, font.widths());
    drop(descendant);
    let ([left, bottom, right, top], ascent, descent, capitals) = font.metrics();
    pdf.font_descriptor(DESCRIPTOR)
        .name(BASE_FONT)
        .flags(FontFlags::SYMBOLIC)
        .bbox(Rect::new(left, bottom, right, top))
        .italic_angle(0.0)
        .ascent(ascent)
        .descent(descent)
        .cap_height(capitals)
        .stem_v(80.0)
        .font_file2(FONT_FILE);
    let mut characters = UnicodeCmap::<u16>::new(Name(b"Edge"), identity);
    for (glyph, one) in font.characters() {
        characters.pair(glyph, one);
    }
    pdf.stream(CHARACTERS, &characters.finish());
    pdf.stream(FONT_FILE, &font.subset()?);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> Page {
        Page {
            title: "Invoice INV-2026-00001".to_owned(),
            stamp: Some("OVERDUE"),
            sender: vec!["Ærøskøbing Čaj, s.r.o.".to_owned(), "Žitná 1, Прага".to_owned()],
            recipient: vec!["Zoë & Σοφία <script>".to_owned()],
            facts: vec![("Date", "2026-01-01".to_owned())],
            columns: ["Description", "Quantity", "Unit price", "Tax", "Amount"],
            rows: vec![["Seats ₹".to_owned(), "2".into(), "500.00 INR".into(), "18 %".into(), "1,000.00 INR".into()]],
            sums: vec![("Total".to_owned(), "1,180.00 INR".to_owned())],
            notes: vec!["Merci (à bientôt) \\ 日本".to_owned()],
        }
    }

    fn count(file: &[u8], text: &[u8]) -> usize {
        file.windows(text.len()).filter(|window| *window == text).count()
    }

    #[test]
    fn the_file_has_the_glyphs_that_it_shows_and_says_which_characters_they_are() {
        let file = pdf(&page()).unwrap();
        assert!(file.starts_with(b"%PDF-1.") && file.ends_with(b"%%EOF"));
        // Of 110 kB of the font some glyphs.
        assert!(file.len() < 60_000, "{} bytes", file.len());
        for one in "ÆČПΣ₹ë".chars() {
            let code = format!("> <{:04X}>", u32::from(one));
            assert_eq!(count(&file, code.as_bytes()), 1, "{one}");
        }
        // The characters of scripts that the font lacks are boxes, and are not said to be anything.
        assert_eq!(count(&file, b"> <65E5>"), 0);
    }

    #[test]
    fn long_tables_go_on_on_further_pages_and_long_words_are_broken() {
        let mut long = page();
        long.rows = (0..200)
            .map(|number| {
                let description = if number % 50 == 0 { "x".repeat(256) } else { format!("Line {number}") };
                [description, "1".into(), "1.00 INR".into(), String::new(), "1.00 INR".into()]
            })
            .collect();
        long.notes = vec!["word ".repeat(400), String::new()];
        let file = pdf(&long).unwrap();
        let pages = count(&file, b"/Type /Page\n") + count(&file, b"/Type /Page ");
        assert!((4..8).contains(&pages), "{pages} pages");
    }
}
