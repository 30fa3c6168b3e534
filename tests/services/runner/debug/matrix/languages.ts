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
  /** How a source is launched, by what was built of it where it is built. */
  readonly program: (file: string, built: string) => DebugRequest['program']
  /** Builds a source in the worktree: words, and the variables that they need. */
  readonly build?: {
    readonly words: (file: string, built: string) => readonly string[]
    readonly environment?: Record<string, string>
  }
  /** What has to be on PATH, and what to install where it is not. */
  readonly needs: readonly (readonly [program: string, install: string])[]
  /** How stacks name a function of the program. */
  readonly named: (name: string) => string
  /** An expression that says `spins` and does not end. */
  readonly endless: string
  /** What `fails` fails with: the stop, and the exit code of the program that was let go on. */
  readonly failure: { readonly description: RegExp; readonly code: number }
  /** What a core dump is described as, where programs leave some. */
  readonly core?: RegExp
}

const plain = (name: string) => name
const native = (_: string, file: string) => ({ kind: 'binary', file, core: null }) as const
const gcc = (file: string, built: string) => ['gcc', '-g', '-O0', '-pthread', '-o', built, file]

export const languages = {
  debugpy: {
    engine: 'debugpy',
    file: 'app.py',
    program: file => ({ kind: 'file', file }),
    needs: [['python3', 'apt-get install python3 python3-debugpy']],
    named: plain,
    endless: 'spin()',
    failure: { description: /AttributeError/, code: 1 },
  },
  gdb: {
    engine: 'gdb',
    file: 'app.c',
    program: native,
    build: { words: gcc },
    needs: [
      ['gdb', 'apt-get install gdb'],
      ['gcc', 'apt-get install gcc'],
    ],
    named: plain,
    endless: 'spin()',
    failure: { description: /SIGSEGV/, code: 139 },
    core: /SIGABRT/,
  },
  'lldb-dap': {
    engine: 'lldb-dap',
    file: 'app.c',
    program: native,
    build: { words: gcc },
    needs: [
      ['lldb-dap-19', 'apt-get install lldb-19'],
      ['gcc', 'apt-get install gcc'],
    ],
    named: plain,
    endless: 'spin()',
    failure: { description: /SIGSEGV/, code: 139 },
    core: /SIGABRT/,
  },
  rust: {
    engine: 'lldb-dap',
    file: 'app.rs',
    program: native,
    build: { words: (file, built) => ['rustc', '-g', '--crate-name', 'app', '-o', built, file] },
    needs: [
      ['lldb-dap-19', 'apt-get install lldb-19'],
      ['rustc', 'apt-get install rustc'],
    ],
    named: name => `app::${name}`,
    endless: 'app::spin()',
    failure: { description: /panic/, code: 101 },
    core: /SIGABRT/,
  },
  node: {
    engine: 'node',
    file: 'app.cjs',
    program: file => ({ kind: 'node', file }),
    needs: [],
    named: plain,
    endless: "(() => { console.log('spins'); for (;;); })()",
    failure: { description: /TypeError/, code: 1 },
  },
  delve: {
    engine: 'delve',
    file: 'app.go',
    program: (_, path) => ({ kind: 'go', path }),
    build: {
      words: (file, built) => ['go', 'build', '-gcflags', 'all=-N -l', '-o', built, file],
      environment: { GO111MODULE: 'off', GOFLAGS: '' },
    },
    needs: [
      ['dlv', 'apt-get install delve'],
      ['go', 'apt-get install golang-go'],
    ],
    named: name => `main.${name}`,
    endless: 'call main.spin()',
    failure: { description: /nil pointer dereference/, code: 2 },
    // Delve does not tell the signal.
    core: /core dump/,
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

/** Builds a source, by its path in a directory, where its language builds: what it is launched by. */
export function build(language: Language, directory: string, file: string): DebugRequest['program'] {
  const built = file.replace(/\.\w+$/, '')
  if (language.build !== undefined) {
    const [program = '', ...words] = language.build.words(file, built)
    const { status, stderr } = spawnSync(program, words, {
      cwd: directory,
      encoding: 'utf8',
      env: { ...process.env, ...language.build.environment },
    })
    if (status !== 0) throw new Error(`${file} cannot be built: ${stderr}`)
  }
  return language.program(file, built)
}
