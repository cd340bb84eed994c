import { readFileSync } from 'node:fs';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';

/** The rules' functions and what they do, from the table in docs/rules.md, which a test of the engine keeps true. */
function functions(): Plugin {
  const name = 'virtual:functions';
  return {
    name: 'functions',
    resolveId: (id) => (id === name ? `\0${name}` : undefined),
    load(id) {
      if (id !== `\0${name}`) return undefined;
      const text = readFileSync(new URL('../docs/rules.md', import.meta.url), 'utf8');
      const table = text.split('<!-- functions: ')[1]?.split('<!-- functions end -->')[0] ?? '';
      const rows = [...table.matchAll(/^\| `([a-z_]+)` \| (.*?) \| (.*?) \|$/gm)];
      if (rows.length < 20) throw new Error('the table of functions in docs/rules.md cannot be read');
      const plain = (cell: string) => cell.replaceAll('\\|', '|').replaceAll('`', '').trim();
      const found = rows.map(([, name, does, example]) => ({ name, does: plain(does!), example: plain(example!) }));
      return `export default ${JSON.stringify(found)}`;
    },
  };
}

export default defineConfig({
  base: '/console/',
  plugins: [functions(), svelte()],
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    manifest: true,
  },
});
