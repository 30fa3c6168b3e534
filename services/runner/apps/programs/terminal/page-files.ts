import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'

const xterm = fileURLToPath(import.meta.resolve('@xterm/xterm'))
const beside = (name: string): string => `${import.meta.dirname}/page/${name}`

/** The page of a terminal and all that it loads: nothing of another site. */
const files: ReadonlyMap<string, { readonly path: string; readonly type: string }> = new Map([
  ['/', { path: beside('page.html'), type: 'text/html; charset=utf-8' }],
  ['/page.js', { path: beside('page.js'), type: 'text/javascript; charset=utf-8' }],
  ['/page.css', { path: beside('page.css'), type: 'text/css; charset=utf-8' }],
  ['/xterm.js', { path: xterm.replace(/\.js$/, '.mjs'), type: 'text/javascript; charset=utf-8' }],
  [
    '/xterm.css',
    { path: xterm.replace(/lib\/xterm\.js$/, 'css/xterm.css'), type: 'text/css; charset=utf-8' },
  ],
  [
    '/fit.js',
    {
      path: fileURLToPath(import.meta.resolve('@xterm/addon-fit')).replace(/\.js$/, '.mjs'),
      type: 'text/javascript; charset=utf-8',
    },
  ],
])

const headers = {
  'cache-control': 'private, no-cache',
  'x-content-type-options': 'nosniff',
  // xterm.js writes its own style sheet.
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'",
}

/** False where there is no such file. */
export async function sendPageFile(
  path: string,
  response: ServerResponse,
  withBody: boolean,
): Promise<boolean> {
  const file = files.get(path)
  if (file === undefined) return false
  const { size } = await stat(file.path)
  response.writeHead(200, { ...headers, 'content-type': file.type, 'content-length': size })
  if (withBody) await pipeline(createReadStream(file.path), response)
  else response.end()
  return true
}
