import { statSync } from 'node:fs'
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { Trouble } from '../events.ts'
import { FileSet } from '../files/file-set.ts'
import { isDamage, openDatabase, prepareToWrite, setAside, textOf } from './open-database.ts'

/** What is known of the last success of a task. */
export interface TaskRecord {
  readonly fingerprint: string
  /** What the result came from beside files, as JSON: by name, what is compared. */
  readonly facts: string
  readonly inputs: FileSet
  readonly outputs: FileSet
  /** Of the stored result, to be compared; the result itself is read when somebody needs it. */
  readonly resultDigest: string
  readonly outputsDigest: string
  /** Milliseconds since 1970. */
  readonly succeededAt: number
  /** Whether the task has not begun to run since. */
  readonly valid: boolean
}

/** A result as it was serialized, with the digest that it had when it was stored. */
export interface StoredBytes {
  readonly result: Uint8Array
  readonly digest: string
}

/** How often records had changed when this process began to watch, and what it has changed of them itself. */
export interface RecordChanges {
  readonly first: number
  readonly own: number
  /** Of the tasks. */
  readonly names: ReadonlySet<string>
}

const none: readonly Trouble[] = []

export interface MemoryOptions {
  readonly path: string
  /** The Taskfile's path below the root: two of one directory share the database. */
  readonly taskfile: string
  readonly now: () => number
  /** Another Taskfile's: where it is of no use it is left as it is. */
  readonly isOthers?: boolean
}

/**
 * What earlier runs left: results with what they came from, durations, and small things that are cheaper to remember
 * than to find out. All of it can be lost: where the file is damaged or the disk is full, `troubles` says so and
 * everything counts as never seen. Nothing here throws.
 */
export class Memory implements Disposable {
  readonly taskfile: string
  readonly now: () => number
  readonly #path: string
  readonly #isOthers: boolean
  #writes = false
  #database: DatabaseSync | undefined
  readonly #statements = new Map<string, StatementSync>()
  readonly #troubles: Trouble[] = []
  #changes: { readonly first: number; own: number; readonly names: Set<string> } | undefined
  /** Of the file that is open. */
  #inode: number | undefined

  /** Reads what is there, if anything is, and makes nothing. */
  constructor({ path, taskfile, now, isOthers = false }: MemoryOptions) {
    this.taskfile = taskfile
    this.now = now
    this.#path = path
    this.#isOthers = isOthers
    const opened = openDatabase(path, { writes: false, now: now() })
    if (opened.kind === 'open') this.#use(opened.database)
  }

  /** From now on it also writes; the file is made where it is missing, or of no use. */
  beginWriting(): void {
    if (this.#writes) return
    this.#writes = true
    if (this.#database !== undefined) {
      this.#try(() => this.#database && prepareToWrite(this.#database))
      return
    }
    const opened = openDatabase(this.#path, { writes: true, now: this.now(), isOthers: this.#isOthers })
    if (opened.kind === 'open') {
      this.#use(opened.database)
      if (opened.setAside !== undefined) this.#troubles.push({ kind: 'memory-set-aside', ...opened.setAside })
    } else if (opened.kind === 'failed') this.#troubles.push({ kind: 'memory-lost', why: opened.why })
  }

  /** What went wrong since it was asked last. */
  takeTroubles(): readonly Trouble[] {
    return this.#troubles.length === 0 ? none : this.#troubles.splice(0)
  }

  close(): void {
    const database = this.#database
    this.#database = undefined
    this.#statements.clear()
    database?.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /** Of these tasks, or of all where there are many. */
  records(names: readonly string[]): Map<string, TaskRecord> {
    const columns =
      'name, fingerprint, facts, inputs, outputs, result_digest, outputs_digest, succeeded_at, valid from tasks where taskfile = ?'
    const rows =
      names.length > 50
        ? this.all(`select ${columns}`, this.taskfile)
        : names.flatMap(name => this.all(`select ${columns} and name = ?`, this.taskfile, name))
    const records = new Map<string, TaskRecord>()
    for (const row of rows) {
      const inputs = row.inputs instanceof Uint8Array ? FileSet.read(row.inputs) : undefined
      const outputs = row.outputs instanceof Uint8Array ? FileSet.read(row.outputs) : undefined
      if (inputs === undefined || outputs === undefined) continue
      records.set(String(row.name), {
        fingerprint: String(row.fingerprint),
        facts: String(row.facts),
        inputs,
        outputs,
        resultDigest: String(row.result_digest),
        outputsDigest: String(row.outputs_digest),
        succeededAt: Number(row.succeeded_at),
        valid: row.valid === 1,
      })
    }
    return records
  }

  /** The stored result of a task, as it was serialized. */
  result(name: string): Uint8Array | undefined {
    return this.stored(name)?.result
  }

  stored(name: string): StoredBytes | undefined {
    const [row] = this.all(
      'select result, result_digest from tasks where taskfile = ? and name = ?',
      this.taskfile,
      name,
    )
    return storedIn(row)
  }

  /** The digests of the results of tasks, and of their outputs, by name: with nothing else of their records. */
  digests(names: readonly string[]): Map<string, { readonly result: string; readonly outputs: string }> {
    const rows = this.all(
      `select name, result_digest, outputs_digest from tasks
         where taskfile = ? and name in (select value from json_each(?))`,
      this.taskfile,
      JSON.stringify(names),
    )
    return new Map(
      rows.map(row => [
        String(row.name),
        { result: String(row.result_digest), outputs: String(row.outputs_digest) },
      ]),
    )
  }

  /** How long these tasks took when they ran last, in milliseconds, as far as that is known. */
  durations(names: readonly string[]): Map<string, number> {
    const some = 'select name, ms from durations where taskfile = ?'
    const rows =
      names.length > 50
        ? this.all(some, this.taskfile)
        : names.flatMap(name => this.all(`${some} and name = ?`, this.taskfile, name))
    return new Map(rows.map(row => [String(row.name), Number(row.ms)]))
  }

  /** From here on `changes` knows which records this process changes, and how many had been changed before. */
  watchChanges(): void {
    const [row] = this.all('select count from task_changes')
    // Where there is no database yet, it begins with none.
    this.#changes = { first: Number(row?.count ?? 0), own: 0, names: new Set() }
  }

  /** Undefined where they are not watched, or the database was begun anew. */
  get changes(): RecordChanges | undefined {
    return this.#changes
  }

  keep(name: string, record: TaskRecord, result: Uint8Array): void {
    this.#change(
      name,
      `insert or replace into tasks (taskfile, name, fingerprint, facts, inputs, outputs, result,
         result_digest, outputs_digest, succeeded_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      this.taskfile,
      name,
      record.fingerprint,
      record.facts,
      record.inputs.bytes,
      record.outputs.bytes,
      result,
      record.resultDigest,
      record.outputsDigest,
      record.succeededAt,
    )
  }

  /** The same files with newer looks: they were touched, and are what they were. */
  refresh(name: string, { inputs, outputs }: Pick<TaskRecord, 'inputs' | 'outputs'>): void {
    this.#change(
      name,
      'update tasks set inputs = ?, outputs = ? where taskfile = ? and name = ?',
      inputs.bytes,
      outputs.bytes,
      this.taskfile,
      name,
    )
  }

  /** What a task made is not to be trusted from here on: it begins to run. */
  invalidate(name: string): void {
    this.#change(name, 'update tasks set valid = 0 where taskfile = ? and name = ?', this.taskfile, name)
  }

  /** Does several things at once: all or, where one fails, none. */
  together(work: () => void): void {
    this.run('begin immediate')
    const database = this.#database
    work()
    // Of one that turned out to be damaged meanwhile, there is another in its place, where nothing was begun.
    if (this.#database === database) this.run('commit')
  }

  all(sql: string, ...values: readonly SQLInputValue[]): Record<string, unknown>[] {
    this.#leaveRemoved()
    return this.#try(() => this.#prepare(sql)?.all(...values)) ?? []
  }

  /** How many rows changed. Nothing is written before `beginWriting`. */
  run(sql: string, ...values: readonly SQLInputValue[]): number {
    if (!this.#writes) return 0
    this.#leaveRemoved()
    return Number(this.#try(() => this.#prepare(sql)?.run(...values).changes) ?? 0)
  }

  #change(name: string, sql: string, ...values: readonly SQLInputValue[]): void {
    const changed = this.run(sql, ...values)
    if (this.#changes === undefined || changed === 0) return
    this.#changes.own += changed
    this.#changes.names.add(name)
  }

  /** Whether it may write: not in a run that is to leave no trace. */
  get isWriting(): boolean {
    return this.#writes
  }

  /** Whether anything is remembered at all. */
  get isOpen(): boolean {
    return this.#database !== undefined
  }

  #prepare(sql: string): StatementSync | undefined {
    const known = this.#statements.get(sql)
    if (known !== undefined || this.#database === undefined) return known
    const statement = this.#database.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }

  #try<T>(action: () => T): T | undefined {
    if (this.#database === undefined) return undefined
    try {
      return action()
    } catch (error) {
      this.#leave(error)
      return undefined
    }
  }

  /** A file that turns out to be damaged is set aside now, or it would be of no use to later runs either. */
  #leave(error: unknown): void {
    const database = this.#database
    this.#database = undefined
    this.#changes = undefined
    this.#statements.clear()
    try {
      database?.close()
    } catch {
      // It is of no use any more, and closed or not makes no difference.
    }
    const mayBegin = this.#writes && !this.#isOthers && isDamage(error)
    const opened = mayBegin ? setAside(this.#path, this.now(), textOf(error)) : undefined
    if (opened?.kind === 'open') {
      this.#use(opened.database)
      if (opened.setAside !== undefined) this.#troubles.push({ kind: 'memory-set-aside', ...opened.setAside })
    } else if (this.#writes) this.#troubles.push({ kind: 'memory-lost', why: textOf(error) })
  }

  #use(database: DatabaseSync): void {
    this.#database = database
    this.#inode = inodeOf(this.#path)
  }

  /**
   * Leaves a file that has lost its name, by `clean` perhaps. SQLite would take the journal of the one that is in its place now for
   * one of its own, and take back what another process is doing there. Within a transaction it looks for none.
   */
  #leaveRemoved(): void {
    const database = this.#database
    if (database !== undefined && !database.isTransaction && inodeOf(this.#path) !== this.#inode)
      this.#leave(new Error('it was removed meanwhile'))
  }
}

/** Undefined also where it may not be looked for any more. */
function inodeOf(path: string): number | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })?.ino
  } catch {
    return undefined
  }
}

function storedIn(row: Record<string, unknown> | undefined): StoredBytes | undefined {
  if (!(row?.result instanceof Uint8Array)) return undefined
  return { result: row.result, digest: String(row.result_digest) }
}
