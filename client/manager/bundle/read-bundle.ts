import { extname, join, resolve } from 'node:path'
import { z } from 'zod'
import { mcpSchema } from '../../../config/mcp/schema.ts'
import { parseToml } from '../../../config/parse-toml.ts'
import { problemText } from '../../../config/problem.ts'
import { readText } from '../../../config/read-text.ts'
import { tableProblems } from '../../../config/table-problems.ts'
import { lineOf, tomlEntries } from '../../../config/toml-entries.ts'
import { ownRoot } from '../../../config/workspace.ts'
import { UserError } from '../../../lib/user-error.ts'
import type { Overlay } from '../change-overlay.ts'
import { ownPath } from '../own-path.ts'

const tables = z.record(z.string(), z.record(z.string(), z.unknown())).default({})
const bundleSchema = z.looseObject({ servers: tables, composites: tables })

/** What comes with this project. */
const starter = join(ownRoot, 'config/mcp-bundle.toml')

export type Bundle = { readonly from: string; readonly tables: Overlay }

/**
 * Reads a bundle: tables of servers and composites as in `config/mcp.toml`, in TOML, or the same in JSON. Everything that is wrong
 * in it is told at once, with its lines; values that may be secrets are not.
 */
export function readBundle(root: string, given: string | undefined): Bundle {
  const path = given === undefined ? starter : resolve(root, given)
  const from = ownPath(root, path) ?? (given === undefined ? 'config/mcp-bundle.toml' : path)
  const read = readText(path)
  if (read.kind === 'absent') throw new UserError(`there is no bundle ${from}`)
  if (read.kind === 'unreadable') throw new UserError(`${from} ${read.reason}`)
  const isJson = extname(path).toLowerCase() === '.json'
  const values = isJson ? ofJson(read.text, from) : ofToml(read.text, from)
  const others = Object.keys(values).filter(key => key !== 'servers' && key !== 'composites')
  if (others.length > 0)
    throw new UserError(
      `${from} has ${others.join(', ')}: a bundle says which servers and composites there are, and nothing else`,
    )
  const entries = isJson ? [] : tomlEntries(read.text)
  const problems = tableProblems(mcpSchema, values).map(({ path, text }) =>
    problemText({ place: { from: 'file', file: from, line: lineOf(entries, path) }, text }),
  )
  if (problems.length > 0)
    throw new UserError(['this is no bundle', ...problems.map(one => `  ${one}`)].join('\n'))
  const { servers, composites } = bundleSchema.parse(values)
  if (Object.keys(servers).length + Object.keys(composites).length === 0)
    throw new UserError(`${from} has no servers`, { fix: 'give it tables such as [servers.files]' })
  return { from, tables: { servers, composites } }
}

function ofToml(text: string, from: string): Record<string, unknown> {
  const parsed = parseToml(text)
  if (parsed.kind === 'values') return parsed.values
  const place = [from, parsed.line, parsed.column].filter(part => part !== undefined).join(':')
  throw new UserError(`${place}: ${parsed.text}`)
}

function ofJson(text: string, from: string): Record<string, unknown> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text))
  } catch {
    throw new UserError(`${from} is no object of JSON`)
  }
}
