declare module 'virtual:functions' {
  /** The functions of the rules' language, from docs/rules.md. */
  const functions: { name: string; does: string; example: string }[];
  export default functions;
}
