import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DebugRequest } from '../../../../../services/contract/debug-request.ts'
import type { DebugEngine } from '../../../../../services/contract/debug-state.ts'

/** What the same program is in one language, under one debugger. */
export type Language = {
  readonly engine: DebugEngine
  /** Its source, in `programs/` and at the top of the worktree. */
  readonly file: string
  readonly program: DebugRequest['program']
  /** Builds it in the worktree: words, and the variables that they need. */
  readonly build?: { readonly words: readonly string[]; readonly environment?: Record<string, string> }
  /** What has to be on PATH, and what to install where it is not. */
  readonly needs: readonly (readonly [program: string, install: string])[]
  /** How stacks name a function of the program. */
  readonly named: (name: string) => string
  /** What `fails` fails with: the stop, and the exit code of the program that was let go on. */
  readonly failure: { readonly description: RegExp; readonly code: number }
}

const plain = (name: string) => name

export const languages = {
  debugpy: {
    engine: 'debugpy',
    file: 'app.py',
    program: { kind: 'file', file: 'app.py' },
    needs: [['python3', 'apt-get install python3 python3-debugpy']],
    named: plain,
    failure: { description: /AttributeError/, code: 1 },
  },
  gdb: {
    engine: 'gdb',
    file: 'app.c',
    program: { kind: 'binary', file: 'app', core: null },
    build: { words: ['gcc', '-g', '-O0', '-pthread', '-o', 'app', 'app.c'] },
    needs: [
      ['gdb', 'apt-get install gdb'],
      ['gcc', 'apt-get install gcc'],
    ],
    named: plain,
    failure: { description: /SIGSEGV/, code: 139 },
  },
  'lldb-dap': {
    engine: 'lldb-dap',
    file: 'app.c',
    program: { kind: 'binary', file: 'app', core: null },
    build: { words: ['gcc', '-g', '-O0', '-pthread', '-o', 'app', 'app.c'] },
    needs: [
      ['lldb-dap-19', 'apt-get install lldb-19'],
      ['gcc', 'apt-get install gcc'],
    ],
    named: plain,
    failure: { description: /SIGSEGV/, code: 139 },
  },
  rust: {
    engine: 'lldb-dap',
    file: 'app.rs',
    program: { kind: 'binary', file: 'app', core: null },
    build: { words: ['rustc', '-g', '-o', 'app', 'app.rs'] },
    needs: [
      ['lldb-dap-19', 'apt-get install lldb-19'],
      ['rustc', 'apt-get install rustc'],
    ],
    named: name => `app::${name}`,
    failure: { description: /panic/, code: 101 },
  },
  node: {
    engine: 'node',
    file: 'app.cjs',
    program: { kind: 'node', file: 'app.cjs' },
    needs: [],
    named: plain,
    failure: { description: /TypeError/, code: 1 },
  },
  delve: {
    engine: 'delve',
    file: 'app.go',
    program: { kind: 'go', path: 'app' },
    build: {
      words: ['go', 'build', '-gcflags', 'all=-N -l', '-o', 'app', 'app.go'],
      environment: { GO111MODULE: 'off', GOFLAGS: '' },
    },
    needs: [
      ['dlv', 'apt-get install delve'],
      ['go', 'apt-get install golang-go'],
    ],
    named: name => `main.${name}`,
    failure: { description: /nil pointer dereference/, code: 2 },
  },
} as const satisfies Record<string, Language>

export type LanguageName = keyof typeof languages
export const languageNames = Object.keys(languages) as LanguageName[]

export const sourceOf = ({ file }: Language): string =>
  readFileSync(join(import.meta.dirname, 'programs', file), 'utf8')

/** The line of a mark. */
export function lineOf(language: Language, mark: string): number {
  const at = sourceOf(language)
    .split('\n')
    .findIndex(line => line.includes(`mark: ${mark}`))
  if (at < 0) throw new Error(`${language.file} has no mark ${mark}`)
  return at + 1
}

/** Why it cannot be debugged here; undefined where it can. */
export function missingFor({ needs }: Language): string | undefined {
  const missing = needs.filter(([program]) => spawnSync(program, ['--version']).error !== undefined)
  return missing.length === 0
    ? undefined
    : missing.map(([program, install]) => `there is no ${program}: ${install}`).join('; ')
}

export function build(language: Language, directory: string): void {
  if (language.build === undefined) return
  const [program = '', ...words] = language.build.words
  const { status, stderr } = spawnSync(program, words, {
    cwd: directory,
    encoding: 'utf8',
    env: { ...process.env, ...language.build.environment },
  })
  if (status !== 0) throw new Error(`${language.file} cannot be built: ${stderr}`)
}
