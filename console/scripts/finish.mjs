// Writes the compressed forms of the files that Vite built, and fails if a page became too large.
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { keep } from './keep.mjs';

/** What may go over the wire, kB compressed with Brotli: for the first page, and with the editor. */
const FIRST = 120;
const EDITOR = 260;

const dist = new URL('../dist/', import.meta.url);
const assets = new URL('assets/', dist);
const sizes = new Map();
for (const name of readdirSync(assets)) {
  if (!/\.(js|css|svg)$/.test(name)) continue;
  const bytes = readFileSync(new URL(name, assets));
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } };
  const brotli = brotliCompressSync(bytes, quality);
  writeFileSync(new URL(`${name}.br`, assets), brotli);
  writeFileSync(new URL(`${name}.gz`, assets), gzipSync(bytes, { level: 9 }));
  sizes.set(`assets/${name}`, brotli.length);
}

const manifestFile = new URL('.vite/manifest.json', dist);
const manifest = JSON.parse(readFileSync(manifestFile, 'utf8'));
rmSync(new URL('.vite/', dist), { recursive: true });

/** The files that the chunk `name` needs, its own included. */
function needs(name, seen = new Set()) {
  const chunk = manifest[name];
  if (!chunk || seen.has(name)) return new Set();
  seen.add(name);
  const files = new Set([chunk.file, ...(chunk.css ?? [])]);
  for (const other of chunk.imports ?? []) for (const file of needs(other, seen)) files.add(file);
  return files;
}

const page = readFileSync(new URL('index.html', dist)).length;
const kB = (files) => [...files].reduce((sum, file) => sum + (sizes.get(file) ?? 0), page) / 1000;
const first = needs('index.html');
const opened = (name) => kB(new Set([...first, ...needs(name)]));
const all = new Set(Object.keys(manifest).flatMap((name) => [...needs(name)]));

// What the navigation leads to is a first page to somebody who opens its address.
const report = [
  ['signing in', kB(first), FIRST],
  ...(manifest['index.html'].dynamicImports ?? []).map((name) => [name, opened(name), FIRST]),
  ['the editor of a rule', opened('src/pages/rules/Edit.svelte'), EDITOR],
  ['everything', kB(all), Infinity],
];
let failed = false;
for (const [what, size, limit] of report) {
  console.log(`${size.toFixed(1).padStart(6)} kB${limit === Infinity ? '' : ` of ${limit}`}: ${what}`);
  failed ||= size > limit;
}
if (failed) {
  console.error('The console became too large.');
  process.exit(1);
}

const kept = keep(fileURLToPath(assets), fileURLToPath(new URL('../node_modules/.assets/', import.meta.url)));
if (kept > 0) console.log(`${kept} files of the build before are kept`);
