import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { until } from '../until.ts'

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
export const cli = join(root, 'tasks', 'cli.mjs')
/** Runs a command in a terminal: COLUMNS ROWS COMMAND… */
export const terminalProgram = fileURLToPath(new URL('terminal.py', import.meta.url))

/** Makes `task` known to a Taskfile of a test. */
export const importTask = `import { task } from ${JSON.stringify(join(root, 'tasks/engine/task.ts'))}\n`

export interface Place {
  readonly path: string
  write(name: string, text: string): string
}

/** A directory of a test's own; the path has a space, as paths of users have. */
export function createPlace(t: { teardown(end: () => void): void }): Place {
  const top = realpathSync(mkdtempSync(join(tmpdir(), 'task-cli-')))
  const path = join(top, 'a place')
  mkdirSync(path)
  t.teardown(() => rmSync(top, { recursive: true, force: true }))
  return {
    path,
    write: (name, text) => {
      mkdirSync(dirname(join(path, name)), { recursive: true })
      writeFileSync(join(path, name), text)
      return join(path, name)
    },
  }
}

/** Node's arguments with which a launcher in this place takes its Node for an old one, and hands over to the new. */
export function oldNode(place: Place): string[] {
  place.write(
    'old-node.cjs',
    `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.0.0' } })`,
  )
  return ['-r', './old-node.cjs']
}

export interface Options {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Options of Node itself. */
  readonly node?: readonly string[]
  /** Run in a terminal of this many columns and rows. */
  readonly terminal?: readonly [columns: number, rows: number]
}

/** A command that runs, with what it has written so far. */
export class Running {
  readonly child: ChildProcess
  stdout = ''
  stderr = ''
  readonly #code: Promise<number | string>

  constructor(file: string, args: readonly string[], { cwd, env }: Pick<Options, 'cwd' | 'env'>) {
    const clean = {
      ...process.env,
      CI: undefined,
      GITHUB_ACTIONS: undefined,
      NO_COLOR: undefined,
      FORCE_COLOR: undefined,
      ...env,
    }
    this.child = spawn(file, args, { cwd, env: clean })
    this.child.stdout?.setEncoding('utf8').on('data', text => {
      this.stdout += text
    })
    this.child.stderr?.setEncoding('utf8').on('data', text => {
      this.stderr += text
    })
    this.#code = new Promise((resolve, reject) => {
      this.child.on('error', reject)
      this.child.on('close', (code, signal) => resolve(code ?? signal ?? 'nothing'))
    })
  }

  /** Waits until the output matches. */
  async shows(pattern: RegExp): Promise<RegExpExecArray> {
    const look = () => pattern.exec(this.stdout + this.stderr)
    try {
      return await until(String(pattern), look)
    } catch (cause) {
      throw new Error(`never shown: ${pattern}\n${this.stdout}${this.stderr}`, { cause })
    }
  }

  /** The exit code, or the name of the signal. */
  end(): Promise<number | string> {
    return this.#code
  }
}

/** Starts the real command line. */
export function start(args: readonly string[], { node = [], terminal, ...options }: Options): Running {
  const command = [process.execPath, ...node, cli, ...args]
  if (terminal === undefined) return new Running(process.execPath, command.slice(1), options)
  return new Running('python3', [terminalProgram, ...terminal.map(String), ...command], options)
}

export interface Finished {
  readonly code: number | string
  readonly stdout: string
  readonly stderr: string
}

export async function finish(args: readonly string[], options: Options): Promise<Finished> {
  const running = start(args, options)
  running.child.stdin?.end()
  const code = await running.end()
  return { code, stdout: running.stdout, stderr: running.stderr }
}
