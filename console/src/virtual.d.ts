declare module 'virtual:functions' {
  /** The functions of the rules' language, from docs/rules.md. */
  const functions: { name: string; does: string; example: string }[];
  export default functions;
}

declare module 'virtual:runbook' {
  /** What the findings of the page Health mean and what to do, from docs/operations.md. */
  const runbook: Record<string, { means: string; do: string }>;
  export default runbook;
}

declare module 'swagger-ui-dist/swagger-ui-es-bundle.js' {
  /** Shows the API that is described at `url` in the element `dom_id`; see Swagger UI's configuration. */
  export default function SwaggerUI(options: Record<string, unknown>): unknown;
}
