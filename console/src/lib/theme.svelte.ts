export type Theme = 'auto' | 'light' | 'dark';

const stored = localStorage.getItem('console.theme');
export const theme: { value: Theme } = $state({ value: stored === 'light' || stored === 'dark' ? stored : 'auto' });

export function applyTheme(value: Theme = theme.value): void {
  theme.value = value;
  if (value === 'auto') localStorage.removeItem('console.theme');
  else localStorage.setItem('console.theme', value);
  document.documentElement.dataset['theme'] = value;
}
