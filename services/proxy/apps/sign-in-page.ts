import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AppRoute } from './app-route.ts'

/** Whether who asks is a person before a browser, who opens a page. */
export const opensPage = ({ method, headers: { accept } }: IncomingMessage): boolean =>
  (method === 'GET' || method === 'HEAD') && accept !== undefined && /\btext\/html\b/i.test(accept)

/** Says how a browser is signed in on an app's origin, to one that is not, or not any more. */
export function sendSignInPage(response: ServerResponse, { session, app }: AppRoute): void {
  const content = page(`debug-server app open ${escaped(session)} ${escaped(app)}`)
  response
    .writeHead(401, {
      'content-type': 'text/html; charset=utf-8',
      'content-length': Buffer.byteLength(content),
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
      'www-authenticate': 'Bearer',
      'cache-control': 'no-store',
    })
    .end(content)
}

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)

const page = (command: string): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Sign in</title>
<style>body { font: 16px/1.5 sans-serif; max-width: 40em; margin: 4em auto; padding: 0 1em; color-scheme: light dark }</style>
<h1>You are not signed in here</h1>
<p>Nobody was signed in with this browser, or it was too long ago. This makes an address that opens the app:</p>
<pre>${command}</pre>
</html>
`
