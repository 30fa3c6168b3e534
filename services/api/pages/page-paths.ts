/** Paths of the API that are no operations of the contract, bare: what it says of itself, and its figures. */
export const pagePaths: readonly string[] = [
  '/openapi.json',
  '/docs',
  '/docs/start.js',
  '/docs/swagger-ui-bundle.js',
  '/docs/swagger-ui.css',
  '/redoc',
  '/metrics',
]
