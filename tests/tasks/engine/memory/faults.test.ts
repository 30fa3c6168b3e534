import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { claim } from '../../../../tasks/engine/memory/claims.ts'
import { Memory } from '../../../../tasks/engine/memory/memory.ts'
import { task } from '../../../../tasks/engine/task.ts'
import { type Ran, Workshop } from '../freshness/workshop.ts'

/** Enough tasks with enough in their results that the database has many pages. */
const tasks = Object.fromEntries(
  Array.from({ length: 40 }, (_, i) => [
    `t${i}`,
    task({ describe: 'x', inputs: [], cache: false, run: () => `${i} `.repeat(1_000) }),
  ]),
)
const names = Object.keys(tasks)
const troublesOf = ({ events }: Ran) =>
  events.flatMap(event => (event.type === 'run-trouble' ? [event.trouble] : []))

async function used(t: { teardown(end: () => void): void }): Promise<Workshop> {
  const shop = new Workshop(t)
  await shop.run(tasks, names)
  return shop
}

const damages: readonly (readonly [how: string, damage: (path: string) => void])[] = [
  ['is garbage', path => writeFileSync(path, 'no database at all '.repeat(1_000))],
  ['is cut in the middle', path => truncateSync(path, Math.floor(statSync(path).size / 2 / 4096) * 4096)],
  ['is cut within a page', path => truncateSync(path, 5_000)],
  [
    'has damaged pages',
    path => {
      const bytes = readFileSync(path)
      for (let page = 2; page * 4096 < bytes.length; page++) bytes.fill(0xff, page * 4096, page * 4096 + 100)
      writeFileSync(path, bytes)
    },
  ],
  [
    'is of another version',
    path => {
      using database = new DatabaseSync(path)
      database.exec('pragma user_version = 999')
    },
  ],
]

for (const [how, damage] of damages)
  t.test(`a memory that ${how}: set aside, said, begun anew; the run goes on`, async t => {
    const shop = await used(t)
    damage(shop.database)
    const taken = () => readdirSync(dirname(shop.database)).filter(name => /^runs\.db\.\d+T/.test(name))
    const others = new Memory({ path: shop.database, taskfile: 'Taskfile.ts', now: Date.now, isOthers: true })
    others.beginWriting()
    const held = claim(others, 't0', ['out'])
    t.equal(held.kind, 'held')
    if (held.kind === 'held') held[Symbol.dispose]()
    others.close()
    t.same(taken(), [], 'who mounts this Taskfile leaves it as it is')
    const ran = await shop.run(tasks, names)
    t.equal(ran.result.outcome, 'succeeded')
    const troubles = troublesOf(ran)
    t.match(troubles, [{ kind: 'memory-set-aside', path: /runs\.db\.\d+T\d+Z$/, why: /./ }])
    t.equal(troubles.length, 1)
    t.equal(taken().length, 1, 'the old one is kept')
    const third = await shop.run(tasks, names)
    t.same(troublesOf(third), [])
    t.same(third.upToDate.length, names.length)
  })

t.test('an empty file, and one that another process is making, are made', async t => {
  const shop = new Workshop(t)
  shop.write('.artifacts/task/runs.db', '')
  await shop.run(tasks, names)
  t.same((await shop.run(tasks, names)).upToDate.length, names.length)
})

t.test('killed while it wrote: what it had not done is taken back, and all else is known', async t => {
  const shop = await used(t)
  using other = new DatabaseSync(shop.database)
  // More than its cache holds, so that some of it is in the file already.
  other.exec('pragma synchronous = off; pragma cache_size = 1; begin immediate; update tasks set valid = 0')
  const insert = other.prepare('insert into remembered (key, value, used_at) values (?, ?, 0)')
  for (let i = 0; i < 1_000; i++) insert.run(`k${i}`, 'x'.repeat(1_000))
  for (const end of ['', '-journal']) cpSync(shop.database + end, `${shop.database}${end}.then`)
  other.exec('rollback')
  other.close()
  for (const end of ['', '-journal']) cpSync(`${shop.database}${end}.then`, shop.database + end)
  const ran = await shop.run(tasks, names)
  t.same([ran.upToDate.length, troublesOf(ran)], [names.length, []])
})

t.test('a page that turns out to be damaged only while it is used', async t => {
  const shop = await used(t)
  const memory = new Memory({ path: shop.database, taskfile: 'Taskfile.ts', now: Date.now })
  t.teardown(() => memory.close())
  memory.beginWriting()
  t.equal(memory.records(names).size, names.length)
  using other = new DatabaseSync(shop.database)
  const page = Number(
    other.prepare(`select rootpage from sqlite_master where name = 'run_tasks'`).get()?.rootpage,
  )
  other.close()
  const bytes = readFileSync(shop.database)
  bytes.fill(0xff, (page - 1) * 4096, page * 4096)
  writeFileSync(shop.database, bytes)
  memory.together(() => {
    memory.run('delete from run_tasks')
    memory.run(`insert into remembered (key, value, used_at) values ('after', '1', 0)`)
  })
  t.match(memory.takeTroubles(), [{ kind: 'memory-set-aside' }])
  t.ok(memory.isOpen, 'and there is another, which is written to')
  t.equal(memory.all('select * from remembered').length, 1)
})

t.test('a directory that cannot be made: the run succeeds and says so', async t => {
  const shop = new Workshop(t)
  shop.write('.artifacts', 'a file')
  const ran = await shop.run(tasks, ['t0'])
  t.equal(ran.result.outcome, 'succeeded')
  t.match(troublesOf(ran), [{ kind: 'memory-lost', why: /./ }])
  t.same((await shop.run(tasks, ['t0'])).ran, ['t0'])
})

t.test('a full disk: the run succeeds and says so, once', async t => {
  const shop = await used(t)
  const other = task({ describe: 'x', inputs: [], run: () => 'new '.repeat(100_000) })
  const memories: Memory[] = []
  const { together } = Memory.prototype
  // Never less than there are: from here on the database cannot grow.
  Memory.prototype.together = function (work) {
    if (!memories.includes(this)) this.all('pragma max_page_count = 1')
    memories.push(this)
    together.call(this, work)
  }
  t.teardown(() => {
    Memory.prototype.together = together
  })
  const ran = await shop.run(
    { other, after: task({ describe: 'x', needs: { other }, run: ({ other }) => other.length }) },
    ['after'],
  )
  t.equal(ran.of('after'), 400_000)
  t.match(troublesOf(ran), [{ kind: 'memory-lost', why: /full/ }])
  t.equal(troublesOf(ran).length, 1)
  Memory.prototype.together = together
  t.same((await shop.run(tasks, names)).upToDate.length, names.length, 'what was there before is still known')
})

/** Of these, `again` writes into the memory after `cut` has come over it, and `last` wants what was made before. */
const around = (cut: () => void) => {
  const made = task({ describe: 'x', inputs: [], run: () => 'made' })
  const away = task({ describe: 'x', needs: { made }, run: cut })
  const again = task({ describe: 'x', needs: { away }, inputs: [], cache: false, run: () => Date.now() })
  const last = task({ describe: 'x', needs: { made, again }, run: ({ made }) => made })
  return { made, away, again, last }
}

/** Removes it, as `clean` does, and makes another in its place, of which a process is in the middle of a change, with some of it in the file. */
function begunAnew({ database }: Workshop): DatabaseSync {
  rmSync(dirname(database), { recursive: true })
  const begun = new Memory({ path: database, taskfile: 'Taskfile.ts', now: Date.now })
  begun.beginWriting()
  begun.close()
  const other = new DatabaseSync(database)
  other.exec('pragma cache_size = 1; begin immediate')
  const insert = other.prepare('insert into remembered (key, value, used_at) values (?, ?, 0)')
  for (let i = 0; i < 1_000; i++) insert.run(`k${i}`, 'x'.repeat(1_000))
  return other
}

t.test('removed and begun anew by another: whatever is done then leaves the other alone', async t => {
  const shop = await used(t)
  const does: readonly ((memory: Memory) => unknown)[] = [
    memory => memory.invalidate('t0'),
    memory => memory.records(['t0']),
    memory => memory.digests(['t0']),
    memory => memory.together(() => memory.invalidate('t0')),
  ]
  for (const act of does)
    for (const writes of [true, false]) {
      const memory = new Memory({ path: shop.database, taskfile: 'Taskfile.ts', now: Date.now })
      if (writes) memory.beginWriting()
      const other = begunAnew(shop)
      act(memory)
      t.ok(existsSync(`${shop.database}-journal`), `${act}, ${writes ? 'writing' : 'reading'}`)
      other.exec('rollback')
      t.equal(other.prepare('pragma integrity_check').get()?.integrity_check, 'ok')
      other.close()
      memory.close()
    }
})

t.test(
  'removed while a run goes on, and begun anew by another: what was made before is handed on',
  async t => {
    const shop = new Workshop(t)
    await shop.run(
      around(() => {}),
      ['made'],
    )
    let other: DatabaseSync | undefined
    const ran = await shop.run(
      around(() => {
        other = begunAnew(shop)
      }),
      ['last'],
    )
    t.equal(ran.result.outcome, 'succeeded')
    t.same(ran.upToDate, ['made'])
    t.equal(ran.of('last'), 'made')
    t.match(troublesOf(ran), [{ kind: 'memory-lost', why: /removed/ }])
    t.equal(troublesOf(ran).length, 1)
    t.ok(existsSync(`${shop.database}-journal`), 'what the other may have to take back is left to it')
    other?.exec('commit')
    t.equal(other?.prepare('pragma integrity_check').get()?.integrity_check, 'ok')
    other?.close()
  },
)

t.test('what is remembered is private', async t => {
  const shop = await used(t)
  t.equal(statSync(dirname(shop.database)).mode & 0o777, 0o700)
  t.equal(statSync(shop.database).mode & 0o777, 0o600)
  t.equal(shop.read('.artifacts/task/.gitignore'), '*\n')
  const wide = new Workshop(t)
  mkdirSync(wide.at('.artifacts/task'), { recursive: true, mode: 0o755 })
  await wide.run(tasks, ['t0'])
  t.equal(statSync(wide.database).mode & 0o777, 0o600)
})
