// Writes src/openapi.ts, the types of the edge's API, from docs/openapi.json. With `--check` it writes nothing, and fails if the
// file is not what it would write.
import { readFileSync, writeFileSync } from "node:fs";

const SOURCE = new URL("../../../docs/openapi.json", import.meta.url);
const FILE = new URL("../src/openapi.ts", import.meta.url);
const METHODS = ["get", "put", "post", "delete", "options", "head", "patch"];

const { components, paths } = JSON.parse(readFileSync(SOURCE, "utf8"));

const plainName = /^[A-Za-z_$][\w$]*$/;
const property = (name) => (plainName.test(name) ? name : JSON.stringify(name));

function comment(text, indent) {
  if (!text) return "";
  const lines = text.trim().replaceAll("*/", "*\\/").split(/\s*\n\s*/);
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}\n`).join("")}${indent} */\n`;
}

const union = (types) => [...new Set(types)].join(" | ");

function type(schema, indent) {
  if (schema.$ref) return `Schemas[${JSON.stringify(schema.$ref.split("/").at(-1))}]`;
  if (schema.enum) return union(schema.enum.map((value) => JSON.stringify(value)));
  if (schema.oneOf ?? schema.anyOf) return union((schema.oneOf ?? schema.anyOf).map((one) => type(one, indent)));
  if (schema.allOf) return schema.allOf.map((part) => `(${type(part, indent)})`).join(" & ");
  const kinds = Array.isArray(schema.type) ? schema.type : [schema.type];
  return union(kinds.map((kind) => plain(kind, schema, indent)));
}

function plain(kind, schema, indent) {
  switch (kind) {
    case "string":
      return schema.contentMediaType || schema.format === "binary" ? "string | Uint8Array" : "string";
    case "boolean":
    case "null":
    case "number":
      return kind;
    case "integer":
      return "number";
    case "array":
      return `Array<${type(schema.items ?? {}, indent)}>`;
    case "object":
      return object(schema, indent);
    case undefined:
      return "unknown";
    default:
      throw new Error(`the type ${kind} is not known`);
  }
}

function object({ properties, required = [], additionalProperties }, indent) {
  if (!properties) return `{ [name: string]: ${typeof additionalProperties === "object" ? type(additionalProperties, indent) : "unknown"} }`;
  const inner = `${indent}  `;
  const members = Object.entries(properties).map(
    ([name, schema]) => `${comment(schema.description, inner)}${inner}${property(name)}${required.includes(name) ? "" : "?"}: ${type(schema, inner)};\n`,
  );
  return `{\n${members.join("")}${indent}}`;
}

/** The parameters of one place as an object, `path` and so on; nothing if there are none. */
function parameters(name, place, all, indent) {
  const some = all.filter((one) => one.in === place);
  if (some.length === 0) return "";
  const required = some.filter((one) => one.required).map((one) => one.name);
  const properties = Object.fromEntries(some.map((one) => [one.name, { ...one.schema, description: one.description }]));
  return `${indent}${name}${required.length ? "" : "?"}: ${object({ properties, required }, indent)};\n`;
}

function content(media, indent) {
  if (media === undefined) return "undefined";
  return union(
    Object.entries(media).map(([kind, { schema = {} }]) => {
      if (/[/+]json\b/.test(kind)) return type(schema, indent);
      return kind.startsWith("text/") ? "string" : "Uint8Array";
    }),
  );
}

function operation(method, path, shared, described) {
  const { summary, description, requestBody, responses } = described;
  const all = [...shared, ...(described.parameters ?? [])];
  const kinds = Object.keys(requestBody?.content ?? {});
  if (kinds.length > 0 && !kinds.includes("application/json")) {
    all.push({ in: "header", name: "Content-Type", required: true, schema: { enum: kinds } });
  }
  const i = "    ";
  const bodies = Object.entries(requestBody?.content ?? {}).map(([kind, { schema = {} }]) =>
    /[/+]json\b/.test(kind) ? type(schema, i) : "string | Uint8Array | Blob",
  );
  const body = bodies.length ? `${i}body${requestBody.required ? "" : "?"}: ${union(bodies)};\n` : "";
  const answers = Object.entries(responses).filter(([status]) => /^2|^304/.test(status));
  const response = union(answers.map(([, one]) => content(one.content, i)));
  return (
    comment([summary, description].filter(Boolean).join("\n\n"), "  ") +
    `  ${JSON.stringify(`${method.toUpperCase()} ${path}`)}: {\n` +
    parameters("path", "path", all, i) +
    parameters("query", "query", all, i) +
    parameters("headers", "header", all, i) +
    body +
    `${i}response: ${response || "undefined"};\n  };\n`
  );
}

const schemas = Object.entries(components.schemas).map(
  ([name, schema]) => `${comment(schema.description, "  ")}  ${property(name)}: ${type(schema, "  ")};\n`,
);
const operations = Object.entries(paths).flatMap(([path, item]) =>
  METHODS.filter((method) => item[method]).map((method) => operation(method, path, item.parameters ?? [], item[method])),
);
const written = `// Made from docs/openapi.json by \`npm run types\`.

/** What the edge is sent and what it answers, by name. */
export interface Schemas {
${schemas.join("\n")}}

/** What each operation is called with and what it answers. */
export interface Operations {
${operations.join("\n")}}
`;

if (!process.argv.includes("--check")) {
  writeFileSync(FILE, written);
} else if (readFileSync(FILE, "utf8") !== written) {
  console.error("src/openapi.ts differs from docs/openapi.json: `npm run types` in clients/typescript writes it anew");
  process.exit(1);
}
