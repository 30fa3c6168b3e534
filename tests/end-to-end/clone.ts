import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { processTable } from '../../lib/processes/process-table.ts'

/**
 * A disposable clone of the working tree as it is, uncommitted changes included, with a home of its own and free
 * ports; its node_modules is this checkout's. When the test ends, so does everything that runs in it.
 */
const source = resolve(import.meta.dirname, '../..')

export type Finished = { code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string }
export type Running = { child: ChildProcess; stdout(): string; stderr(): string; finished: Promise<Finished> }

export type Clone = {
  root: string
  home: string
  environment: Record<string, string>
  start(args: readonly string[], extra?: Record<string, string | undefined>): Running
  task(args: readonly string[], extra?: Record<string, string | undefined>): Promise<Finished>
  debugServer(args: readonly string[], extra?: Record<string, string | undefined>): Promise<Finished>
  git(...args: string[]): string
  path(...parts: string[]): string
  /** `PID COMMAND` of every process that stands in this clone or names it. */
  processes(): string[]
}

/** `owner` is a test, or whoever else runs what is registered with it in the end. */
export function makeClone(
  owner: { teardown(end: () => Promise<void>): void },
  // People's paths hold letters that a C locale takes apart.
  name = 'clöne',
): Clone {
  const room = realpathSync(mkdtempSync(join(tmpdir(), 'ds-e2e-')))
  const root = join(room, name)
  const home = join(room, 'home')
  execFileSync('mkdir', [root, home])
  copyTree(root)
  symlinkSync(join(source, 'node_modules'), join(root, 'node_modules'))
  const environment = {
    HOME: home,
    PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
    LANG: 'C.UTF-8',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    DEBUG_SERVER__API__PORT: '0',
    DEBUG_SERVER__PROXY__PORT: '0',
    ...(process.env.DEBUG_SERVER_SCOPES === undefined
      ? {}
      : { DEBUG_SERVER_SCOPES: process.env.DEBUG_SERVER_SCOPES }),
  }
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
      cwd: root,
      env: environment,
      encoding: 'utf8',
    })
  git('init', '-q', '-b', 'main')
  // Most of it this checkout has compressed already; the clone's own it becomes all the same, in one file.
  const borrowed = join(root, '.git/objects/info/alternates')
  const objects = ['rev-parse', '--path-format=absolute', '--git-path', 'objects']
  writeFileSync(borrowed, execFileSync('git', objects, { cwd: source }))
  git('add', '-A')
  git('commit', '-q', '-m', 'as it is')
  git('repack', '-a', '-d', '-q')
  rmSync(borrowed)

  const start = (args: readonly string[], extra: Record<string, string | undefined> = {}): Running => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      env: { ...environment, ...extra },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', text => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', text => {
      stderr += text
    })
    const finished = new Promise<Finished>(done =>
      child.once('close', (code, signal) => done({ code, signal, stdout, stderr })),
    )
    return { child, stdout: () => stdout, stderr: () => stderr, finished }
  }
  const clone: Clone = {
    root,
    home,
    environment,
    start,
    task: (args, extra) => start(['tasks/cli.mjs', ...args], extra).finished,
    debugServer: (args, extra) => start(['client/cli/bin.mjs', ...args], extra).finished,
    git,
    path: (...parts) => join(root, ...parts),
    processes: () => processesIn(root),
  }
  owner.teardown(async () => {
    await clone.task(['down', '--yes'])
    for (const line of clone.processes())
      try {
        process.kill(Number.parseInt(line, 10), 'SIGKILL')
      } catch {
        // It has ended by itself just now.
      }
    rmSync(room, { recursive: true, force: true, maxRetries: 5 })
  })
  return clone
}

/** All that git knows or would add. */
function copyTree(root: string): void {
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], { cwd: source })
  const copy = ['-0', 'cp', '--parents', '--no-dereference', '--preserve=mode', `--target-directory=${root}`]
  const { status, stderr } = spawnSync('xargs', copy, { cwd: source, input: files, encoding: 'utf8' })
  if (status === 0) return
  // Deleted in the working tree, or by somebody just now.
  const gone = (file: string) => !existsSync(join(source, file)) || existsSync(join(root, file))
  if (!files.toString().split('\0').filter(Boolean).every(gone)) throw new Error(stderr)
}

function processesIn(root: string): string[] {
  return processTable().entries.flatMap(({ pid, zombie }) => {
    if (zombie || pid === process.pid) return []
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      const directory = realpathSync(`/proc/${pid}/cwd`)
      return command.includes(root) || directory.startsWith(root) ? [`${pid} ${command}`] : []
    } catch {
      return []
    }
  })
}
