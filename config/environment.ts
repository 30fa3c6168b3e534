import { parse } from 'toml'
import { type Environment, faultOf, type Judged, type SetKey } from './judge.ts'
import { type Key, keys, variablePrefix } from './keys.ts'
import type { Problem } from './problem.ts'
import { unknownVariable } from './unknown-key.ts'

const keysByVariable: ReadonlyMap<string, Key> = new Map(keys.map(key => [key.variable, key]))

/**
 * `DEBUG_SERVER__API__PORT=8100` sets `api.port`. A variable that is empty counts as not set. One that begins with
 * `DEBUG_SERVER__` and names no key is a mistake; with one underscore they are another matter.
 */
export function judgeEnvironment(environment: Environment): Judged {
  const set: SetKey[] = []
  const problems: Problem[] = []
  for (const [name, text] of Object.entries(environment).sort()) {
    if (!name.startsWith(variablePrefix) || text === undefined || text === '') continue
    const place = { from: 'variable', name } as const
    const key = keysByVariable.get(name)
    if (key === undefined) {
      problems.push({ place, text: unknownVariable(name) })
      continue
    }
    const value = readAs(key, text)
    const fault = faultOf(key, value, environment)
    if (fault === undefined) set.push({ key, value, place: () => place })
    else problems.push({ place, text: fault })
  }
  return { set, problems }
}

/** The text itself, or what it says where the key takes no text; what cannot be read so stays text, and is refused. */
function readAs({ reads }: Key, text: string): unknown {
  switch (reads) {
    case 'text':
      return text
    case 'number':
    case 'boolean':
      return tomlValue(text.trim())
    case 'list':
      return text.trim().startsWith('[') ? tomlValue(text) : text.split(',').map(element => element.trim())
  }
}

function tomlValue(text: string): unknown {
  try {
    const { value, ...others }: Record<string, unknown> = parse(`value = ${text}`)
    return Object.keys(others).length === 0 ? value : text
  } catch {
    return text
  }
}
