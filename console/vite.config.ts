import { readFileSync } from 'node:fs';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';

const document = (name: string) => readFileSync(new URL(`../docs/${name}`, import.meta.url), 'utf8');
const plain = (cell: string) => cell.replaceAll('\\|', '|').replaceAll('`', '').trim();

/** A module that is made of a table in the documentation. */
function table(name: string, make: () => unknown): Plugin {
  return {
    name,
    resolveId: (id) => (id === `virtual:${name}` ? `\0virtual:${name}` : undefined),
    load: (id) => (id === `\0virtual:${name}` ? `export default ${JSON.stringify(make())}` : undefined),
  };
}

/** The rules' functions and what they do, from the table in docs/rules.md, which a test of the engine keeps true. */
function functions() {
  const text = document('rules.md').split('<!-- functions: ')[1]?.split('<!-- functions end -->')[0] ?? '';
  const rows = [...text.matchAll(/^\| `([a-z_]+)` \| (.*?) \| (.*?) \|$/gm)];
  if (rows.length < 20) throw new Error('the table of functions in docs/rules.md cannot be read');
  return rows.map(([, name, does, example]) => ({ name, does: plain(does!), example: plain(example!) }));
}

/** What the findings of the page Health mean and what to do, from docs/operations.md. */
function runbook() {
  const text = document('operations.md').split('<!-- runbook: ')[1]?.split('<!-- runbook end -->')[0] ?? '';
  const rows = [...text.matchAll(/^\| `([a-z_]+)` \| (.*?) \| (.*?) \|$/gm)];
  if (rows.length < 10) throw new Error('the runbook in docs/operations.md cannot be read');
  return Object.fromEntries(rows.map(([, name, means, what]) => [name, { means: plain(means!), do: plain(what!) }]));
}

export default defineConfig({
  base: '/console/',
  plugins: [table('functions', functions), table('runbook', runbook), svelte()],
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    manifest: true,
    rollupOptions: { input: ['index.html', 'docs.html'] },
  },
});
