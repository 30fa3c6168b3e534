import { readdirSync, readFileSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { createUnchanged, places, settle, untilAhead } from './unchanged-rig.ts'

t.setTimeout(240_000)

t.test('whatever has changed is found by a run', async t => {
  const project = await createUnchanged(t)
  const at = (name: string) => join(project.path, name)
  const edits: readonly (readonly [name: string, edit: () => void, said: RegExp])[] = [
    ['an input', () => writeFileSync(at('in.txt'), 'two'), /started: in.txt changed[\s\S]* 4 tasks done in/],
    [
      'an input of the same length, with its time put back',
      () => {
        const { atime, mtime } = statSync(at('in.txt'))
        writeFileSync(at('in.txt'), 'six')
        utimesSync(at('in.txt'), atime, mtime)
      },
      /started: in.txt changed[\s\S]* 4 tasks done in/,
    ],
    ['an input that was only touched', () => utimesSync(at('in.txt'), 1, 1), /all 4 tasks up to date/],
    [
      'an input more',
      () => writeFileSync(at('more/b.txt'), 'b'),
      /more\/b.txt is new[\s\S]* 2 tasks done, 2 up to date/,
    ],
    ['an input less', () => rmSync(at('more/b.txt')), /join +restored/],
    ['an output that was edited', () => writeFileSync(at('out.txt'), 'other'), /copy +restored/],
    ['an output that is gone', () => rmSync(at('joined.txt')), /join +restored/],
    [
      'a command',
      () => project.edit('Taskfile.ts', text => text.replace('cat more', 'ls more')),
      /join +started: its command[\s\S]* 3 tasks done, 1 up to date/,
    ],
    [
      'a module that a Taskfile imports',
      () => project.edit('words.ts', text => text.replace('A task', 'The task')),
      /1 task done, 3 up to date/,
    ],
    [
      'a Taskfile that is only touched',
      () => project.edit('Taskfile.ts', text => text),
      /all 4 tasks up to date/,
    ],
    ['the memory', () => rmSync(places(project).database), /tasks? done|restored/],
    [
      'what is kept of a run, cut short',
      () => {
        for (const name of readdirSync(places(project).unchanged))
          truncateSync(join(places(project).unchanged, name), 100)
      },
      /all 4 tasks up to date/,
    ],
    [
      'what is kept of a run, as something else',
      () => {
        for (const name of readdirSync(places(project).unchanged)) {
          const path = join(places(project).unchanged, name)
          writeFileSync(
            path,
            readFileSync(path, 'latin1').replace('"environment"', '"environmenT"'),
            'latin1',
          )
        }
      },
      /all 4 tasks up to date/,
    ],
    [
      'the record of a task',
      () => {
        const database = new DatabaseSync(places(project).database)
        database.exec(`update tasks set valid = 0 where name = 'copy'`)
        database.close()
      },
      /1 task done, 3 up to date|restored/,
    ],
  ]
  for (const [name, edit, said] of edits) {
    edit()
    await settle()
    const { ran, stderr, code } = await project.run('all')
    t.equal(code, 0, name)
    t.match(ran, /prepared/, name)
    t.match(stderr, said, name)
    await settle()
    await untilAhead(project)
  }
  project.edit('tasks/engine/names.ts', text => `${text}\n`)
  t.match((await project.run('all')).ran, /prepared/, 'the program is another')
})

t.test('whatever happens to the files, a run leaves what they come to', async t => {
  const project = await createUnchanged(t)
  const at = (name: string) => join(project.path, name)
  const seed = Date.now()
  let state = seed % 2_147_483_647
  const below = (count: number) => {
    state = (state * 48_271) % 2_147_483_647
    return state % count
  }
  const text = () => `${below(1_000)} `
  const more = () => `more/${below(3)}.txt`
  const edits: readonly (() => unknown)[] = [
    () => {},
    () => {},
    () => writeFileSync(at('in.txt'), text()),
    () => {
      const { atime, mtime } = statSync(at('in.txt'))
      writeFileSync(at('in.txt'), readFileSync(at('in.txt'), 'utf8').replace(/^./, `${below(10)}`))
      utimesSync(at('in.txt'), atime, mtime)
    },
    () => project.edit('in.txt', text),
    () => writeFileSync(at(more()), text()),
    () => rmSync(at(more()), { force: true }),
    () => rmSync(at(below(2) === 0 ? 'out.txt' : 'joined.txt'), { force: true }),
    () => writeFileSync(at(below(2) === 0 ? 'out.txt' : 'joined.txt'), text()),
    () => project.edit('Taskfile.ts', text => `${text}\n`),
    () => rmSync(places(project).database, { force: true }),
  ]
  for (let i = 0; i < 30; i++) {
    edits[below(edits.length)]?.()
    if (below(2) === 0) await settle()
    const { code, stderr } = await project.run('all')
    const parts = readdirSync(at('more')).sort()
    const joined = `${parts.map(name => readFileSync(join(at('more'), name), 'utf8')).join('')}\n`
    t.same(
      [code, readFileSync(at('out.txt'), 'utf8'), readFileSync(at('joined.txt'), 'utf8')],
      [0, readFileSync(at('in.txt'), 'utf8'), joined],
      `step ${i} from ${seed}: ${stderr}`,
    )
  }
  await settle()
  await untilAhead(project)
})
