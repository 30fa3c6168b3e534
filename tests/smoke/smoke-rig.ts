import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { processTable } from '../../lib/processes/process-table.ts'
import { commit, type Fault, fakeSource } from './fake-source.ts'
import { type Owner, room, write } from './room.ts'

const harness = resolve(import.meta.dirname, '../..')

export type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string }

/** The harness over a source, with a home, a temporary directory and evidence of its own. */
export type Rig = {
  readonly temporary: string
  readonly home: string
  readonly source: string
  start(...words: string[]): {
    readonly child: ChildProcess
    stderr(): string
    readonly ended: Promise<Ended>
  }
  run(...words: string[]): Promise<Ended>
  /** Where the evidence of each run is, oldest first. */
  runs(): string[]
  /** Of the last run. */
  evidence(name: string): string
  evidenceNames(): string[]
  summary(): {
    outcome: string
    failed: { phase: string; reason: string } | null
    phases: { name: string }[]
    findings: { phase: string; reason: string }[]
  }
  /** What is left in the temporary directory. */
  left(): string[]
  /** Those of its runs, and of who watches over them. */
  processes(): string[]
}

const ownTaskfile = `import { smoke } from ${JSON.stringify(join(harness, 'tasks/smoke/tasks.ts'))}
export default { smoke }
`

/** `taskfile`: that of another repository, for a source. */
export function smokeRig(
  owner: Owner,
  fault: Fault = 'none',
  environment: Record<string, string> = {},
  taskfile?: (source: string) => string,
): Rig {
  const top = room(owner)
  const [temporary, home, root] = [join(top, 't'), join(top, 'home'), join(top, 'root')]
  for (const directory of [temporary, home]) mkdirSync(directory)
  const outside =
    fault === 'writes-into-the-harness' ? join(root, 'left.txt') : join(home, '.codex', 'config.toml')
  const source = fakeSource(owner, fault, outside)
  write(join(home, '.codex', 'auth.json'), '{}')
  write(join(root, 'Taskfile.ts'), taskfile?.(source) ?? ownTaskfile)
  if (taskfile === undefined) write(join(root, '.gitignore'), '.artifacts\n')
  commit(root, 'where the harness runs from')
  const start: Rig['start'] = (...words) => {
    const child = spawn(
      process.execPath,
      [
        join(harness, 'tasks/cli.mjs'),
        '-f',
        join(root, 'Taskfile.ts'),
        'smoke',
        ...(words.includes('--agent') ? [] : ['--agent', 'none']),
        ...(taskfile === undefined ? ['--source', source] : []),
        ...words,
      ],
      {
        cwd: top,
        env: {
          PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
          HOME: home,
          TMPDIR: temporary,
          ...environment,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    owner.teardown(() => child.kill('SIGKILL'))
    let [stdout, stderr] = ['', '']
    child.stdout.setEncoding('utf8').on('data', text => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', text => (stderr += text))
    const ended = new Promise<Ended>(done => child.once('close', code => done({ code, stdout, stderr })))
    return { child, stderr: () => stderr, ended }
  }
  const runs = () => globSync(join(root, '.artifacts/logs/e2e-smoke/*')).sort()
  const evidenceOf = () => runs().at(-1) ?? ''
  const evidence = (name: string) => readFileSync(join(evidenceOf(), name), 'utf8')
  return {
    ...{ temporary, home, source, start, runs, evidence },
    run: (...words) => start(...words).ended,
    evidenceNames: () => readdirSync(evidenceOf(), { recursive: true }).map(String).sort(),
    summary: () => JSON.parse(evidence('summary.json')),
    left: () => readdirSync(temporary),
    processes: () =>
      processTable().entries.flatMap(({ pid, zombie }) => {
        if (zombie || !existsSync(`/proc/${pid}`)) return []
        try {
          const environment = readFileSync(`/proc/${pid}/environ`, 'utf8')
          return environment.includes(`HOME=${top}/`)
            ? [`${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'utf8')}`]
            : []
        } catch {
          return []
        }
      }),
  }
}
