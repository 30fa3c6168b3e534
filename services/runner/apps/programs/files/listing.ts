import { type Names, shown } from '../../../../../lib/tree/names.ts'
import { visible } from '../../../../../lib/visible.ts'
import type { Entry, Page } from './entries.ts'
import { inUrl, pathInUrl } from './request-path.ts'

/** A directory as a page, without scripts. `view` and the rest of the API are found relative to it. */
export function listing(names: Names, page: Page): string {
  const title = names.length === 0 ? 'Files' : shown(names)
  const top = '../'.repeat(names.length + 1)
  const query = `path=${pathInUrl(names)}`
  const rows = [
    ...(names.length === 0 ? [] : ['<tr><td><a href="../">../</a><td><td>']),
    ...page.entries.map(row),
  ]
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
<h1>${escaped(title)}</h1>
<p><a href="${top}download?${query}">Download as zip</a></p>
<form method="post" enctype="multipart/form-data" action="${top}file?${query}">
<label>Upload <input type="file" name="file" multiple required></label> <button>Upload</button>
</form>
<table>
<thead><tr><th>Name<th>Bytes<th>Changed</thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>
${page.next === undefined ? '' : `<p><a href="?after=${page.next}">More</a></p>`}
${page.truncated ? '<p>There are more files than are looked at.</p>' : ''}
</html>
`
}

/** What may be loaded and sent by such a page: nothing but its form. */
export const listingPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; base-uri 'none'"

function row({ name, encoded, type, size, modified, link }: Entry): string {
  const last = encoded?.split('/').at(-1) ?? inUrl(Buffer.from(name))
  const slash = type === 'directory' ? '/' : ''
  const text = `${escaped(name)}${slash}${link === undefined ? '' : ` → ${escaped(link)}`}`
  const cell = type === 'file' || type === 'directory' ? `<a href="./${last}${slash}">${text}</a>` : text
  const when =
    modified === undefined ? '' : new Date(modified * 1_000).toISOString().slice(0, 16).replace('T', ' ')
  return `<tr><td>${cell}<td>${type === 'other' ? 'no file' : (size ?? '')}<td>${when}`
}

const style = `:root{color-scheme:light dark}
body{font:15px system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;overflow-wrap:anywhere}
h1{font-size:1.2rem}
table{border-collapse:collapse;width:100%}
th{text-align:left;font-weight:600}
td,th{padding:.2rem .6rem .2rem 0}
td:nth-child(n+2){white-space:nowrap;font-variant-numeric:tabular-nums}`

const escaped = (text: string): string =>
  visible(text).replaceAll(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
