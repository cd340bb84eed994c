// What the editor and the diff have in common.
import { syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { colours } from './rhai';

const nonce = document.querySelector<HTMLMetaElement>('meta[name="style-nonce"]')?.content ?? '';

export const common: Extension[] = [
  // The page's policy blocks the editor's styles without it.
  EditorView.cspNonce.of(nonce),
  syntaxHighlighting(colours),
  EditorView.lineWrapping,
  EditorView.theme({
    '&': { backgroundColor: 'var(--surface)', color: 'var(--text)', fontSize: '0.9rem' },
    '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '-1px' },
    '.cm-content': { fontFamily: 'var(--mono)', caretColor: 'var(--text)' },
    '.cm-cursor': { borderLeftColor: 'var(--text)' },
    '.cm-gutters': { backgroundColor: 'var(--raised)', color: 'var(--muted)', borderRight: '1px solid var(--line)' },
    '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'transparent' },
    '.cm-selectionBackground, &.cm-focused .cm-selectionBackground': { backgroundColor: 'light-dark(#cfe0ff, #2b4575) !important' },
    '.cm-tooltip': { backgroundColor: 'var(--surface)', color: 'var(--text)', border: '1px solid var(--line)' },
    '.cm-tooltip.cm-completionInfo': { whiteSpace: 'pre-line', maxWidth: '26rem' },
    '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--accent)', color: 'var(--on-accent)' },
    '.cm-panels': { backgroundColor: 'var(--raised)', color: 'var(--text)' },
    '.cm-missed': { backgroundColor: 'var(--missed)' },
    '.cm-changedLine': { backgroundColor: 'var(--good-bg) !important' },
    '.cm-deletedChunk': { backgroundColor: 'var(--bad-bg) !important' },
    '.cm-changedText, .cm-deletedChunk .cm-deletedText': { background: 'none !important', textDecoration: 'underline' },
    '.cm-collapsedLines:before, .cm-collapsedLines:after': { content: '"⋯" !important' },
    '.cm-collapsedLines': { background: 'var(--raised)', color: 'var(--muted)' },
    '.cm-matchingBracket': { backgroundColor: 'var(--raised) !important', outline: '1px solid var(--line)' },
  }),
];
