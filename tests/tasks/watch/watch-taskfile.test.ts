import { readFileSync } from 'node:fs'
import t from 'tap'
import { imports, startWatch, untilShown } from './watch-rig.ts'

const printing = (text: string) =>
  `import { word } from './word.ts'
export default {
  says: task({ describe: 'x', inputs: [], run: (_, { print }) => print(${JSON.stringify(text)} + word + '\\n') }),
  still: task({ describe: 'x', inputs: ['still.txt'], run: ['true'] }),
}
`
const files = { 'word.ts': `export const word = 'one'\n`, 'still.txt': '' }

t.test('the Taskfile, and a module that it imports, are loaded anew', async t => {
  const { place, running, waits, end } = startWatch(t, ['-w', 'says', 'still'], {
    taskfile: printing('a '),
    files,
  })
  await waits(1)
  const { pid = 0 } = running.child
  place.write('word.ts', `export const word = 'two'\n`)
  t.match(
    await waits(2),
    /^word\.ts changed\n[\s\S]*says +started: .*word\.ts changed[\s\S]*1 task done, 1 up/,
  )
  place.write('Taskfile.ts', readFileSync(`${place.path}/Taskfile.ts`, 'utf8').replace('"a "', '"b "'))
  t.match(await waits(3), /^Taskfile\.ts changed\n/)
  t.equal(running.stdout, 'a one\na two\nb two\n')
  t.equal(running.child.pid, pid, 'in the same process')
  t.equal(await end(), 130)
})

t.test('a broken Taskfile: why, and on with it when it is repaired', async t => {
  const { place, running, waits, end } = startWatch(t, ['says', '-w'], { taskfile: printing('a '), files })
  await waits(1)
  const whole = readFileSync(`${place.path}/Taskfile.ts`, 'utf8')
  place.write('Taskfile.ts', `${whole}}`)
  t.match(await waits(2), /^Taskfile\.ts changed\n.*Taskfile\.ts cannot be loaded:\n/)
  place.write('Taskfile.ts', whole.replace('says:', 'said:'))
  t.match(await waits(3), /^Taskfile\.ts changed\nunknown task "says"\n {2}did you mean "said"/)
  place.write('Taskfile.ts', whole.replace('./word.ts', './world.ts'))
  t.match(await waits(4), /world\.ts/)
  place.write('world.ts', `export const word = 'three'\n`)
  t.match(await waits(5), /^world\.ts changed\n[\s\S]*1 task done/)
  t.equal(running.stdout, 'a one\na three\n')
  t.equal(await end('SIGTERM'), 143)
})

t.test('a signal ends it while it waits for a repair', async t => {
  const { place, waits, end } = startWatch(t, ['-w', 'says'], { taskfile: printing('a '), files })
  await waits(1)
  place.write('word.ts', 'no module')
  await waits(2)
  t.equal(await end(), 130)
})

t.test('a mounted Taskfile is part of it, and its paths are its own', async t => {
  const { place, running, waits, end } = startWatch(t, ['-w', 'web:a'], {
    taskfile: `export default { web: mount('./web/Taskfile.ts') }\n`,
    files: {
      'web/Taskfile.ts': `${imports}
import { text } from './text.ts'
const a = task({ describe: 'x', inputs: ['in.txt'], run: (_, { print }) => print(text + '\\n') })
export default { a }
`,
      'web/text.ts': `export const text = 'one'\n`,
      'web/in.txt': '1',
    },
  })
  await waits(1)
  place.write('web/in.txt', '2')
  t.match(await waits(2), /^web\/in\.txt changed\n/)
  place.write('web/text.ts', `export const text = 'two'\n`)
  t.match(await waits(3), /^web\/text\.ts changed\n/)
  t.equal(running.stdout, 'one\none\ntwo\n')
  t.equal(await end(), 130)
})

t.test('a change of the Taskfile during a run ends what comes from it', async t => {
  const { place, running, waits, end } = startWatch(t, ['-w', 'hangs'], {
    taskfile: `import { text } from './text.ts'
export default {
  hangs: task({
    describe: 'x',
    run: (_, { print, signal }) => {
      print(text + '\\n')
      if (text === 'through') return
      return new Promise(resolve => signal.addEventListener('abort', resolve))
    },
  }),
}
`,
    files: { 'text.ts': `export const text = 'hangs'\n` },
  })
  await running.shows(/hangs\n/)
  place.write('text.ts', `export const text = 'through'\n`)
  t.match(await waits(1), /ending what is stale[\s\S]*\ntext\.ts changed\n[\s\S]*1 task done/)
  t.equal(running.stdout, 'hangs\nthrough\n')
  t.equal(await end(), 130)
})

t.test('tasks that change what the Taskfile consists of do not start it anew for ever', async t => {
  const { running, end } = startWatch(t, ['-w', 'counts'], {
    taskfile: `import { appendFileSync } from 'node:fs'
import './counted.ts'
export default {
  counts: task({
    describe: 'x',
    run: (_, { root, print }) => {
      appendFileSync(root + '/counted.ts', '// x\\n')
      print('run\\n')
    },
  }),
}
`,
    files: { 'counted.ts': '' },
  })
  const told = /the Taskfile: counted\.ts changed in each of its runs; waiting for another change/
  await untilShown('that it is told', running, () => told.test(running.stderr))
  const runs = running.stdout.match(/run/g)?.length ?? 0
  t.ok(runs <= 7, `${runs} runs`)
  t.equal(await end(), 130)
})
