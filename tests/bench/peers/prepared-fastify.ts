import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite'
import Fastify from 'fastify'
import { commandId } from '../../../services/contract/ids.ts'
import { migrate } from '../../../services/store/migrate.ts'
import { openStore } from '../../../services/store/store.ts'
import { fillStore } from '../filled-store.ts'
import { tellAddress } from './told.ts'

/**
 * What the database alone leaves of a bare route: each request writes the rows of a queued command and of its audit entry by
 * prepared statements, those of one turn of the event loop in one transaction, and is answered with JSON that was there before.
 */
const directory = mkdtempSync(join(tmpdir(), 'bench-prepared-'))
try {
  const path = join(directory, 'store.db')
  await migrate(path)
  {
    await using store = await openStore(path)
    await fillStore(store, 1, 1)
  }
  using database = new DatabaseSync(path, { timeout: 0, enableForeignKeyConstraints: true })
  database.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma wal_autocheckpoint = 4000')
  const like: Record<string, SQLOutputValue> = database.prepare('select * from commands').get() ?? {}
  const columns = Object.keys(like)
  const session = like.session_id ?? null
  const insert = database.prepare(
    `insert into commands (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`,
  )
  const audit = database.prepare(
    `insert into audit (at, actor_id, operation, refused, request_id, session_id, command_id)
     select ?, id, 'commands.run', 0, ?, ?, ? from users limit 1`,
  )
  const change = database.prepare(
    "insert into changes (kind, resource_id, session_id, owner_id) select 'command', ?, ?, id from users limit 1",
  )
  const note = database.prepare('update sessions set last_active_at = ? where id = ?')
  const [begin, commit] = [database.prepare('begin immediate'), database.prepare('commit')]

  let sequence = 1
  const queue = (): void => {
    const id = commandId.create()
    const change_position = Number(change.run(id, session).lastInsertRowid)
    const row: Record<string, SQLOutputValue> = { ...like, id, sequence: ++sequence, change_position }
    insert.run(...columns.map(column => row[column] ?? null))
    const now = new Date().toISOString()
    note.run(now, session)
    audit.run(now, `${sequence}`, session, id)
  }
  let waiting: (() => void)[] = []
  const together = (): void => {
    const told = waiting
    waiting = []
    begin.run()
    for (const _ of told) queue()
    commit.run()
    for (const tell of told) tell()
  }

  const server = Fastify()
  server.post('/sessions/:session/commands', (_, reply) => {
    if (waiting.push(() => void reply.status(201).send(answer)) === 1) setImmediate(together)
  })
  const answer: unknown = JSON.parse(process.argv[2] ?? '').command
  const url = await server.listen({ port: 0, host: '127.0.0.1' })
  await tellAddress({ url: `${url}/sessions/${session}`, headers: {} })
  await server.close()
} finally {
  rmSync(directory, { recursive: true })
}
