// Rhai's words for the editor: a tokenizer line by line. Comments nest; texts in back-ticks contain code in ${…}.
import { HighlightStyle, StreamLanguage, type StringStream } from '@codemirror/language';
import { tags } from '@lezer/highlight';

type State = {
  /** How deep in block comments. */
  comment: number;
  /** Back-tick texts that are open, each with the braces open within its `${`; null: in the text itself. */
  texts: (number | null)[];
  /** The brackets that are open. */
  depth: number;
};

const KEYWORDS = new Set('let const if else switch for in while loop do until return break continue fn is_def_var'.split(' '));
const ATOMS = new Set(['true', 'false']);

function comment(stream: StringStream, state: State): string {
  while (!stream.eol()) {
    if (stream.match('*/')) {
      state.comment--;
      if (state.comment === 0) break;
    } else if (stream.match('/*')) state.comment++;
    else stream.next();
  }
  return 'comment';
}

function text(stream: StringStream, state: State): string {
  while (!stream.eol()) {
    if (stream.match('${', false)) {
      if (stream.current() !== '') return 'string';
      stream.match('${');
      state.texts[state.texts.length - 1] = 0;
      return 'brace';
    }
    const sign = stream.next();
    if (sign === '`') {
      state.texts.pop();
      return 'string';
    }
    if (sign === '\\') stream.next();
  }
  return 'string';
}

function token(stream: StringStream, state: State): string | null {
  if (state.comment > 0) return comment(stream, state);
  const open = state.texts.at(-1);
  if (open === null) return text(stream, state);
  if (stream.eatSpace()) return null;
  if (stream.match('//')) {
    stream.skipToEnd();
    return 'comment';
  }
  if (stream.match('/*')) {
    state.comment = 1;
    return comment(stream, state);
  }
  const sign = stream.peek()!;
  if (sign === '`') {
    stream.next();
    state.texts.push(null);
    return 'string';
  }
  if (sign === '"' || sign === "'") {
    stream.next();
    let next: string | void;
    while ((next = stream.next()) && next !== sign) if (next === '\\') stream.next();
    return 'string';
  }
  if (stream.match(/^(0x[\da-fA-F_]+|0b[01_]+|0o[0-7_]+|\d[\d_]*(\.\d[\d_]*)?)/)) return 'number';
  if (stream.match(/^[A-Za-z_]\w*/)) {
    const word = stream.current();
    if (KEYWORDS.has(word)) return 'keyword';
    if (ATOMS.has(word)) return 'atom';
    if (stream.match(/^\s*\(/, false)) return 'function';
    return /^[A-Z][A-Z\d_]*$/.test(word) ? 'constant' : 'variable';
  }
  if (stream.match('#{') || sign === '{') {
    if (sign === '{') stream.next();
    if (typeof open === 'number') state.texts[state.texts.length - 1] = open + 1;
    state.depth++;
    return 'brace';
  }
  if (sign === '}') {
    stream.next();
    if (typeof open === 'number') state.texts[state.texts.length - 1] = open === 0 ? null : open - 1;
    if (open !== 0) state.depth = Math.max(0, state.depth - 1);
    return 'brace';
  }
  stream.next();
  if (sign === '(' || sign === '[') state.depth++;
  if (sign === ')' || sign === ']') state.depth = Math.max(0, state.depth - 1);
  return /[-+*/%=<>!&|^~?:.]/.test(sign) ? 'operator' : null;
}

export const rhai = StreamLanguage.define<State>({
  name: 'rhai',
  startState: () => ({ comment: 0, texts: [], depth: 0 }),
  copyState: ({ comment, texts, depth }) => ({ comment, texts: [...texts], depth }),
  token,
  indent: (state, textAfter, context) => Math.max(0, state.depth - (/^\s*[}\])]/.test(textAfter) ? 1 : 0)) * context.unit,
  languageData: {
    commentTokens: { line: '//', block: { open: '/*', close: '*/' } },
    closeBrackets: { brackets: ['(', '[', '{', '"', '`'] },
    indentOnInput: /^\s*[}\])]$/,
  },
  tokenTable: { function: tags.function(tags.variableName), constant: tags.constant(tags.variableName), variable: tags.variableName, atom: tags.bool, brace: tags.brace },
});

/** Colours that are readable on both grounds. */
export const colours = HighlightStyle.define([
  { tag: tags.comment, color: 'light-dark(#566274, #97a3b4)', fontStyle: 'italic' },
  { tag: tags.string, color: 'light-dark(#0f6a34, #86d9a4)' },
  { tag: [tags.number, tags.bool], color: 'light-dark(#9a3412, #fdba74)' },
  { tag: tags.keyword, color: 'light-dark(#7c1fa0, #d8a6f5)', fontWeight: '600' },
  { tag: tags.function(tags.variableName), color: 'light-dark(#1d4ed8, #8ab4ff)' },
  { tag: tags.constant(tags.variableName), color: 'light-dark(#8a4b00, #f2c068)' },
]);
