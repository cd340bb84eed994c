// How large the package is once it is bundled and minified, as an application would do, and compressed. Fails above 8 kB.
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const LIMIT = 8_000;
const root = fileURLToPath(new URL("..", import.meta.url));

async function size(entry) {
  const { outputFiles } = await build({
    stdin: { contents: `export * from "./dist/${entry}.js";`, resolveDir: root },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
    platform: "browser",
    external: ["express", "fastify"],
  });
  const [{ contents }] = outputFiles;
  return { minified: contents.length, compressed: gzipSync(contents, { level: 9 }).length };
}

for (const entry of ["index", "express", "fastify"]) {
  const { minified, compressed } = await size(entry);
  console.log(`${entry}: ${minified} bytes minified, ${compressed} gzipped (at most ${LIMIT})`);
  if (compressed > LIMIT) process.exitCode = 1;
}
