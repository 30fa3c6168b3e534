import { createHash } from 'node:crypto'
import { noPolicy } from './static-file.ts'

export const referenceStyle = `
body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif; color: #1b1f24; background: #fff }
nav { columns: 16rem }
nav a { display: block }
h2 { margin-top: 3rem }
h3 { margin-top: 2rem; border-top: 1px solid #d0d7de; padding-top: 1rem }
a { color: #0550ae; text-decoration: none }
a:hover { text-decoration: underline }
code { font: 0.9em ui-monospace, monospace; background: #f3f4f6; padding: 0 0.2em; overflow-wrap: anywhere }
@media (prefers-color-scheme: dark) {
  body { color: #e6edf3; background: #0d1117 }
  a { color: #79b8ff }
  code { background: #21262d }
}
`

/** That one style and an empty icon, and nothing else: no script, no other file. */
export const referencePolicy = `${noPolicy}; img-src data:; style-src 'sha256-${createHash('sha256').update(referenceStyle).digest('base64')}'`
