import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { createPlace, importTask } from './cli-rig.ts'
import { missing, programsOf, type Shell, scriptOf, Typist } from './completions-rig.ts'

// Three shells, each with a terminal, start a program for every TAB.
t.setTimeout(300_000)

const choices = [
  '$(touch x)',
  '`touch y`',
  "it's",
  '"quoted"',
  'two words',
  'new\nline',
  'pre:fix',
  'hey!you',
  '%F{red}',
  '*',
  'back\\slash',
  ';touch z',
]
const place = createPlace(t)
place.write(
  'Taskfile.ts',
  `${importTask}
console.log('said by the Taskfile')
const run = () => {}
const pick = task({
  describe: 'Pick \\u001b[31mone',
  params: z => ({
    one: z.enum(${JSON.stringify(choices)}).meta({ positional: true }),
    target: z.enum(['browser', 'server']).optional(),
    into: z.string().optional(),
  }),
  run,
})
export default {
  build: task({ describe: 'Build $(touch described)', run }),
  'db:upgrade': task({ describe: 'Upgrade: now', run }),
  'db:down': task({ describe: 'Take down', run }),
  pick,
}
`,
)
place.write(
  'other/Some Taskfile.ts',
  `${importTask}\nexport default { elsewhere: task({ describe: 'x', run() {} }) }`,
)
place.write('zzz-file', '')
const bin = programsOf(place)

const lines: [typed: string, words: readonly string[]][] = [
  ['task bu\t', ['task', 'build']],
  ['task db:up\t', ['task', 'db:upgrade']],
  ['task db:down pi\t', ['task', 'db:down', 'pick']],
  ['task build --keep\t db:u\t', ['task', 'build', '--keep-going', 'db:upgrade']],
  ['task pick pre:fix --targ\t b\t', ['task', 'pick', 'pre:fix', '--target', 'browser']],
  ['task pick pre:fix --target=s\t', ['task', 'pick', 'pre:fix', '--target=server']],
  ['task --reporter=jso\t bui\t', ['task', '--reporter=json', 'build']],
  ['task --reporter junit=zzz\t', ['task', '--reporter', 'junit=zzz-file']],
  ['task --trace zzz\t', ['task', '--trace', 'zzz-file']],
  ['task pick pre:fix --into=zzz\t', ['task', 'pick', 'pre:fix', '--into=zzz-file']],
  ['task --taskfile other/So\t el\t', ['task', '--taskfile', 'other/Some Taskfile.ts', 'elsewhere']],
  ['task grap\t --form\t m\t', ['task', 'graph', '--format', 'mermaid']],
  ['task why db:d\t', ['task', 'why', 'db:down']],
  ['task build -- zz\t', ['task', 'build', '--', 'zz']],
  ['npx task db:do\t', ['npx', 'task', 'db:down']],
  ['npx zzz\t', ['npx', 'zzz-file']],
]

/** Enough of a choice that only it is meant, in the ways to begin to type it. */
const begun: Readonly<Record<Shell, readonly string[]>> = {
  bash: [
    '\\$',
    "'$",
    '\\`',
    '"\\`',
    '"it',
    '\'"q',
    'two\\ ',
    'new',
    '"ne',
    "$'ne",
    'pre:',
    '"he',
    '%',
    '\\;',
  ],
  zsh: ['\\$', "'$", '\\`', 'it', '\\"q', 'two\\ ', '"two ', 'new', 'pre:', 'he', '%', 'ba', '\\;'],
  fish: ['\\$', "'$", '`', 'it', '\\"q', 'two\\ ', '"two ', 'new', 'pre:', 'he', '%', 'ba', '\\;'],
}

for (const shell of ['bash', 'zsh', 'fish'] as const)
  t.test(shell, { skip: missing(shell) }, async t => {
    const script = await scriptOf(shell, place)
    await using typist = new Typist(shell, place, bin)
    await typist.run(`source '${script}'`)
    for (const [typed, words] of lines) t.same(await typist.words(typed), words, JSON.stringify(typed))
    for (const start of begun[shell]) {
      const [, , word = ''] = await typist.words(`task pick ${start}\t`)
      t.ok(choices.includes(word), `${start} became ${JSON.stringify(word)}`)
    }
    if (shell !== 'bash') await typist.shows('task \t', /build +(?:-- )?\(?Build \$\(touch described\)/)
    for (const file of ['x', 'y', 'z', 'described']) t.notOk(existsSync(join(place.path, file)), file)
  })
