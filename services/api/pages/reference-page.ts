import { namedSchemas } from '../../contract/json-schemas.ts'
import {
  type FieldEntry,
  type OperationEntry,
  operationGroups,
} from '../../contract/manual/operation-entry.ts'
import { typeWords } from '../../contract/manual/type-words.ts'
import { scopeOf } from '../../contract/operation.ts'
import { problemCodes, problems } from '../../contract/problems.ts'
import { referenceStyle } from './reference-style.ts'

/** The contract as one page to read, without any script: docs/api.md for who has a server and no clone. */
export function referencePage(version: string): string {
  const groups = [...operationGroups()]
  const links = groups.flatMap(([, entries]) => entries.map(({ name }) => `<a href="#${name}">${name}</a>`))
  const sections = groups.map(
    ([group, entries]) => `<h2>${escaped(group)}</h2>\n${entries.map(operation).join('\n')}`,
  )
  const schemas = Object.entries(namedSchemas()).map(([name, schema]) => {
    const { properties } = schema
    const members = typeof properties === 'object' && properties !== null ? Object.entries(properties) : []
    const list = members.map(([member, part]) => `<li><code>${escaped(member)}</code>: ${words(part)}</li>`)
    return `<h3 id="${name}">${name}</h3>\n${members.length === 0 ? `<p>${words(schema)}</p>` : `<ul>${list.join('')}</ul>`}`
  })
  const errors = problemCodes.map(
    code => `<li><code>${code}</code> (${problems[code].status}): ${escaped(problems[code].title)}</li>`,
  )
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Debug Server API</title>
<link rel="icon" href="data:,">
<style>${referenceStyle}</style>
</head>
<body>
<h1>Debug Server API ${escaped(version)}</h1>
<p>Every path is served bare and under <code>/api</code>. The same as <a href="openapi.json">OpenAPI</a>, and <a href="docs">to try</a>.</p>
<nav>${links.join('\n')}</nav>
${sections.join('\n')}
<h2>What they answer with</h2>
${schemas.join('\n')}
<h2>Problems</h2>
<ul>${errors.join('\n')}</ul>
</body>
</html>
`
}

function operation({
  name,
  method,
  path,
  alsoAt,
  access,
  summary,
  fields,
  output,
  status,
  errors,
}: OperationEntry): string {
  const needs = access === 'public' ? 'no token' : tokenWords(access)
  const also = alsoAt === undefined ? '' : ` or <code>${method} ${escaped(alsoAt)}</code>`
  return `<h3 id="${name}">${name}</h3>
<p><code>${method} ${escaped(path)}</code>${also}, with ${needs}</p>
<p>${escaped(summary)}.</p>
${fields.length === 0 ? '' : `<ul>${fields.map(field).join('')}</ul>`}
<p>Answers ${status}: ${output === undefined ? 'its bytes' : words(output)}</p>
${errors.length === 0 ? '' : `<p>Problems of its own: ${errors.map(code => `<code>${code}</code>`).join(', ')}</p>`}`
}

function field({ name, place, schema, required, initial, meaning }: FieldEntry): string {
  const about = [place, required ? 'required' : undefined].filter(Boolean).join(', ')
  const rest = initial === undefined ? '' : `; default: <code>${escaped(initial)}</code>`
  return `<li><code>${escaped(name)}</code> (${about}, ${words(schema)}): ${escaped(meaning)}${rest}</li>`
}

/** Values come in backticks, names of things as links. */
const words = (schema: Parameters<typeof typeWords>[0]): string =>
  escaped(typeWords(schema, name => `{{${name}}}`))
    .replaceAll(/`([^`]*)`/g, '<code>$1</code>')
    .replaceAll(/\{\{(\w+)\}\}/g, '<a href="#$1">$1</a>')

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

const tokenWords = (access: OperationEntry['access']): string => {
  const scope = scopeOf(access)
  return scope === undefined ? 'any token' : `the scope ${scope}`
}
