// Keeps the files of the build before, so that a tab that is open over a deployment finds what it loads later. Their names
// change with their content: files of two builds are never in each other's way.
import { cpSync, existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const names = (folder) => (existsSync(folder) ? readdirSync(folder).sort() : []);
const same = (one, other) => one.length === other.length && one.every((name, at) => name === other[at]);

/** Adds to `assets`, which a build has just made, those of the last other build that was kept in `store`; and keeps it there. */
export function keep(assets, store) {
  const [own, before] = [join(store, 'own'), join(store, 'before')];
  if (!same(names(own), names(assets))) {
    rmSync(before, { recursive: true, force: true });
    if (existsSync(own)) renameSync(own, before);
    cpSync(assets, own, { recursive: true });
  }
  const missing = names(before).filter((name) => !existsSync(join(assets, name)));
  for (const name of missing) cpSync(join(before, name), join(assets, name));
  return missing.length;
}
