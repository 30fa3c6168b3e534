import { readEnvironmentFile } from './environment-file.ts'

/**
 * The environment file that conda is given, so that its solver is told `python_version` as well. Pure. The user's own
 * file wherever it says so already, else a copy that does.
 */
export type CondaFile =
  | { kind: 'as_it_is' }
  | { kind: 'generated'; text: string }
  | { kind: 'refused'; reason: string; fix: string }

export function condaFileFor(text: string, version: string): CondaFile {
  const file = readEnvironmentFile(text)
  if (file.kind === 'unreadable')
    return {
      kind: 'refused',
      reason: file.reason,
      fix: 'write each dependency as a line "  - NAME" of its own',
    }
  const python = file.dependencies.find(({ name }) => name === 'python')
  const constraint = python === undefined ? '' : combined(python.constraint, version)
  if (constraint === undefined)
    return {
      kind: 'refused',
      reason: `it asks for "${python?.spec}", but environment.python_version is ${version}`,
      fix: 'make the two agree',
    }
  if (python !== undefined && constraint === python.constraint) return { kind: 'as_it_is' }
  const near = file.nested.find(isRelative)
  if (near !== undefined)
    return {
      kind: 'refused',
      reason: `it does not name the Python, and cannot be copied elsewhere, for it refers to "${near}" beside it`,
      fix: `write "- python=${version}" into its dependencies`,
    }
  const lines = text.split(/\r?\n/)
  const at = python?.line ?? lines.findIndex(line => /^dependencies\s*:/.test(line)) + 1
  lines.splice(
    at,
    python === undefined ? 0 : 1,
    `${indentAt(lines, at)}- python${constraint || `=${version}`}`,
  )
  return { kind: 'generated', text: lines.join('\n') }
}

/** The file's constraint together with ours: itself where it says as much, undefined where they exclude each other. */
function combined(constraint: string, version: string): string | undefined {
  if (constraint === '') return `=${version}`
  const [, pinned] = /^=?=?\s*(\d+(?:\.\d+)*)(?:\.\*)?(?:\s*=.*)?$/.exec(constraint) ?? []
  if (pinned !== undefined) {
    if (pinned === version || pinned.startsWith(`${version}.`)) return constraint
    return version.startsWith(`${pinned}.`) ? `=${version}` : undefined
  }
  // "|" binds weaker than ",": what is meant cannot be told.
  return constraint.includes('|') ? undefined : `${constraint},${version}.*`
}

const isRelative = (spec: string): boolean =>
  /^(?:-r|-e|-c|--requirement|--editable|--constraint)[\s=]/.test(spec) || /^(?:file:|\.{0,2}\/)/.test(spec)

/** As the items around it are indented. */
const indentAt = (lines: readonly string[], at: number): string =>
  /^(\s*)-/.exec(lines.slice(at).find(line => /^\s*-\s/.test(line)) ?? '  -')?.[1] ?? '  '
