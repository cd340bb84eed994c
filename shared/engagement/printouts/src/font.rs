//! The font of PDF files: DejaVu Sans, with the characters of Latin, Greek and Cyrillic scripts and the signs of currencies
//! (`font/`). What it lacks is shown as a box.

use std::collections::BTreeMap;

use subsetter::GlyphRemapper;
use ttf_parser::Face;

const DATA: &[u8] = include_bytes!("../font/DejaVuSans.ttf");

/// The font, and the glyphs that were used of it.
pub(crate) struct Font {
    face: Face<'static>,
    glyphs: GlyphRemapper,
    /// The characters of the glyphs that were used, by the glyphs' numbers in the file.
    characters: BTreeMap<u16, char>,
}

impl Font {
    /// The font; None: it cannot be read, which the tests rule out.
    pub(crate) fn load() -> Option<Self> {
        let face = Face::parse(DATA, 0).ok()?;
        Some(Self { face, glyphs: GlyphRemapper::new(), characters: BTreeMap::new() })
    }

    /// The width of `text` in points at `size`.
    pub(crate) fn width(&self, text: &str, size: f32) -> f32 {
        let widths = text.chars().map(|one| {
            let glyph = self.face.glyph_index(one).unwrap_or_default();
            f32::from(self.face.glyph_hor_advance(glyph).unwrap_or_default())
        });
        widths.sum::<f32>() * size / f32::from(self.face.units_per_em())
    }

    /// `text` as the numbers of its glyphs in the file, two bytes each.
    pub(crate) fn encoded(&mut self, text: &str) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(text.len().saturating_mul(2));
        for one in text.chars() {
            let glyph = self.face.glyph_index(one).map_or(0, |glyph| glyph.0);
            let number = self.glyphs.remap(glyph);
            if glyph != 0 {
                self.characters.insert(number, one);
            }
            bytes.extend(number.to_be_bytes());
        }
        bytes
    }

    /// The file of the glyphs that were used.
    pub(crate) fn subset(&self) -> Option<Vec<u8>> {
        subsetter::subset(DATA, 0, &self.glyphs).ok()
    }

    /// The characters of the glyphs that were used.
    pub(crate) fn characters(&self) -> impl Iterator<Item = (u16, char)> {
        self.characters.iter().map(|(number, one)| (*number, *one))
    }

    /// The widths of the glyphs that were used, in their order, in thousandths of the font's size.
    pub(crate) fn widths(&self) -> Vec<f32> {
        let width = |glyph| self.face.glyph_hor_advance(ttf_parser::GlyphId(glyph)).unwrap_or_default();
        self.glyphs.remapped_gids().map(|glyph| self.scaled(width(glyph).try_into().unwrap_or(i16::MAX))).collect()
    }

    fn scaled(&self, units: i16) -> f32 {
        f32::from(units) * 1000.0 / f32::from(self.face.units_per_em())
    }

    /// Its box, ascent, descent and the height of its capitals, in thousandths of its size.
    pub(crate) fn metrics(&self) -> ([f32; 4], f32, f32, f32) {
        let area = self.face.global_bounding_box();
        let area = [area.x_min, area.y_min, area.x_max, area.y_max].map(|units| self.scaled(units));
        let capitals = self.face.capital_height().unwrap_or(self.face.ascender());
        (area, self.scaled(self.face.ascender()), self.scaled(self.face.descender()), self.scaled(capitals))
    }
}
