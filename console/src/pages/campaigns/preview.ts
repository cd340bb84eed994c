// What a template says to somebody, near enough to write by: values and the usual filters are filled in. The edge renders the
// whole language, and checks the template when the step is kept.
import { stringify, type Json } from '../../lib/json';

export type Preview = {
  text: string;
  /** Values that are not there: the message would fail. */
  missing: string[];
  /** Whether something is shown as it is written. */
  isPartial: boolean;
};

type Values = { [name: string]: Json };

const FILTERS: Record<string, (text: string) => string> = {
  upper: (text) => text.toUpperCase(),
  lower: (text) => text.toLowerCase(),
  trim: (text) => text.trim(),
  title: (text) => text.toLowerCase().replace(/(^|\s)\S/g, (sign) => sign.toUpperCase()),
  capitalize: (text) => text.charAt(0).toUpperCase() + text.slice(1).toLowerCase(),
};
const EXPRESSION = /\{\{-?\s*(.*?)\s*-?\}\}/gs;
const PATH = /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/;
const DEFAULT = /^default\(\s*(?:'([^']*)'|"([^"]*)")\s*\)$/;

function at(values: Values, path: string): string | null {
  let value: Json | undefined = values;
  for (const name of path.split('.')) {
    value = value !== null && typeof value === 'object' && !Array.isArray(value) && Object.hasOwn(value, name) ? (value as Values)[name] : undefined;
  }
  if (value === undefined || value === null || value === '') return null;
  return typeof value === 'string' ? value : stringify(value);
}

export function preview(template: string, values: Values): Preview {
  const missing: string[] = [];
  let isPartial = /\{%/.test(template);
  const text = template.replace(/\{#.*?#\}/gs, '').replace(EXPRESSION, (whole, expression: string) => {
    const [path = '', ...filters] = expression.split('|').map((part) => part.trim());
    if (!PATH.test(path) || !filters.every((filter) => filter in FILTERS || DEFAULT.test(filter))) {
      isPartial = true;
      return whole;
    }
    let value = at(values, path);
    for (const filter of filters) {
      const otherwise = DEFAULT.exec(filter);
      if (otherwise) value ??= otherwise[1] ?? otherwise[2] ?? '';
      else if (value !== null) value = FILTERS[filter]!(value);
    }
    if (value === null) missing.push(path);
    return value ?? `⟨${path}⟩`;
  });
  return { text, missing: [...new Set(missing)], isPartial };
}
