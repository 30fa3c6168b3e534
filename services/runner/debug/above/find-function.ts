import { didYouMean } from '../../../../lib/suggest.ts'
import type { SourceLines } from '../source-text.ts'
import { resultNames } from './go-results.ts'

export type FunctionFound =
  | {
      readonly found: true
      readonly line: number
      readonly parameters: readonly string[]
      /** The names of what it returns, in Go, where they have any. */
      readonly results: readonly string[]
      /** Behind its parameters: what runs there runs at each call. From 1. */
      readonly inside: { readonly line: number; readonly column: number }
      /** It may go on after others have begun: an async function, a generator of JavaScript. */
      readonly suspends: boolean
    }
  | { readonly found: false; readonly message: string }

/** How functions are begun, in languages that a debugger here knows; NAME stands for what is looked for. */
const beginnings = [
  // Python
  String.raw`^\s*(?:async\s+)?def\s+(NAME)\s*\(`,
  // JavaScript and TypeScript
  String.raw`^\s*(?:export\s+)?(?:default\s+)?(?:async\s+)?function\s*\*?\s*(NAME)\s*[<(]`,
  String.raw`^\s*(?:export\s+)?(?:const|let|var)\s+(NAME)\s*=\s*(?:async\s*)?(?:function\b|\(|\w+\s*=>)`,
  String.raw`^\s+(?:(?:public|private|protected|static|async|override)\s+)*[*#]?(?!(?:if|for|while|switch|catch)\b)(NAME)\s*\([^;]*\)\s*(?::[^={;]{1,100})?\{\s*$`,
  // Go
  String.raw`^func\s+(?:\([^)]*\)\s*)?(NAME)\s*[\[(]`,
  // Rust
  String.raw`^\s*(?:pub(?:\([^)]*\))?\s+)?(?:(?:async|unsafe|const)\s+)*fn\s+(NAME)\s*[<(]`,
  // C and C++
  String.raw`^(?!\s*(?:return|else|if|while|for|case|throw|new|delete|typedef|using)\b)[A-Za-z_][\w\s*&:<>,]*[\s*&:](NAME)\s*\((?:[^;]*|[^;{]*\{.*)$`,
]
/** Within a class; elsewhere that may be a call. */
const method = String.raw`^\s+(?!(?:return|else|if|while|for|switch|case|throw|new|delete)\b)[A-Za-z_][\w\s*&:<>,]*[\s*&](NAME)\s*\([^;{]*\)[^;=(]*\{`
const isC = /\.(?:c|cc|cpp|cxx|h|hh|hpp|m|mm)$/
const patternsOf = (name: string, file: string) =>
  (isC.test(file) ? [...beginnings, method] : beginnings).map(
    text =>
      new RegExp(
        text.replace('NAME', () => name),
        'u',
      ),
  )
const anyName = String.raw`[\p{L}_$][\p{L}\p{N}_$]*`

/** In characters: nobody begins a function behind them, and what a tool has written would take the patterns for ever. */
const longestLine = 400
/** What may be meant is looked for among so many names of so many characters: each is compared by all of its letters. */
const mostNames = 2_000
const longestName = 100

/** Where a function begins, and the names of its parameters, by the text of its file alone. */
export function findFunction(all: SourceLines, file: string, name: string): FunctionFound {
  if (all === undefined) return { found: false, message: `${file} cannot be read` }
  const lines = all.map(line => line.slice(0, longestLine))
  const last = name.split(/\.|::/).at(-1) ?? name
  const patterns = patternsOf(RegExp.escape(last), file)
  const at = lines.findIndex(line => patterns.some(pattern => pattern.test(line)))
  if (at >= 0) return { found: true, line: at + 1, ...headAt(lines, at, last, file) }
  const hint = last.length > longestName ? undefined : didYouMean(last, namesIn(lines, file))
  return {
    found: false,
    message: `no function ${name} begins in ${file}${hint === undefined ? '' : `; ${hint}`}`,
  }
}

function namesIn(lines: readonly string[], file: string): ReadonlySet<string> {
  const anyFunction = patternsOf(anyName, file)
  const names = new Set<string>()
  for (const line of lines) {
    const name = anyFunction.map(pattern => pattern.exec(line)?.[1]).find(Boolean)
    if (name !== undefined && name.length <= longestName) names.add(name)
    if (names.size >= mostNames) break
  }
  return names
}

const isScript = /\.[cm]?[jt]sx?$/

/** In lines of the source. */
const longestHead = 20

function headAt(lines: readonly string[], at: number, name: string, file: string) {
  const head = lines.slice(at, at + longestHead).join('\n')
  const open = head.indexOf('(', head.indexOf(name))
  const parameters: string[] = []
  let depth = 0
  let from = open + 1
  let end = open
  for (let i = open; i >= 0 && i < head.length; i++) {
    const sign = head[i] ?? ''
    if ('([{<'.includes(sign)) depth++
    // An arrow's head is no bracket.
    if (')]}'.includes(sign) || (sign === '>' && head[i - 1] !== '-' && head[i - 1] !== '=')) depth--
    if (depth === 0 || (depth === 1 && sign === ',')) {
      const parameter = nameOf(head.slice(from, i).trim(), file)
      if (parameter !== undefined) parameters.push(parameter)
      from = i + 1
    }
    end = i + 1
    if (depth === 0) break
  }
  const before = head.slice(0, end).split('\n')
  return {
    parameters,
    results: file.endsWith('.go') ? resultNames(head.slice(end)) : [],
    suspends:
      isScript.test(file) && /\basync\b|\*\s*$|\bfunction\s*\*/.test(head.slice(0, open).replace(name, '')),
    inside: { line: at + before.length, column: (before.at(-1)?.length ?? 0) + 1 },
  }
}

/** In C the name comes last, elsewhere first. */
function nameOf(parameter: string, file: string): string | undefined {
  const [plain = ''] = parameter.split('=')
  const found = isC.test(file)
    ? /[\s*&]([A-Za-z_]\w*)\s*(?:\[[^\]]*\]\s*)*$/.exec(plain.trimEnd())
    : /^(?:\.\.\.|\*{1,2}|&)?(?:mut\s+)?([\p{L}_$][\p{L}\p{N}_$]*)/u.exec(parameter)
  return found?.[1]
}
