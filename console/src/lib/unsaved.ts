// What somebody has written into a field and not yet sent: nothing reloads the page over it.

const written = new Set<HTMLInputElement | HTMLTextAreaElement>();

/** Takes note of the fields that are written in. What is kept anyway is left out: filters, and what stands in `data-kept`. */
export function watchWriting(): void {
  document.addEventListener('input', ({ target }) => {
    const isField = target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && !['checkbox', 'radio'].includes(target.type));
    if (isField && target.closest('[data-kept], [data-search]') === null) written.add(target);
  });
}

/** Whether such a field is there, with something in it. */
export function isUnsaved(): boolean {
  for (const field of written) if (!field.isConnected) written.delete(field);
  return [...written].some(({ value }) => value !== '');
}
