import { createRequire } from 'node:module'
import type { EcmaScriptModule, ParseResult } from 'oxc-parser'

/** What a module names, as it is written there. */
export interface ModuleImports {
  /** Loaded as ECMAScript modules: static and dynamic imports, re-exports, and modules that a URL is made for. */
  readonly imported: readonly string[]
  /** Loaded by `require`. */
  readonly required: readonly string[]
}

/** Undefined where the text is no module that Node could load. */
export type ParseModule = (path: string, text: string) => ModuleImports | undefined

/** Whether imports are looked for in such a file: code, as opposed to JSON, WebAssembly and addons. */
export const isCode = (path: string): boolean => /\.[cm]?[jt]s$/.test(path)

let parser: typeof import('oxc-parser') | undefined

/**
 * Reads the imports that happen when the module runs. Of imports whose specifier is computed nothing is known; those of
 * types do not happen. A URL counts where it leads to code, such as that of a worker: other files are data, which
 * belongs to the inputs of a task, or are what it makes.
 */
export const parseModule: ParseModule = (path, text) => {
  // Loading the parser takes as long as everything else together: only once there is something to parse.
  parser ??= createRequire(import.meta.url)('oxc-parser') as typeof import('oxc-parser')
  const result = parser.parseSync(path, text)
  if (result.errors.some(({ severity }) => severity === 'Error')) return undefined
  const imported = [...staticImports(result.module, text), ...otherImports(result.module, text)]
  const required: string[] = []
  // The tree costs twice the parsing, and the record of the module lacks only these.
  if (/\brequire\b|\bexport\s*\{\s*\}\s*from\b/.test(text)) readTree(parser, result, imported, required)
  return { imported: [...new Set(imported)], required: [...new Set(required)] }
}

/** `import { type A } from './a.ts'` runs a.ts, for `import {} from './a.ts'` is left; `import type` leaves nothing. */
function staticImports({ staticImports, staticExports }: EcmaScriptModule, text: string): string[] {
  const ofTypes = (start: number) => /^(?:import|export)\s+type\b/.test(text.slice(start, start + 50))
  return [
    ...staticImports
      .filter(({ start, entries }) => !(ofTypes(start) && entries.every(entry => entry.isType)))
      .map(({ moduleRequest }) => moduleRequest.value),
    ...staticExports
      .filter(({ start, entries }) => !(ofTypes(start) && entries.every(entry => entry.isType)))
      .flatMap(({ entries }) => entries.flatMap(({ moduleRequest }) => moduleRequest?.value ?? [])),
  ]
}

const literal = String.raw`(?:'([^'\\\n]*)'|"([^"\\\n]*)"|${'`'}([^${'`'}\\$]*)${'`'})`
const wholeLiteral = new RegExp(`^${literal}$`)
const resolveCall = new RegExp(String.raw`^\s*\.\s*resolve\s*\(\s*${literal}`)
const urlCall = new RegExp(String.raw`\bnew\s+URL\s*\(\s*${literal}\s*,\s*$`)
const leadsToCode = (specifier: string): boolean => isCode(specifier.replace(/[?#].*$/, ''))
/** As far as a specifier may be long. */
const near = 1_000

/** `import('./a.ts')`, `import.meta.resolve('./a.ts')`, `new URL('./a.ts', import.meta.url)`. */
function otherImports({ dynamicImports, importMetas }: EcmaScriptModule, text: string): string[] {
  const found = dynamicImports.flatMap(
    ({ moduleRequest: { start, end } }) => matched(wholeLiteral, text.slice(start, end)) ?? [],
  )
  for (const { start, end } of importMetas) {
    const behind = text.slice(end, end + near)
    const resolved = matched(resolveCall, behind)
    if (resolved !== undefined && (leadsToCode(resolved) || /^[^./]/.test(resolved))) found.push(resolved)
    const url = /^\s*\.\s*url\b/.test(behind)
      ? matched(urlCall, text.slice(Math.max(0, start - near), start))
      : undefined
    if (url !== undefined && leadsToCode(url)) found.push(/^(?:[./]|\w+:)/.test(url) ? url : `./${url}`)
  }
  return found
}

function matched(pattern: RegExp, text: string): string | undefined {
  const groups = pattern.exec(text)?.slice(1)
  return groups?.find(group => group !== undefined)
}

/** `require('./a.cjs')`, `require.resolve('./a.cjs')`, and `export {} from './a.ts'`. */
function readTree(
  { Visitor }: typeof import('oxc-parser'),
  { program }: ParseResult,
  imported: string[],
  required: string[],
): void {
  new Visitor({
    CallExpression({ callee, arguments: [first] }) {
      const name = callee.type === 'MemberExpression' ? callee.object : callee
      if (name.type !== 'Identifier' || name.name !== 'require') return
      if (first?.type === 'Literal' && typeof first.value === 'string') required.push(first.value)
    },
    ExportNamedDeclaration({ source, exportKind }) {
      if (source !== null && exportKind !== 'type') imported.push(source.value)
    },
  }).visit(program)
}
