// What can be written: the rule's inputs and outcome from its schema, and the functions of the language.
import type { Completion, CompletionContext, CompletionResult, CompletionSource } from '@codemirror/autocomplete';
import functions from 'virtual:functions';

type Schema = {
  type?: string | string[];
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  enum?: unknown[];
  oneOf?: Schema[];
  anyOf?: Schema[];
  const?: unknown;
  $ref?: string;
  $defs?: Record<string, Schema>;
};

export type RuleSchema = { input: Schema; outcome: Schema };

const KEYWORDS = ['let', 'const', 'if', 'else', 'switch', 'for', 'in', 'while', 'return', 'fn', 'true', 'false'];

/** What a reference stands for; its own description goes first. */
function resolve(schema: Schema, root: Schema): Schema {
  const name = schema.$ref?.split('/').at(-1);
  const found = name === undefined ? undefined : root.$defs?.[name];
  return found ? { ...found, description: schema.description ?? found.description } : schema;
}

const kind = (schema: Schema) => [schema.type ?? ''].flat().join(' or ');

/** The words that a schema allows, wherever in it. */
function words(schema: Schema, found: Map<string, string> = new Map()): Map<string, string> {
  for (const word of [...(schema.enum ?? []), schema.const]) if (typeof word === 'string') found.set(word, schema.description ?? '');
  for (const part of [...Object.values(schema.properties ?? {}), ...(schema.oneOf ?? []), ...(schema.anyOf ?? []), ...Object.values(schema.$defs ?? {})]) words(part, found);
  return found;
}

function fields(schema: Schema, root: Schema): Completion[] {
  const isRequired = (name: string) => schema.required?.includes(name) ?? false;
  return Object.entries(schema.properties ?? {}).map(([name, field]) => ({
    label: name,
    type: 'property',
    detail: (kind(resolve(field, root)) || 'number') + (isRequired(name) ? '' : ', may be missing'),
    info: field.description,
    boost: 10,
  }));
}

const calls: Completion[] = [...new Map(functions.map((it) => [it.name, it])).values()].map(({ name, does, example }) => ({
  label: name,
  type: 'function',
  apply: `${name}(`,
  info: example === '' ? does : `${does}\n${example}`,
}));

export function completion(schema: () => RuleSchema | undefined): CompletionSource {
  return (context: CompletionContext): CompletionResult | null => {
    const known = schema();
    const path = context.matchBefore(/[A-Za-z_][\w.]*/);
    const quoted = context.matchBefore(/"[^"]*/);
    if (quoted && known) {
      const options = [...words(known.input), ...words(known.outcome)].map(([label, info]) => ({ label, type: 'enum', info: info || undefined }));
      return options.length === 0 ? null : { from: quoted.from + 1, options, validFor: /^[\w:]*$/ };
    }
    if (!path && !context.explicit) return null;
    const written = path?.text ?? '';
    const dot = written.lastIndexOf('.');
    const from = (path?.from ?? context.pos) + dot + 1;
    const validFor = /^\w*$/;
    if (dot >= 0) {
      const [root, ...rest] = written.slice(0, dot).split('.');
      let schema = root === 'input' ? known?.input : undefined;
      // Rules often give a part of the input a name of its own: `let budget = input.budget;`
      schema ??= root === undefined ? undefined : known?.input.properties?.[root];
      if (schema && known) schema = resolve(schema, known.input);
      for (const name of rest) {
        const field: Schema | undefined = schema?.properties?.[name];
        schema = field && known ? resolve(field, known.input) : undefined;
      }
      return { from, options: [...(schema && known ? fields(schema, known.input) : []), ...calls], validFor };
    }
    const outcome = known ? fields(known.outcome, known.outcome).map((field) => ({ ...field, apply: `${field.label}: `, boost: 0 })) : [];
    const keywords = KEYWORDS.map((label) => ({ label, type: 'keyword' }));
    return { from, options: [{ label: 'input', type: 'variable', info: 'What the rule is given.', boost: 20 }, ...keywords, ...outcome, ...calls], validFor };
  };
}
