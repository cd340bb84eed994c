// Writes generated/edge.ts: the types of what the edge is sent and answers, from docs/openapi.json. It is done in each build,
// before the types are checked, so that a page which differs from the API does not build.
//
// openapi-typescript would do, but for numbers: `number` there is a float, and amounts must keep their digits (lib/json.ts).
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const { components } = JSON.parse(readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8'));

const name = (reference) => reference.split('/').at(-1);
const comment = (text) => (text ? `/** ${text.replaceAll('*/', '* /').replace(/\s+/g, ' ')} */ ` : '');
const union = (types) => [...new Set(types)].map((type) => (type.includes(' & ') ? `(${type})` : type)).join(' | ');

function type(schema) {
  if (schema.$ref) return name(schema.$ref);
  if (schema.enum) return union(schema.enum.map((value) => JSON.stringify(value)));
  if (schema.oneOf) return union(schema.oneOf.map(type));
  if (schema.anyOf) return union(schema.anyOf.map(type));
  if (schema.allOf) return schema.allOf.map((part) => (part.oneOf ? `(${type(part)})` : type(part))).join(' & ');
  const kinds = Array.isArray(schema.type) ? schema.type : [schema.type];
  return union(kinds.map((kind) => plain(kind, schema)));
}

function plain(kind, schema) {
  switch (kind) {
    case 'string':
    case 'boolean':
    case 'null':
      return kind;
    case 'integer':
      return 'number';
    case 'number':
      return 'Amount';
    case 'array':
      return `(${type(schema.items ?? {})})[]`;
    case 'object':
      return object(schema);
    default:
      return 'Json';
  }
}

function object({ properties, required = [], additionalProperties }) {
  if (properties) {
    const fields = Object.entries(properties).map(
      ([field, schema]) => `${comment(schema.description)}${JSON.stringify(field)}${required.includes(field) ? '' : '?'}: ${type(schema)};`,
    );
    return `{ ${fields.join(' ')} }`;
  }
  if (additionalProperties) return `{ [name: string]: ${additionalProperties === true ? 'Json' : type(additionalProperties)} }`;
  // Any JSON is described so.
  return 'Json';
}

const types = Object.entries(components.schemas).map(([name, schema]) => `${comment(schema.description)}\nexport type ${name} = ${type(schema)};`);
const head = `// Made by scripts/types.mjs from docs/openapi.json.
import type { Exact, Json } from '../src/lib/json';

/** A number as it was written: an amount keeps its digits. */
export type Amount = number | Exact;
`;
mkdirSync(new URL('../generated/', import.meta.url), { recursive: true });
writeFileSync(new URL('../generated/edge.ts', import.meta.url), `${head}\n${types.join('\n\n')}\n`);
