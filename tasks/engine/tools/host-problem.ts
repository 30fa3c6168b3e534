import { isAbsolute } from 'node:path'
import { UserError } from '../../../lib/user-error.ts'

/** How a version lies to a range. */
export type Misfit = 'too-old' | 'too-new' | 'outside'

/** Why tasks cannot run on this host. */
export type HostProblem = { readonly tasks: readonly string[] } & (
  | { readonly kind: 'missing'; readonly tool: string; readonly fixes: readonly string[] }
  | {
      readonly kind: Misfit
      readonly tool: string
      readonly range: string
      readonly version: string
      readonly path: string
      readonly fixes: readonly string[]
    }
  | {
      readonly kind: 'not-told'
      readonly tool: string
      readonly range: string
      readonly path: string
      readonly why: string
    }
  | { readonly kind: 'bad-range'; readonly tool: string; readonly range: string }
  | { readonly kind: 'platform'; readonly wanted: readonly string[]; readonly here: string }
)

/** One error for all of them: whoever mends a host wants to see the whole list. */
export function hostError(problems: readonly HostProblem[]): UserError {
  const [only, ...more] = problems
  if (only !== undefined && more.length === 0) return new UserError(whatOf(only), { fix: fixOf(only) })
  const lines = problems.flatMap(problem => {
    const fix = fixOf(problem)
    return [`  ${whatOf(problem)}`, ...(fix === undefined ? [] : [`    ${fix}`])]
  })
  return new UserError([`${problems.length} things keep this from running here:`, ...lines].join('\n'))
}

function whatOf(problem: HostProblem): string {
  const tasks = listed(problem.tasks)
  switch (problem.kind) {
    case 'missing':
      return `${problem.tool} is not found${isAbsolute(problem.tool) ? '' : ' on PATH'}, needed by ${tasks}`
    case 'too-old':
    case 'too-new': {
      const { tool, version, path, range, kind } = problem
      return `${tool} ${version} (${path}) is too ${kind === 'too-old' ? 'old' : 'new'}: ${range} is needed by ${tasks}`
    }
    case 'outside': {
      const { tool, version, path, range } = problem
      return `${tool} ${version} (${path}) does not fit: ${range} is needed by ${tasks}`
    }
    case 'not-told': {
      const { tool, path, why, range } = problem
      return `${tool} (${path}) does not tell its version, for ${why}: ${range} is needed by ${tasks}`
    }
    case 'bad-range':
      return `${JSON.stringify(problem.range)}, which ${tasks} wants of ${problem.tool}, is no range of versions`
    case 'platform':
      return `${tasks} runs on ${problem.wanted.join(' or ')} only, and this is ${problem.here}`
  }
}

function fixOf(problem: HostProblem): string | undefined {
  switch (problem.kind) {
    case 'missing':
      return (
        fixes(problem.fixes) ?? (isAbsolute(problem.tool) ? 'install it' : 'install it, or put it on PATH')
      )
    case 'too-old':
    case 'too-new':
    case 'outside':
      return fixes(problem.fixes) ?? `install a version that fits ${problem.range}`
    case 'not-told':
      return `say how it is asked, such as args: ['-V'], or want '*', for which it need not tell`
    case 'bad-range':
      return `write it as in package.json: '>=2.39', '^3.1', '1.x || 2.x'`
    case 'platform':
      return undefined
  }
}

const fixes = (texts: readonly string[]): string | undefined =>
  texts.length === 0 ? undefined : [...new Set(texts)].join(', or ')

const shown = 5

function listed(names: readonly string[]): string {
  const distinct = [...new Set(names)]
  const more = distinct.length - shown
  // One more would be as long as its name.
  return more <= 1 ? distinct.join(', ') : `${distinct.slice(0, shown).join(', ')} and ${more} more`
}
