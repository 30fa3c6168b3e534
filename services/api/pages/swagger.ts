import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { StaticFile } from './static-file.ts'

/**
 * Swagger UI, from its package: the page of ours that starts it, and the two files of it that are needed. No script stands in
 * the page itself, and nothing is loaded from another origin. It writes styles into its elements, hence 'unsafe-inline' for
 * these alone.
 */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Debug Server API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
`

/** The document's address follows from the page's: bare, or under /api. */
const start = `SwaggerUIBundle({
  url: new URL('openapi.json', document.baseURI).href,
  dom_id: '#swagger-ui',
  deepLinking: true,
  validatorUrl: null,
})
`

const packaged = (file: string) => async () =>
  await readFile(createRequire(import.meta.url).resolve(`swagger-ui-dist/${file}`))

const script = 'text/javascript; charset=utf-8'

export const swaggerFiles: readonly StaticFile[] = [
  { path: '/docs', type: 'text/html; charset=utf-8', policy, content: async () => page },
  { path: '/docs/start.js', type: script, policy, content: async () => start },
  {
    path: '/docs/swagger-ui-bundle.js',
    type: script,
    policy,
    content: packaged('swagger-ui-bundle.js'),
  },
  {
    path: '/docs/swagger-ui.css',
    type: 'text/css; charset=utf-8',
    policy,
    content: packaged('swagger-ui.css'),
  },
]
